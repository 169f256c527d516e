"""The hourly grid of the dynamic variables in Python DuckDB.

usage: hourly_duckdb.py SOURCE OUT.parquet ITEMS.json HOURS LEAST_HOURS MEMORY THREADS

SOURCE holds MIMIC-IV as csv.gz (hosp/, icu/) or is a store of Parquet tables. OUT has a row per stay and hour 0..HOURS of every
stay of at least LEAST_HOURS. Rules: times are whole minutes first, since ICU admission for rows of the stay and since hospital
admission for hospital-level rows, and hours of those, cut toward zero; hospital-level rows go to the first stay of the admission
that ends at or after them, else to the last; values outside the limits are dropped; the median of an hour, the sum for urine.
"""

import json
import os
import sys

import duckdb

source, out, items_file, hours, least_hours, memory, threads = sys.argv[1:8]
with open(items_file) as file:
    items = json.load(file)
TYPES = {
    **{name: "BIGINT" for name in ("hadm_id", "stay_id", "itemid")},
    **{name: "TIMESTAMP" for name in ("charttime", "intime", "outtime", "admittime")},
    **{name: "DOUBLE" for name in ("value", "valuenum")},
    "valueuom": "VARCHAR",
}
db = duckdb.connect()
db.execute(f"set memory_limit = '{memory}'")
db.execute(f"set threads = {threads}")
db.execute(f"set temp_directory = '{out}.temp'")


def table(module, name, columns):
    parquet = f"{source}/mimic-iv/{name}.parquet"
    if os.path.exists(parquet):
        return f"(select {columns} from read_parquet('{parquet}'))"
    types = {column: TYPES[column] for column in columns.split(", ")}
    return f"(select {columns} from read_csv('{source}/{module}/{name}.csv.gz', header = true, sample_size = 20000, types = {types}))"


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
ids = {name: ",".join(str(i["itemid"]) for i in items if i["table"] == name) for name in ("chartevents", "labevents", "outputevents")}

db.execute(
    f"""
    create table stay as
    with timed as (
      select stay_id, hadm_id, intime, outtime, admittime, round_even(epoch(admittime - intime) / 60, 0) as shift,
        round_even(epoch(outtime - intime) / 60, 0) - shift as end_minute
      from {table("icu", "icustays", "stay_id, hadm_id, intime, outtime")} join {table("hosp", "admissions", "hadm_id, admittime")}
      using (hadm_id)
    )
    select *, lag(end_minute) over after as previous_end, lead(stay_id) over after is null as is_last
    from timed window after as (partition by hadm_id order by end_minute, stay_id)
    """
)
db.execute(
    f"""
    create table cell as
    with bedside as (
      select 'chartevents' as source, stay_id, itemid, charttime, valuenum as value, valueuom
      from {table("icu", "chartevents", "stay_id, itemid, charttime, valuenum, valueuom")} where itemid in ({ids["chartevents"]})
      union all
      select 'outputevents', stay_id, itemid, charttime, value, valueuom
      from {table("icu", "outputevents", "stay_id, itemid, charttime, value, valueuom")} where itemid in ({ids["outputevents"]})
    ), event as (
      select source, stay_id, itemid, value, valueuom, trunc(trunc(epoch(charttime - intime) / 60) / 60) as hour
      from bedside join stay using (stay_id)
      union all
      select 'labevents', stay_id, itemid, value, valueuom, trunc((minute + shift) / 60)
      from (
        select stay.*, itemid, valuenum as value, valueuom, trunc(epoch(charttime - admittime) / 60) as minute
        from {table("hosp", "labevents", "hadm_id, itemid, charttime, valuenum, valueuom")} join stay using (hadm_id)
        where itemid in ({ids["labevents"]})
      )
      where (previous_end is null or minute > previous_end) and (minute <= end_minute or is_last)
    ), converted as (
      select stay_id, concept, low, high, hour::int as hour,
        case when unit_contains is not null and contains(lower(valueuom), unit_contains)
          then (value - subtract) * multiply / divide else value end as value
      from event join item using (source, itemid)
      where value is not null and hour between 0 and {hours}
    )
    select stay_id, hour, concept, case when concept in ({", ".join(repr(name) for name in sums)}) then sum(value) else median(value) end as value
    from converted
    where (low is null or value >= low) and (high is null or value <= high)
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
    ) to '{out}' (format parquet, compression zstd)
    """
)
