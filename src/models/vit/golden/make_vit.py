"""Writes vit.json: PyTorch's parameter count of ViT-S/16 and, for a small one, logits and losses of 60 steps.

Weights and data come from a formula that the test has too. Run: python make_vit.py  (torch 2.15, CPU)
"""
import json
import math
import os

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


def wave(count, seed, scale):
    fraction = lambda v: v - math.floor(v)
    values = [scale * (2 * fraction(43758.5453 * math.sin(12.9898 * i + seed)) - 1) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).float()


def name_seed(name):
    return sum(ord(c) * (i + 1) for i, c in enumerate(name)) % 1000


class Token(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, width))


class ViT(nn.Module):
    def __init__(self, size, patch, channels, width, depth, heads, outputs):
        super().__init__()
        self.patch = patch
        self.embed = nn.Linear(channels * patch * patch, width)
        self.token = Token(width)
        self.pos_embed = nn.Parameter(torch.zeros(1, (size // patch) ** 2 + 1, width))
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True) for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width, 1e-6)
        self.head = nn.Linear(width, outputs)

    def forward(self, image):
        squares = F.unfold(image, self.patch, stride=self.patch).transpose(1, 2)
        x = self.embed(squares)
        x = torch.cat([self.token.token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


small = ViT(32, 8, 3, 24, 2, 3, 4)
for name, p in small.named_parameters():
    centre = 1.0 if "norm" in name and name.endswith("weight") else 0.0
    values = wave(p.numel(), name_seed(name), math.sqrt(2 / p[0].numel()) if p.dim() > 1 else 0.1) + centre
    with torch.no_grad():
        p.copy_(values.reshape(p.shape))
x = wave(6 * 3 * 32 * 32, 3, 1.0).reshape(6, 3, 32, 32)
y = torch.arange(6) % 4
logits = small(x).flatten().tolist()
optimiser = torch.optim.AdamW(small.parameters(), 1e-3)
losses = []
for _ in range(60):
    loss = F.cross_entropy(small(x), y)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
full = ViT(224, 16, 3, 384, 12, 6, 1000)
out = {"torch": torch.__version__.split("+")[0], "parameters": sum(p.numel() for p in full.parameters()), "logits": logits, "losses": losses}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vit.json"), "w") as f:
    json.dump(out, f)
print(out["parameters"], losses[0], losses[-1])
