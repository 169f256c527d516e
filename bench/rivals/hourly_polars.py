"""The hourly grid of the dynamic variables in Polars.

usage: hourly_polars.py SOURCE OUT.parquet ITEMS.json HOURS LEAST_HOURS

The same job by the same rules as hourly_duckdb.py, with Polars' lazy frames and its streaming engine.
"""

import json
import os
import sys

import polars as pl

source, out, items_file, hours, least_hours = sys.argv[1:6]
hours, least_hours = int(hours), float(least_hours)
with open(items_file) as file:
    items = json.load(file)
TYPES = {
    **{name: pl.Int64 for name in ("hadm_id", "stay_id", "itemid")},
    **{name: pl.Float64 for name in ("value", "valuenum")},
    "valueuom": pl.String,
}


def scan(module, table, *columns):
    parquet = f"{source}/mimic-iv/{table}.parquet"
    if os.path.exists(parquet):
        return pl.scan_parquet(parquet).select(columns).with_columns(pl.col(name).cast(TYPES[name]) for name in columns if name in TYPES)
    types = {name: TYPES[name] for name in columns if name in TYPES}
    frame = pl.scan_csv(f"{source}/{module}/{table}.csv.gz", schema_overrides=types, infer_schema_length=0).select(columns)
    return frame.with_columns(pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S") for name in columns if name.endswith("time"))


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


def minutes(later, earlier):
    return (pl.col(later) - pl.col(earlier)).dt.total_seconds() / 60


stay = (
    scan("icu", "icustays", "stay_id", "hadm_id", "intime", "outtime")
    .join(scan("hosp", "admissions", "hadm_id", "admittime"), on="hadm_id")
    .with_columns(shift=minutes("admittime", "intime").round(0, mode="half_to_even"))
    .with_columns(end_minute=minutes("outtime", "intime").round(0, mode="half_to_even") - pl.col("shift"))
    .sort("hadm_id", "end_minute", "stay_id")
    .with_columns(
        previous_end=pl.col("end_minute").shift(1).over("hadm_id"),
        is_last=pl.col("end_minute").shift(-1).over("hadm_id").is_null(),
    )
    .collect()
    .lazy()
)
columns = ["stay_id", "source", "itemid", "hour", "value", "valueuom"]


def measured(module, table, key, value):
    wanted = [i["itemid"] for i in items if i["table"] == table]
    return (
        scan(module, table, key, "itemid", "charttime", value, "valueuom")
        .filter(pl.col("itemid").is_in(wanted) & pl.col(value).is_not_null() & pl.col(key).is_not_null())
        .rename({value: "value"})
        .with_columns(source=pl.lit(table))
    )


def of_stay(table, value):
    hour = (minutes("charttime", "intime").truncate() / 60).truncate()
    return measured("icu", table, "stay_id", value).join(stay.select("stay_id", "intime"), on="stay_id").with_columns(hour=hour)


lab = (
    measured("hosp", "labevents", "hadm_id", "valuenum")
    .join(stay, on="hadm_id")
    .with_columns(minute=minutes("charttime", "admittime").truncate())
    .filter(
        (pl.col("previous_end").is_null() | (pl.col("minute") > pl.col("previous_end")))
        & ((pl.col("minute") <= pl.col("end_minute")) | pl.col("is_last"))
    )
    .with_columns(hour=((pl.col("minute") + pl.col("shift")) / 60).truncate())
)
applies = pl.col("unit_contains").is_not_null() & pl.col("valueuom").str.to_lowercase().str.contains(
    pl.col("unit_contains"), literal=True
).fill_null(False)
cell = (
    pl.concat([rows.select(columns) for rows in (of_stay("chartevents", "valuenum"), of_stay("outputevents", "value"), lab)])
    .filter(pl.col("hour").is_between(0, hours))
    .join(item, on=["source", "itemid"])
    .with_columns(
        pl.col("hour").cast(pl.Int32),
        value=pl.when(applies)
        .then((pl.col("value") - pl.col("subtract")) * pl.col("multiply") / pl.col("divide"))
        .otherwise(pl.col("value")),
    )
    .filter((pl.col("value") >= pl.col("low")) & (pl.col("value") <= pl.col("high")))
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
grid.join(wide, on=["stay_id", "time"], how="left").sort("stay_id", "time").write_parquet(out, compression="zstd")
