"""PyTorch's logits, 20 training losses and attention of TSCAN: what network.test.ts is tested against.

In 64-bit floats. The original is trained at a tenth of its learning rate: at 1e-3 its last steps on four rows part by 1e-4
between PyTorch's own 32- and 64-bit floats, so that they can show nothing. Written from the sheet of the system, layer by layer; weights and data come from a formula both sides have.
    python make_tscan.py > tscan.json
"""
import json
import math

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def wave(count, seed, scale=1.0):
    i = torch.arange(count, dtype=torch.float64)
    v = 43758.5453 * torch.sin(12.9898 * i + seed)
    return scale * (2 * (v - torch.floor(v)) - 1)


def name_seed(name):
    return sum(ord(letter) * (i + 1) for i, letter in enumerate(name)) % 1000


class Attention(nn.Module):
    def __init__(self, width, embed, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, embed) for _ in range(3))
        self.out = nn.Linear(embed, width)

    def forward(self, q, k, hidden=None):
        """hidden: True where a key is not seen, broadcast to [batch, heads, queries, keys]."""
        split = lambda x: x.unflatten(2, (self.heads, -1)).transpose(1, 2)
        q, v, k = split(self.query(q)), split(self.value(k)), split(self.key(k))
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
        if hidden is not None:
            scores = scores + hidden.double() * -1e9
        w = scores.softmax(-1)
        return self.out((w @ v).transpose(1, 2).flatten(2)), w


class Part(nn.Module):
    def __init__(self, width, embed, heads, ff, decoder, shared):
        super().__init__()
        setattr(self, "self", Attention(width, embed, heads))
        if decoder:
            self.cross = Attention(width, embed, heads)
        self.hidden, self.out = nn.Linear(width, ff), nn.Linear(ff, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        if decoder and not shared:
            self.norm_cross = nn.LayerNorm(width, eps=1e-6)
        self.shared = shared

    def forward(self, x, hidden=None, memory=None, memory_hidden=None, real=None):
        a, w = getattr(self, "self")(x, x, hidden)
        y = self.norm1(x + a)
        wc = None
        if memory is not None:
            c, wc = self.cross(y, memory, memory_hidden)
            if real is not None:
                c = c * real
            y = (self.norm1 if self.shared else self.norm_cross)(y + c)
        return self.norm2(y + self.out(F.relu(self.hidden(y)))), w, wc


class Chain(nn.Module):
    def __init__(self, tokens, width, chunks, embed, heads, ff, original):
        super().__init__()
        self.encoder = Part(width, embed, heads, ff, False, original)
        self.decoders = nn.ModuleList(Part(width, embed, heads, ff, True, original) for _ in range(chunks - 1))
        rate = 1 / torch.pow(10000.0, (2 * (torch.arange(width) // 2)) / width)
        angle = torch.arange(tokens)[:, None] * rate[None, :].double()
        self.register_buffer("places", torch.cat([angle[:, 0::2].sin(), angle[:, 1::2].cos()], 1).double(), persistent=False)
        self.triangle = torch.triu(torch.ones(tokens, tokens), 1).bool() if original else None

    def forward(self, chunks, masks=None, real=None):
        h, looks = None, []
        mean = lambda w, m: (w.mean(1) * m[:, :, None]).sum(1) / m.sum(1, keepdim=True).clamp(min=1)
        ones = lambda x: torch.ones(x.shape[:2])
        for c, x in enumerate(chunks):
            part = self.encoder if c == 0 else self.decoders[c - 1]
            pad = None if masks is None else (masks[c] == 0)[:, None, None, :]
            before = None if masks is None or c == 0 else (masks[c - 1] == 0)[:, None, None, :]
            hidden = self.triangle if self.triangle is not None and c > 0 else pad
            memory_hidden = self.triangle if self.triangle is not None else before
            h, w, wc = part(x + self.places, hidden, h, memory_hidden, None if real is None or c == 0 else real[c - 1])
            q = ones(x) if masks is None else masks[c]
            if wc is not None:
                looks[-1] = (looks[-1] + mean(wc, q)) / 2
            looks.append(mean(w, q))
        return h, torch.cat(looks, 1)


class Tscan(nn.Module):
    def __init__(self, inputs, tokens, outputs, embed, heads, ff, original, chunks=4, hours=12):
        super().__init__()
        self.f, self.n, self.p = tokens
        self.original, self.hours = original, hours
        self.temporal = Chain(hours, inputs, chunks, embed, heads, ff, original)
        self.spatial = Chain(self.n, hours * self.p, chunks, embed, heads, ff, original)
        self.head = nn.Linear(inputs if original else inputs + self.n * self.p, outputs)

    def forward(self, x, mask=None):
        masks = real = None
        if mask is not None:
            x = x * mask[:, :, None]
            masks = list(mask.split(self.hours, 1))
            real = [(m.sum(1) > 0).double()[:, None, None] for m in masks]
        t, lt = self.temporal(list(x.split(self.hours, 1)), masks, real)
        v = x[:, :, self.f : self.f + self.n * self.p]
        tokens = [c.unflatten(2, (self.p, self.n)).permute(0, 3, 1, 2).flatten(2) for c in v.split(self.hours, 1)]
        s, ls = self.spatial(tokens, None, real)
        back = s.unflatten(2, (self.hours, self.p)).permute(0, 2, 3, 1).flatten(2)
        if self.original:
            y = torch.cat([t, back], 1).mean(1)
        else:
            m = torch.ones(x.shape[:2])[:, -self.hours :] if masks is None else masks[-1]
            y = torch.cat([(t * m[:, :, None]).sum(1) / m.sum(1, keepdim=True).clamp(min=1e-12), back.mean(1)], 1)
        return self.head(y), lt, ls


def case(name, batch, outputs, original, rate, lengths=None, **sizes):
    model = Tscan(outputs=outputs, original=original, **sizes)
    with torch.no_grad():
        for key, p in model.named_parameters():
            if p.dim() > 1:
                values = wave(p.numel(), name_seed(key), math.sqrt(2 / p[0].numel()))
            else:
                centre = 1.0 if "norm" in key and key.endswith("weight") else 0.0
                values = centre + wave(p.numel(), name_seed(key), 0.1)
            p.copy_(values.reshape(p.shape))
    x = wave(batch * 48 * sizes["inputs"], 7, 1.5).reshape(batch, 48, -1).double()
    y = (wave(batch * outputs, 8).reshape(batch, outputs) > 0).double()
    mask = None
    if lengths:
        mask = torch.zeros(batch, 48)
        for i, n in enumerate(lengths):
            mask[i, 48 - n :] = 1
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    losses = []
    with torch.no_grad():
        logits, hours, tokens = model(x, mask)
    for _ in range(20):
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(model(x, mask)[0], y)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    r = lambda t: [float(f"{v:.8g}") for v in t.flatten().tolist()]
    return {
        "name": name,
        "rate": rate,
        "parameters": sum(p.numel() for p in model.parameters()),
        "batch": batch,
        "outputs": outputs,
        "lengths": lengths,
        "logits": r(logits),
        "losses": losses,
        "hours": r(hours[0]),
        "tokens": r(tokens[0]),
    }


print(
    json.dumps(
        [
            case("original", 4, 1, True, 1e-4, inputs=59, tokens=(0, 59, 1), embed=512, heads=8, ff=512),
            case("corrected", 5, 3, False, 1e-3, lengths=[48, 5, 13, 24, 36], inputs=82, tokens=(31, 17, 3), embed=64, heads=4, ff=128),
        ]
    )
)
