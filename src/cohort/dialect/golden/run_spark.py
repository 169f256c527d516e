"""Runs queries on a local Spark for spark.test.ts, then serves the same session to the Thrift client until stdin ends.

Usage: python run_spark.py WORK.json PORT. WORK.json: {"settings": [...], "tables": [[view, file], ...],
"queries": [{"name", "sql"}, ...], "out": path}. Rows are written to `out` as {name: [[...], ...]}, times as whole
microseconds since 1970. Prints "answered" once they are, and "serving" once the server takes connections.
"""

import datetime
import json
import sys

from pyspark.sql import SparkSession

EPOCH = datetime.datetime(1970, 1, 1)


def plain(value):
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    return value


def main():
    with open(sys.argv[1]) as file:
        work = json.load(file)
    port = sys.argv[2]
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        # compiling each query takes far longer than a few thousand rows do
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.warehouse.dir", work["folder"])
        .config("spark.hadoop.hive.server2.thrift.port", port)
        .config("spark.hadoop.hive.server2.thrift.bind.host", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for setting in work["settings"]:
        spark.sql(setting)
    for view, file in work["tables"]:
        spark.sql(f"create or replace temporary view `{view}` as select * from parquet.`{file}`")
    answers = {}
    for query in work["queries"]:
        try:
            answers[query["name"]] = [[plain(value) for value in row] for row in spark.sql(query["sql"]).collect()]
        except Exception as problem:  # told with the query it belongs to
            answers[query["name"]] = str(problem)[:2000]
    with open(work["out"], "w") as file:
        json.dump(answers, file)
    print("answered", flush=True)
    jvm = spark._jvm
    jvm.org.apache.spark.sql.hive.thriftserver.HiveThriftServer2.startWithContext(spark._jsparkSession.sqlContext())
    print("serving", flush=True)
    sys.stdin.read()
    spark.stop()


main()
