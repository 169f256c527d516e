"""The emergency benchmark's master table in Polars.

usage: ed_polars.py SOURCE OUT.parquet RULES.json

The same table by the same rules as ed_pandas.py, with lazy frames: each table is scanned once, only its columns wanted.
"""

import json
import os
import sys

import polars as pl

source, out, rules_file = sys.argv[1:4]
with open(rules_file) as file:
    rules = json.load(file)
VITALS = ["temperature", "heartrate", "resprate", "o2sat", "sbp", "dbp", "pain"]
NUMBERS = ["temperature", "heartrate", "resprate", "o2sat", "sbp", "dbp", "acuity"]
IDS = ["subject_id", "hadm_id", "stay_id", "anchor_age", "anchor_year", "icd_version"]
DAY = 86_400


def scan(module, table, *columns):
    parquet = f"{source}/{'mimic-iv-ed' if module == 'ed' else 'mimic-iv'}/{table}.parquet"
    if os.path.exists(parquet):
        return pl.scan_parquet(parquet).select(columns)
    frame = pl.scan_csv(f"{source}/{module}/{table}.csv.gz", infer_schema=False).select(columns)
    return frame.with_columns(
        pl.col([name for name in columns if name in IDS]).cast(pl.Int64),
        pl.col([name for name in columns if name in NUMBERS]).cast(pl.Float64),
        pl.col([name for name in columns if name.endswith("time")]).str.to_datetime("%Y-%m-%d %H:%M:%S"),
        pl.col([name for name in columns if name == "dod"]).str.to_date("%Y-%m-%d"),
    )


def seconds(later, earlier):
    return (pl.col(later) - pl.col(earlier)).dt.total_seconds()


def hundredths(value, unit):
    """In that unit to two decimals of the exact quotient, as Python rounds: Polars multiplies by 1 / unit, and by 100."""
    return value.map_batches(
        lambda series: pl.Series([None if x is None else round(x / unit, 2) for x in series], dtype=pl.Float64),
        return_dtype=pl.Float64,
    )


def pain():
    """A number, the middle of `a-b`, or nothing."""
    word = pl.col("pain").str.extract(r"^\s*([a-zA-Z0-9-]*)", 1)
    low, high = (word.str.extract(r"^([0-9]+)(?:-([0-9]+))?$", group).cast(pl.Float64) for group in (1, 2))
    return pl.when(high.is_null()).then(low).otherwise((low + high) / 2).alias("pain")


patients = scan("hosp", "patients", "subject_id", "gender", "anchor_age", "anchor_year", "anchor_year_group", "dod")
admissions = scan(
    "hosp",
    "admissions",
    *("subject_id", "hadm_id", "admittime", "dischtime", "deathtime", "race", "edregtime", "edouttime", "insurance"),
).cache()
icustays = scan("icu", "icustays", "subject_id", "hadm_id", "intime").cache()
visit = (
    scan(
        "ed", "edstays", "subject_id", "hadm_id", "stay_id", "intime", "outtime", "gender", "race", "arrival_transport", "disposition"
    )
    .join(patients, on="subject_id", how="left")
    .join(admissions, on=["subject_id", "hadm_id"], how="left", suffix="_admission")
    .sort("subject_id", "intime", "stay_id")
    .with_row_index("position")
    .with_columns(pl.coalesce("gender", "gender_right").alias("gender"))
    .drop("gender_right")
    .collect()
    .lazy()
)

usual = (
    visit.filter(pl.col("race_admission").is_not_null())
    .group_by("subject_id", "race_admission")
    .agg(pl.len().alias("visits"), pl.col("position").min().alias("first"))
    .sort("visits", "first", descending=[True, False])
    .group_by("subject_id", maintain_order=True)
    .agg(pl.col("race_admission").first().alias("usual"))
)
first_icu = icustays.group_by("subject_id", "hadm_id").agg(pl.col("intime").min().alias("intime_icu"))


def earlier(starts, column, kind):
    """Admissions or ICU stays that began before arrival, and at most so many days earlier."""
    gap = pl.col("intime") - pl.col("began")
    return (
        visit.select("stay_id", "subject_id", "intime")
        .join(starts.select("subject_id", pl.col(column).alias("began")), on="subject_id")
        .filter((gap > pl.duration()) & (gap <= pl.duration(days=365)))
        .group_by("stay_id")
        .agg([(gap <= pl.duration(days=days)).sum().cast(pl.Int32).alias(f"n_{kind}_{days}d") for days in (30, 90, 365)])
    )


before = visit.select("subject_id", pl.col("position").alias("other"), pl.col("intime").alias("began"))
ed_gap = pl.col("intime") - pl.col("began")
earlier_visits = (
    visit.select("stay_id", "subject_id", "position", "intime")
    .join(before, on="subject_id")
    .filter((pl.col("other") < pl.col("position")) & (ed_gap <= pl.duration(days=365)))
    .group_by("stay_id")
    .agg([(ed_gap <= pl.duration(days=days)).sum().cast(pl.Int32).alias(f"n_ed_{days}d") for days in (30, 90, 365)])
)

# diseases: each code once, then the admission's codes, then the admissions of the visit's history
names = list(rules["comorbidities"])
diagnoses = scan("hosp", "diagnoses_icd", "hadm_id", "icd_code", "icd_version").cache()
code = pl.col("icd_code")
flags = [
    pl.any_horizontal(
        (pl.col("icd_version") == int(version)) & code.str.contains(f"^(?:{'|'.join(prefixes)})")
        for version, prefixes in starts_of.items()
    )
    .cast(pl.UInt8)
    .alias(name)
    for name, starts_of in rules["comorbidities"].items()
]
coded = (
    diagnoses.join(diagnoses.select("icd_version", "icd_code").unique().with_columns(flags), on=["icd_version", "icd_code"])
    .group_by("hadm_id")
    .agg(pl.col(names).max())
)
since = pl.col("intime") - pl.col("dischtime")
diseases = (
    visit.select("stay_id", "subject_id", "intime")
    .join(admissions.select("subject_id", "hadm_id", "dischtime"), on="subject_id")
    .filter((since > pl.duration()) & (since <= pl.duration(days=rules["historyDays"])))
    .join(coded, on="hadm_id")
    .group_by("stay_id")
    .agg(pl.col(names).max())
)

triage = (
    scan("ed", "triage", "stay_id", *VITALS, "acuity", "chiefcomplaint")
    .with_columns(pain())
    .rename({name: f"triage_{name}" for name in [*VITALS, "acuity"]})
)
complaint = pl.col("chiefcomplaint").str.to_lowercase()
complaints = [complaint.str.contains(pattern).fill_null(False).alias(name) for name, pattern in rules["complaints"].items()]

# of two values at the same time the greater is the last
last = (
    scan("ed", "vitalsign", "stay_id", "charttime", *VITALS)
    .with_columns(pain())
    .group_by("stay_id", "charttime")
    .agg(pl.col(VITALS).max())
    .sort("charttime")
    .group_by("stay_id")
    .agg(pl.col(name).drop_nulls().last().alias(f"ed_{name}_last") for name in VITALS)
)
given = (
    scan("ed", "pyxis", "stay_id", "name", "gsn")
    .group_by("stay_id")
    .agg(pl.coalesce("gsn", "name").drop_nulls().n_unique().cast(pl.Int32).alias("n_med"))
)
home = scan("ed", "medrecon", "stay_id", "gsn").group_by("stay_id").agg(pl.col("gsn").drop_nulls().n_unique().cast(pl.Int32).alias("n_medrecon"))

counts = [f"n_{kind}_{days}d" for kind in ("ed", "hosp", "icu") for days in (30, 90, 365)] + ["n_med", "n_medrecon"]
duration = seconds("outtime", "intime")
table = (
    visit.join(usual, on="subject_id", how="left")
    .join(first_icu, on=["subject_id", "hadm_id"], how="left")
    .with_columns(
        pl.coalesce("race_admission", "usual").alias("ethnicity"),
        pl.col("intime").dt.year().alias("in_year"),
        (pl.col("intime").dt.year() - pl.col("anchor_year") + pl.col("anchor_age")).alias("age"),
        (pl.col("dischtime") >= pl.col("dod").cast(pl.Datetime)).fill_null(False).alias("outcome_inhospital_mortality"),
        seconds("intime_icu", "outtime").alias("time_to_icu_transfer"),
        pl.col("hadm_id").is_not_null().alias("outcome_hospitalization"),
        pl.col("intime").shift(-1).over("subject_id", order_by="position").alias("next_ed_visit_time"),
        (duration % DAY / 60).alias("ed_los"),
        hundredths(duration, 3600).alias("ed_los_hours"),
    )
    .with_columns(
        (pl.col("time_to_icu_transfer") <= 12 * 3600).fill_null(False).alias("outcome_icu_transfer_12h"),
        seconds("next_ed_visit_time", "outtime").alias("next_ed_visit_time_diff"),
        hundredths(pl.col("time_to_icu_transfer"), 3600).alias("time_to_icu_transfer_hours"),
    )
    .with_columns(
        (pl.col("outcome_inhospital_mortality") | pl.col("outcome_icu_transfer_12h")).alias("outcome_critical"),
        (pl.col("next_ed_visit_time_diff") < 3 * DAY).fill_null(False).alias("outcome_ed_revisit_3d"),
        hundredths(pl.col("next_ed_visit_time_diff"), DAY).alias("next_ed_visit_time_diff_days"),
    )
)
for part in (earlier_visits, earlier(admissions, "admittime", "hosp"), earlier(icustays, "intime", "icu"), triage, diseases, last, given, home):
    table = table.join(part, on="stay_id", how="left")
(
    table.with_columns(pl.col(counts).fill_null(0), pl.col(names).fill_null(0), *complaints)
    .drop("position", "usual", "race_admission")
    .sort("stay_id")
    .collect()
    .write_parquet(out, compression="zstd")
)
