"""Every table of a hospital from csv.gz to sorted Parquet, in Python DuckDB.

usage: convert_duckdb.py HOSPITAL OUT MEMORY THREADS

Writes OUT/mimic-iv/<table>.parquet, sorted like the store's.
"""

import glob
import os
import sys

import duckdb

hospital, out, memory, threads = sys.argv[1:5]
os.makedirs(f"{out}/mimic-iv", exist_ok=True)
db = duckdb.connect()
db.execute(f"set memory_limit = '{memory}'")
db.execute(f"set threads = {threads}")
db.execute(f"set temp_directory = '{out}/temp'")

# Columns that DuckDB would guess wrongly from the first rows.
TEXT = {"value", "valueuom", "comments", "order_provider_id", "flag", "priority"}
NUMBERS = {"ref_range_lower", "ref_range_upper", "valuenum"}
SORT = ["subject_id", "hadm_id", "stay_id", "charttime", "starttime", "itemid"]

for path in sorted(glob.glob(f"{hospital}/hosp/*.csv.gz") + glob.glob(f"{hospital}/icu/*.csv.gz")):
    table = os.path.basename(path).removesuffix(".csv.gz")
    names = [row[0] for row in db.execute(f"describe select * from read_csv('{path}', header = true, all_varchar = true)").fetchall()]
    types = {name: "VARCHAR" for name in names if name in TEXT and table != "outputevents"}
    types |= {name: "DOUBLE" for name in names if name in NUMBERS}
    order = [name for name in SORT if name in names]
    db.execute(
        f"copy (select * from read_csv('{path}', header = true, sample_size = 20000, types = {types}) "
        f"{'order by ' + ', '.join(order) if order else ''}) "
        f"to '{out}/mimic-iv/{table}.parquet' (format parquet, compression zstd)"
    )
