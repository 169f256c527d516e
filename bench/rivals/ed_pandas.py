"""The emergency benchmark's master table in pandas.

usage: ed_pandas.py SOURCE OUT.parquet RULES.json

SOURCE holds MIMIC-IV and MIMIC-IV-ED as csv.gz (hosp/, icu/, ed/) or is a store of Parquet tables. A row per visit, by visit
number; columns and rules are those of Bedside's master.parquet in faithful mode (docs/mimic4ed.md). Written for pandas: whole
columns, sorted arrays for histories, no loop over visits.
"""

import json
import os
import sys

import numpy as np
import pandas as pd

source, out, rules_file = sys.argv[1:4]
with open(rules_file) as file:
    rules = json.load(file)
VITALS = ["temperature", "heartrate", "resprate", "o2sat", "sbp", "dbp", "pain"]
TEXT = ["gsn", "icd_code", "pain", "name", "race", "deathtime", "dod", "edregtime", "edouttime"]
SECOND, DAY = 1, 86_400


def read(module, table, columns):
    """The columns of a table, times as seconds of datetime64."""
    parquet = f"{source}/{'mimic-iv-ed' if module == 'ed' else 'mimic-iv'}/{table}.parquet"
    if os.path.exists(parquet):
        frame = pd.read_parquet(parquet, columns=columns)
    else:
        types = {name: "str" for name in columns if name in TEXT}
        frame = pd.read_csv(
            f"{source}/{module}/{table}.csv.gz", usecols=columns, dtype=types, keep_default_na=False, na_values=[""]
        )[columns]
    for name in columns:
        if name.endswith("time"):
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M:%S").astype("datetime64[s]")
        elif name == "dod":
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d").astype("datetime64[s]")
    return frame


def pain(texts):
    """A number, the middle of `a-b`, or nothing."""
    parts = texts.astype("str").str.extract(r"^\s*([0-9]+)(?:-([0-9]+))?(?![a-zA-Z0-9-])").astype("float64")
    return parts[0].where(parts[1].isna(), (parts[0] + parts[1]) / 2)


def seconds(difference):
    return difference.dt.total_seconds()


def hundredths(values):
    """Two decimals of the exact value; Series.round works on the value times 100."""
    return values.map(lambda value: round(value, 2), na_action="ignore")


patients = read("hosp", "patients", ["subject_id", "gender", "anchor_age", "anchor_year", "anchor_year_group", "dod"])
admissions = read(
    "hosp",
    "admissions",
    ["subject_id", "hadm_id", "admittime", "dischtime", "deathtime", "race", "edregtime", "edouttime", "insurance"],
)
visits = read(
    "ed",
    "edstays",
    ["subject_id", "hadm_id", "stay_id", "intime", "outtime", "gender", "race", "arrival_transport", "disposition"],
)
icustays = read("icu", "icustays", ["subject_id", "hadm_id", "intime"])
visits["hadm_id"] = visits["hadm_id"].astype("Int64")

# visits with patient and admission, in the order the rules number them
visits = visits.sort_values(["subject_id", "intime", "stay_id"], ignore_index=True)
master = visits.merge(patients, on="subject_id", how="left", suffixes=("", "_patient"))
master["gender"] = master["gender"].fillna(master.pop("gender_patient"))
master = master.merge(
    admissions.rename(columns={"race": "admission_race"}).astype({"hadm_id": "Int64"}), on=["subject_id", "hadm_id"], how="left"
)
master["in_year"] = master["intime"].dt.year
master["age"] = master["in_year"] - master["anchor_year"] + master["anchor_age"]

# ethnicity of the admission, else the patient's most frequent, the earliest among equals
known = master.loc[master["admission_race"].notna(), ["subject_id", "admission_race"]]
usual = (
    known.assign(place=known.index)
    .groupby(["subject_id", "admission_race"])["place"]
    .agg(["size", "min"])
    .sort_values(["size", "min"], ascending=[False, True])
    .reset_index()
    .drop_duplicates("subject_id")
    .set_index("subject_id")["admission_race"]
)
master["ethnicity"] = master["admission_race"].fillna(master["subject_id"].map(usual))

# outcomes
master["outcome_inhospital_mortality"] = master["dischtime"] >= master["dod"]
first_icu = icustays.groupby(["subject_id", "hadm_id"], as_index=False)["intime"].min().rename(columns={"intime": "intime_icu"})
master = master.merge(first_icu.astype({"hadm_id": "Int64"}), on=["subject_id", "hadm_id"], how="left")
master["time_to_icu_transfer"] = seconds(master["intime_icu"] - master["outtime"])
master["outcome_icu_transfer_12h"] = master["time_to_icu_transfer"] <= 12 * 3600
master["outcome_hospitalization"] = master["hadm_id"].notna()
master["outcome_critical"] = master["outcome_inhospital_mortality"] | master["outcome_icu_transfer_12h"]
master["next_ed_visit_time"] = master.groupby("subject_id")["intime"].shift(-1)
master["next_ed_visit_time_diff"] = seconds(master["next_ed_visit_time"] - master["outtime"])
master["outcome_ed_revisit_3d"] = master["next_ed_visit_time_diff"] < 3 * DAY

# durations; minutes in the department without whole days
duration = seconds(master["outtime"] - master["intime"])
master["ed_los"] = duration.mod(DAY) / 60
master["ed_los_hours"] = hundredths(duration / 3600)
master["time_to_icu_transfer_hours"] = hundredths(master["time_to_icu_transfer"] / 3600)
master["next_ed_visit_time_diff_days"] = hundredths(master["next_ed_visit_time_diff"] / DAY)

# earlier use: patients laid end to end on one line of seconds, so that a window is two places in a sorted array
start = min(master["intime"].min(), admissions["admittime"].min(), icustays["intime"].min())
end = max(master["intime"].max(), admissions["admittime"].max(), icustays["intime"].max())
length = int((end - start).total_seconds()) + 400 * DAY
order = {subject: place for place, subject in enumerate(patients["subject_id"].sort_values())}


def on_line(frame, column):
    return frame["subject_id"].map(order).to_numpy(dtype=np.int64) * length + (
        (frame[column] - start).to_numpy().astype("timedelta64[s]").astype(np.int64)
    )


arrival = on_line(master, "intime")
starts = {
    "ed": arrival,
    "hosp": np.sort(on_line(admissions, "admittime")),
    "icu": np.sort(on_line(icustays, "intime")),
}
uses = {}
for kind, line in starts.items():
    until = np.arange(len(line)) if kind == "ed" else np.searchsorted(line, arrival, side="left")
    for days in (30, 90, 365):
        uses[f"n_{kind}_{days}d"] = until - np.searchsorted(line, arrival - days * DAY, side="left")

# triage
triage = read("ed", "triage", ["stay_id", *VITALS, "acuity", "chiefcomplaint"])
triage["pain"] = pain(triage["pain"])
triage = triage.rename(columns={name: f"triage_{name}" for name in [*VITALS, "acuity"]})
master = pd.concat([master, pd.DataFrame(uses)], axis=1).merge(triage, on="stay_id", how="left")
complaint = master["chiefcomplaint"].str.lower()
complaints = {name: complaint.str.contains(pattern, regex=True, na=False) for name, pattern in rules["complaints"].items()}

# diseases: each code once, then the admission's codes, then the admissions of the visit's history
diagnoses = read("hosp", "diagnoses_icd", ["hadm_id", "icd_code", "icd_version"])
names = list(rules["comorbidities"])
codes = diagnoses[["icd_version", "icd_code"]].drop_duplicates(ignore_index=True)
for name, starts_of in rules["comorbidities"].items():
    codes[name] = False
    for version, prefixes in starts_of.items():
        codes[name] |= (codes["icd_version"] == int(version)) & codes["icd_code"].str.startswith(tuple(prefixes))
coded = diagnoses.merge(codes, on=["icd_version", "icd_code"]).groupby("hadm_id")[names].max()
history = master[["stay_id", "subject_id", "intime"]].merge(admissions[["subject_id", "hadm_id", "dischtime"]], on="subject_id")
gap = history["intime"] - history["dischtime"]
history = history[(gap > pd.Timedelta(0)) & (gap <= pd.Timedelta(days=rules["historyDays"]))]
diseases = history[["stay_id", "hadm_id"]].merge(coded, left_on="hadm_id", right_index=True).groupby("stay_id")[names].max()
diseases = diseases.reindex(master["stay_id"], fill_value=False).astype("uint8").reset_index(drop=True)
master = pd.concat([master, pd.DataFrame(complaints), diseases], axis=1)

# last vital signs (the greater of two at the same time), drugs
charted = read("ed", "vitalsign", ["stay_id", "charttime", *VITALS])
charted["pain"] = pain(charted["pain"])
last = charted.groupby(["stay_id", "charttime"])[VITALS].max().groupby("stay_id").last()
master = master.merge(last.add_prefix("ed_").add_suffix("_last"), left_on="stay_id", right_index=True, how="left")
given = read("ed", "pyxis", ["stay_id", "name", "gsn"])
given["gsn"] = given["gsn"].fillna(given["name"])
home = read("ed", "medrecon", ["stay_id", "gsn"])
for name, drugs in (("n_med", given), ("n_medrecon", home)):
    master[name] = master["stay_id"].map(drugs.groupby("stay_id")["gsn"].nunique()).fillna(0).astype("int32")

master.drop(columns="admission_race").sort_values("stay_id").to_parquet(out, index=False, compression="zstd")
