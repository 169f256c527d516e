"""Trains the small networks of delineation on the tables of features.mjs and writes src/signal/delineate/weights.ts.

python train.py FOLDER WEIGHTS.ts        (needs numpy and torch; some minutes on one core)
Prints for each network its error in five-fold cross-validation over the training records (none shared between folds).
"""

import base64
import glob
import sys

import numpy as np
import torch

torch.set_num_threads(1)
LIMITS = ["pOnset", "pEnd", "qrsOnset", "qrsEnd", "tOnset", "tEnd"]
ORDER = ["peak_P", "peak_T"] + [f"{kind}_{limit}" for kind in ("together", "alone") for limit in LIMITS]
HIDDEN = 16
QTDB_FROM = 1000  # numbers of QTDB's records
NOISY = 6  # the variant with much noise
MOVED = (7, 8, 10)  # variants whose P waves were moved
CHANGED_FROM = 7  # variants from here on were made from whole records, P waves moved or left out, or at 250 Hz
# Networks that learn from those too; the others do no better by it.
CHANGED_FOR = ("peak_P", "together_pOnset", "alone_pOnset")
INPUT_NOISE = 0.15  # standard deviations, against overfitting
# Samples of 2 ms: a candidate this near to the peak is one; up to twice that it counts little either way.
NEAR = {"peak_P": 7, "peak_T": 12}


def table(folder, name):
    path = glob.glob(f"{folder}/{name}_[0-9]*.f32")[0]
    width = int(path.split("_")[-1][:-4])
    rows = np.fromfile(path, np.float32).reshape(-1, width)
    rows = rows[np.isfinite(rows).all(1)]
    inputs = width - 4
    return rows[:, :inputs], rows[:, inputs], rows[:, inputs + 1].astype(int), rows[:, inputs + 2].astype(int)


def fit(x, y, weight, scale, epochs, batch=256, rate=3e-3):
    """Gives weights, bias, output weights and output bias for inputs as they are; scale 0: a yes or no."""
    torch.manual_seed(0)
    mean, spread = x.mean(0), x.std(0) + 1e-3
    inputs, target, weight = (torch.tensor(a) for a in ((x - mean) / spread, y, weight))
    hidden, output = torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.Linear(HIDDEN, 1)
    parameters = [*hidden.parameters(), *output.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=3e-2)
    n = len(x)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * ((n + batch - 1) // batch))
    for _ in range(epochs):
        order = torch.randperm(n)
        for i in range(0, n, batch):
            rows = order[i : i + batch]
            seen = inputs[rows] + INPUT_NOISE * torch.randn(len(rows), x.shape[1])
            said = output(torch.relu(hidden(seen)))[:, 0]
            if scale:
                loss = torch.nn.functional.huber_loss(said, target[rows] / scale, delta=1.5, reduction="none")
            else:
                loss = torch.nn.functional.binary_cross_entropy_with_logits(said, target[rows], reduction="none")
            optimiser.zero_grad()
            (loss * weight[rows]).mean().backward()
            optimiser.step()
            schedule.step()
    w, b = hidden.weight.detach().numpy(), hidden.bias.detach().numpy()
    v, c = output.weight.detach().numpy()[0], float(output.bias.detach()[0])
    w = w / spread
    factor = scale or 1.0
    return w, b - w @ mean, v * factor, c * factor


def run(model, x):
    w, b, v, c = model
    return np.maximum(x @ w.T + b, 0) @ v + c


def prepare(name, folder):
    x, y, record, variant = table(folder, name)
    if name not in CHANGED_FOR:
        usual = variant < CHANGED_FROM
        x, y, record, variant = x[usual], y[usual], record[usual], variant[usual]
    is_qtdb = record >= QTDB_FROM
    if name in NEAR:
        near = NEAR[name]
        weight = np.where((abs(y) >= near) & (abs(y) < 2 * near), 0.3, 1.0)
        weight *= np.where(is_qtdb, 2.0, 1.0) * np.where(variant == NOISY, 0.3, 1.0) * np.where(np.isin(variant, MOVED), 0.5, 1.0)
        return x, (abs(y) < near).astype(np.float32), weight.astype(np.float32), record, variant, 0.0, 6
    keep = abs(y) < (60 if "qrs" in name else 100)
    x, y, record, variant, is_qtdb = x[keep], y[keep], record[keep], variant[keep], is_qtdb[keep]
    epochs = max(6, int(60 * 4000 / len(x)))
    return x, y, np.where(is_qtdb, 3.0, 1.0).astype(np.float32), record, variant, float(np.std(y)), epochs


def main():
    folder, path = sys.argv[1:]
    models = []
    for name in ORDER:
        x, y, weight, record, variant, scale, epochs = prepare(name, folder)
        fold = {r: i % 5 for i, r in enumerate(np.random.RandomState(1).permutation(np.unique(record)))}
        fold = np.array([fold[r] for r in record])
        said = np.zeros(len(y))
        for f in range(5):
            train = fold != f
            said[~train] = run(fit(x[train], y[train], weight[train], scale, epochs), x[~train])
        if scale:
            error = 2 * (said - y)
            whole = (variant == 0) & (record < QTDB_FROM)
            print(f"{name}: LUDB {error[whole].mean():.1f} ± {error[whole].std():.1f} ms, QTDB {error[record >= QTDB_FROM].mean():.1f} ± {error[record >= QTDB_FROM].std():.1f} ms", flush=True)
        else:
            print(f"{name}: log loss {np.mean(np.log1p(np.exp(np.where(y > 0, -said, said)))):.4f}", flush=True)
        models.append(fit(x, y, weight, scale, epochs))
    heads, bodies = [], []
    for w, b, v, c in models:
        scales = np.abs(w).max(1) / 32767 + 1e-12
        heads += [*scales, *b, *v, c]
        bodies.append(np.round(w / scales[:, None]).astype("<i2").ravel())
    text = base64.b64encode(np.array(heads, "<f4").tobytes() + np.concatenate(bodies).tobytes()).decode()
    with open(path, "w") as file:
        file.write(
            "// Weights of the small networks of delineation, made by bench/ecg-train from half of LUDB and QTDB (ODC-By 1.0). Written by that script.\n\n"
            "/** Hidden units of the networks: peak of P, of T; limits by all leads; limits in one lead, in the order of `LIMITS`. */\n"
            f"export const HIDDEN_UNITS: readonly number[] = [{', '.join(str(len(b)) for _, b, _, _ in models)}];\n"
            "/** Single-precision scale, bias and output weight by hidden unit and the output's bias, network by network; then 16-bit inputs' weights. */\n"
            f'export const WEIGHTS =\n  "{text}";\n'
        )


main()
