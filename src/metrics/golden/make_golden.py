"""Makes the reference figures of the metrics tests with scikit-learn, statsmodels and numpy.

Run: python make_golden.py   (needs scikit-learn, statsmodels, numpy; writes the JSON files beside it)

Rows are not stored: each case names a recipe, and `golden.test.ts` makes the same rows from the same seed. A figure is null
where ours must refuse with an error that says it is not defined.
"""

import json
import math
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy
import sklearn
import sklearn.metrics as skm
import statsmodels
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")
HERE = Path(__file__).parent


class Draws:
    """A 32-bit linear congruential generator, the same as in golden.test.ts."""

    def __init__(self, seed):
        self.state = (seed * 2654435761) % 2**32

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state / 2**32


SCORES = {
    "uniform": lambda u, y: u,
    "informed": lambda u, y: (u + y) / 2,
    "weak": lambda u, y: u * 0.8 + y * 0.15,
    "ties5": lambda u, y: math.floor(u * 5) / 5,
    "tiesInformed": lambda u, y: math.floor((u + y) * 4) / 8,
    "constant": lambda u, y: 0.3,
    "perfect": lambda u, y: 0.5 + u / 2 if y == 1 else u / 2,
    "reversed": lambda u, y: u / 2 if y == 1 else 0.5 + u / 2,
    "certain": lambda u, y: 0.0 if u < 0.15 else 1.0 if u > 0.85 else u,
    "edges": lambda u, y: math.floor(u * 11) / 10,
    "low": lambda u, y: u * 0.01,
    "nearOne": lambda u, y: 1 - u * 1e-9,
    # not probabilities
    "signed": lambda u, y: (u - 0.5) * 8 + y,
    "huge": lambda u, y: (u - 0.5) * 1.7e308,
    "tiny": lambda u, y: u * 1e-310,
    "offset": lambda u, y: 1e15 + math.floor(u * 64 + y * 8) / 8,
}
PROBABILITIES = [name for name in SCORES if name not in ("signed", "huge", "tiny", "offset")]
WEIGHTS = {
    "none": None,
    "uniform": lambda u: u + 0.01,
    "whole": lambda u: float(math.floor(u * 4)),
    "wide": lambda u: u * u * u * 1000 + 1e-6,
}


def make_rows(recipe):
    draws = Draws(recipe["seed"])
    n = recipe["rows"]
    labels, scores, weights = np.empty(n), np.empty(n), np.empty(n)
    drawn = [(draws.next(), draws.next(), draws.next()) for _ in range(n)]
    for i, (a, b, c) in enumerate(drawn):
        labels[i] = 1.0 if a < recipe["prevalence"] else 0.0
        if recipe["bothClasses"] and i == 0:
            labels[i] = 1.0
        if recipe["bothClasses"] and i == n - 1:
            labels[i] = 0.0
        scores[i] = SCORES[recipe["scores"]](b, labels[i])
        weights[i] = 1.0 if recipe["weights"] == "none" or i in (0, n - 1) else WEIGHTS[recipe["weights"]](c)
    return labels, scores, None if recipe["weights"] == "none" else weights


def plain(x):
    """A number JSON can hold; NaN (undefined) becomes null."""
    if x is None:
        return None
    x = float(x)
    if math.isnan(x):
        return None
    return "Infinity" if x == math.inf else x


def numbers(xs):
    return [plain(x) for x in xs]


def net_benefit(y, p, w, t):
    w = np.ones_like(y) if w is None else w
    called = p >= t
    return (np.sum(w[called & (y == 1)]) - np.sum(w[called & (y == 0)]) * t / (1 - t)) / np.sum(w)


def calibration_errors(y, p, bins, strategy):
    """Expected calibration error from scikit-learn's curve and the counts of its own bins."""
    observed, predicted = calibration_curve(y, p, n_bins=bins, strategy=strategy)
    edges = np.linspace(0, 1, bins + 1)
    if strategy == "quantile":
        edges = np.percentile(p, edges * 100)
    counts = np.bincount(np.searchsorted(edges[1:-1], p), minlength=bins)
    counts = counts[counts > 0]
    return np.sum(counts * np.abs(observed - predicted)) / len(y), observed, predicted, counts


def exact_brier(y, s, w):
    w = np.ones_like(y) if w is None else w
    terms = [Fraction(k) * (Fraction(a) - Fraction(b)) ** 2 for a, b, k in zip(y, s, w)]
    return float(sum(terms) / sum(map(Fraction, w)))


def exact_matthews(y, calls, w):
    w = np.ones_like(y) if w is None else w
    tn, fp, fn, tp = [
        sum(Fraction(k) for a, b, k in zip(y, calls, w) if (a, b) == cell) for cell in ((0, 0), (0, 1), (1, 0), (1, 1))
    ]
    square = Fraction((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return 0.0 if square == 0 else float((tp * tn - fp * fn) / Fraction(math.sqrt(square)))


def exact_r2(y, s, w):
    w = np.ones_like(y) if w is None else w
    y, s, w = [list(map(Fraction, xs)) for xs in (y, s, w)]
    mean = sum(k * a for a, k in zip(y, w)) / sum(w)
    error = sum(k * (a - b) ** 2 for a, b, k in zip(y, s, w))
    variation = sum(k * (a - mean) ** 2 for a, k in zip(y, w))
    if error == 0:
        return 1.0
    return 0.0 if variation == 0 else float(1 - error / variation)


ROUNDED = {"brier": 0, "matthews": 0, "r2": 0}


def unless_rounded(name, value, exact):
    """scikit-learn's figure, or the exact one where its own rounding costs more than 13 digits (it subtracts near-equals)."""
    if abs(value - exact) <= 1e-13 * abs(exact):
        return value
    ROUNDED[name] += 1
    return exact


def figures(y, s, w, threshold, probability):
    positive = y if w is None else y[w > 0]
    one_class = len(np.unique(positive)) < 2
    no_positive = not np.any(positive == 1)
    calls = (s >= threshold).astype(float)
    matrix = skm.confusion_matrix(y, calls, labels=[0, 1], sample_weight=w)
    rate = dict(sample_weight=w, zero_division=np.nan)
    out = {
        "auroc": None if one_class else skm.roc_auc_score(y, s, sample_weight=w),
        "averagePrecision": None if no_positive else skm.average_precision_score(y, s, sample_weight=w),
        "tn": matrix[0, 0],
        "fp": matrix[0, 1],
        "fn": matrix[1, 0],
        "tp": matrix[1, 1],
        "sensitivity": skm.recall_score(y, calls, **rate),
        "specificity": skm.recall_score(y, calls, pos_label=0, **rate) if np.any(y == 0) else None,
        "ppv": skm.precision_score(y, calls, **rate),
        "npv": skm.precision_score(y, calls, pos_label=0, **rate) if np.any(y == 0) or np.any(calls == 0) else None,
        "accuracy": skm.accuracy_score(y, calls, sample_weight=w),
        "f1": skm.f1_score(y, calls, **rate),
        "balancedAccuracy": None if one_class else skm.balanced_accuracy_score(y, calls, sample_weight=w),
        "matthews": unless_rounded(
            "matthews", skm.matthews_corrcoef(y, calls, sample_weight=w), exact_matthews(y, calls, w)
        ),
        "kappa": skm.cohen_kappa_score(y, calls, labels=[0, 1], sample_weight=w),
    }
    if probability:
        prevalence = np.average(y, weights=w)
        reference = np.average((y - prevalence) ** 2, weights=w)
        score = unless_rounded(
            "brier", skm.brier_score_loss(y, s, sample_weight=w, pos_label=1), exact_brier(y, s, w)
        )
        out["brier"] = score
        out["brierSkill"] = None if one_class else 1 - score / reference
        out["logLoss"] = skm.log_loss(y, s, sample_weight=w, labels=[0, 1])
        if threshold < 1:
            out["netBenefit"] = net_benefit(y, s, w, threshold)
        if w is None:
            for bins in (10, 4):
                for strategy in ("uniform", "quantile"):
                    out[f"ece.{strategy}.{bins}"] = calibration_errors(y, s, bins, strategy)[0]
            observed, predicted = calibration_curve(y, s, n_bins=10)
            out["medsCalibrationError"] = np.abs(observed - predicted).mean()
    return {name: plain(value) for name, value in out.items()}


def curves(y, s, w, probability):
    out = {}
    for drop in (True, False):
        fpr, tpr, thresholds = skm.roc_curve(y, s, sample_weight=w, drop_intermediate=drop)
        out[f"roc.{str(drop).lower()}"] = [numbers(fpr), numbers(tpr), numbers(thresholds)]
        precision, recall, thresholds = skm.precision_recall_curve(y, s, sample_weight=w, drop_intermediate=drop)
        out[f"pr.{str(drop).lower()}"] = [numbers(precision), numbers(recall), numbers(thresholds)]
    if probability and w is None:
        for strategy in ("uniform", "quantile"):
            _, observed, predicted, counts = calibration_errors(y, s, 5, strategy)
            out[f"calibration.{strategy}"] = [numbers(observed), numbers(predicted), numbers(counts)]
    return out


def recipes(score_names, weight_names, sizes, prevalences, first_seed, both=True):
    seed = first_seed
    for n in sizes:
        for scores in score_names:
            for k, weights in enumerate(weight_names):
                seed += 1
                yield dict(
                    seed=seed,
                    rows=n,
                    prevalence=prevalences[(seed + k) % len(prevalences)],
                    bothClasses=both,
                    scores=scores,
                    weights=weights,
                )


EDGES = [
    ([1], [0.7], None),
    ([0], [0.7], None),
    ([1, 0], [0.7, 0.7], None),
    ([0, 1], [0.2, 0.8], None),
    ([1, 0], [0.2, 0.8], None),
    ([1, 1, 1], [0.2, 0.5, 0.8], None),
    ([0, 0, 0], [0.2, 0.5, 0.8], None),
    ([0, 1, 0, 1], [0.0, 1.0, 1.0, 0.0], None),
    ([0, 1, 0, 1], [0.0, -0.0, -0.0, 0.0], None),
    ([0, 1, 1, 0], [0.1, 0.1 + 2**-56, 0.1, 0.1 + 2**-55], None),
    ([0, 1, 1, 0], [5e-324, 1e-323, 0.0, 5e-324], None),
    ([0, 1, 0, 1, 1], [-1.7e308, 1.7e308, 0, 1e-300, -1e300], None),
    ([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], [1, 0, 1, 2]),
    ([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.4], [0, 0, 1, 2]),
    ([1, 0, 1], [0.5, 0.5, 0.9], [1, 1, 0]),
    ([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], [1e-9, 1e9, 1e-9, 1e9]),
    ([0, 1] * 10, [i / 20 for i in range(20)], None),
    ([1] + [0] * 39, [0.9] + [i / 39 for i in range(39)], None),
    ([0] + [1] * 39, [0.9] + [i / 39 for i in range(39)], None),
    ([0, 0, 1, 1], [2.220446049250313e-16, 1.1e-16, 1 - 1.1e-16, 1.0], None),
]


def classification():
    cases = []

    def add(recipe, given=None):
        y, s, w = make_rows(recipe) if given is None else given
        threshold = float(np.median(s)) if given is None and recipe["seed"] % 3 else 0.5
        probability = bool(np.all((s >= 0) & (s <= 1)))
        cases.append({"recipe": recipe, "threshold": threshold, "figures": figures(y, s, w, threshold, probability)})

    prevalences = [0.5, 0.1, 0.3, 0.02, 0.9]
    every = list(SCORES)
    for recipe in recipes(every, list(WEIGHTS), [2, 3, 5, 12, 40, 150], prevalences, 0):
        add(recipe)
    for recipe in recipes(["informed", "weak", "tiesInformed", "signed"], list(WEIGHTS), [700, 3000], [0.1, 0.003, 0.6], 1000):
        add(recipe)
    for recipe in recipes(PROBABILITIES, ["none", "uniform"], [4, 21], [0, 1, 0.2], 2000, both=False):
        add(recipe)
    for recipe in recipes(PROBABILITIES, ["none"], [11, 101], [0.4, 0.15], 3000):
        add(recipe)
    for labels, scores, weights in EDGES:
        given = np.array(labels, float), np.array(scores, float), None if weights is None else np.array(weights, float)
        add({"labels": labels, "scores": numbers(scores), "weights": weights}, given)
    return cases


def curve_cases():
    chosen = recipes(list(SCORES), ["none", "uniform", "whole"], [6, 25], [0.5, 0.2], 5000)
    return [
        {"recipe": recipe, "curves": curves(*make_rows(recipe), recipe["scores"] in PROBABILITIES)} for recipe in chosen
    ]


def recalibration():
    """Maximum likelihood: the line by statsmodels (whose score equations are checked), the intercept alone by bisection."""
    cases = []
    names = ["uniform", "informed", "weak", "ties5", "tiesInformed", "certain", "low"]
    for recipe in recipes(names, ["none", "uniform", "whole"], [30, 200, 2000], [0.5, 0.2, 0.05], 7000):
        y, p, w = make_rows(recipe)
        w = np.ones_like(y) if w is None else w
        clipped = np.clip(p, np.finfo(float).eps, 1 - np.finfo(float).eps)
        x = np.log(clipped) - np.log1p(-clipped)
        positive, negative = x[(w > 0) & (y == 1)], x[(w > 0) & (y == 0)]
        line = [None, None]
        if min(positive) < max(negative) and min(negative) < max(positive):
            model = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(), freq_weights=w)
            line = model.fit(maxiter=300, tol=1e-15, tol_criterion="params").params
            gap = w * (y - expit(line[0] + line[1] * x))
            assert abs(gap.sum()) + abs((gap * x).sum()) < 1e-10 * w.sum()
        large = brentq(lambda a: np.sum(w * (y - expit(a + x))), -100, 100, xtol=1e-14, rtol=1e-14)
        figures_ = {"slope": plain(line[1]), "interceptOfLine": plain(line[0]), "interceptInTheLarge": plain(large)}
        cases.append({"recipe": recipe, "figures": figures_})
    return cases


def regression():
    """Labels and scores of numbers: the label is the recipe's score, the prediction a second recipe of the same size."""
    cases = []
    for recipe in recipes(
        ["uniform", "ties5", "signed", "constant", "low", "offset"], list(WEIGHTS), [2, 3, 9, 50, 400, 2500], [0.5], 9000
    ):
        _, y, w = make_rows(recipe)
        _, s, _ = make_rows({**recipe, "seed": recipe["seed"] + 500})
        if recipe["seed"] % 7 == 0:
            s = y.copy()
        figures_ = {
            "mae": skm.mean_absolute_error(y, s, sample_weight=w),
            "mse": skm.mean_squared_error(y, s, sample_weight=w),
            "rmse": skm.root_mean_squared_error(y, s, sample_weight=w),
            "r2": unless_rounded("r2", skm.r2_score(y, s, sample_weight=w), exact_r2(y, s, w)),
            "medianAbsoluteError": skm.median_absolute_error(y, s, sample_weight=w),
        }
        cases.append({"recipe": recipe, "figures": {name: plain(value) for name, value in figures_.items()}})
    return cases


def write(name, cases):
    versions = {m.__name__: m.__version__ for m in (sklearn, statsmodels, scipy, np)}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    text = f'{{"madeWith":{json.dumps(versions)},\n"cases":[\n{lines}\n]}}\n'
    (HERE / name).write_text(text)
    print(name, len(cases), "cases", len(text), "bytes")


write("classification.json", classification())
write("curves.json", curve_cases())
write("recalibration.json", recalibration())
write("regression.json", regression())
print("exact instead of scikit-learn's rounding:", ROUNDED)
