"""Reference values of PyTorch for a GRU with a prediction at every hour, over stays of different lengths.

Writes hourly.json beside this script: for every outcome the outputs at the scored hours of each stay, run by itself
without padding, and the masked loss of all stays together. Inputs and weights follow from formulas that the test has too.

    python make_hourly.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

HERE = Path(__file__).parent
LENGTHS = [3, 11, 1, 7, 24, 5, 11, 30]
INPUTS, HIDDEN = 4, 6
torch.set_default_dtype(torch.float64)


def formula(size, seed, scale=1.0):
    return torch.tensor([(((i * 617 + seed * 131) % 1009) / 1009 * 2 - 1) * scale for i in range(size)])


def scored(s):
    """Every second hour from hour s % 2 on, and of stay 2 its only hour."""
    return list(range(0 if LENGTHS[s] == 1 else s % 2, LENGTHS[s], 2))


def network(outputs):
    gru = torch.nn.GRU(INPUTS, HIDDEN, batch_first=True)
    head = torch.nn.Linear(HIDDEN, outputs)
    weights = {f"rnn.{k}": v for k, v in gru.named_parameters()} | {f"head.{k}": v for k, v in head.named_parameters()}
    with torch.no_grad():
        for place, name in enumerate(sorted(weights)):
            weights[name].copy_(formula(weights[name].numel(), place + 1, 0.4).reshape(weights[name].shape))
    return lambda x: head(gru(x)[0])


def main():
    cases = {}
    for outcome, width in {"event": 1, "number": 1, "classes": 3, "labels": 2}.items():
        model = network(width)
        logits, at = [], 0
        with torch.no_grad():
            for s, length in enumerate(LENGTHS):
                x = formula(length * INPUTS, s + 1, 1.5).reshape(1, length, INPUTS)
                logits.append(model(x)[0][scored(s)])
        logits = torch.cat(logits)
        n = len(logits)
        index = torch.arange(n)
        if outcome == "event":
            y = (index * 7 % 5 == 0).double()
            w = torch.tensor([0.6, 3.0])
            weight = w[y.long()]
            loss = (F.binary_cross_entropy_with_logits(logits[:, 0], y, reduction="none") * weight).sum() / weight.sum()
            same = F.cross_entropy(torch.stack([torch.zeros(n), logits[:, 0]], 1), y.long(), weight=w)
            assert abs(loss - same) < 1e-12
            predictions = torch.sigmoid(logits)
        elif outcome == "number":
            y = (index * 7 % 11).double()
            loss = F.mse_loss(logits[:, 0], (y - 2) / 4)
            predictions = logits * 4 + 2
        elif outcome == "classes":
            y = index * 7 % 3
            loss = F.cross_entropy(logits, y, weight=torch.tensor([1.0, 0.5, 2.0]))
            predictions = torch.softmax(logits, 1)
        else:
            y = torch.stack([index * 7 % 2, index * 5 % 3 == 0], 1).double()
            loss = F.binary_cross_entropy_with_logits(logits, y)
            predictions = torch.sigmoid(logits)
        cases[outcome] = {
            "y": [float(v) for v in y.flatten()],
            "loss": float(loss),
            "predictions": [float(f"{v:.10g}") for v in predictions.flatten()],
        }
    (HERE / "hourly.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    print({name: (len(case["predictions"]), case["loss"]) for name, case in cases.items()})


if __name__ == "__main__":
    main()
