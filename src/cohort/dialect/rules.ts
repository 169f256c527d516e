// What differs between DuckDB's SQL and Spark's, each with its reason: functions, types and words. Whatever is in no list is
// refused, so that a query is never run in another meaning.

/** Functions that both have in the same meaning. Sums are over whole numbers: of others the order would show. */
export const SAME_FUNCTIONS = new Set(
  "count sum min max coalesce nullif greatest least row_number lag lead contains make_date lower upper abs".split(" "),
);

/** Functions of one meaning and two names. */
export const RENAMED_FUNCTIONS: Readonly<Record<string, string>> = { starts_with: "startswith" };

/** A type's name in Spark. A TIMESTAMP of DuckDB has no time zone, Spark's of that name has. */
export const TYPES: Readonly<Record<string, string>> = {
  bigint: "bigint",
  integer: "int",
  int: "int",
  smallint: "smallint",
  tinyint: "tinyint",
  double: "double",
  float: "float",
  real: "float",
  boolean: "boolean",
  varchar: "string",
  text: "string",
  date: "date",
  timestamp: "timestamp_ntz",
};

export const WHOLE_TYPES = new Set(["bigint", "int", "smallint", "tinyint"]);

/** Words before a bracket that call no function. */
export const NO_FUNCTIONS = new Set(
  "and or not in exists case when then else end as from join on using where by having select union all intersect except over filter distinct between is with values".split(
    " ",
  ),
);

/** Words that are no common SQL, or mean something else in Spark. */
export const REFUSED_WORDS: Readonly<Record<string, string>> = {
  asof: "ASOF JOIN",
  qualify: "QUALIFY",
  exclude: "EXCLUDE",
  replace: "REPLACE",
  columns: "COLUMNS",
  positional: "POSITIONAL JOIN",
  pivot: "PIVOT",
  unpivot: "UNPIVOT",
  recursive: "WITH RECURSIVE",
  lateral: "LATERAL",
  like: "LIKE",
  ilike: "ILIKE",
  similar: "SIMILAR TO",
  glob: "GLOB",
  interval: "INTERVAL",
  ignore: "IGNORE NULLS",
  groups: "a GROUPS frame",
  sample: "SAMPLE",
  tablesample: "TABLESAMPLE",
  anti: "ANTI JOIN",
  semi: "SEMI JOIN",
  try_cast: "TRY_CAST",
  any: "ANY",
  collate: "COLLATE",
  at: "AT TIME ZONE",
  pragma: "PRAGMA",
};

/** Signs that both read in the same way; `/` gives a double in both. */
export const SAME_SIGNS = new Set(["+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", "||", ",", "."]);
