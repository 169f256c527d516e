"""Reference values for network.test.ts: PyTorch's logits, numbers of parameters and 200 losses of training, from weights
and data that both sides make by one formula. Run: python make_trajectories.py > trajectories.json

The Mamba blocks are written here step by step, from the equations of the two papers, and share nothing with ours.
"""
import json
import warnings

import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(0)
torch.set_num_threads(1)

ROWS, STEPS, INPUTS, BATCH, TRAINED = 64, 12, 5, 16, 200


def formula(size, seed, scale=1.0):
    """Numbers between -scale and scale that both languages compute alike."""
    i = torch.arange(size, dtype=torch.float64)
    return (((i * 617 + seed * 131) % 1009) / 1009 * 2 - 1) * scale


def data():
    x = formula(ROWS * STEPS * INPUTS, 3, 1.5).reshape(ROWS, STEPS, INPUTS)
    lengths = 4 + (torch.arange(ROWS) * 5) % (STEPS - 3)
    mask = (torch.arange(STEPS)[None, :] < lengths[:, None]).double()
    last = torch.stack([x[i, lengths[i] - 1, 1] for i in range(ROWS)])
    y = (x[:, 0, 0] + last > 0).double()
    each = (x[:, :, 0] > 0).double()
    return x.float(), mask.float(), y.float()[:, None], each.float()[:, :, None]


def first_value(name, seed, size):
    """The weight's values: around 1 for scales, around a small step size for Mamba's biases, else around 0."""
    middle = 0.0
    if name.endswith(("weight_g", ".D")) or ("norm" in name and name.endswith("weight")):
        middle = 1.0
    if name.endswith(("dt_bias", "dt_proj.bias")):
        middle = -2.0
    if name.endswith("A_log"):
        middle = 0.5
    return middle + formula(size, seed, 0.3)


class Network(nn.Module):
    """What all have: states of steps, and a linear layer on the last real one or on each."""

    def __init__(self, width, per_step=False):
        super().__init__()
        self.per_step = per_step
        self.head = nn.Linear(width, 1)

    def summary(self, states, mask):
        if mask is None:
            return states[:, -1]
        last = mask.sum(1).long() - 1
        return states[torch.arange(len(states)), last]

    def forward(self, x, mask):
        states = self.states(x, mask)
        return self.head(states if self.per_step else self.summary(states, mask))


class Mlp(Network):
    def __init__(self):
        super().__init__(8)
        self.layers = nn.ModuleList([nn.Linear(INPUTS, 16), nn.Linear(16, 8)])

    def states(self, x, mask):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


class Recurrent(Network):
    def __init__(self, kind, per_step=False, bidirectional=False):
        super().__init__(8 * (2 if bidirectional else 1), per_step)
        self.rnn = kind(INPUTS, 8, 2, batch_first=True, bidirectional=bidirectional)

    def states(self, x, mask):
        return self.rnn(x)[0]

    def forward(self, x, mask):
        if not self.rnn.bidirectional:
            return super().forward(x, mask)
        packed = nn.utils.rnn.pack_padded_sequence(x, mask.sum(1).long(), batch_first=True, enforce_sorted=False)
        hidden = self.rnn(packed)[1]
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        return self.head(torch.cat([hidden[-2], hidden[-1]], 1))


class Causal(nn.Module):
    def __init__(self, inputs, outputs, kernel, dilation):
        super().__init__()
        self.left = (kernel - 1) * dilation
        self.conv = nn.utils.weight_norm(nn.Conv1d(inputs, outputs, kernel, dilation=dilation))

    def forward(self, x):
        return self.conv(F.pad(x, (self.left, 0)))


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, dilation):
        super().__init__()
        self.conv1 = Causal(inputs, outputs, kernel, dilation)
        self.conv2 = Causal(outputs, outputs, kernel, dilation)
        self.downsample = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x):
        y = F.relu(self.conv2(F.relu(self.conv1(x))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Tcn(Network):
    def __init__(self):
        super().__init__(8)
        self.network = nn.ModuleList([Block(INPUTS if i == 0 else 8, 8, 3, 2**i) for i in range(2)])

    def states(self, x, mask):
        y = x.transpose(1, 2)
        for block in self.network:
            y = block(y)
        return y.transpose(1, 2)


class ClassToken(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, width))


class Transformer(Network):
    def __init__(self, causal):
        super().__init__(8)
        self.causal = causal
        self.embed = nn.Linear(INPUTS, 8)
        if not causal:
            setattr(self, "class", ClassToken(8))
            self.positions = nn.Parameter(torch.zeros(STEPS, 8))
        activation = "relu" if causal else "gelu"
        layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, activation, batch_first=True, norm_first=not causal)
        norm = None if causal else nn.LayerNorm(8)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=norm, enable_nested_tensor=False)

    def states(self, x, mask):
        y = self.embed(x)
        if self.causal:
            place = torch.arange(STEPS, dtype=torch.float64)[:, None]
            rate = 10000 ** (-torch.arange(0, 8, 2, dtype=torch.float64) / 8)
            table = torch.zeros(STEPS, 8)
            table[:, 0::2] = torch.sin(place * rate)
            table[:, 1::2] = torch.cos(place * rate)
            later = torch.triu(torch.ones(STEPS, STEPS), 1).bool()
            return self.encoder(y + table, mask=later, src_key_padding_mask=mask == 0)
        token = getattr(self, "class").token.expand(len(x), 1, 8)
        seen = torch.cat([mask[:, :1], mask], 1)
        return self.encoder(torch.cat([token, y + self.positions], 1), src_key_padding_mask=seen == 0)

    def summary(self, states, mask):
        return super().summary(states, mask) if self.causal else states[:, 0]


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * self.weight


def causal_depthwise(conv, x):
    """[batch, steps, channels] through a Conv1d with as many groups as channels."""
    return conv(F.pad(x.transpose(1, 2), (conv.kernel_size[0] - 1, 0))).transpose(1, 2)


class Mamba1(nn.Module):
    def __init__(self, width, states, rank):
        super().__init__()
        channels = 2 * width
        self.channels, self.n, self.rank = channels, states, rank
        self.A_log = nn.Parameter(torch.zeros(channels, states))
        self.D = nn.Parameter(torch.ones(channels))
        self.in_proj = nn.Linear(width, 2 * channels, bias=False)
        self.conv1d = nn.Conv1d(channels, channels, 4, groups=channels)
        self.x_proj = nn.Linear(channels, rank + 2 * states, bias=False)
        self.dt_proj = nn.Linear(rank, channels)
        self.out_proj = nn.Linear(channels, width, bias=False)

    def forward(self, x):
        u, z = self.in_proj(x).chunk(2, -1)
        u = F.silu(causal_depthwise(self.conv1d, u))
        r, b, c = self.x_proj(u).split([self.rank, self.n, self.n], -1)
        step = F.softplus(self.dt_proj(r))
        a = -torch.exp(self.A_log)
        h = torch.zeros(len(x), self.channels, self.n)
        out = []
        for t in range(x.shape[1]):
            h = torch.exp(step[:, t, :, None] * a) * h + (step[:, t] * u[:, t])[:, :, None] * b[:, t, None, :]
            out.append((h * c[:, t, None, :]).sum(-1) + self.D * u[:, t])
        return self.out_proj(torch.stack(out, 1) * F.silu(z))


class Mamba2(nn.Module):
    def __init__(self, width, states, size):
        super().__init__()
        channels = 2 * width
        self.channels, self.n, self.size, self.heads = channels, states, size, channels // size
        self.dt_bias = nn.Parameter(torch.zeros(self.heads))
        self.A_log = nn.Parameter(torch.zeros(self.heads))
        self.D = nn.Parameter(torch.ones(self.heads))
        self.in_proj = nn.Linear(width, 2 * channels + 2 * states + self.heads, bias=False)
        self.conv1d = nn.Conv1d(channels + 2 * states, channels + 2 * states, 4, groups=channels + 2 * states)
        self.norm = RmsNorm(channels)
        self.out_proj = nn.Linear(channels, width, bias=False)

    def forward(self, x):
        z, mixed, raw = self.in_proj(x).split([self.channels, self.channels + 2 * self.n, self.heads], -1)
        u, b, c = F.silu(causal_depthwise(self.conv1d, mixed)).split([self.channels, self.n, self.n], -1)
        u = u.reshape(*u.shape[:2], self.heads, self.size)
        step = F.softplus(raw + self.dt_bias)
        a = -torch.exp(self.A_log)
        h = torch.zeros(len(x), self.heads, self.size, self.n)
        out = []
        for t in range(x.shape[1]):
            enters = (step[:, t, :, None] * u[:, t])[..., None] * b[:, t, None, None, :]
            h = torch.exp(step[:, t] * a)[:, :, None, None] * h + enters
            out.append((h * c[:, t, None, None, :]).sum(-1) + self.D[:, None] * u[:, t])
        y = torch.stack(out, 1).reshape(*x.shape[:2], self.channels)
        return self.out_proj(self.norm(y * F.silu(z)))


class Layer(nn.Module):
    def __init__(self, mixer, width):
        super().__init__()
        self.mixer, self.norm = mixer, RmsNorm(width)


class Mamba(Network):
    def __init__(self, version):
        super().__init__(8)
        self.embed = nn.Linear(INPUTS, 8)
        mixers = [Mamba1(8, 4, 1) if version == 1 else Mamba2(8, 4, 8) for _ in range(2)]
        self.backbone = nn.Module()
        self.backbone.layers = nn.ModuleList([Layer(mixer, 8) for mixer in mixers])
        self.backbone.norm_f = RmsNorm(8)

    def states(self, x, mask):
        y = self.embed(x)
        for layer in self.backbone.layers:
            y = y + layer.mixer(layer.norm(y))
        return self.backbone.norm_f(y)


OPTIMISERS = {
    "adam": lambda parameters, rate: torch.optim.Adam(parameters, lr=rate),
    "adamw": lambda parameters, rate: torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01),
}


def our_name(name):
    """The causal wrapper is one module more than ours has."""
    return name.replace(".conv.", ".")


def train(make, optimiser, rate, masked, kind):
    """The network with its first weights, its logits and the losses, in the given kind of floats."""
    torch.set_default_dtype(kind)
    network = make()
    named = {our_name(name): parameter for name, parameter in network.named_parameters()}
    for seed, name in enumerate(sorted(named)):
        with torch.no_grad():
            values = first_value(name, seed + 1, named[name].numel()).float()
            named[name].copy_(values.reshape(named[name].shape))
    x, mask, y, each = (t.to(kind) for t in data())
    target = each if network.per_step else y
    call = lambda rows: network(x[rows], mask[rows] if masked else None)
    with torch.no_grad():
        logits = call(slice(0, BATCH)).flatten().tolist()
    steps = OPTIMISERS[optimiser](network.parameters(), rate)
    losses = []
    for step in range(TRAINED):
        rows = slice((step * BATCH) % ROWS, (step * BATCH) % ROWS + BATCH)
        loss = F.binary_cross_entropy_with_logits(call(rows), target[rows])
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(float(loss))
    torch.set_default_dtype(torch.float32)
    return named, logits, losses


def record(make, optimiser, rate, masked):
    named, logits, losses = train(make, optimiser, rate, masked, torch.float32)
    _, _, exact = train(make, optimiser, rate, masked, torch.float64)
    rounding = max(abs(a - b) for a, b in zip(losses, exact))
    # a training that its own rounding throws off its way says nothing about another's
    assert rounding < 2e-5, rounding
    short = lambda values: [float(f"{v:.8g}") for v in values]
    return {
        "optimiser": optimiser,
        "rate": rate,
        "masked": masked,
        "parameters": sum(p.numel() for p in named.values()),
        "rounding": float(f"{rounding:.2g}"),
        "shapes": {name: list(p.shape) for name, p in sorted(named.items())},
        "logits": short(logits),
        "losses": short(losses),
    }


cases = {
    "mlp": (Mlp, "adam", 3e-3, False),
    "gru": (lambda: Recurrent(nn.GRU), "adam", 3e-3, True),
    "gru, a logit each step": (lambda: Recurrent(nn.GRU, per_step=True), "adam", 3e-3, False),
    "lstm": (lambda: Recurrent(nn.LSTM), "adam", 3e-3, True),
    "lstm, both directions": (lambda: Recurrent(nn.LSTM, bidirectional=True), "adam", 3e-3, True),
    "tcn": (Tcn, "adam", 3e-3, False),
    "transformer": (lambda: Transformer(causal=True), "adamw", 3e-3, True),
    "transformer, not causal": (lambda: Transformer(causal=False), "adamw", 3e-3, True),
    "mamba 1": (lambda: Mamba(1), "adamw", 1e-3, False),
    "mamba 2": (lambda: Mamba(2), "adamw", 3e-3, True),
}
lines = [f"{json.dumps(name)}: {json.dumps(record(*case))}" for name, case in cases.items()]
print("{" + f'"torch": "{torch.__version__.split("+")[0]}",\n' + ",\n".join(lines) + "}")
