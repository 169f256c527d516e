"""A made-up hospital of some 40 patients whose records sit on the edges of the benchmark's rules. No physiology."""
import csv
from datetime import datetime, timedelta

import numpy as np

COLUMNS = {
    "hosp/patients": "subject_id gender anchor_age anchor_year anchor_year_group dod",
    "hosp/admissions": "subject_id hadm_id admittime dischtime deathtime admission_type admit_provider_id "
    "admission_location discharge_location insurance language marital_status race edregtime edouttime "
    "hospital_expire_flag",
    "hosp/diagnoses_icd": "subject_id hadm_id seq_num icd_code icd_version",
    "icu/icustays": "subject_id hadm_id stay_id first_careunit last_careunit intime outtime los",
    "ed/edstays": "subject_id hadm_id stay_id intime outtime gender race arrival_transport disposition",
    "ed/triage": "subject_id stay_id temperature heartrate resprate o2sat sbp dbp pain acuity chiefcomplaint",
    "ed/vitalsign": "subject_id stay_id charttime temperature heartrate resprate o2sat sbp dbp rhythm pain",
    "ed/pyxis": "subject_id stay_id charttime med_rn name gsn_rn gsn",
    "ed/medrecon": "subject_id stay_id charttime name gsn ndc etc_rn etccode etcdescription",
    "ed/diagnosis": "subject_id stay_id seq_num icd_code icd_version icd_title",
}
# starts of codes, lesser and greater forms, the misprinted one and what was meant, codes that only begin alike
CODES = [("41071", 9), ("I2510", 10), ("I214", 10), ("4280", 9), ("I5023", 10), ("25000", 9), ("25040", 9), ("E1122", 10),
         ("E119", 10), ("K551", 10), ("IK5510", 10), ("K7030", 10), ("K7210", 10), ("5728", 9), ("1970", 9), ("C780", 10),
         ("C3490", 10), ("1534", 9), ("042", 9), ("B20", 10), ("I10", 10), ("4019", 9), ("F329", 10), ("311", 9),
         ("D649", 10), ("Z9911", 10), ("E66.01", 10), ("27801", 9), ("30500", 9), ("V4511", 9), ("J449", 10), ("496", 9)]
PAIN = ["0", "3", "10", "13", "8.5", "5-7", "0/10", " 6 ", "unable", "", ">10", "UTA", "7 - 8", "-4", "2-", "critical"]
COMPLAINTS = ["Chest pain", "ABD PAIN, N/V", "Headache", "Lightheaded", "DYSPNEA", "Shortness of Breath", "Lower BACK PAIN",
              "Cough, Fever", "Vomiting", "Nausea", "Chills", "SYNCOPE", "Dizziness", "s/p Fall", "", "Abdominal pain, Dizzy"]
RACES = ["WHITE", "BLACK/AFRICAN AMERICAN", "ASIAN", "OTHER", ""]
TRANSPORT = ["WALK IN", "AMBULANCE", "UNKNOWN"]
SHARE_OF = {"visit again": 0.75, "admitted": 0.45, "dead": 0.2, "icu": 0.45, "missing": 0.12, "minor": 0.08, "earlier": 0.5}
# gaps between the visits of a patient, in hours: both sides of 72 hours, of the three windows, and an overlap
GAPS = [-1.0, 0.0, 20.0, 71.9997, 72.0, 72.5, 24 * 29.0, 24 * 30.0, 24 * 31.0, 24 * 90.0, 24 * 91.0, 24 * 364.0, 24 * 366.0]
# how long before a visit an earlier admission ended, in days: both sides of 1,780 and 1,825
AGO = [0.5, 3, 29, 89, 300, 1779, 1780, 1781, 1800, 1825, 1826]


def make_hospital(folder, seed=4, patients=40):
    rng = np.random.default_rng(seed)
    rows = {name: [] for name in COLUMNS}

    def pick(values):
        return values[int(rng.integers(len(values)))]

    def chance(name):
        return rng.random() < SHARE_OF[name]

    def maybe(value):
        return "" if chance("missing") else value

    def stamp(moment):
        return moment.strftime("%Y-%m-%d %H:%M:%S")

    def signs():
        temperature = pick([35.9, 36.8, 38.5, 95.0, 95.05, 96.8, 97.7, 98.6, 100.4, 101.3, 102.2, 10.0, 120.0])
        heart = pick([39, 40, 54.5, 55, 69, 90, 90.5, 101, 110, 130, 131, 180, 400])
        breaths = pick([5, 8, 8.5, 9, 12, 14, 20, 20.4, 20.5, 21, 24, 25, 30, 50])
        oxygen = pick([74, 85.5, 89, 91, 92, 95.5, 96, 100, 130, 160])
        upper = pick([70, 80, 90, 91, 100, 100.5, 110, 120, 199.5, 220, 376])
        lower = pick([34, 39.5, 40, 49, 49.5, 50, 61, 70, 94.5, 110, 400])
        return [maybe(value) for value in (temperature, heart, breaths, oxygen, upper, lower)]

    number = iter(range(100_000, 999_999))
    codes_in_use = list(range(20))

    def admit(subject, start, end, died, race, with_icu):
        hadm = 20_000_000 + next(number)
        rows["hosp/admissions"].append([
            subject, hadm, stamp(start), stamp(end), stamp(end) if died else "", "URGENT", "", "", "", pick(["Medicare", "Other"]),
            "ENGLISH", "", race, maybe(stamp(start - timedelta(hours=4))), maybe(stamp(start)), int(died)])
        for place in range(int(rng.integers(1, 6))):
            code, version = pick(CODES)
            rows["hosp/diagnoses_icd"].append([subject, hadm, place + 1, code, version])
        if with_icu is not None:
            rows["icu/icustays"].append([subject, hadm, 30_000_000 + next(number), "MICU", "MICU", stamp(with_icu),
                                         stamp(with_icu + timedelta(days=2)), 2.0])
        return hadm

    for i in range(patients):
        subject = 10_000_000 + 7 * i
        year = 2150 + i
        age = int(rng.integers(14, 19)) if chance("minor") else pick([44, 45, 49, 54, 55, 59, 64, 69, 70, 74, 75, 79, 80, 91])
        sex = pick(["F", "M"])
        arrival = datetime(year, int(rng.integers(1, 13)), int(rng.integers(1, 28)), int(rng.integers(24)), int(rng.integers(60)))
        race = pick(RACES)
        dod = ""
        if chance("earlier"):
            end = arrival - timedelta(days=pick(AGO))
            start = end - timedelta(days=2)
            admit(subject, start, end, False, pick(RACES), start if chance("icu") else None)
        while True:
            stay = 40_000_000 + next(number)
            minutes = pick([30, 95, 240, 333, 1440, 1441, 1800, 4000])
            departure = arrival + timedelta(minutes=minutes, seconds=int(pick([0, 18, 54, 30])))
            hadm, disposition, died = "", pick(["HOME", "HOME", "HOME", "ELOPED", "TRANSFER", "EXPIRED"]), False
            if chance("admitted"):
                died = chance("dead")
                start = departure + timedelta(hours=pick([-30, -2, 0, 3]))
                end = max(start, departure) + timedelta(days=3)
                icu = departure + timedelta(hours=pick([-200, -5, 0, 11.99, 12, 12.01, 40])) if chance("icu") else None
                hadm = admit(subject, start, end, died, pick(RACES), icu)
                disposition = pick(["ADMITTED", "ADMITTED", "ADMITTED", "HOME"])
                if died:
                    dod = end.strftime("%Y-%m-%d")
            rows["ed/edstays"].append([subject, hadm, stay, stamp(arrival), stamp(departure), sex, race, pick(TRANSPORT), disposition])
            rows["ed/triage"].append([subject, stay, *signs(), pick(PAIN), maybe(pick([1, 2, 3, 4, 5])), pick(COMPLAINTS)])
            for step in range(int(rng.integers(0, 4))):
                moment = arrival + timedelta(minutes=minutes * pick([0.2, 0.5, 1.5]), seconds=step)
                rows["ed/vitalsign"].append([subject, stay, stamp(moment), *signs(), "", pick(PAIN)])
            for step in range(int(rng.integers(0, 5))):
                moment = stamp(arrival + timedelta(minutes=minutes * pick([0.3, 1.0, 1.2])))
                drug = pick(codes_in_use)
                rows["ed/pyxis"].append([subject, stay, moment, step + 1, f"Drug {drug}", 1, maybe(f"{4000 + drug:06d}")])
                home = pick(codes_in_use)
                rows["ed/medrecon"].append([subject, stay, moment, f"drug {home}", pick([f"{5000 + home:06d}", "0", ""]), "0", 1, "", ""])
            rows["ed/diagnosis"].append([subject, stay, 1, "4019", 9, "HYPERTENSION"])
            if died or disposition == "EXPIRED" or not chance("visit again"):
                if disposition == "HOME" and chance("dead"):
                    dod = (departure + timedelta(days=pick([1, 3, 4]))).strftime("%Y-%m-%d")
                break
            arrival = max(departure + timedelta(hours=pick(GAPS)), arrival + timedelta(minutes=7)).replace(microsecond=0)
        rows["hosp/patients"].append([subject, sex, age, year, "2014 - 2016", dod])

    for name, table in rows.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS[name].split())
            writer.writerows(table)
