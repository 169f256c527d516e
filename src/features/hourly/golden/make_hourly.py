"""Hourly features of a random ragged grid, worked out with pandas: YAIB's running figures and Bedside's recency features.

Run: python make_hourly.py (numpy, pandas, scikit-learn). Writes hourly.json beside it.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(11)
VARIABLES = ["hr", "lact", "never"]
STAYS = 7
TRAIN = [0, 1, 2, 4]

grid = []
for stay in range(STAYS):
    for hour in range(int(rng.integers(1, 40))):
        grid.append([stay, hour, *(np.float64(np.float32(x)) for x in rng.normal([80, 2, 0], [12, 1, 1]))])
frame = pd.DataFrame(grid, columns=["stay", "hour", *VARIABLES])
share = {"hr": 0.7, "lact": 0.15, "never": 0.0}
for name in VARIABLES:
    frame.loc[rng.uniform(size=len(frame)) >= share[name], name] = np.nan
raw = frame[VARIABLES].copy()

# YAIB: standardise on the training stays, mark what is missing, fill forward, then with 0
scaler = StandardScaler().fit(frame.loc[frame.stay.isin(TRAIN), VARIABLES])
scaled = pd.DataFrame((frame[VARIABLES] - scaler.mean_) / scaler.scale_, columns=VARIABLES)
missing = scaled.isna().astype(float)
filled = scaled.groupby(frame.stay).ffill().fillna(0)
by_stay = filled.groupby(frame.stay)
yaib = {}
for name in VARIABLES:
    yaib[name] = filled[name]
    yaib[f"{name}_missing"] = missing[name]
    yaib[f"{name}_min"] = by_stay[name].cummin()
    yaib[f"{name}_max"] = by_stay[name].cummax()
    yaib[f"{name}_count"] = by_stay[name].cumcount() + 1.0
    yaib[f"{name}_mean"] = by_stay[name].expanding().mean().reset_index(level=0, drop=True)

# recency, missing values kept
recency = {}
for name in ["hr", "lact"]:
    observed = raw[name].groupby(frame.stay)
    last_hour = frame.hour.where(raw[name].notna()).groupby(frame.stay).ffill()
    recency[f"{name}_hours_since"] = (frame.hour - last_hour) / 24

    def slope(values):
        known = values.dropna().iloc[-4:]
        return np.polyfit(known.index.to_numpy(), known.to_numpy(), 1)[0] if len(known) > 1 else np.nan

    slopes = []
    for _, own in scaled[name].groupby(frame.stay):
        slopes += [slope(own.iloc[: i + 1]) for i in range(len(own))]
    recency[f"{name}_slope"] = pd.Series(slopes)
    for hours in (6, 12, 24):
        window = scaled[name].groupby(frame.stay).rolling(hours, min_periods=1)
        for figure in ("min", "max", "mean"):
            recency[f"{name}_{figure}_{hours}h"] = getattr(window, figure)().reset_index(level=0, drop=True)
        last = scaled[name].groupby(frame.stay).ffill().where((frame.hour - last_hour) < hours)
        recency[f"{name}_last_{hours}h"] = last


def column(values):
    return [None if np.isnan(x) else round(float(x), 9) for x in values]


out = {
    "variables": VARIABLES,
    "train": TRAIN,
    "stay": frame.stay.tolist(),
    "hour": frame.hour.tolist(),
    "values": {name: [None if np.isnan(x) else float(x) for x in raw[name]] for name in VARIABLES},
    "yaib": {name: column(values) for name, values in yaib.items()},
    "recency": {name: column(values) for name, values in recency.items()},
}
Path(__file__).with_name("hourly.json").write_text(json.dumps(out) + "\n")
