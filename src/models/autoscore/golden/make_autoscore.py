"""Makes autoscore.json: tables of points by an independent reading of the method, with pandas and scikit-learn.

Run: python make_autoscore.py   (numpy, pandas, scikit-learn)

Written from the paper's description (Xie et al., JMIR Med Inform 2020;8(10):e21798, modules 2 and 3): quantile cuts,
intervals closed on the left, unpenalised logistic regression on indicator columns, the lowest category as reference and
the regression made again, coefficients over the smallest positive one, rounded, scaled to the maximum, rounded.
"""
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

QUANTILES = [0, 0.05, 0.2, 0.8, 0.95, 1]


def rounded(value, digits, decimals):
    number = Decimal(float(value))
    first = number.quantize(Decimal(1).scaleb(number.adjusted() - digits + 1), ROUND_HALF_UP)
    return float(Decimal(float(first)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def cut_points(column, decimals):
    marks = list(dict.fromkeys(column.dropna().quantile(QUANTILES)))
    if len(marks) <= 2:
        return [float(column.max())]
    return sorted({rounded(mark, 3, decimals) for mark in marks[1:-1]})


def categories(column, cuts):
    codes = np.searchsorted(np.array(cuts), column.to_numpy(), side="right").astype(int)
    codes[column.isna().to_numpy()] = len(cuts) + 1
    return pd.Series(codes, index=column.index)


def regress(coded, y, references):
    parts = []
    for name in coded:
        dummies = pd.get_dummies(coded[name], prefix=name, prefix_sep="|", dtype=float)
        parts.append(dummies.drop(columns=f"{name}|{references[name]}"))
    design = pd.concat(parts, axis=1)
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000, solver="newton-cholesky").fit(design, y)
    found = {name: {references[name]: 0.0} for name in coded}
    for column, value in zip(design.columns, model.coef_[0]):
        name, code = column.split("|")
        found[name][int(code)] = float(value)
    return found


def points_of(coded, y, maximum):
    references = {name: int(coded[name].min()) for name in coded}
    first = regress(coded, y, references)
    references = {name: min(own, key=own.get) for name, own in first.items()}
    second = regress(coded, y, references)
    smallest = min(value for own in second.values() for value in own.values() if value > 0)
    whole = {name: {code: round(value / smallest) for code, value in own.items()} for name, own in second.items()}
    total = sum(max(own.values()) for own in whole.values())
    points = {name: {code: round(value * maximum / total) for code, value in own.items()} for name, own in whole.items()}
    return points


def fits(points, maximum):
    """The paper's rounding may end above the maximum, which Bedside prevents: such cases are left out."""
    return sum(max(own.values()) for own in points.values()) <= maximum


def table(rows, seed):
    random = np.random.default_rng(seed)
    age = random.integers(18, 95, rows).astype(float)
    heart = np.round(random.normal(85, 18, rows))
    temperature = np.round(random.normal(36.8, 0.6, rows), 1)
    lactate = np.round(random.lognormal(0.5, 0.6, rows), 1)
    male = random.integers(0, 2, rows).astype(float)
    visits = random.poisson(0.6, rows).astype(float)
    risk = -1.2 + 0.025 * (age - 55) + 0.02 * np.abs(heart - 80) + 0.6 * np.log(lactate) + 0.25 * male + 0.2 * visits
    lactate[random.random(rows) < 0.35] = np.nan
    risk += np.where(np.isnan(lactate), -0.5, 0)
    y = (random.random(rows) < 1 / (1 + np.exp(-risk))).astype(int)
    x = pd.DataFrame(dict(age=age, heart=heart, temperature=temperature, lactate=lactate, male=male, visits=visits))
    return x, y


def case(rows, seed, maximum):
    x, y = table(rows, seed)
    decimals = dict(age=0, heart=0, temperature=1, lactate=1, male=0, visits=0)
    cuts = {name: cut_points(x[name], decimals[name]) for name in x}
    coded = pd.DataFrame({name: categories(x[name], cuts[name]) for name in x})
    points = points_of(coded, y, maximum)
    parted = any(y[coded[name] == code].min() == y[coded[name] == code].max() for name in x for code in points[name])
    if parted or not fits(points, maximum):
        return case(rows, seed + 1, maximum)
    score = sum(coded[name].map(points[name]) for name in x)
    return {
        "seed": seed,
        "maximum": maximum,
        "names": list(x),
        "x": [[None if np.isnan(value) else value for value in x[name]] for name in x],
        "y": y.tolist(),
        "cutoffs": cuts,
        "points": {name: [points[name][code] for code in sorted(points[name])] for name in x},
        "auroc": float(roc_auc_score(y, score)),
    }


if __name__ == "__main__":
    cases = [case(800, 3, 100), case(1200, 9, 100), case(1000, 11, 20)]
    Path(__file__).with_name("autoscore.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    for one in cases:
        print(one["seed"], one["cutoffs"], one["points"], round(one["auroc"], 4))
