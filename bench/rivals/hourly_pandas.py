"""The hourly grid of the dynamic variables in pandas.

usage: hourly_pandas.py SOURCE OUT.parquet ITEMS.json HOURS LEAST_HOURS

The same job by the same rules as hourly_duckdb.py. Text files are read in pieces of a million rows, of which only the wanted are
kept, so that memory does not grow with the file; Parquet with the filter pushed down to the reader.
"""

import json
import os
import sys

import numpy as np
import pandas as pd

source, out, items_file, hours, least_hours = sys.argv[1:6]
hours, least_hours = int(hours), float(least_hours)
PIECE = 1_000_000
with open(items_file) as file:
    item = pd.DataFrame(json.load(file))
concepts = list(dict.fromkeys(item["concept"]))
sums = set(item.loc[item["aggregate"] == "sum", "concept"])


def times(texts):
    return pd.to_datetime(texts, format="%Y-%m-%d %H:%M:%S").astype("datetime64[s]")


def read(module, table, columns):
    parquet = f"{source}/mimic-iv/{table}.parquet"
    if os.path.exists(parquet):
        frame = pd.read_parquet(parquet, columns=columns)
    else:
        frame = pd.read_csv(f"{source}/{module}/{table}.csv.gz", usecols=columns)
    return frame.assign(**{name: times(frame[name]) for name in columns if name.endswith("time")})


def measured(module, table, key, value):
    """The wanted rows of an event table, its value named `value`."""
    wanted = set(item.loc[item["table"] == table, "itemid"])
    columns = [key, "itemid", "charttime", value, "valueuom"]
    parquet = f"{source}/mimic-iv/{table}.parquet"
    if os.path.exists(parquet):
        frame = pd.read_parquet(parquet, columns=columns, filters=[("itemid", "in", wanted)])
        frame = frame[frame[value].notna() & frame[key].notna()]
    else:
        types = {key: "float64", "itemid": "int64", "charttime": "str", value: "float64", "valueuom": "category"}
        pieces = pd.read_csv(f"{source}/{module}/{table}.csv.gz", usecols=columns, dtype=types, chunksize=PIECE)
        frame = pd.concat([piece[piece["itemid"].isin(wanted) & piece[value].notna() & piece[key].notna()] for piece in pieces])
    frame = frame.rename(columns={value: "value"}).astype({key: "int64", "value": "float64"})
    return frame.assign(charttime=times(frame["charttime"]), table=table)


def minutes(later, earlier):
    return (later - earlier).dt.total_seconds() / 60


stay = read("icu", "icustays", ["stay_id", "hadm_id", "intime", "outtime"])
stay = stay.merge(read("hosp", "admissions", ["hadm_id", "admittime"]), on="hadm_id")
stay["shift"] = np.rint(minutes(stay["admittime"], stay["intime"]))
stay["end_minute"] = np.rint(minutes(stay["outtime"], stay["intime"])) - stay["shift"]
stay = stay.sort_values(["hadm_id", "end_minute", "stay_id"])
stay["previous_end"] = stay.groupby("hadm_id")["end_minute"].shift(1)
stay["is_last"] = ~stay["hadm_id"].duplicated(keep="last")

kept = ["stay_id", "table", "itemid", "hour", "value", "valueuom"]
parts = []
for table, value in (("chartevents", "valuenum"), ("outputevents", "value")):
    rows = measured("icu", table, "stay_id", value).merge(stay[["stay_id", "intime"]], on="stay_id")
    rows["hour"] = np.trunc(np.trunc(minutes(rows["charttime"], rows["intime"])) / 60)
    parts.append(rows.loc[rows["hour"].between(0, hours), kept])
lab = measured("hosp", "labevents", "hadm_id", "valuenum").merge(stay, on="hadm_id")
minute = np.trunc(minutes(lab["charttime"], lab["admittime"]))
lab["hour"] = np.trunc((minute + lab["shift"]) / 60)
falls = (lab["previous_end"].isna() | (minute > lab["previous_end"])) & ((minute <= lab["end_minute"]) | lab["is_last"])
parts.append(lab.loc[falls & lab["hour"].between(0, hours), kept])

event = pd.concat([part.astype({"valueuom": "str"}) for part in parts], ignore_index=True)
event = event.merge(item, on=["table", "itemid"])
for text in item["unitContains"].dropna().unique():
    applies = (event["unitContains"] == text) & event["valueuom"].str.lower().str.contains(text, regex=False, na=False)
    rows = event.loc[applies]
    event.loc[applies, "value"] = (rows["value"] - rows["subtract"]) * rows["multiply"] / rows["divide"]
event = event[~(event["value"] < event["low"]) & ~(event["value"] > event["high"])]
keys = ["stay_id", "hour", "concept"]
is_sum = event["concept"].isin(sums)
cell = pd.concat([event[~is_sum].groupby(keys)["value"].median(), event[is_sum].groupby(keys)["value"].sum()])

long_enough = stay.loc[(stay["outtime"] - stay["intime"]).dt.total_seconds() >= least_hours * 3600, "stay_id"].sort_values()
grid = pd.MultiIndex.from_product([long_enough, range(hours + 1)], names=["stay_id", "hour"])
wide = cell.unstack("concept").reindex(index=grid, columns=concepts)
wide.reset_index().rename(columns={"hour": "time"}).to_parquet(out, index=False, compression="zstd")
