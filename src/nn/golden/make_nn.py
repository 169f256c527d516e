"""Writes nn.json and checkpoint.safetensors: layers, losses, optimisers and schedules of PyTorch on numbers made by a formula.

Run: python make_nn.py  (torch 2.15, safetensors)
"""
import json
import math
import os

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))
out = {"torch": torch.__version__.split("+")[0]}


def wave(count, seed, scale=1.0):
    fraction = lambda v: v - math.floor(v)
    values = [scale * (2 * fraction(43758.5453 * math.sin(12.9898 * i + seed)) - 1) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).float()


def shaped(shape, seed, scale=1.0):
    return wave(math.prod(shape), seed, scale).reshape(shape)


def name_seed(name):
    return sum(ord(c) * (i + 1) for i, c in enumerate(name)) % 1000


def fill(module):
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(shaped(tuple(p.shape), name_seed(name), 0.5))
    return module


# layers: outputs and the gradient of sum(out * wave) for the input
class Recurrent(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.inner = getattr(nn, kind)(4, 5, batch_first=True, **options)
        fill(self.inner)

    def forward(self, x):
        return self.inner(x)[0]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = fill(nn.MultiheadAttention(8, 2, batch_first=True))

    def forward(self, x):
        return self.inner(x, x, x, need_weights=False)[0]


layers = {
    "linear": (fill(nn.Linear(4, 3)), (2, 5, 4)),
    "conv1d": (fill(nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2)), (2, 4, 9)),
    "conv2d": (fill(nn.Conv2d(2, 3, 3, padding=2, dilation=2)), (2, 2, 6, 7)),
    "layerNorm": (fill(nn.LayerNorm(6)), (3, 6)),
    "rmsNorm": (fill(nn.RMSNorm(6, eps=1e-5)), (3, 6)),
    "batchNorm": (fill(nn.BatchNorm1d(4)), (3, 4, 5)),
    "gru": (Recurrent("GRU"), (3, 6, 4)),
    "gru2both": (Recurrent("GRU", num_layers=2, bidirectional=True), (3, 6, 4)),
    "lstm": (Recurrent("LSTM"), (3, 6, 4)),
    "lstm2both": (Recurrent("LSTM", num_layers=2, bidirectional=True), (3, 6, 4)),
    "attention": (Attention(), (2, 5, 8)),
    "transformerPre": (fill(nn.TransformerEncoderLayer(8, 2, 12, 0.0, "gelu", batch_first=True, norm_first=True)), (2, 5, 8)),
    "transformerPost": (fill(nn.TransformerEncoderLayer(8, 2, 12, 0.0, "relu", batch_first=True)), (2, 5, 8)),
}
out["layers"] = {}
for name, (module, shape) in layers.items():
    x = shaped(shape, 3).requires_grad_()
    y = module.train()(x)
    (y * shaped(tuple(y.shape), 7)).sum().backward()
    entry = {"output": y.flatten().tolist(), "gradient": x.grad.flatten().tolist()}
    if name == "batchNorm":
        entry["mean"] = module.running_mean.tolist()
        entry["variance"] = module.running_var.tolist()
        entry["inference"] = module.eval()(x).flatten().tolist()
    out["layers"][name] = entry

# losses: value and gradient for the logits
binary = shaped((6, 2), 1, 3.0)
labels = (shaped((6, 2), 2) > 0).float()
mask = (shaped((6, 1), 4) > -0.5).float()
many = shaped((6, 4), 1, 3.0)
classes = torch.tensor([0, 3, 1, 1, 2, 3])
weights = torch.tensor([1.0, 0.5, 2.0, 1.5])
left, right = shaped((6, 4), 1), shaped((6, 4), 2)


def focal(x):
    p = torch.sigmoid(x)
    q = torch.where(labels > 0, p, 1 - p)
    alpha = torch.where(labels > 0, torch.tensor(0.25), torch.tensor(0.75))
    return (alpha * (1 - q) ** 2 * -torch.log(q)).mean()


def nce(x):
    logits = F.normalize(x, dim=1) @ F.normalize(right, dim=1).T / 0.1
    own = torch.arange(6)
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


ignored = torch.where(classes == 1, torch.tensor(-100), classes)
losses = {
    "bce": (binary, lambda x: F.binary_cross_entropy_with_logits(x, labels)),
    "bcePositive": (binary, lambda x: F.binary_cross_entropy_with_logits(x, labels, pos_weight=torch.tensor(3.0))),
    "bceMasked": (binary, lambda x: (F.binary_cross_entropy_with_logits(x, labels, reduction="none") * mask).sum() / (mask.sum() * 2)),
    "crossEntropy": (many, lambda x: F.cross_entropy(x, classes)),
    "crossEntropyWeighted": (many, lambda x: F.cross_entropy(x, classes, weight=weights)),
    "crossEntropySmoothed": (many, lambda x: F.cross_entropy(x, classes, label_smoothing=0.1)),
    "crossEntropyBoth": (many, lambda x: F.cross_entropy(x, classes, weight=weights, label_smoothing=0.2)),
    "crossEntropyIgnore": (many, lambda x: F.cross_entropy(x, ignored)),
    "mse": (binary, lambda x: F.mse_loss(x, labels)),
    "focal": (binary, focal),
    "infoNce": (left, nce),
}
out["losses"] = {}
for name, (x, f) in losses.items():
    x = x.clone().requires_grad_()
    value = f(x)
    value.backward()
    out["losses"][name] = {"value": value.item(), "gradient": x.grad.flatten().tolist()}

# optimisers: a parameter of 6 over 25 steps of mean((p - target)^4)
optimisers = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "sgdMomentum": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, weight_decay=0.01),
    "sgdNesterov": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, 0.05),
    "adamDecay": lambda p: torch.optim.Adam(p, 0.05, betas=(0.8, 0.99), weight_decay=0.1),
    "adamW": lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1),
    "clipped": lambda p: torch.optim.SGD(p, 0.5),
}
out["optimisers"] = {}
for name, make in optimisers.items():
    p = nn.Parameter(wave(6, 1, 2.0))
    target = wave(6, 2, 1.0)
    optimiser = make([p])
    for _ in range(25):
        loss = ((p - target) ** 4).mean()
        optimiser.zero_grad()
        loss.backward()
        if name == "clipped":
            nn.utils.clip_grad_norm_([p], 0.3)
        optimiser.step()
    out["optimisers"][name] = p.tolist()

# schedules: the rate at each of 40 steps for a rate of 1
schedules = {
    "step": lambda o: torch.optim.lr_scheduler.StepLR(o, 10, 0.5),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 40),
    "oneCycle": lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 1.0, total_steps=40),
    "linear": lambda o: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=40),
}
out["schedules"] = {}
for name, make in schedules.items():
    o = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 1.0, momentum=0.9)
    s = make(o)
    rates = []
    for _ in range(40):
        rates.append(o.param_groups[0]["lr"])
        o.step()
        s.step()
    out["schedules"][name] = rates

# a checkpoint as PyTorch saves it, and what the model gives
model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2))
fill(model)
x = shaped((5, 4), 3)
model(x)
save_file(model.state_dict(), os.path.join(here, "checkpoint.safetensors"))
out["checkpoint"] = model.eval()(x).flatten().tolist()
# distributions of first values: mean, deviation, smallest and largest of large layers
torch.manual_seed(0)
big = {"linear": nn.Linear(64, 4096), "conv1d": nn.Conv1d(16, 512, 5), "embedding": nn.Embedding(4096, 32), "gru": nn.GRU(64, 64)}
out["initial"] = {}
for name, module in big.items():
    p = module.weight if hasattr(module, "weight") else module.weight_ih_l0
    p = p.detach()
    out["initial"][name] = [p.mean().item(), p.std().item(), p.min().item(), p.max().item()]


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


with open(os.path.join(here, "nn.json"), "w") as f:
    json.dump(rounded(out), f)
