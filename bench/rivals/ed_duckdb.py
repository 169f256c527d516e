"""The emergency benchmark's master table in Python DuckDB.

usage: ed_duckdb.py SOURCE OUT.parquet RULES.json MEMORY THREADS

The same table by the same rules as ed_pandas.py, in one statement over the files.
"""

import json
import os
import sys

import duckdb

source, out, rules_file, memory, threads = sys.argv[1:6]
with open(rules_file) as file:
    rules = json.load(file)
VITALS = ["temperature", "heartrate", "resprate", "o2sat", "sbp", "dbp", "pain"]
TEXT = ["gsn", "icd_code", "pain", "name", "chiefcomplaint", "race", "gender"]
TYPES = {name: "VARCHAR" for name in TEXT} | {
    name: "TIMESTAMP" for name in ["deathtime", "edregtime", "edouttime", "dischtime", "charttime", "intime", "outtime", "admittime"]
}
TYPES |= {name: "DOUBLE" for name in [*VITALS, "acuity"] if name != "pain"} | {"dod": "DATE", "hadm_id": "BIGINT"}
db = duckdb.connect()
db.execute(f"set memory_limit = '{memory}'")
db.execute(f"set threads = {threads}")


def table(module, name, columns):
    parquet = f"{source}/{'mimic-iv-ed' if module == 'ed' else 'mimic-iv'}/{name}.parquet"
    if os.path.exists(parquet):
        return f"(select {columns} from read_parquet('{parquet}'))"
    wanted = {column: TYPES[column] for column in columns.split(", ") if column in TYPES}
    return f"(select {columns} from read_csv('{source}/{module}/{name}.csv.gz', header = true, types = {wanted}))"


def pain(column):
    word = f"regexp_extract({column}, '^\\s*([a-zA-Z0-9-]*)', 1)"
    low, high = (f"regexp_extract({word}, '^([0-9]+)(?:-([0-9]+))?$', {group})" for group in (1, 2))
    return f"case when {high} = '' then try_cast(nullif({low}, '') as double) else ({low}::double + {high}::double) / 2 end"


def vital(name):
    return pain("pain") if name == "pain" else name


def windows(kind, gap):
    return ", ".join(f"count(*) filter ({gap} <= to_days({days})) as n_{kind}_{days}d" for days in (30, 90, 365))


def hundredths(value):
    """Two decimals of the exact value; round() works on the value times 100."""
    return f"format('{{:.2f}}', {value}::double)::double"


diseases = list(rules["comorbidities"])
db.execute("create temp table prefix (version int, prefix varchar, bit bigint)")
db.executemany(
    "insert into prefix values (?, ?, ?)",
    [
        (int(version), prefix, 1 << place)
        for place, starts_of in enumerate(rules["comorbidities"].values())
        for version, prefixes in starts_of.items()
        for prefix in prefixes
    ],
)
complaints = ", ".join(
    f"coalesce(regexp_matches(lower(chiefcomplaint), '{pattern}'), false) as {name}" for name, pattern in rules["complaints"].items()
)
flags = ", ".join(f"(coalesce(bits, 0) >> {place}) & 1 as {name}" for place, name in enumerate(diseases))
counts = [f"n_{kind}_{days}d" for kind in ("ed", "hosp", "icu") for days in (30, 90, 365)] + ["n_med", "n_medrecon"]
patients = table("hosp", "patients", "subject_id, gender, anchor_age, anchor_year, anchor_year_group, dod")
admissions = table(
    "hosp", "admissions", "subject_id, hadm_id, admittime, dischtime, deathtime, race, edregtime, edouttime, insurance"
)
edstays = table("ed", "edstays", "subject_id, hadm_id, stay_id, intime, outtime, gender, race, arrival_transport, disposition")
db.execute(f"create temp table admission as from {admissions}")
db.execute(f"create temp table icustay as from {table('icu', 'icustays', 'subject_id, hadm_id, intime')}")
db.execute(f"create temp table diagnosis as from {table('hosp', 'diagnoses_icd', 'hadm_id, icd_code, icd_version')}")
db.execute(
    f"""
    create temp table visit as
    select e.* exclude (gender), coalesce(e.gender, p.gender) as gender, p.* exclude (subject_id, gender),
      a.* exclude (subject_id, hadm_id, race), a.race as admission_race,
      row_number() over (order by e.subject_id, e.intime, e.stay_id) as position
    from {edstays} e left join {patients} p using (subject_id)
    left join admission a on a.subject_id = e.subject_id and a.hadm_id = e.hadm_id
    """
)
db.execute(
    f"""
    copy (
      with usual as (
        select subject_id, admission_race as usual from visit where admission_race is not null
        group by subject_id, admission_race
        qualify row_number() over (partition by subject_id order by count(*) desc, min(position)) = 1
      ), next as (
        select stay_id, lead(intime) over (partition by subject_id order by position) as next_ed_visit_time from visit
      ), first_icu as (
        select subject_id, hadm_id, min(intime) as intime_icu from icustay group by all
      ), before_ed as (
        select v.stay_id, {windows("ed", "v.intime - w.intime")}
        from visit v join visit w on w.subject_id = v.subject_id and w.position < v.position group by v.stay_id
      ), before_hosp as (
        select v.stay_id, {windows("hosp", "v.intime - a.admittime")}
        from visit v join admission a on a.subject_id = v.subject_id and a.admittime < v.intime group by v.stay_id
      ), before_icu as (
        select v.stay_id, {windows("icu", "v.intime - i.intime")}
        from visit v join icustay i on i.subject_id = v.subject_id and i.intime < v.intime group by v.stay_id
      ), code as (
        select c.icd_version, c.icd_code, bit_or(bit) as bits
        from (select distinct icd_version, icd_code from diagnosis) c
        join prefix on icd_version = version and starts_with(icd_code, prefix) group by all
      ), coded as (
        select hadm_id, bit_or(bits) as bits from diagnosis join code using (icd_version, icd_code) group by hadm_id
      ), history as (
        select v.stay_id, bit_or(c.bits) as bits
        from visit v join admission a on a.subject_id = v.subject_id and a.dischtime < v.intime
          and a.dischtime >= v.intime - to_days({rules["historyDays"]})
        join coded c on c.hadm_id = a.hadm_id group by v.stay_id
      ), triage as (
        select stay_id, {", ".join(f"{vital(name)} as triage_{name}" for name in [*VITALS, "acuity"])}, chiefcomplaint
        from {table("ed", "triage", ", ".join(["stay_id", *VITALS, "acuity", "chiefcomplaint"]))}
      ), charted as (
        select stay_id, charttime, {", ".join(f"max({vital(name)}) as {name}" for name in VITALS)}
        from {table("ed", "vitalsign", ", ".join(["stay_id", "charttime", *VITALS]))} group by stay_id, charttime
      ), last as (
        select stay_id, {", ".join(f"arg_max({name}, charttime) as ed_{name}_last" for name in VITALS)}
        from charted group by stay_id
      ), given as (
        select stay_id, count(distinct coalesce(gsn, name)) as n_med from {table("ed", "pyxis", "stay_id, name, gsn")} group by stay_id
      ), home as (
        select stay_id, count(distinct gsn) as n_medrecon from {table("ed", "medrecon", "stay_id, gsn")} group by stay_id
      ), known as (
        select v.* exclude (position, admission_race), coalesce(admission_race, usual) as ethnicity, intime_icu, next_ed_visit_time,
          year(intime) as in_year, year(intime) - anchor_year + anchor_age as age,
          coalesce(dischtime >= dod, false) as outcome_inhospital_mortality,
          hadm_id is not null as outcome_hospitalization,
          date_diff('second', intime, outtime) as duration,
          date_diff('second', outtime, intime_icu) as time_to_icu_transfer,
          date_diff('second', outtime, next_ed_visit_time) as next_ed_visit_time_diff
        from visit v left join usual using (subject_id) left join first_icu using (subject_id, hadm_id) left join next using (stay_id)
      )
      select known.* exclude (duration), ((duration % 86400) + 86400) % 86400 / 60 as ed_los,
        coalesce(time_to_icu_transfer <= 12 * 3600, false) as outcome_icu_transfer_12h,
        outcome_inhospital_mortality or outcome_icu_transfer_12h as outcome_critical,
        coalesce(next_ed_visit_time_diff < 3 * 86400, false) as outcome_ed_revisit_3d,
        {hundredths("(duration / 3600)")} as ed_los_hours,
        {hundredths("(time_to_icu_transfer / 3600)")} as time_to_icu_transfer_hours,
        {hundredths("(next_ed_visit_time_diff / 86400)")} as next_ed_visit_time_diff_days,
        {", ".join(f"coalesce({name}, 0) as {name}" for name in counts)},
        triage.* exclude (stay_id), {complaints}, {flags}, last.* exclude (stay_id)
      from known left join before_ed using (stay_id) left join before_hosp using (stay_id) left join before_icu using (stay_id)
      left join history using (stay_id) left join triage using (stay_id) left join last using (stay_id)
      left join given using (stay_id) left join home using (stay_id)
      order by known.stay_id
    ) to '{out}' (format parquet, compression zstd)
    """
)
