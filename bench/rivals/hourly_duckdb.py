"""The extraction benchmark's job in Python DuckDB: csv.gz -> Parquet -> hourly grid of the dynamic variables.

usage: hourly_duckdb.py HOSPITAL OUT ITEMS.json HOURS LEAST_HOURS MEMORY THREADS

Every table of HOSPITAL becomes OUT/<table>.parquet, sorted like the store's; OUT/grid.parquet has a row per stay and hour
0..HOURS of every stay of at least LEAST_HOURS. Rules: hours from ICU admission, floored; hospital-level rows go to the first
stay of the admission that ends at or after them, else to the last; values outside the limits are dropped; the median of an
hour, the sum for urine.
"""

import glob
import json
import os
import sys

import duckdb

hospital, out, items_file, hours, least_hours, memory, threads = sys.argv[1:8]
os.makedirs(out, exist_ok=True)
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
        f"to '{out}/{table}.parquet' (format parquet, compression zstd)"
    )

with open(items_file) as file:
    items = json.load(file)
db.execute(
    "create table item (concept text, source text, itemid int, low double, high double, unit_contains text, "
    "subtract double, multiply double, divide double)"
)
db.executemany(
    "insert into item values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [
        [i["concept"], i["table"], i["itemid"], i["low"], i["high"], i["unitContains"], i["subtract"], i["multiply"], i["divide"]]
        for i in items
    ],
)
concepts = list(dict.fromkeys(i["concept"] for i in items))
sums = {i["concept"] for i in items if i["aggregate"] == "sum"}
ids = {table: ",".join(str(i["itemid"]) for i in items if i["table"] == table) for table in ("chartevents", "labevents", "outputevents")}

db.execute(
    f"create table stay as select stay_id, hadm_id, intime, outtime, "
    f"lag(outtime) over (partition by hadm_id order by intime, outtime) as previous_end, "
    f"row_number() over (partition by hadm_id order by intime desc, outtime desc) = 1 as is_last "
    f"from '{out}/icustays.parquet'"
)
db.execute(
    f"""
    create table cell as
    with event as (
      select stay_id, 'chartevents' as source, itemid, charttime, valuenum as value, valueuom
      from '{out}/chartevents.parquet' where itemid in ({ids["chartevents"]}) and valuenum is not null
      union all
      select stay_id, 'outputevents', itemid, charttime, value, valueuom
      from '{out}/outputevents.parquet' where itemid in ({ids["outputevents"]}) and value is not null
      union all
      select stay.stay_id, 'labevents', itemid, charttime, valuenum, valueuom
      from '{out}/labevents.parquet' lab
      join stay on lab.hadm_id = stay.hadm_id
        and (previous_end is null or charttime > previous_end) and (charttime <= outtime or is_last)
      where itemid in ({ids["labevents"]}) and valuenum is not null
    ), converted as (
      select stay_id, concept, low, high,
        floor(epoch(charttime - intime) / 3600)::int as hour,
        case when unit_contains is not null and contains(lower(valueuom), unit_contains)
          then (value - subtract) * multiply / divide else value end as value
      from event join item using (source, itemid) join stay using (stay_id)
    )
    select stay_id, hour, concept, case when concept in ({", ".join(repr(name) for name in sums)}) then sum(value) else median(value) end as value
    from converted
    where hour between 0 and {hours} and (low is null or value >= low) and (high is null or value <= high)
    group by stay_id, hour, concept
    """
)
wide = ", ".join(f"max(value) filter (concept = '{name}') as {name}" for name in concepts)
db.execute(
    f"""
    copy (
      with grid as (
        select stay_id, unnest(range({hours} + 1))::int as time from stay
        where epoch(outtime - intime) >= {least_hours} * 3600
      ), filled as (select stay_id, hour as time, {wide} from cell group by stay_id, hour)
      select * from grid left join filled using (stay_id, time) order by stay_id, time
    ) to '{out}/grid.parquet' (format parquet, compression zstd)
    """
)
