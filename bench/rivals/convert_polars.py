"""Every table of a hospital from csv.gz to sorted Parquet, in Polars.

usage: convert_polars.py HOSPITAL OUT

The same job as convert_duckdb.py, with Polars' streaming engine.
"""

import glob
import os
import sys

import polars as pl

hospital, out = sys.argv[1:3]
os.makedirs(f"{out}/mimic-iv", exist_ok=True)

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
    frame.sink_parquet(f"{out}/mimic-iv/{table}.parquet", compression="zstd")
