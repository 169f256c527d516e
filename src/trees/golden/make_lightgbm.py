"""LightGBM models, their predictions and SHAP values, to hold the reader and the SHAP code against.

Writes into the folder of this script: one text model a case, and lightgbm.json with the rows, LightGBM's raw scores and
predictions, and values of the `shap` package (0.51): path-dependent ones, interactions, and ones against background rows.
The models of exported/, written by the tests from these and from random ensembles, are loaded by LightGBM in turn; its
predictions from them go to exported.json.

    python make_lightgbm.py
"""

import json
from pathlib import Path

import lightgbm as lgb
import numpy as np
import shap

HERE = Path(__file__).parent
SEED = 11
ROWS = 600
SHOWN = 30
BACKGROUND = 12


def clean(values):
    return [None if np.isnan(v) else float(v) for v in np.asarray(values, dtype=float).ravel()]


def table(rng, missing):
    x = np.round(rng.normal(size=(ROWS, 5)), 2)
    x[:, 3] = rng.integers(0, 40, ROWS)
    x[:, 4] = np.round(rng.exponential(2, ROWS), 1) * (rng.random(ROWS) > 0.3)
    score = x[:, 0] + 0.8 * x[:, 1] * x[:, 2] + 0.7 * np.isin(x[:, 3] % 7, [1, 4]) - 0.3 * x[:, 4]
    if missing:
        x[rng.random(x.shape) < 0.15] = np.nan
    return x, score + 0.5 * rng.normal(size=ROWS)


rng = np.random.default_rng(SEED)
x, score = table(rng, True)
full, full_score = table(rng, False)
shown = x[:SHOWN].copy()
shown[0, 3], shown[1, 3], shown[2, 3], shown[3, 3], shown[4, 3] = 99, -1, 4.7, np.nan, 1000
shown[5, 0], shown[6, 1], shown[7, 2] = np.inf, -np.inf, 0.0
background = x[100 : 100 + BACKGROUND]

yes = (score > 0).astype(int)
classes = np.digitize(score, [-0.8, 0.8])
counts = rng.poisson(np.exp(np.clip(score, -2, 2)))
numeric = dict(categorical_feature=[])
with_categories = dict(categorical_feature=[3])
CASES = {
    "binary": (dict(objective="binary"), x, yes, numeric),
    "binary-steep": (dict(objective="binary", sigmoid=2.5), x, yes, numeric),
    "multiclass": (dict(objective="multiclass", num_class=3), x, classes, numeric),
    "regression": (dict(objective="regression"), x, score, numeric),
    "l1": (dict(objective="l1"), x, score, numeric),
    "quantile": (dict(objective="quantile", alpha=0.3), x, score, numeric),
    "poisson": (dict(objective="poisson"), x, counts, numeric),
    "categorical": (dict(objective="binary"), x, yes, with_categories),
    "no-missing": (dict(objective="binary"), full, (full_score > 0).astype(int), numeric),
    "rf": (dict(objective="binary", boosting="rf", bagging_freq=1, bagging_fraction=0.6), x, yes, numeric),
    "rf-multiclass": (
        dict(objective="multiclass", num_class=3, boosting="rf", bagging_freq=1, bagging_fraction=0.6),
        x,
        classes,
        numeric,
    ),
    "constant": (dict(objective="regression", min_data_in_leaf=500), x, score, numeric),
    "custom": (dict(objective=lambda p, d: (p - d.get_label(), np.ones(len(p)))), x, score, numeric),
}
REFUSED = {
    "zero-as-missing": (dict(objective="binary", zero_as_missing=True), x, yes, numeric),
    "linear": (dict(objective="regression", linear_tree=True), full, full_score, numeric),
    "one-versus-all": (dict(objective="multiclassova", num_class=3), x, classes, numeric),
}


def train(settings, table, labels, columns):
    settings = dict(
        num_leaves=8,
        min_data_in_leaf=10,
        learning_rate=0.3,
        min_data_per_group=5,
        cat_smooth=1,
        max_cat_to_onehot=1,
        seed=1,
        verbose=-1,
        num_threads=1,
        deterministic=True,
        force_row_wise=True,
    ) | settings
    rounds = 3 if "num_class" in settings else 6
    return lgb.train(settings, lgb.Dataset(table, labels, **columns), rounds)


def model_text(model):
    """The model without the list of training settings, which says nothing about predictions."""
    text = model.model_to_string()
    start, end = text.index("\nparameters:"), text.index("end of parameters")
    return text[: start + 1] + "parameters:\n" + text[end:]


def outputs_first(values, dimensions):
    """The package puts outputs last; here they stand before the features."""
    values = np.asarray(values)
    return np.moveaxis(values, -1, 1) if values.ndim > dimensions else values


def shap_of(model, name):
    """LightGBM's own pred_contrib ends with the expected value. The package's tree code knows no categorical split; its
    values against background rows come from sums of 32-bit numbers, so that its exact explainer, run on LightGBM's
    64-bit raw scores, is kept beside it."""
    result = {"contributions": clean(model.predict(shown, pred_contrib=True))}
    exact = shap.explainers.ExactExplainer(
        lambda rows: model.predict(rows, raw_score=True), shap.maskers.Independent(background, max_samples=BACKGROUND)
    )(shown)
    result["interventional"] = clean(outputs_first(exact.values, 2))
    result["interventionalBase"] = clean(exact.base_values[0])
    if name == "categorical":
        return result
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    result["interactions"] = clean(outputs_first(explainer.shap_interaction_values(shown), 3))
    result["pathDependent"] = clean(outputs_first(explainer.shap_values(shown, check_additivity=False), 2))
    against = shap.TreeExplainer(model, data=background, feature_perturbation="interventional", model_output="raw")
    result["interventionalShort"] = clean(outputs_first(against.shap_values(shown, check_additivity=False), 2))
    return result


cases = {}
for name, (settings, data, labels, columns) in CASES.items():
    model = train(settings, data, labels, columns)
    (HERE / f"{name}.txt").write_text(model_text(model))
    cases[name] = {
        "raw": clean(model.predict(shown, raw_score=True)),
        "prediction": clean(model.predict(shown)),
    }
    if name in ("binary", "multiclass", "categorical"):
        cases[name]["shap"] = shap_of(model, name)
for name, (settings, data, labels, columns) in REFUSED.items():
    (HERE / f"refused-{name}.txt").write_text(model_text(train(settings, data, labels, columns)))

(HERE / "lightgbm.json").write_text(
    json.dumps(
        {
            "rows": SHOWN,
            "columns": 5,
            "x": [None if np.isnan(v) else ("Infinity" if v == np.inf else "-Infinity" if v == -np.inf else float(v)) for v in shown.ravel()],
            "background": clean(background),
            "cases": cases,
        }
    )
    + "\n"
)

exported = {}
for path in sorted((HERE / "exported").glob("*.txt")):
    model = lgb.Booster(model_file=str(path))
    exported[path.stem] = {
        "prediction": clean(model.predict(shown)),
        "contributions": clean(model.predict(shown, pred_contrib=True)),
    }
(HERE / "exported.json").write_text(json.dumps(exported) + "\n")
