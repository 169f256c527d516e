"""Writes xresnet1d.json: PyTorch's parameter counts, logits and losses of 200 steps for the network of Strodthoff et al. 2021.

Weights and data come from a formula that the test has too. Settings are such that PyTorch in 32 and in 64 bits agree: with
the last norm of every block near 1, or rows whose channels hardly differ, the losses of the two part after a few steps. Run: python make_xresnet1d.py  (torch 2.15, CPU)
"""
import json
import math
import os

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


def wave(count, seed, scale):
    """Scattered numbers between -scale and scale, by a formula of 64 bits, rounded to 32."""
    fraction = lambda v: v - math.floor(v)
    values = [scale * (2 * fraction(43758.5453 * math.sin(12.9898 * i + seed)) - 1) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).float()


def name_seed(name):
    return sum(ord(c) * (i + 1) for i, c in enumerate(name)) % 1000


def conv(i, o, k, stride=1, act=True):
    parts = [nn.Conv1d(i, o, k, stride, k // 2, bias=False), nn.BatchNorm1d(o)]
    return nn.Sequential(*parts, *([nn.ReLU()] if act else []))


class Block(nn.Module):
    def __init__(self, i, width, expansion, kernel, stride):
        super().__init__()
        o = width * expansion
        if expansion == 1:
            self.convs = nn.Sequential(conv(i, width, kernel, stride), conv(width, o, kernel, act=False))
        else:
            self.convs = nn.Sequential(conv(i, width, 1), conv(width, width, kernel, stride), conv(width, o, 1, act=False))
        self.idconv = None if i == o else conv(i, o, 1, act=False)
        self.pool = None if stride == 1 else nn.AvgPool1d(2, ceil_mode=True)

    def forward(self, x):
        s = x if self.pool is None else self.pool(x)
        return F.relu(self.convs(x) + (s if self.idconv is None else self.idconv(s)))


class XResNet1d(nn.Module):
    def __init__(self, blocks, expansion, inputs, outputs, width, kernel, head):
        super().__init__()
        self.stem = nn.Sequential(conv(inputs, 32, kernel, 2), conv(32, 32, kernel), conv(32, 64, kernel))
        self.blocks = nn.ModuleList()
        c = 64
        for stage, n in enumerate(blocks):
            for i in range(n):
                self.blocks.append(Block(c, width, expansion, kernel, 2 if stage > 0 and i == 0 else 1))
                c = width * expansion
        self.kind = head
        if head == "mean":
            self.head = nn.Linear(c, outputs)
        else:
            self.head = nn.Sequential(
                nn.BatchNorm1d(2 * c), nn.Identity(), nn.Linear(2 * c, 128), nn.ReLU(),
                nn.BatchNorm1d(128), nn.Identity(), nn.Linear(128, outputs),
            )

    def forward(self, x):
        y = F.max_pool1d(self.stem(x), 3, 2, 1)
        for block in self.blocks:
            y = block(y)
        mean = y.mean(2)
        return self.head(mean if self.kind == "mean" else torch.cat([mean, y.amax(2)], 1))


def fill(model):
    last = f"convs.{len(model.blocks[0].convs) - 1}.1.weight"
    for name, p in model.named_parameters():
        if p.dim() > 1:
            fan = p[0].numel()
            values = wave(p.numel(), name_seed(name), math.sqrt(2 / fan))
        elif name.endswith(last):  # the last norm of a block begins at 0
            values = wave(p.numel(), name_seed(name), 0.1)
        elif name.endswith("weight"):
            values = 1 + wave(p.numel(), name_seed(name), 0.1)
        else:
            values = wave(p.numel(), name_seed(name), 0.1)
        with torch.no_grad():
            p.copy_(values.reshape(p.shape))


SIZES = {18: ([2, 2, 2, 2], 1), 50: ([3, 4, 6, 3], 4), 101: ([3, 4, 23, 3], 4)}
counts = {}
for depth, (blocks, expansion) in SIZES.items():
    for head in ("mean", "concat"):
        model = XResNet1d(blocks, expansion, 12, 71, 64, 5, head)
        counts[f"{depth} {head}"] = sum(p.numel() for p in model.parameters())


def losses_of(dtype, depth, head, length, batch, rate, steps):
    blocks, expansion = SIZES[depth]
    model = XResNet1d(blocks, expansion, 3, 2, 8, 5, head)
    fill(model)
    model = model.to(dtype)
    x = wave(batch * 3 * length, 3, 1.0).reshape(batch, 3, length).to(dtype)
    y = (wave(batch * 2, 5, 1.0) > 0).to(dtype).reshape(batch, 2)
    model.eval()
    logits = model(x).flatten().tolist()
    model.train()
    optimiser = torch.optim.Adam(model.parameters(), rate)
    losses = []
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return logits, losses


runs = []
# the head of two norms over few rows parts in 32 and in 64 bits after some steps: the run stops before
for depth, head, length, batch, rate, steps in (
    (18, "mean", 101, 8, 1e-3, 200), (50, "mean", 125, 8, 1e-3, 200), (18, "concat", 128, 16, 1e-4, 40),
):
    logits, losses = losses_of(torch.float32, depth, head, length, batch, rate, steps)
    _, exact = losses_of(torch.float64, depth, head, length, batch, rate, steps)
    apart = max(abs(a - b) for a, b in zip(losses, exact))
    print(depth, head, losses[0], losses[-1], "32 and 64 bits apart by", apart)
    assert apart < 2e-5
    run = {"depth": depth, "head": head, "length": length, "batch": batch, "rate": rate}
    runs.append({**run, "logits": [round(v, 7) for v in logits], "losses": [round(v, 7) for v in losses]})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "xresnet1d.json"), "w") as f:
    json.dump({"torch": torch.__version__.split("+")[0], "counts": counts, "runs": runs}, f)
