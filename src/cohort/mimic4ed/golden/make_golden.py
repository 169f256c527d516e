"""Reference values of the emergency benchmark. Run from anywhere: python make_golden.py

Writes, beside itself:
  hospital/            a made-up hospital (CSV, seeded) full of boundary cases
  hospital-*.csv       every column of its master table and scored visits, in both modes
  hospital-tasks.json  visits and events of the cohorts
  demo.json            for the open demos (../shared/data): per column how many values there are, and a SHA-256 of all of
                       them; no row of the demos leaves their folder
"""
import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
from hospital import make_hospital
from sheet import OUTCOMES, in_task, master_table, scored_visits

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[3] / ".." / "shared" / "data"


def text(value):
    """A value as both languages write it: shortest decimal, truth as 0 or 1, times to the second, nothing for missing."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value)).removesuffix(".0")
    return str(value)


def write_table(path, frame):
    frame = frame.sort_values("stay_id")
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows([text(value) for value in row] for row in frame.astype(object).itertuples(index=False))


def checks(frame):
    """Per column: the number of values, and a hash over all visits in the order of their numbers."""
    frame = frame.sort_values("stay_id").astype(object)
    ids = [text(value) for value in frame["stay_id"]]
    result = {}
    for name in frame.columns:
        values = [text(value) for value in frame[name]]
        lines = "".join(f"{stay}\t{value}\n" for stay, value in zip(ids, values))
        result[name] = {"values": sum(value != "" for value in values), "sha256": hashlib.sha256(lines.encode()).hexdigest()}
    return result


def cohorts(visits, corrected):
    result = {}
    for task, outcome in OUTCOMES.items():
        part = in_task(visits, task, corrected)
        result[task] = {"visits": len(part), "events": int(part[outcome].astype(bool).sum())}
    return result


def main():
    make_hospital(HERE / "hospital")
    tasks, demo = {}, {}
    for mode in ("faithful", "corrected"):
        corrected = mode == "corrected"
        master = master_table(HERE / "hospital", HERE / "hospital", corrected)
        visits = scored_visits(master, corrected)
        added = [name for name in visits.columns if name.startswith(("triage_", "ed_", "score_")) or name == "split"]
        write_table(HERE / f"hospital-{mode}-master.csv", master)
        write_table(HERE / f"hospital-{mode}-visits.csv", visits[["stay_id", *[n for n in added if n in visits]]])
        tasks[mode] = cohorts(visits, corrected)
        if DATA.exists():
            master = master_table(DATA / "mimic-iv-demo-2.2", DATA / "mimic-iv-ed-demo-2.2", corrected)
            visits = scored_visits(master, corrected)
            demo[mode] = {"master": checks(master), "visits": checks(visits), "tasks": cohorts(visits, corrected)}
    (HERE / "hospital-tasks.json").write_text(json.dumps(tasks, indent=1) + "\n")
    if demo:
        (HERE / "demo.json").write_text(json.dumps(demo, indent=1) + "\n")


if __name__ == "__main__":
    main()
