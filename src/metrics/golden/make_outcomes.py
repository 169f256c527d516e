"""Makes the reference figures of classes, labels, numbers and recalibration with scikit-learn and scipy.

Run: python make_outcomes.py   (needs scikit-learn, scipy, numpy; writes outcomes.json beside it)

Rows are not stored: `outcomes.test.ts` makes the same rows with the same 32-bit linear congruential generator.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
import sklearn.metrics as skm
from scipy.special import expit, logit
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression


class Draws:
    """The same as in outcomes.test.ts."""

    def __init__(self, seed):
        self.state = (seed * 2654435761) % 2**32

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state / 2**32

    def many(self, count):
        return np.array([self.next() for _ in range(count)])


def classes_case(seed, rows, classes, weighted):
    draws = Draws(seed)
    truth = np.floor(draws.many(rows) * classes)
    shift = np.floor(draws.many(rows) * 3) - 1
    called = np.clip(truth + shift, 0, classes - 1)
    weights = np.floor(draws.many(rows) * 4) if weighted else None
    stand = np.array([0.5 + k * k for k in range(classes)])
    deviation = skm.mean_absolute_error(stand[truth.astype(int)], stand[called.astype(int)], sample_weight=weights)
    kappa = {
        name: skm.cohen_kappa_score(truth, called, weights=way, sample_weight=weights, labels=list(range(classes)))
        for name, way in [("none", None), ("linear", "linear"), ("quadratic", "quadratic")]
    }
    return {"seed": seed, "rows": rows, "classes": classes, "weighted": weighted, "kappa": kappa, "deviation": deviation}


def labels_case(seed, rows, columns, weighted):
    draws = Draws(seed)
    truth = (draws.many(rows * columns) < 0.3).astype(float).reshape(rows, columns)
    truth[0, :] = 1
    truth[1, :] = 0
    scores = (np.floor((draws.many(rows * columns).reshape(rows, columns) + 0.6 * truth) * 20) / 20)
    weights = np.floor(draws.many(rows) * 4) if weighted else None
    if weighted:
        weights[:2] = 1
    figures = {}
    for average in ("macro", "micro"):
        figures[f"{average}Auroc"] = skm.roc_auc_score(truth, scores, average=average, sample_weight=weights)
        figures[f"{average}AveragePrecision"] = skm.average_precision_score(
            truth, scores, average=average, sample_weight=weights
        )
    return {"seed": seed, "rows": rows, "columns": columns, "weighted": weighted, **figures}


def recalibration_case(seed, rows):
    draws = Draws(seed)
    scores = 0.02 + 0.96 * np.floor(draws.many(rows) * 40) / 40
    labels = (draws.many(rows) < expit(0.5 * logit(scores) - 0.7)).astype(float)
    labels[:2] = [0, 1]
    new = np.array([0.0, 0.03, 0.11, 0.5, 0.77, 1.0])
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    platt = _SigmoidCalibration().fit(logit(scores), labels)
    clipped = np.clip(new, 2.0**-52, 1 - 2.0**-52)
    precision, recall, _ = skm.precision_recall_curve(labels, scores)
    return {
        "seed": seed,
        "rows": rows,
        "new": new.tolist(),
        "isotonic": isotonic.predict(new).tolist(),
        "platt": platt.predict(logit(clipped)).tolist(),
        "minPrecisionSensitivity": float(np.max(np.minimum(precision, recall))),
    }


def holm_case(values):
    order = np.argsort(values)
    steps = np.maximum.accumulate(np.array(values)[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(steps, 1)
    return {"values": values, "adjusted": adjusted.tolist()}


result = {
    "made_with": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "classes": [classes_case(s, n, k, w) for s, (n, k, w) in enumerate([(9, 2, False), (60, 4, False), (200, 10, True), (500, 10, False)], 1)],
    "labels": [labels_case(s, n, k, w) for s, (n, k, w) in enumerate([(12, 2, False), (80, 5, False), (300, 25, True)], 11)],
    "recalibration": [recalibration_case(s, n) for s, n in enumerate([12, 60, 400], 21)],
    "holm": [holm_case(v) for v in ([0.01, 0.04, 0.03, 0.5], [0.2], [0.001, 0.001, 0.9])],
}
Path(__file__).with_name("outcomes.json").write_text(json.dumps(result, indent=1) + "\n")
