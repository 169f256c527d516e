"""Makes ed-networks.json: PyTorch's logits and 20 losses of training of the emergency benchmark's three networks.

Run: python make_ed_networks.py   (torch)

Weights and rows come from one formula that both sides have. The networks are written from the benchmark's description:
MLP 128-64-1; sum of code vectors (1,024) -> 256, beside the variables -> 128 -> 50 -> 1, positives weighted, learning rate
0.001 / (1 + 0.01 step); variables -> 96, hourly signs -> LSTM 32, both -> 64 -> 1.
"""
import json
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
ROWS, STEPS, INPUTS, CODES, PLACES, HOURS, SIGNS = 32, 20, 64, 30, 6, 5, 7


def formula(size, seed, scale=1.0):
    i = torch.arange(size, dtype=torch.float64)
    return (((i * 617 + seed * 131) % 1009) / 1009 * 2 - 1) * scale


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(INPUTS, 128), nn.Linear(128, 64)])
        self.head = nn.Linear(64, 1)

    def forward(self, x, codes, signs, mask):
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(x)


class Med2Vec(nn.Module):
    def __init__(self):
        super().__init__()
        self.vectors = nn.Embedding(CODES + 1, 1024)
        self.past = nn.Linear(1024, 256)
        self.first = nn.Linear(256 + INPUTS, 128)
        self.second = nn.Linear(128, 50)
        self.head = nn.Linear(50, 1)

    def forward(self, x, codes, signs, mask):
        total = (self.vectors(codes) * (codes > 0)[:, :, None]).sum(1)
        known = torch.cat([F.relu(self.past(total)), x], 1)
        return self.head(F.relu(self.second(F.relu(self.first(known)))))


class EdLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.visit = nn.Linear(INPUTS, 96)
        self.rnn = nn.LSTM(SIGNS, 32, batch_first=True)
        self.both = nn.Linear(128, 64)
        self.head = nn.Linear(64, 1)

    def forward(self, x, codes, signs, mask):
        states = self.rnn(signs)[0]
        last = states[torch.arange(len(states)), mask.sum(1).long() - 1]
        return self.head(F.relu(self.both(torch.cat([F.relu(self.visit(x)), last], 1))))


def train(make, weight, decay, kind):
    torch.set_default_dtype(kind)
    network = make()
    named = dict(network.named_parameters())
    for seed, name in enumerate(sorted(named)):
        values = formula(named[name].numel(), seed + 1, 0.08).float()
        with torch.no_grad():
            named[name].copy_(values.reshape(named[name].shape))
    x = formula(ROWS * INPUTS, 3, 1.5).reshape(ROWS, INPUTS).float().to(kind)
    codes = (torch.arange(ROWS * PLACES) * 7 % (CODES + 1)).reshape(ROWS, PLACES)
    codes = torch.where(torch.arange(PLACES)[None, :] < (torch.arange(ROWS) % (PLACES + 1))[:, None], codes, 0)
    signs = formula(ROWS * HOURS * SIGNS, 5, 1.5).reshape(ROWS, HOURS, SIGNS).float().to(kind)
    mask = (torch.arange(HOURS)[None, :] < (1 + torch.arange(ROWS) % HOURS)[:, None]).to(kind)
    y = (x[:, 0] + signs[:, 0, 0] > 0).to(kind)[:, None]
    with torch.no_grad():
        logits = network(x, codes, signs, mask).flatten().tolist()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 / (1 + decay * step))
    losses = []
    for _ in range(STEPS):
        loss = F.binary_cross_entropy_with_logits(
            network(x, codes, signs, mask), y, pos_weight=torch.tensor([weight], dtype=kind)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rate.step()
        losses.append(float(loss.detach()))
    torch.set_default_dtype(torch.float32)
    return named, logits, losses


cases = {"mlp": (Mlp, 1.0, 0.0), "med2vec": (Med2Vec, 3.0, 0.01), "ed-lstm": (EdLstm, 1.0, 0.0)}
result = {}
for name, case in cases.items():
    named, logits, losses = train(*case, torch.float32)
    _, _, exact = train(*case, torch.float64)
    rounding = max(abs(a - b) for a, b in zip(losses, exact))
    assert rounding < 2e-6, rounding
    short = lambda values: [float(f"{v:.8g}") for v in values]
    result[name] = {
        "weight": case[1],
        "decay": case[2],
        "rounding": float(f"{rounding:.2g}"),
        "shapes": {key: list(p.shape) for key, p in sorted(named.items())},
        "logits": short(logits),
        "losses": short(losses),
    }
Path(__file__).with_name("ed-networks.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
print({name: (case["rounding"], case["losses"][0], case["losses"][-1]) for name, case in result.items()})
