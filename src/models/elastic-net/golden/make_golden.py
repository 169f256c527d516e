"""Reference coefficients of scikit-learn for linear regression with an elastic-net penalty.

Writes elastic-net.json beside this script: small random tables, the settings, and the coefficients and intercept that
scikit-learn's coordinate descent reaches at a tight tolerance; ridge (l1 ratio 0) by its closed form.

    python make_golden.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.linear_model import ElasticNet, Ridge

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent


def table(rng, rows, columns, kind):
    x = rng.normal(size=(rows, columns)) + rng.normal(size=columns)
    if kind == "collinear":
        x[:, 1] = x[:, 0] + 0.05 * rng.normal(size=rows)
    if kind == "constant":
        x[:, columns // 2] = 3.0
    if kind == "scales":
        x *= 10.0 ** rng.integers(-1, 2, size=columns)
    if kind == "indicators":
        x[:, ::2] = (x[:, ::2] > 0.8).astype(float)
    x = np.round(x, 3)
    y = np.round(x @ (rng.normal(size=columns) * (rng.random(columns) < 0.6)) + rng.normal(size=rows) + 5, 3)
    return x, y


def main():
    rng = np.random.default_rng(20250321)
    cases = []
    for kind in ["plain", "collinear", "constant", "scales", "indicators", "wide"]:
        rows, columns = (25, 40) if kind == "wide" else (80, 7)
        x, y = table(rng, rows, columns, kind)
        fits = []
        for alpha in [0.01, 0.1, 1.0, 10.0]:
            for l1_ratio in [0.0, 0.3, 0.9, 1.0]:
                for intercept in [True, False] if kind in ("plain", "indicators") else [True]:
                    if l1_ratio == 0.0:
                        model = Ridge(alpha=alpha * rows, fit_intercept=intercept, solver="cholesky")
                    else:
                        model = ElasticNet(
                            alpha=alpha, l1_ratio=l1_ratio, fit_intercept=intercept, tol=1e-14, max_iter=1_000_000
                        )
                    model.fit(x, y)
                    fits.append(
                        {
                            "alpha": alpha,
                            "l1Ratio": l1_ratio,
                            "fitIntercept": intercept,
                            "coefficients": [float(f"{v:.10g}") for v in model.coef_],
                            "intercept": float(f"{np.ravel(model.intercept_)[0]:.10g}") if intercept else 0.0,
                        }
                    )
        cases.append({"kind": kind, "columns": columns, "x": x.ravel().tolist(), "y": y.tolist(), "fits": fits})
    text = "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
    (HERE / "elastic-net.json").write_text(text)
    print(sum(len(case["fits"]) for case in cases), "fits", len(text), "bytes")


if __name__ == "__main__":
    main()
