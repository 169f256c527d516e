"""AUROC of LightGBM and of scikit-learn's random forest on the YAIB demo cohorts: facts of the cohorts alone, no rows.

    python make_cohorts.py FOLDER_OF_COHORTS > cohorts.json

Features of a stay (one label a stay): least, greatest and last value of each variable, and the static ones; of an hour (one label
an hour): the hour's values, the static ones and the hour's number. The cohorts are small, so that everything is done for several
halvings of the stays, by a hash, and the mean of the areas is kept.
"""

import json
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np
import polars as pl
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

FOLDER = Path(sys.argv[1])
# Sepsis is left out: of 7,707 hours 13 are a yes. Boosting's settings are such that LightGBM's estimate of a leaf's rows plays no
# part. `seeds`: our forests of a halving (scikit-learn's: SEEDS). `yes`: the label from which on it is a yes.
# In a table of 99 rows and 148 columns many splits are equally good, and a tree that takes another one can move a halving's area by
# several hundredths; only the mean is held against the limit.
COHORTS = [
    dict(name="mortality24", halvings=20, rounds=30, minSumHessian=1, minSamplesLeaf=5, seeds=3, yes=1),
    dict(name="aki", halvings=8, rounds=50, minSumHessian=4, minSamplesLeaf=10, seeds=1, yes=1),
    dict(name="los", halvings=4, rounds=50, minSumHessian=4, minSamplesLeaf=10, seeds=1, yes=72),
    dict(name="kidney_function", halvings=20, rounds=30, minSumHessian=1, minSamplesLeaf=5, seeds=3, yes=1.2),
]
TREES = 200
SEEDS = 3


def mix(h):
    """MurmurHash3's finaliser on 32-bit numbers."""
    h = h.astype(np.uint32)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def table(name, yes):
    folder = FOLDER / name / "mimic_demo"
    dyn, outc, sta = (pl.read_parquet(folder / f"{part}.parquet") for part in ("dyn", "outc", "sta"))
    variables = dyn.columns[2:]
    static = sta.select("stay_id", "age", (pl.col("sex") == "Female").cast(pl.Float64), "height", "weight")
    dyn = dyn.sort("stay_id", "time")
    if "time" in outc.columns:
        rows = outc.join(dyn, on=["stay_id", "time"]).join(static, on="stay_id").sort("stay_id", "time")
        rows = rows.with_columns(hour=pl.col("time").dt.total_hours().cast(pl.Float64))
        features = [*variables, *static.columns[1:], "hour"]
    else:
        parts = [
            [pl.col(v).min().alias(f"{v} min"), pl.col(v).max().alias(f"{v} max"), pl.col(v).drop_nulls().last().alias(f"{v} last")]
            for v in variables
        ]
        rows = outc.join(dyn.group_by("stay_id").agg([p for part in parts for p in part]), on="stay_id").join(static, on="stay_id").sort("stay_id")
        features = [*(f"{v} {how}" for v in variables for how in ("min", "max", "last")), *static.columns[1:]]
    # LightGBM keeps a bin for the value 0 wherever it occurs: with this added it occurs nowhere, and the bins are the same.
    x = rows.select(pl.col(features).cast(pl.Float64)).to_numpy() + 4096
    y = (rows["label"].cast(pl.Float64).to_numpy() >= yes).astype(int)
    return x, y, rows["stay_id"].to_numpy().astype(np.int64)


cohorts = []
for cohort in COHORTS:
    x, y, stays = table(cohort["name"], cohort["yes"])
    boosting, forest = [], []
    for halving in range(cohort["halvings"]):
        train = mix((stays + 1000003 * halving) & 0xFFFFFFFF) & np.uint32(1) == 0
        settings = dict(objective="binary", num_leaves=15, learning_rate=0.1, min_data_in_leaf=1, min_sum_hessian_in_leaf=cohort["minSumHessian"], max_bin=255, verbose=-1,
                        num_threads=1, deterministic=True, force_col_wise=True, enable_bundle=False, feature_pre_filter=False, seed=1)
        model = lgb.train(settings, lgb.Dataset(x[train], y[train], params=dict(settings)), cohort["rounds"])
        boosting.append(roc_auc_score(y[~train], model.predict(x[~train], raw_score=True)))
        areas = [
            roc_auc_score(y[~train], RandomForestClassifier(TREES, min_samples_leaf=cohort["minSamplesLeaf"], random_state=seed, n_jobs=2)
                          .fit(x[train], y[train]).predict_proba(x[~train])[:, 1])
            for seed in range(SEEDS)
        ]
        forest.append(float(np.mean(areas)))
    facts = dict(rows=len(y), columns=x.shape[1], positives=int(y.sum()))
    cohorts.append({**cohort, **facts, "lightgbm": [round(float(a), 6) for a in boosting], "forest": [round(a, 5) for a in forest]})
    print(cohorts[-1]["name"], facts, np.mean(boosting), np.std(boosting), np.mean(forest), np.std(forest), file=sys.stderr)
print(json.dumps(dict(lightgbm=lgb.__version__, trees=TREES, cohorts=cohorts), indent=1))
