"""Reference features for yaib-features.json: YAIB's preprocessing for classical models as its paper-era code does it, with
pandas and scikit-learn. Run: python make_yaib_features.py > yaib-features.json"""
import json

import numpy as np
import pandas as pd
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import LabelEncoder, StandardScaler

rng = np.random.default_rng(1111)
variables = ["dense", "sparse", "constant", "never", "only_held_out"]
stays, hours, train_stays = 14, 5, 9

grid = np.stack(
    [
        np.where(rng.random((stays, hours)) < 0.8, rng.normal(140, 5, (stays, hours)).round(1), np.nan),
        np.where(rng.random((stays, hours)) < 0.25, rng.lognormal(0.5, 1, (stays, hours)).round(2), np.nan),
        np.where(rng.random((stays, hours)) < 0.5, 21.1, np.nan),
        np.full((stays, hours), np.nan),
        np.where(rng.random((stays, hours)) < 0.5, rng.normal(7.4, 0.1, (stays, hours)).round(2), np.nan),
    ],
    axis=2,
)
grid[:train_stays, :, 4] = np.nan
static = pd.DataFrame(
    {
        "age": rng.integers(18, 91, stays).astype(float),
        "sex": rng.choice(["Male", "Female"], stays),
        "height": rng.normal(170, 9, stays).round(0),
        "weight": rng.normal(80, 14, stays).round(1),
    }
).astype({"sex": object})
static.loc[[1, 4, 11], "height"] = np.nan
static.loc[[2, 12], "weight"] = np.nan
static.loc[[3, 10], "sex"] = None

dyn = pd.DataFrame(grid.reshape(-1, len(variables)), columns=variables)
dyn["stay"] = np.repeat(np.arange(stays), hours)
train = dyn["stay"] < train_stays

# Standardise, mark missing, fill forward, fill with 0, running figures, last row: in YAIB's order.
with np.errstate(all="ignore"):
    scaler = StandardScaler().fit(dyn.loc[train, variables])
    dyn[variables] = scaler.transform(dyn[variables])
indicator = MissingIndicator(features="all").fit(dyn.loc[train, variables])
missing = pd.DataFrame(indicator.transform(dyn[variables]).astype(float), columns=variables)
filled = dyn.groupby("stay")[variables].ffill().fillna(0)
by_stay = filled.groupby(dyn["stay"])[variables]
parts = {"": filled, "_missing": missing}
for suffix, how in [("_min", "min"), ("_max", "max"), ("_count", "count"), ("_mean", "mean")]:
    parts[suffix] = getattr(by_stay.expanding(), how)().reset_index(level=0, drop=True)
last = {name + suffix: part.groupby(dyn["stay"]).last()[name] for suffix, part in parts.items() for name in variables}

fixed = static.copy()
numeric = ["age", "height", "weight"]
fixed[numeric] = StandardScaler().fit(static.loc[: train_stays - 1, numeric]).transform(static[numeric])
fixed[numeric] = fixed[numeric].fillna(0)
imputer = SimpleImputer(missing_values=None, strategy="most_frequent").fit(static.loc[: train_stays - 1, ["sex"]])
sex = imputer.transform(static[["sex"]])[:, 0]
fixed["sex"] = LabelEncoder().fit(sex[:train_stays]).transform(sex).astype(float)

nullable = lambda values: [None if pd.isna(v) else v for v in values]
print(
    json.dumps(
        {
            "variables": variables,
            "trainStays": train_stays,
            "grid": [[nullable(row) for row in stay] for stay in grid.tolist()],
            "static": {name: nullable(static[name].tolist()) for name in static},
            "expected": {
                **{name: column.tolist() for name, column in last.items()},
                **{name: fixed[name].tolist() for name in fixed},
            },
        },
        separators=(",", ":"),
    )
)
