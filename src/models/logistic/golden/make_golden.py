"""Reference coefficients of scikit-learn for logistic regression with an elastic-net penalty.

Writes logistic.json beside this script: small random tables, the settings, and the coefficients and intercept that
scikit-learn reaches at tight tolerances. Smooth penalties are solved by newton-cholesky or lbfgs, the others by saga.

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


def violation(x, y, weights, c, l1_ratio, w, b):
    """The largest breach of an optimality condition: 0 at the minimum of scikit-learn's objective."""
    residual = c * weights * (1 / (1 + np.exp(-(x @ w + b))) - y)
    gradient = x.T @ residual + (1 - l1_ratio) * w
    at_zero = np.maximum(np.abs(gradient) - l1_ratio, 0)
    breach = np.where(w == 0, at_zero, np.abs(gradient + l1_ratio * np.sign(w)))
    return max(breach.max(), abs(residual.sum()))


def main():
    rng = np.random.default_rng(SEED)
    cases = []
    for kind in ["plain", "collinear", "constant", "scales", "indicators", "rare", "wide"]:
        rows, columns = (30, 40) if kind == "wide" else (90, 7)
        x, y = table(rng, rows, columns, kind)
        fits = []
        for c in [0.02, 0.7, 10.0]:
            for l1_ratio in [0.0, 0.5, 1.0]:
                for weights in [None, "balanced"]:
                    if weights and (c == 0.02 or kind in ("wide", "scales")):
                        continue
                    # scikit-learn's saga stops at once where every coefficient is 0, and lbfgs early: such fits are left out
                    solver = ("newton-cg" if kind == "wide" else "newton-cholesky") if l1_ratio == 0 else "saga"
                    model = LogisticRegression(
                        C=c, l1_ratio=l1_ratio, class_weight=weights, solver=solver, tol=1e-13, max_iter=2_000_000, random_state=0
                    )
                    model.fit(x, y)
                    sizes = np.bincount(y) if weights else np.full(2, len(y) / 2)
                    breach = violation(x, y, len(y) / (2 * sizes[y]), c, l1_ratio, model.coef_[0], model.intercept_[0])
                    if breach > 1e-8:
                        print("left out:", kind, c, l1_ratio, weights, f"breach {breach:.1e}")
                        continue
                    fits.append(
                        {
                            "c": c,
                            "l1Ratio": l1_ratio,
                            "balanced": weights is not None,
                            "coefficients": [float(f"{value:.12g}") for value in model.coef_[0]],
                            "intercept": float(f"{model.intercept_[0]:.12g}"),
                        }
                    )
        cases.append({"kind": kind, "columns": columns, "x": x.ravel().tolist(), "y": y.tolist(), "fits": fits})
    text = "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
    (HERE / "logistic.json").write_text(text)
    print(sum(len(case["fits"]) for case in cases), "fits")


if __name__ == "__main__":
    main()
