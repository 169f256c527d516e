"""Reference trees, AUROC and out-of-bag scores of scikit-learn's forests.

Writes forest.json beside this script. The tables are not stored: `table` below and `fixture.ts` make the same numbers,
each of 24 bits, so that scikit-learn's 32-bit floats hold them exactly.

    python make_forest.py [folder of yaib-demo-cohorts]
"""

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

HERE = Path(__file__).parent
TREES = 300
SEEDS = 12
LEAF = 8


def mix(h):
    """MurmurHash3's finaliser on 32-bit numbers."""
    h = h.astype(np.uint32)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def uniform(salt, count):
    """Numbers in [0, 1) of 24 bits: draw k of a salt."""
    k = np.arange(count, dtype=np.uint32)
    return (mix(k * np.uint32(0x9E3779B1) + np.uint32(salt * 7919 + 1)) >> np.uint32(8)) / 2.0**24


def table(kind, rows, columns, salt):
    x = uniform(salt, rows * columns).reshape(rows, columns)
    if kind == "levels":
        x[:, ::3] = np.floor(x[:, ::3] * 5)
    if kind in ("missing", "tree-missing"):
        gone = uniform(salt + 1, rows * columns).reshape(rows, columns)
        limit = np.where(np.arange(columns) % 3 == 0, 0.3, 0.1) * (0.5 + x)
        if kind == "tree-missing":
            # Whether column 3 is missing says more than its value.
            limit[:, 3] = np.where(x[:, 0] > 0.6, 0.95, 0.02)
        x = np.where((gone < limit) & (np.arange(columns) % 3 != 2), np.nan, x)
    return x


def score_of(kind, x):
    """What the outcome depends on, about 0 in the middle."""
    filled = np.where(np.isnan(x), 0.9, x)
    c = filled - 0.5
    if kind == "levels":
        return (filled[:, 0] >= 2) * 1.5 + (filled[:, 3] == 1) * 2.0 - (filled[:, 6] > 3) * (c[:, 1] > 0) * 2.0 + 3 * c[:, 4] - 1
    if kind == "interactions":
        return 12 * c[:, 0] * c[:, 1] + 3 * np.abs(c[:, 2]) * (c[:, 3] > 0.1) + 4 * c[:, 4] * c[:, 5] + 2 * c[:, 6]
    if kind == "rare":
        return 5 * c[:, 0] + 4 * c[:, 1] * (c[:, 2] > 0) - 3 * c[:, 3] - 3.2
    return 4 * c[:, 0] - 3 * c[:, 1] + 2.5 * c[:, 2] * (c[:, 3] > 0) + 2 * c[:, 3] - 1.5 * c[:, 4]


def labels(kind, x, salt):
    return (uniform(salt + 2, len(x)) < 1 / (1 + np.exp(-score_of(kind, x)))).astype(int)


def trees():
    for kind in ("tree", "tree-missing"):
        x = table(kind, 400, 6, 11)
        target = score_of(kind, x) + uniform(17, len(x)) * 2
        binary = labels(kind, x, 11)
        three = np.digitize(target, np.quantile(target, [0.4, 0.75]))
        weights = np.floor(uniform(19, len(x)) * 4)
        for outcome, criterion in [("binary", "gini"), ("binary", "entropy"), ("multiclass", "gini"), ("multiclass", "entropy"), ("l2", None)]:
            y = {"binary": binary, "multiclass": three, "l2": target}[outcome]
            for weighted in (False, True):
                for limits in (
                    {"max_depth": 5, "min_samples_leaf": 7},
                    {"max_leaf_nodes": 11, "min_samples_leaf": 5},
                    {"min_samples_split": 40, "min_samples_leaf": 6, "min_impurity_decrease": 0.002, "min_weight_fraction_leaf": 0.03},
                ):
                    fits = []
                    for seed in range(4):
                        common = dict(random_state=seed, **limits)
                        model = DecisionTreeRegressor(**common) if outcome == "l2" else DecisionTreeClassifier(criterion=criterion, **common)
                        fits.append(model.fit(x, y, sample_weight=weights if weighted else None).tree_)
                    fit = fits[0]
                    # A tie between columns would be broken by chance.
                    if any(list(f.feature) != list(fit.feature) or list(f.threshold) != list(fit.threshold) for f in fits):
                        print("tied, left out:", kind, outcome, criterion, weighted, limits)
                        continue
                    values = fit.value[:, 0, :]
                    yield {
                        "kind": kind,
                        "objective": outcome,
                        "criterion": criterion,
                        "weighted": weighted,
                        "limits": limits,
                        "feature": [int(f) if f >= 0 else -1 for f in fit.feature],
                        "threshold": [0 if f < 0 else "all" if np.isinf(t) else float(t) for f, t in zip(fit.feature, fit.threshold)],
                        "missingLeft": [int(m) if f >= 0 else 0 for f, m in zip(fit.feature, fit.missing_go_to_left)],
                        "left": [int(c) for c in fit.children_left],
                        "value": [round(float(v), 15) for v in (values[:, 1] if outcome == "binary" else values.ravel())],
                        "cover": [float(w) for w in fit.weighted_n_node_samples],
                        "importance": [round(float(v), 14) for v in fit.compute_feature_importances()],
                    }


def spread(values):
    return {"mean": round(float(np.mean(values)), 5), "sd": round(float(np.std(values)), 5)}


def measure(name, x, y, xt, yt):
    result = {"name": name, "positives": int(y.sum()), "testPositives": int(yt.sum())}
    for family, make in [
        ("random-forest", lambda seed: RandomForestClassifier(TREES, min_samples_leaf=LEAF, oob_score=True, random_state=seed, n_jobs=2)),
        ("extra-trees", lambda seed: ExtraTreesClassifier(TREES, min_samples_leaf=LEAF, random_state=seed, n_jobs=2)),
    ]:
        fits = [make(seed).fit(x, y) for seed in range(SEEDS)]
        result[family] = {"auroc": spread([roc_auc_score(yt, f.predict_proba(xt)[:, 1]) for f in fits])}
        if family == "random-forest":
            result[family]["outOfBag"] = spread([f.oob_score_ for f in fits])
            result[family]["outOfBagAuroc"] = spread([roc_auc_score(y, f.oob_decision_function_[:, 1]) for f in fits])
    print(json.dumps(result))
    return result


def quality():
    for salt, (kind, columns) in enumerate([("linear", 20), ("missing", 15), ("interactions", 12), ("levels", 18), ("rare", 25)]):
        x = table(kind, 4500, columns, 100 + 10 * salt)
        y = labels(kind, x, 100 + 10 * salt)
        yield measure(kind, x[:1500], y[:1500], x[1500:], y[1500:])


def regression():
    x = table("interactions", 1500, 12, 300)
    y = score_of("interactions", x) + uniform(303, len(x)) * 2
    fits = [RandomForestRegressor(TREES, min_samples_leaf=LEAF, max_features=0.4, oob_score=True, random_state=seed, n_jobs=2).fit(x, y) for seed in range(SEEDS)]
    return {"outOfBag": spread([f.oob_score_ for f in fits])}


def cohort(folder):
    """Hourly acute kidney injury of the YAIB demo cohort: the hour's 48 variables, even stays to train, odd to test."""
    import polars as pl

    dyn = pl.read_parquet(folder / "dyn.parquet")
    outc = pl.read_parquet(folder / "outc.parquet")
    rows = dyn.join(outc, on=["stay_id", "time"], how="inner").sort("stay_id", "time")
    stays = rows["stay_id"].unique().sort()
    position = {stay: i for i, stay in enumerate(stays)}
    even = np.array([position[stay] % 2 == 0 for stay in rows["stay_id"]])
    label = outc.columns[-1]
    x = rows.select(dyn.columns[2:]).to_numpy().astype(float)
    y = rows[label].cast(pl.Int64).to_numpy()
    return measure("yaib-demo", x[even], y[even], x[~even], y[~even])


if __name__ == "__main__":
    out = {"trees": list(trees()), "quality": list(quality()), "regression": regression()}
    if len(sys.argv) > 1:
        out["cohort"] = cohort(Path(sys.argv[1]))
    (HERE / "forest.json").write_text(json.dumps(out, separators=(",", ":")).replace('{"kind"', '\n{"kind"') + "\n")
