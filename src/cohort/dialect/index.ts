// Our SQL on other engines: written out, translated to Spark, and run there.
export { type SparkJudgeOptions, sparkJudge } from "./judge.ts";
export { ENGINES, type Engine } from "./plan.ts";
export { taskScript } from "./script.ts";
export { sparkSql } from "./spark.ts";
export { readSparkUrl } from "./thrift.ts";
