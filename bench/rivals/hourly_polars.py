"""The extraction benchmark's job in Polars: csv.gz -> Parquet -> hourly grid of the dynamic variables.

usage: hourly_polars.py HOSPITAL OUT ITEMS.json HOURS LEAST_HOURS

The same job by the same rules as hourly_duckdb.py, with Polars' lazy frames and its streaming engine.
"""

import glob
import json
import os
import sys

import polars as pl

hospital, out, items_file, hours, least_hours = sys.argv[1:6]
hours, least_hours = int(hours), float(least_hours)
os.makedirs(out, exist_ok=True)

TEXT = {"value", "valueuom", "comments", "order_provider_id", "flag", "priority"}
NUMBERS = {"ref_range_lower", "ref_range_upper", "valuenum"}
SORT = ["subject_id", "hadm_id", "stay_id", "charttime", "starttime", "itemid"]

for path in sorted(glob.glob(f"{hospital}/hosp/*.csv.gz") + glob.glob(f"{hospital}/icu/*.csv.gz")):
    table = os.path.basename(path).removesuffix(".csv.gz")
    names = pl.scan_csv(path, infer_schema_length=0).collect_schema().names()
    types = {name: pl.String for name in names if name in TEXT and table != "outputevents"}
    types |= {name: pl.Float64 for name in names if name in NUMBERS}
    frame = pl.scan_csv(path, schema_overrides=types, try_parse_dates=True, infer_schema_length=20000)
    order = [name for name in SORT if name in names]
    if order:
        frame = frame.sort(order)
    frame.sink_parquet(f"{out}/{table}.parquet", compression="zstd")

with open(items_file) as file:
    items = json.load(file)
item = pl.LazyFrame(
    {
        "concept": [i["concept"] for i in items],
        "source": [i["table"] for i in items],
        "itemid": [i["itemid"] for i in items],
        "low": [float("-inf") if i["low"] is None else float(i["low"]) for i in items],
        "high": [float("inf") if i["high"] is None else float(i["high"]) for i in items],
        "unit_contains": [i["unitContains"] for i in items],
        "subtract": [float(i["subtract"]) for i in items],
        "multiply": [float(i["multiply"]) for i in items],
        "divide": [float(i["divide"]) for i in items],
    },
    schema_overrides={"itemid": pl.Int64, "unit_contains": pl.String},
)
concepts = list(dict.fromkeys(i["concept"] for i in items))
sums = [i["concept"] for i in items if i["aggregate"] == "sum"]

stay = (
    pl.scan_parquet(f"{out}/icustays.parquet")
    .select("stay_id", "hadm_id", "intime", "outtime")
    .sort("hadm_id", "intime", "outtime")
    .with_columns(
        previous_end=pl.col("outtime").shift(1).over("hadm_id"),
        is_last=pl.col("intime").shift(-1).over("hadm_id").is_null(),
    )
    .collect()
    .lazy()
)
bounds = stay.select("stay_id", "intime")
columns = ["stay_id", "source", "itemid", "charttime", "value", "valueuom", "intime"]


def of_stay(table, value):
    wanted = [i["itemid"] for i in items if i["table"] == table]
    return (
        pl.scan_parquet(f"{out}/{table}.parquet")
        .filter(pl.col("itemid").is_in(wanted) & pl.col(value).is_not_null())
        .select("stay_id", "itemid", "charttime", pl.col(value).cast(pl.Float64).alias("value"), "valueuom")
        .join(bounds, on="stay_id")
        .with_columns(source=pl.lit(table))
        .select(columns)
    )


lab_ids = [i["itemid"] for i in items if i["table"] == "labevents"]
lab = (
    pl.scan_parquet(f"{out}/labevents.parquet")
    .filter(pl.col("itemid").is_in(lab_ids) & pl.col("valuenum").is_not_null() & pl.col("hadm_id").is_not_null())
    .select("hadm_id", "itemid", "charttime", pl.col("valuenum").alias("value"), "valueuom")
    .join(stay, on="hadm_id")
    .filter(
        (pl.col("previous_end").is_null() | (pl.col("charttime") > pl.col("previous_end")))
        & ((pl.col("charttime") <= pl.col("outtime")) | pl.col("is_last"))
    )
    .with_columns(source=pl.lit("labevents"))
    .select(columns)
)
applies = pl.col("unit_contains").is_not_null() & pl.col("valueuom").str.to_lowercase().str.contains(
    pl.col("unit_contains"), literal=True
).fill_null(False)
cell = (
    pl.concat([of_stay("chartevents", "valuenum"), of_stay("outputevents", "value"), lab])
    .join(item, on=["source", "itemid"])
    .with_columns(
        hour=((pl.col("charttime") - pl.col("intime")).dt.total_seconds().floordiv(3600)).cast(pl.Int32),
        value=pl.when(applies)
        .then((pl.col("value") - pl.col("subtract")) * pl.col("multiply") / pl.col("divide"))
        .otherwise(pl.col("value")),
    )
    .filter(pl.col("hour").is_between(0, hours) & (pl.col("value") >= pl.col("low")) & (pl.col("value") <= pl.col("high")))
    .group_by("stay_id", "hour", "concept")
    .agg(median=pl.col("value").median(), sum=pl.col("value").sum())
    .with_columns(value=pl.when(pl.col("concept").is_in(sums)).then("sum").otherwise("median"))
    .select("stay_id", pl.col("hour").alias("time"), "concept", "value")
    .collect(engine="streaming")
)
wide = cell.pivot(on="concept", on_columns=concepts, index=["stay_id", "time"], values="value")
grid = (
    stay.filter((pl.col("outtime") - pl.col("intime")).dt.total_seconds() >= least_hours * 3600)
    .select("stay_id")
    .join(pl.LazyFrame({"time": list(range(hours + 1))}, schema={"time": pl.Int32}), how="cross")
    .collect()
)
grid.join(wide, on=["stay_id", "time"], how="left").sort("stay_id", "time").write_parquet(f"{out}/grid.parquet", compression="zstd")
