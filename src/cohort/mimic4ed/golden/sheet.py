"""The emergency benchmark in plain pandas, row by row where that is clearest.

Written from the description of the benchmark (design sheet and its companion files of score bands and code lists), not from
Bedside's SQL and not from the authors' code. Used by make_golden.py only.
"""
import csv
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

SHEETS = Path(__file__).resolve().parents[4] / ".." / "shared" / "systems"
VITALS = ["temperature", "heartrate", "resprate", "o2sat", "sbp", "dbp", "pain"]
LIMITS = {
    "temperature": (14.2, 26, 45, 47), "heartrate": (0, 0, 350, 390), "resprate": (0, 0, 300, 330),
    "o2sat": (0, 0, 100, 150), "sbp": (0, 0, 375, 375), "dbp": (0, 0, 375, 375), "pain": (0, 0, 10, 10),
    "acuity": (1, 1, 5, 5),
}
COMPLAINTS = {
    "chest_pain": "chest pain", "abdominal_pain": "abdominal pain|abd pain", "headache": "headache|lightheaded",
    "shortness_of_breath": "breath", "back_pain": "back pain", "cough": "cough", "nausea_vomiting": "nausea|vomit",
    "fever_chills": "fever|chill", "syncope": "syncope", "dizziness": "dizz",
}
DAY = pd.Timedelta(days=1)
TEXT = {"gsn": str, "icd_code": str, "pain": str, "chiefcomplaint": str, "name": str, "ndc": str, "race": str,
        "etccode": str, "disposition": str}


def read(folder, table):
    """A table with its times as times; only an empty cell is missing."""
    path = next(p for p in (Path(folder) / f"{table}.csv", Path(folder) / f"{table}.csv.gz") if p.exists())
    frame = pd.read_csv(path, dtype=TEXT, keep_default_na=False, na_values=[""], float_precision="round_trip")
    for name in frame.columns:
        if name.endswith("time") or name == "dod":
            frame[name] = pd.to_datetime(frame[name])
    return frame


def pain(text):
    """A number, the middle of `a-b`, or nothing."""
    if not isinstance(text, str):
        return np.nan
    word = re.split("[^a-zA-Z0-9-]", text.strip())[0]
    if word.isdigit():
        return float(word)
    ends = word.split("-")
    if len(ends) == 2 and ends[0].isdigit() and ends[1].isdigit():
        return (float(ends[0]) + float(ends[1])) / 2
    return np.nan


def code_lists(corrected):
    lists = {}
    for row in csv.DictReader(open(SHEETS / "mimic4ed-comorbidity-codes.csv")):
        codes = row["code_prefixes"].split()
        if corrected:
            codes = ["K551" if code == "IK551" else code for code in codes]
        lists.setdefault(row["variable"], {})[int(row["icd_version"])] = tuple(codes)
        if row["cci_weight_used"]:
            lists[row["variable"]]["weight"] = int(row["cci_weight_used"])
    return lists


def within(later, earlier, days):
    """Whether `earlier` lies before `later` by at most so many days."""
    return pd.Timedelta(0) < later - earlier <= days * DAY


def master_table(hospital, emergency, corrected):
    """Every visit, in the order of patient and arrival."""
    patients = read(f"{hospital}/hosp", "patients").set_index("subject_id")
    admissions = read(f"{hospital}/hosp", "admissions")
    diagnoses = read(f"{hospital}/hosp", "diagnoses_icd")
    icustays = read(f"{hospital}/icu", "icustays")
    visits = read(f"{emergency}/ed", "edstays").sort_values(["subject_id", "intime", "stay_id"])
    triage = read(f"{emergency}/ed", "triage").set_index("stay_id")
    charted = read(f"{emergency}/ed", "vitalsign")
    given = read(f"{emergency}/ed", "pyxis")
    home = read(f"{emergency}/ed", "medrecon")
    charted["pain"] = charted["pain"].map(pain)
    lists = code_lists(corrected)
    codes = {hadm: list(zip(group["icd_code"], group["icd_version"])) for hadm, group in diagnoses.groupby("hadm_id")}
    admission = admissions.set_index("hadm_id")

    usual = {}
    races = admission["race"].reindex(visits["hadm_id"]).to_numpy()
    for subject, group in pd.DataFrame({"s": visits["subject_id"].to_numpy(), "r": races}).groupby("s", sort=False):
        known = [race for race in group["r"] if isinstance(race, str)]
        usual[subject] = Counter(known).most_common(1)[0][0] if known else None

    rows = []
    for visit in visits.itertuples():
        subject, arrival, departure = visit.subject_id, visit.intime, visit.outtime
        person = patients.loc[subject]
        has_admission = not pd.isna(visit.hadm_id)
        stay = admission.loc[visit.hadm_id] if has_admission else pd.Series(index=admission.columns, dtype=object)
        row = {name: getattr(visit, name) for name in
               ["subject_id", "hadm_id", "stay_id", "intime", "outtime", "gender", "race", "arrival_transport",
                "disposition"]}
        row |= {name: person[name] for name in ["anchor_age", "anchor_year", "dod"]}
        row |= {name: stay[name] for name in
                ["admittime", "dischtime", "deathtime", "edregtime", "edouttime", "insurance"]}
        own = stay["race"] if has_admission else None
        recorded = visit.race if corrected and isinstance(visit.race, str) else own
        row["ethnicity"] = recorded if isinstance(recorded, str) else usual[subject]
        row["in_year"] = arrival.year
        row["age"] = arrival.year - person["anchor_year"] + person["anchor_age"]

        others = visits[visits["subject_id"] == subject]
        adms = admissions[admissions["subject_id"] == subject]
        icus = icustays[icustays["subject_id"] == subject]

        # outcomes
        if corrected:
            died = (not pd.isna(row["deathtime"]) and row["deathtime"] >= arrival) or visit.disposition == "EXPIRED"
            hospitalized = visit.disposition == "ADMITTED" if isinstance(visit.disposition, str) else has_admission
        else:
            died = has_admission and not pd.isna(person["dod"]) and row["dischtime"] >= person["dod"]
            hospitalized = has_admission
        starts = [t for t, hadm in zip(icus["intime"], icus["hadm_id"])
                  if has_admission and hadm == visit.hadm_id and (not corrected or t >= arrival)]
        first_icu = min(starts) if starts else pd.NaT
        transferred = bool(starts) and first_icu - departure <= pd.Timedelta(hours=12)
        later = [t for t in others["intime"] if t > arrival and (not corrected or t >= departure)]
        following = min(later) if later else pd.NaT
        row |= {"outcome_inhospital_mortality": bool(died), "intime_icu": first_icu,
                "time_to_icu_transfer": (first_icu - departure).total_seconds(),
                "outcome_icu_transfer_12h": transferred, "outcome_hospitalization": hospitalized,
                "outcome_critical": bool(died or transferred), "next_ed_visit_time": following,
                "next_ed_visit_time_diff": (following - departure).total_seconds(),
                "outcome_ed_revisit_3d": bool(later) and following - departure < 3 * DAY}

        # durations
        duration = departure - arrival
        row["ed_los"] = (duration.total_seconds() if corrected else duration.seconds) / 60
        row["ed_los_hours"] = round(duration.total_seconds() / 3600, 2)
        row["time_to_icu_transfer_hours"] = round(row["time_to_icu_transfer"] / 3600, 2)
        row["next_ed_visit_time_diff_days"] = round(row["next_ed_visit_time_diff"] / 86400, 2)

        # earlier use
        for days in (30, 90, 365):
            row[f"n_ed_{days}d"] = sum(within(arrival, t, days) for t in others["intime"])
            row[f"n_hosp_{days}d"] = sum(
                within(arrival, t, days) for t, hadm in zip(adms["admittime"], adms["hadm_id"])
                if not (corrected and hadm == visit.hadm_id))
            row[f"n_icu_{days}d"] = sum(
                within(arrival, t, days) for t, hadm in zip(icus["intime"], icus["hadm_id"])
                if not (corrected and hadm == visit.hadm_id))

        # triage
        first = triage.loc[visit.stay_id]
        for name in [*VITALS, "acuity"]:
            row[f"triage_{name}"] = pain(first["pain"]) if name == "pain" else first[name]
        row["chiefcomplaint"] = first["chiefcomplaint"]
        words = row["chiefcomplaint"] if isinstance(row["chiefcomplaint"], str) else ""
        for name, pattern in COMPLAINTS.items():
            row[f"chiefcom_{name}"] = re.search(pattern, words, re.IGNORECASE) is not None

        # history
        earlier = [code for hadm, left in zip(adms["hadm_id"], adms["dischtime"])
                   if within(arrival, left, 365 * 5 if corrected else 356 * 5) for code in codes.get(hadm, [])]
        for name, starts_of in lists.items():
            row[name] = int(any(code.startswith(starts_of[version]) for code, version in earlier))

        # in the department
        signs = charted[charted["stay_id"] == visit.stay_id]
        drugs, taken = given[given["stay_id"] == visit.stay_id], home[home["stay_id"] == visit.stay_id]
        if corrected:
            signs, drugs, taken = (part[~(part["charttime"] > departure)] for part in (signs, drugs, taken))
        for name in VITALS:
            known = signs.dropna(subset=[name]).sort_values(["charttime", name])
            row[f"ed_{name}_last"] = known[name].iloc[-1] if len(known) else np.nan
        row["n_med"] = len({gsn if isinstance(gsn, str) else name for gsn, name in zip(drugs["gsn"], drugs["name"])})
        if corrected:
            numbers = {gsn if isinstance(gsn, str) and gsn != "0" else name.strip().lower()
                       for gsn, name in zip(taken["gsn"], taken["name"])}
        else:
            numbers = {gsn for gsn in taken["gsn"] if isinstance(gsn, str)}
        row["n_medrecon"] = len(numbers)
        rows.append(row)
    return pd.DataFrame(rows)


def points(bands, value, corrected):
    """Points of the first band that holds the value, else 0. Corrected: a value in a gap counts as rounded."""
    def holds(band, x):
        return (x >= band.get("ge", -np.inf) and x > band.get("gt", -np.inf)
                and x <= band.get("le", np.inf) and x < band.get("lt", np.inf))
    for band in bands:
        if holds(band, value):
            return band["points"]
    if not corrected or np.isnan(value):
        return 0
    whole = np.floor(value + 0.5)
    while True:  # 49 of the arterial pressure is in no band either: it belongs to the one below
        for band in bands:
            if holds(band, whole):
                return band["points"]
        whole -= 1


def add_scores(visits, corrected):
    sheet = json.load(open(SHEETS / "mimic4ed-scores.json"))
    visits["triage_MAP"] = visits["triage_sbp"] / 3 + visits["triage_dbp"] * 2 / 3
    lists = code_lists(corrected)
    for name in ["CCI", "CART", "REMS", "NEWS", "NEWS2", "MEWS", "SERP2d", "SERP7d", "SERP30d"]:
        parts = list(sheet[name]["components"])
        if corrected and name == "NEWS2":
            parts += [part for part in sheet["NEWS"]["components"] if part["variable"] == "triage_o2sat"]
        total = sum(visits[part["variable"]].map(lambda x, p=part: points(p["bands"], x, corrected)) for part in parts)
        if name == "CCI":
            for disease, codes in lists.items():
                greater = {"cci_DM1": "cci_DM2", "cci_Liver1": "cci_Liver2", "cci_Cancer1": "cci_Cancer2"}.get(disease)
                has = visits[disease] * (1 - visits[greater]) if corrected and greater else visits[disease]
                total = total + has * codes.get("weight", 0)
        if name == "SERP30d":
            total = total + 6 * visits["cci_Cancer1"] + 12 * visits["cci_Cancer2"]
        visits[f"score_{name}"] = total
    visits["score_ESI"] = -visits["triage_acuity"]
    return visits


def believable(name, value, corrected):
    if name == "temperature" and not (corrected and 26 <= value <= 46):
        value = (value - 32) * (5 / 9)
    low, least, most, high = LIMITS[name]
    if np.isnan(value) or value < low or value > high:
        return np.nan
    return min(max(value, least), most)


def scored_visits(master, corrected):
    """Adults with a triage level: believable values, filled in faithful mode, and the scores."""
    visits = master[(master["age"] >= 18) & master["triage_acuity"].notna()].copy()
    columns = [f"triage_{name}" for name in [*VITALS, "acuity"]] + [f"ed_{name}_last" for name in VITALS]
    for column in columns:
        kind = column.split("_")[1]
        visits[column] = visits[column].astype(float).map(lambda x, k=kind: believable(k, x, corrected))
    if not corrected:
        train = visits.sample(frac=0.8, random_state=10).index
        visits["split"] = ["train" if row in train else "test" for row in visits.index]
        for column in columns:
            known = np.sort(visits.loc[train, column].dropna().to_numpy())
            if len(known):
                middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
                visits[column] = visits[column].fillna(middle)
    return add_scores(visits, corrected)


def in_task(visits, task, corrected):
    """Who is predicted for."""
    if task == "mimic4ed/critical-disposition" and corrected:
        gone = visits["disposition"].eq("EXPIRED") | (visits["deathtime"] <= visits["outtime"])
        return visits[~gone]
    if task != "mimic4ed/ed-revisit-72h":
        return visits
    if not corrected:
        return visits[~visits["outcome_hospitalization"].astype(bool)]
    gone = visits["outcome_hospitalization"].astype(bool) | visits["disposition"].isin(["TRANSFER", "EXPIRED"])
    dead = (visits["dod"] <= (visits["outtime"] + 3 * DAY).dt.floor("D")) & ~visits["outcome_ed_revisit_3d"].astype(bool)
    return visits[~gone & ~dead]


OUTCOMES = {"mimic4ed/hospitalization": "outcome_hospitalization", "mimic4ed/critical": "outcome_critical",
            "mimic4ed/critical-disposition": "outcome_critical",
            "mimic4ed/ed-revisit-72h": "outcome_ed_revisit_3d"}
