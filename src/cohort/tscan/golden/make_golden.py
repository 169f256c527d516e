"""Stays, labels and hourly values of the four TSCAN tasks on the two demos, by pandas: what the SQL is tested against.

Written from the description of the benchmark alone, with loops where the SQL has windows; only the tables of items and
categories (data/variables.json) and of phenotypes are shared.
    python make_golden.py ../shared/data
"""
import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

here = Path(__file__).parent
data = Path(sys.argv[1])
variables = json.loads((here.parent / "data" / "variables.json").read_text())
groups = json.loads((here.parent.parent.parent / "concepts" / "phenotypes" / "phenotypes.json").read_text())["groups"]
H = pd.Timedelta(hours=1)


def read(name, folder, **kw):
    path = data / folder / name
    return pd.read_csv(path, compression="gzip", low_memory=False, **kw)


def tables(source):
    if source == "mimic-iv":
        t = {
            "icustays": read("icu/icustays.csv.gz", "mimic-iv-demo-2.2"),
            "admissions": read("hosp/admissions.csv.gz", "mimic-iv-demo-2.2"),
            "patients": read("hosp/patients.csv.gz", "mimic-iv-demo-2.2"),
            "diagnoses": read("hosp/diagnoses_icd.csv.gz", "mimic-iv-demo-2.2", dtype={"icd_code": str}),
            "chart": read("icu/chartevents.csv.gz", "mimic-iv-demo-2.2"),
            "lab": read("hosp/labevents.csv.gz", "mimic-iv-demo-2.2"),
        }
    else:
        f = "mimic-iii-demo"
        t = {
            "icustays": read("ICUSTAYS.csv.gz", f).rename(columns={"icustay_id": "stay_id"}),
            "admissions": read("ADMISSIONS.csv.gz", f),
            "patients": read("PATIENTS.csv.gz", f),
            "diagnoses": read("DIAGNOSES_ICD.csv.gz", f, dtype={"icd9_code": str}).rename(columns={"icd9_code": "icd_code"}),
            "chart": read("CHARTEVENTS.csv.gz", f),
            "lab": read("LABEVENTS.csv.gz", f),
        }
        t["diagnoses"]["icd_version"] = 9
    for table, columns in {"icustays": ["intime", "outtime"], "admissions": ["admittime", "dischtime", "deathtime"]}.items():
        for c in columns:
            t[table][c] = pd.to_datetime(t[table][c])
    t["patients"]["dod"] = pd.to_datetime(t["patients"]["dod"])
    ids = {i[0] for v in variables for i in v["items"] + v.get("added", [])}
    for k in ("chart", "lab"):
        t[k] = t[k][t[k].itemid.isin(ids)].copy()
        t[k]["charttime"] = pd.to_datetime(t[k]["charttime"])
    return t


def clean(v, convert, item, row, faithful):
    """A charted row's value in its variable's unit, or None."""
    number, text, unit = row.valuenum, row.value, row.valueuom
    text = "" if not isinstance(text, str) else text.strip().lower()
    unit = unit.lower() if isinstance(unit, str) else ""
    if "categories" in v:
        cats = v["categories"]["faithful" if faithful else "corrected"]
        for c in cats:
            if text in c["texts"]:
                return c["code"]
        if number != number:
            return None
        if not faithful:
            return next((c["code"] for c in cats if c["code"] == number), None)
        same = [c for c in cats if c["level"] == number]
        own = [c for c in same if any(t[:1].isdigit() == (item < 220000) for t in c["texts"])]
        return (own or same or [{"code": None}])[0]["code"]
    if number != number and convert in ("systolic", "diastolic"):
        m = re.fullmatch(r"(\d+)/(\d+)", text)
        if m:
            number = float(m.group(1 if convert == "systolic" else 2))
    if number != number:
        return None
    x = number
    if convert == "fraction" and x > 1 and not (faithful and "torr" in unit):
        x = x / 100
    if convert == "percent" and x <= 1:
        x = x * 100
    if convert in ("celsius", "fahrenheit") and (x >= 79 or (faithful and convert == "fahrenheit")):
        x = (x - 32) * 5 / 9
    if convert == "inch":
        x *= 2.54
    if convert == "pound":
        x *= 0.453592
    if convert == "ounce":
        x = x / 16 * 0.453592
    if faithful:
        return x
    a, b, c, d = v["bounds"]
    if not a <= x <= d or (x == 0 and v.get("zeroIsMissing")):
        return None
    return min(max(x, b), c)


def make(source, mode):
    faithful = mode == "faithful"
    t = tables(source)
    s = t["icustays"].merge(t["admissions"].drop(columns=["subject_id"]), on="hadm_id").merge(t["patients"], on="subject_id")
    s["moved"] = s.first_careunit.ne(s.last_careunit)
    if source == "mimic-iii":
        s["moved"] |= s.first_wardid.ne(s.last_wardid)
    s["los_h"] = s.los * 24 if faithful else (s.outtime - s.intime) / H
    if source == "mimic-iv":
        s["years"] = s.anchor_age if faithful else s.anchor_age + s.intime.dt.year - s.anchor_year
    else:
        dob = pd.to_datetime(s.dob)
        s["years"] = [(i.to_pydatetime() - b.to_pydatetime()).total_seconds() / 86400 / 365 for i, b in zip(s.intime, dob)]
    if faithful:
        inside = lambda x: (x >= s.admittime) & (x <= s.dischtime)
        s["died"] = inside(s.dod) | inside(s.deathtime)
        s["death"] = (s.deathtime - s.intime) / H
    else:
        s["died"] = (s.hospital_expire_flag == 1) | s.deathtime.notna()
        s["death"] = (s.deathtime.fillna(s.dischtime.where(s.hospital_expire_flag == 1)) - s.intime) / H
    if faithful:
        s = s[~s.moved]
        s = s[s.groupby("hadm_id").stay_id.transform("count") == 1]
    else:
        s = s.sort_values(["intime", "stay_id"]).groupby("hadm_id").head(1)
    s = s[(s.years >= 18) & s.los_h.notna()].sort_values("stay_id")
    by = {}
    convert = {}
    for n, v in enumerate(variables):
        dropped = [] if faithful else v.get("dropped", [])
        for i in v["items"] + ([] if faithful else v.get("added", [])):
            if i[0] not in dropped:
                by[i[0]] = n
                convert[i[0]] = i[1] if len(i) > 1 else None
    rows = pd.concat([t["chart"].assign(chart=True), t["lab"].assign(chart=False)])
    rows = rows[rows.itemid.isin(by)]
    if not faithful and source == "mimic-iii":
        rows = rows[~((rows.error == 1) & rows.chart.astype(bool))]
    key = "hadm_id" if faithful else "subject_id"
    grouped = dict(list(rows.groupby(key)))
    events = {}
    for stay in s.itertuples():
        own = []
        for r in (grouped[getattr(stay, key)].itertuples() if getattr(stay, key) in grouped else []):
            if r.charttime < stay.intime or (r.charttime > stay.outtime if faithful else r.charttime >= stay.outtime):
                continue
            n = by[r.itemid]
            x = clean(variables[n], convert[r.itemid], r.itemid, r, faithful)
            if x is not None:
                hours = (r.charttime - stay.intime) / H
                hour = max(0, math.trunc(hours - 1e-6)) if faithful else math.floor(hours)
                own.append((hours, hour, n, x))
        events[stay.stay_id] = sorted(own)
    coded = {}
    for d in t["diagnoses"].dropna(subset=["icd_code"]).itertuples():
        code = d.icd_code.strip().upper()
        coded.setdefault(d.hadm_id, set())
        for g, group in enumerate(groups):
            if d.icd_version == 9 and code in group["icd9"]:
                coded[d.hadm_id].add(g)
            if d.icd_version == 10 and not faithful and any(code.startswith(p) for p in group["icd10"]):
                coded[d.hadm_id].add(g)
    return {task: cohort(task, s, events, coded, faithful) for task in ("in-hospital-mortality", "length-of-stay", "decompensation", "phenotyping")}


def cohort(task, s, events, coded, faithful):
    hourly = task in ("length-of-stay", "decompensation")
    kept = []
    for stay in s.itertuples():
        death = stay.death if stay.died and stay.death == stay.death else math.inf
        if task == "in-hospital-mortality":
            if stay.los_h < 48 - (1e-6 if faithful else 0) or (not faithful and death <= 48):
                continue
            rows = 48
        elif task == "phenotyping":
            rows = max(1, math.ceil(stay.los_h))
            if not faithful and stay.hadm_id not in coded:
                continue
        else:
            end = stay.los_h if faithful and task == "length-of-stay" else min(stay.los_h, death)
            rows = math.floor(end + 1e-6) if faithful else math.ceil(end) - 1
        own = [e for e in events[stay.stay_id] if e[1] < rows]
        if not own:
            continue
        first = own[0][0]
        if hourly:
            times = [h for h in range(4, rows) if h + 1 > first]
            if not times:
                continue
            if task == "decompensation":
                labels = [int(death - (h + 1) < 24) for h in times]
            else:
                days = [max(0.0, (stay.los_h - (h + 1)) / 24) for h in times]
                labels = [sum(d >= k for k in (1, 2, 3, 4, 5, 6, 7, 8, 14)) for d in days]
        else:
            times = [rows - 1]
            labels = [int(stay.died)] if task != "phenotyping" else [sum(2**g for g in coded.get(stay.hadm_id, ()))]
        grid = np.full((rows, len(variables)), np.nan)
        last = {}
        for hours, hour, n, x in own:
            if (hour, n) not in last or (hours, x) >= last[hour, n]:
                last[hour, n] = (hours, x)
                grid[hour, n] = x
        if not faithful:
            total = grid[:, 3] + grid[:, 4] + np.maximum(grid[:, 6], 1)
            grid[:, 5] = np.where(np.isnan(grid[:, 5]), total, grid[:, 5])
        kept.append((stay.stay_id, rows, times, labels, grid))
    return digest(kept, task)


def digest(kept, task):
    """Sums that any stay, hour, label or value out of its place would change."""
    place = lambda k, h: (k % 97 + 1) * (h % 89 + 1)
    marks = 0
    for k, (_, _, times, labels, _) in enumerate(kept):
        if task == "phenotyping":
            marks += sum(place(k, g) for g in range(25) if labels[0] >> g & 1)
        else:
            marks += sum(place(k, h) * y for h, y in zip(times, labels))
    out = {
        "stays": len(kept),
        "ids": int(sum((k % 97 + 1) * int(i) for k, (i, *_) in enumerate(kept))),
        "samples": sum(len(x[2]) for x in kept),
        "marks": marks,
        "rows": sum(x[1] for x in kept),
        "values": {},
    }
    if task == "phenotyping":
        out["prevalence"] = [sum(x[3][0] >> g & 1 for x in kept) for g in range(25)]
    for n, v in enumerate(variables):
        count, total = 0, 0.0
        for k, (_, rows, _, _, grid) in enumerate(kept):
            for h in range(rows):
                if grid[h, n] == grid[h, n]:
                    count += 1
                    total += grid[h, n] * place(k, h)
        out["values"][v["name"]] = [count, round(total, 3)]
    return out


result = {source: {mode: make(source, mode) for mode in ("corrected", "faithful")} for source in ("mimic-iv", "mimic-iii")}
text = json.dumps(result, indent=1)
text = re.sub(r"\[\s+([^\[\]]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", text)
(here / "demos.json").write_text(text + "\n")
for source in result:
    for mode in result[source]:
        print(source, mode, {k: (v["stays"], v["samples"]) for k, v in result[source][mode].items()})
