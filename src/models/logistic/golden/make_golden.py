"""Reference coefficients of scikit-learn for logistic regression with an elastic-net penalty.

Writes logistic.json beside this script: small random tables, the settings, and the coefficients and intercept that
scikit-learn reaches at tight tolerances. Ridge and no penalty are solved by newton-cholesky (newton-cg where there are
more columns than rows), the others by saga or, without an intercept, by
liblinear.

    python make_golden.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
SEED = 20240607
HERE = Path(__file__).parent


def table(rng, rows, columns, kind):
    x = rng.normal(size=(rows, columns))
    if kind == "collinear":
        x[:, 1] = x[:, 0] + 0.05 * rng.normal(size=rows)
    if kind == "constant":
        x[:, columns // 2] = 3.0
    if kind == "scales":
        x *= 10.0 ** rng.integers(-1, 2, size=columns)
    if kind == "indicators":
        x[:, ::2] = (x[:, ::2] > 0.8).astype(float)
    x = np.round(x, 3)
    truth = rng.normal(size=columns) * (rng.random(columns) < 0.6)
    shift = -3.0 if kind == "rare" else -0.3
    logits = x @ truth / np.maximum(1e-9, np.std(x @ truth)) * 1.5 + shift
    y = (rng.random(rows) < 1 / (1 + np.exp(-logits))).astype(int)
    y[:2] = [0, 1]
    return x, y


def violation(x, y, weights, c, l1_ratio, strength, intercept, w, b):
    """The largest breach of an optimality condition: 0 at the minimum of scikit-learn's objective."""
    residual = c * weights * (1 / (1 + np.exp(-(x @ w + b))) - y)
    gradient = x.T @ residual + strength * (1 - l1_ratio) * w
    at_zero = np.maximum(np.abs(gradient) - strength * l1_ratio, 0)
    breach = np.where(w == 0, at_zero, np.abs(gradient + strength * l1_ratio * np.sign(w)))
    return max(breach.max(), abs(residual.sum()) if intercept else 0.0)


def settings_of(kind):
    """(c, l1 ratio, class weight, intercept, sample weights) of the fits on a table."""
    for l1_ratio in [0.0, 0.5, 1.0]:
        for c in [0.1, 0.7, 10.0]:
            yield c, l1_ratio, None, True, False
            if c > 0.1 and kind not in ("wide", "scales"):
                yield c, l1_ratio, "balanced", True, False
    if kind not in ("wide", "constant"):
        yield np.inf, 0.0, None, True, False
    yield 0.7, 1.0, "balanced", False, False
    yield 0.7, 0.0, "balanced", False, False
    if kind == "plain":
        yield 0.7, 0.0, None, True, True
        yield 0.7, 0.5, "balanced", True, True


def fit(x, y, c, l1_ratio, class_weight, intercept, sample_weights, wide):
    """The fitted model, the weight each row had in it, and the solver."""
    given = sample_weights if sample_weights is not None else np.ones(len(y))
    sums = np.bincount(y, weights=given)
    factors = given.sum() / (2 * sums) if class_weight else np.ones(2)
    # saga's step allows for no weight above 1: only the product of C and the class weights counts, so it is moved to C.
    largest = factors.max()
    if l1_ratio > 0:
        solver = "saga" if intercept else "liblinear"
    else:
        solver = "newton-cg" if wide else "newton-cholesky"
    model = LogisticRegression(
        C=c * largest,
        l1_ratio=l1_ratio,
        class_weight=dict(enumerate(factors / largest)),
        fit_intercept=intercept,
        solver=solver,
        tol=1e-13,
        max_iter=2_000_000,
        random_state=0,
    )
    model.fit(x, y, sample_weight=sample_weights)
    return model, given * factors[y], solver


def main():
    rng = np.random.default_rng(SEED)
    cases = []
    for kind in ["plain", "collinear", "constant", "scales", "indicators", "rare", "wide"]:
        rows, columns = (30, 40) if kind == "wide" else (90, 7)
        x, y = table(rng, rows, columns, kind)
        fits = []
        for c, l1_ratio, class_weight, intercept, weighted in settings_of(kind):
            sample_weights = np.arange(rows) % 3 * 0.5 if weighted else None
            model, weights, solver = fit(x, y, c, l1_ratio, class_weight, intercept, sample_weights, kind == "wide")
            strength, share = (1.0, l1_ratio) if np.isfinite(c) else (0.0, 0.0)
            w, b = model.coef_[0], np.ravel(model.intercept_)[0] if intercept else 0.0
            breach = violation(x, y, weights, c if strength else 1.0, share, strength, intercept, w, b)
            name = f"{kind} C {c} l1 {l1_ratio} {class_weight} intercept {intercept} {solver}"
            # saga stops at once where every coefficient is 0: such fits are no reference
            if breach > 1e-8 or np.abs(w).max() > 1e3:
                print("left out:", name, f"breach {breach:.1e}")
                continue
            fits.append(
                {
                    "c": c if strength else "Infinity",
                    "l1Ratio": l1_ratio,
                    "balanced": class_weight is not None,
                    "fitIntercept": intercept,
                    "weighted": weighted,
                    "solver": solver,
                    "coefficients": [float(f"{value:.10g}") for value in w],
                    "intercept": float(f"{b:.10g}"),
                }
            )
        cases.append({"kind": kind, "columns": columns, "x": x.ravel().tolist(), "y": y.tolist(), "fits": fits})
    text = "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
    (HERE / "logistic.json").write_text(text)
    print(sum(len(case["fits"]) for case in cases), "fits", len(text), "bytes")


if __name__ == "__main__":
    main()
