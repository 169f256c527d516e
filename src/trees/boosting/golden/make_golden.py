# Trains LightGBM on made-up tables and keeps how well it does: python make_golden.py > lightgbm.json
# The tables come from whole-number arithmetic alone (scenes.ts makes the same), so that none has to be stored.
import json
import lightgbm as lgb
import numpy as np

ROWS, TEST_ROWS, COLUMNS = 8000, 12000, 10
MASK = np.uint64(0xFFFFFFFF)


def mix(h):
    h = h & MASK
    h ^= h >> np.uint64(16)
    h = (h * np.uint64(0x85EBCA6B)) & MASK
    h ^= h >> np.uint64(13)
    h = (h * np.uint64(0xC2B2AE35)) & MASK
    return h ^ (h >> np.uint64(16))


def uniform(scene, stream, rows):
    """Numbers in [0, 1) of rows 0 ..., one stream of a scene."""
    i = np.arange(rows, dtype=np.uint64)
    return mix(mix(i + np.uint64(1000003 * stream)) + np.uint64(7919 * (scene + 1))) / 4294967296.0


def table(scene, rows):
    x = np.stack([uniform(scene, j, rows) for j in range(COLUMNS)], axis=1)
    noise = sum(uniform(scene, 100 + k, rows) for k in range(4)) - 2
    return x, noise


def signal(x):
    return 3 * (x[:, 0] - 0.5) + 6 * (x[:, 1] - 0.5) * (x[:, 2] - 0.5) + 8 * (x[:, 3] - 0.5) ** 2 - 0.7 + 1.5 * (x[:, 4] > 0.7)


def make(name):
    scene = ["dense", "missing", "categorical", "imbalanced", "multiclass", "regression", "poisson"].index(name)
    x, noise = table(scene, ROWS + TEST_ROWS)
    z = signal(x)
    categorical = []
    if name == "missing":
        for j in range(COLUMNS):
            gone = uniform(scene, 200 + j, len(x)) < (0.15 + 0.3 * (x[:, j] > 0.6))
            x[gone, j] = np.nan
    if name == "categorical":
        codes = np.floor(x[:, 5] * x[:, 5] * 40)
        z = z + 2.5 * (np.mod(codes * 7, 11) / 11 - 0.5) + 1.0 * (np.floor(x[:, 6] * 3) == 1)
        x[:, 5] = codes
        x[:, 6] = np.floor(x[:, 6] * 3)
        x[:, 7] = np.floor(x[:, 7] * 100)
        x[uniform(scene, 205, len(x)) < 0.1, 5] = np.nan
        categorical = [5, 6, 7]
    if name == "imbalanced":
        y = (z + 2 * noise > 3.4).astype(float)
    elif name == "multiclass":
        y = np.floor(np.clip((z + noise + 3) / 2.2, 0, 3.999))
    elif name == "regression":
        y = 10 * z + 5 * noise + 100
    elif name == "poisson":
        y = np.floor(np.clip(z + noise + 2, 0, None))
    else:
        y = (z + 2 * noise > 0.5).astype(float)
    return x, y, categorical


def auroc(y, score):
    order = np.argsort(score, kind="stable")
    ranks = np.empty(len(y))
    ranks[order] = np.arange(1, len(y) + 1)
    for value in np.unique(score):
        tied = score == value
        ranks[tied] = ranks[tied].mean()
    p = y.sum()
    return (ranks[y == 1].sum() - p * (p + 1) / 2) / (p * (len(y) - p))


def loss(objective, y, score):
    if objective == "binary":
        return np.mean(np.log1p(np.exp(np.where(y == 1, -score, score))))
    if objective == "multiclass":
        shifted = score - score.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y.astype(int)])
    if objective == "l2":
        return np.mean((score - y) ** 2)
    if objective == "l1":
        return np.mean(np.abs(score - y))
    if objective == "quantile":
        d = score - y
        return np.mean(np.where(d >= 0, 0.1 * d, -0.9 * d))
    return np.mean(np.exp(score) - y * score)


COMMON = dict(num_leaves=15, learning_rate=0.1, min_data_in_leaf=20, verbose=-1, num_threads=1, deterministic=True,
              enable_bundle=False, feature_pre_filter=False, seed=1)
# LightGBM estimates a bin's rows from its hessian, and does not look again at a column that had no split in the parent;
# where neither plays a part, the trees are the same ones: settings here, ours, and rounds.
ROWS_FREE = ({"min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 5.0}, {"minDataInLeaf": 1, "minSumHessian": 5})
CASES = [
    ("dense", "binary", {}, {}),
    ("missing", "binary", {}, {}),
    ("categorical", "binary", {}, {}),
    ("imbalanced", "binary", {}, {}),
    ("multiclass", "multiclass", {"num_class": 4}, {}),
    ("imbalanced", "binary", {"scale_pos_weight": 10.0}, {"scalePosWeight": 10}),
    ("dense", "binary", {"lambda_l1": 2.0, "lambda_l2": 5.0, "min_gain_to_split": 0.5, "max_depth": 4},
     {"lambdaL1": 2, "lambdaL2": 5, "minGainToSplit": 0.5, "maxDepth": 4}),
    ("dense", "binary", {"monotone_constraints": [1, 0, 0, 0, 1, 0, 0, 0, 0, -1], "monotone_constraints_method": "basic"},
     {"monotone": [1, 0, 0, 0, 1, 0, 0, 0, 0, -1]}),
    ("regression", "l2", {}, {}),
    ("regression", "l1", {}, {}),
    ("regression", "quantile", {"alpha": 0.9}, {"quantile": 0.9}),
    ("poisson", "poisson", {}, {}),
]
CASES = [(*case, 60, False) for case in CASES]
for scene, objective, settings, ours, _, _ in list(CASES):
    if objective not in ("binary", "multiclass", "poisson") or scene == "categorical":
        continue
    settings, ours = {**settings, **ROWS_FREE[0]}, {**ours, **ROWS_FREE[1]}
    CASES.append((scene, objective, settings, ours, 8 if "lambda_l1" in settings else 20, True))

cases = []
for scene, objective, settings, ours, rounds, same in CASES:
    x, y, categorical = make(scene)
    train = lgb.Dataset(x[:ROWS], y[:ROWS], categorical_feature=categorical or "auto", params=dict(COMMON))
    model = lgb.train({**COMMON, "objective": objective, **settings}, train, rounds)
    score = model.predict(x[ROWS:], raw_score=True)
    test = y[ROWS:]
    case = dict(scene=scene, objective=objective, options=ours, rounds=rounds, sameTrees=same or objective in ("l2", "l1", "quantile"),
                loss=float(loss(objective, test, score)))
    if objective == "binary":
        case["auroc"] = float(auroc(test, score))
    if objective == "multiclass":
        case["auroc"] = float(np.mean([auroc((test == k).astype(float), score[:, k]) for k in range(4)]))
    case["margins"] = [float(v) for v in score[:6].ravel()]
    cases.append(case)
print(json.dumps(dict(version=lgb.__version__, rows=ROWS, testRows=TEST_ROWS, columns=COLUMNS, cases=cases), indent=1))
