"""One row of bench/tensor.mjs by PyTorch: python tensor_torch.py JOB; prints {milliseconds, parameters, compileMs} as JSON.

Written for this comparison. Mamba-1 on the CPU is a loop over steps, as `mamba_ssm`'s own reference is; Mamba-2 is the
chunked form of the paper's listing.
"""
import json
import math
import sys
import time
import warnings

import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")
job = json.loads(sys.argv[1])
settings, shape, batch = job["settings"], job["shape"], job["batch"]
torch.set_num_threads(job["threads"])
torch.manual_seed(1)
one = job["mode"] == "one"
LONG, FEWEST, MOST, WARM = (3.0, 200, 2000, 50) if one else (4.0, 5, 200, 3)


class Last(nn.Module):
    """A linear layer on the last step's state."""

    def __init__(self, width, states):
        super().__init__()
        self.states, self.head = states, nn.Linear(width, 1)

    def forward(self, x):
        return self.head(self.states(x)[:, -1])


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = kind(settings["inputs"], settings["hidden"], settings["layers"], batch_first=True)

    def forward(self, x):
        return self.rnn(x)[0]


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, dilation):
        super().__init__()
        norm = nn.utils.weight_norm
        self.left = (kernel - 1) * dilation
        self.conv1 = norm(nn.Conv1d(inputs, outputs, kernel, dilation=dilation))
        self.conv2 = norm(nn.Conv1d(outputs, outputs, kernel, dilation=dilation))
        self.downsample = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x):
        y = F.relu(self.conv1(F.pad(x, (self.left, 0))))
        y = F.relu(self.conv2(F.pad(y, (self.left, 0))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Tcn(nn.Module):
    def __init__(self):
        super().__init__()
        channels = settings["channels"]
        sizes = [settings["inputs"]] + [channels] * settings["levels"]
        self.network = nn.Sequential(
            *[Block(a, b, settings["kernel"], 2**i) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]
        )

    def forward(self, x):
        return self.network(x.transpose(1, 2)).transpose(1, 2)


def positions(steps, width):
    place = torch.arange(steps)[:, None]
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    table = torch.zeros(steps, width)
    table[:, 0::2], table[:, 1::2] = torch.sin(place * rate), torch.cos(place * rate)
    return table


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        width, steps = settings["width"], shape[0]
        self.embed = nn.Linear(settings["inputs"], width)
        layer = nn.TransformerEncoderLayer(width, settings["heads"], settings["feedForward"], 0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, settings["layers"], enable_nested_tensor=False)
        self.table = positions(steps, width)
        self.later = nn.Transformer.generate_square_subsequent_mask(steps)

    def forward(self, x):
        return self.encoder(self.embed(x) + self.table, mask=self.later, is_causal=True)


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, 1e-5)


def depthwise(conv, x):
    return conv(F.pad(x.transpose(1, 2), (3, 0))).transpose(1, 2)


class Mamba1(nn.Module):
    def __init__(self, width, states=16):
        super().__init__()
        channels, self.rank, self.n = 2 * width, math.ceil(width / 16), states
        self.channels = channels
        self.in_proj = nn.Linear(width, 2 * channels, bias=False)
        self.conv1d = nn.Conv1d(channels, channels, 4, groups=channels)
        self.x_proj = nn.Linear(channels, self.rank + 2 * states, bias=False)
        self.dt_proj = nn.Linear(self.rank, channels)
        nn.init.constant_(self.dt_proj.bias, -4.0)
        self.A_log = nn.Parameter(torch.log(torch.arange(1, states + 1.0)).repeat(channels, 1))
        self.D = nn.Parameter(torch.ones(channels))
        self.out_proj = nn.Linear(channels, width, bias=False)

    def forward(self, x):
        u, z = self.in_proj(x).chunk(2, -1)
        u = F.silu(depthwise(self.conv1d, u))
        r, b, c = self.x_proj(u).split([self.rank, self.n, self.n], -1)
        step = F.softplus(self.dt_proj(r))
        keep = torch.exp(step[..., None] * -torch.exp(self.A_log))
        enters = (step * u)[..., None] * b[:, :, None, :]
        h = torch.zeros(len(x), self.channels, self.n)
        out = []
        for t in range(x.shape[1]):
            h = keep[:, t] * h + enters[:, t]
            out.append((h @ c[:, t, :, None]).squeeze(-1))
        return self.out_proj((torch.stack(out, 1) + self.D * u) * F.silu(z))


def segment_sums(x):
    """Sums over steps s+1 … t in row t, column s; minus infinity above the diagonal."""
    steps = x.shape[-1]
    sums = torch.cumsum(x, -1)
    between = sums[..., :, None] - sums[..., None, :]
    return between.masked_fill(~torch.tril(torch.ones(steps, steps, dtype=torch.bool)), -math.inf)


class Mamba2(nn.Module):
    def __init__(self, width, states=64, size=64, chunk=64):
        super().__init__()
        channels = 2 * width
        self.channels, self.n, self.size, self.heads, self.chunk = channels, states, size, channels // size, chunk
        self.in_proj = nn.Linear(width, 2 * channels + 2 * states + self.heads, bias=False)
        self.conv1d = nn.Conv1d(channels + 2 * states, channels + 2 * states, 4, groups=channels + 2 * states)
        self.dt_bias = nn.Parameter(torch.full((self.heads,), -4.0))
        self.A_log = nn.Parameter(torch.log(torch.linspace(1, 16, self.heads)))
        self.D = nn.Parameter(torch.ones(self.heads))
        self.norm = RmsNorm(channels)
        self.out_proj = nn.Linear(channels, width, bias=False)

    def forward(self, x):
        batch, steps, _ = x.shape
        z, mixed, raw = self.in_proj(x).split([self.channels, self.channels + 2 * self.n, self.heads], -1)
        u, b, c = F.silu(depthwise(self.conv1d, mixed)).split([self.channels, self.n, self.n], -1)
        step = F.softplus(raw + self.dt_bias)
        u = u.reshape(batch, steps, self.heads, self.size)
        cut = lambda t: t.reshape(batch, steps // self.chunk, self.chunk, *t.shape[2:])
        xs, b, c = cut(u * step[..., None]), cut(b), cut(c)
        a = cut(step * -torch.exp(self.A_log)).permute(0, 3, 1, 2)
        sums = torch.cumsum(a, -1)
        within = torch.einsum("bcln,bcsn,bhcls,bcshp->bclhp", c, b, torch.exp(segment_sums(a)), xs)
        left = torch.einsum("bcln,bhcl,bclhp->bchpn", b, torch.exp(sums[..., -1:] - sums), xs)
        left = torch.cat([torch.zeros_like(left[:, :1]), left], 1)
        between = torch.exp(segment_sums(F.pad(sums[..., -1], (1, 0))))
        found = torch.einsum("bhzc,bchpn->bzhpn", between, left)[:, :-1]
        carried = torch.einsum("bcln,bchpn,bhcl->bclhp", c, found, torch.exp(sums))
        y = (within + carried).reshape(batch, steps, self.heads, self.size) + self.D[:, None] * u
        return self.out_proj(self.norm(y.reshape(batch, steps, self.channels) * F.silu(z)))


class Mamba(nn.Module):
    def __init__(self):
        super().__init__()
        width = settings["width"]
        mixer = Mamba1 if settings["version"] == 1 else Mamba2
        self.embed = nn.Linear(settings["inputs"], width)
        self.mixers = nn.ModuleList([mixer(width) for _ in range(settings["layers"])])
        self.norms = nn.ModuleList([RmsNorm(width) for _ in self.mixers])
        self.norm_f = RmsNorm(width)

    def forward(self, x):
        y = self.embed(x)
        for mixer, norm in zip(self.mixers, self.norms):
            y = y + mixer(norm(y))
        return self.norm_f(y)


def conv_layer(inputs, outputs, kernel, stride=1, activate=True):
    parts = [nn.Conv1d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm1d(outputs)]
    return nn.Sequential(*parts, *([nn.ReLU()] if activate else []))


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride, kernel=5):
        super().__init__()
        outputs = 4 * width
        self.convs = nn.Sequential(
            conv_layer(inputs, width, 1), conv_layer(width, width, kernel, stride), conv_layer(width, outputs, 1, activate=False)
        )
        self.matched = conv_layer(inputs, outputs, 1, activate=False) if inputs != outputs else None
        self.pool = nn.AvgPool1d(2, ceil_mode=True) if stride > 1 else nn.Identity()

    def forward(self, x):
        shortcut = self.pool(x)
        return F.relu(self.convs(x) + (shortcut if self.matched is None else self.matched(shortcut)))


class XResNet1d50(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = settings["inputs"]
        self.stem = nn.Sequential(
            conv_layer(inputs, 32, 5, 2), conv_layer(32, 32, 5), conv_layer(32, 64, 5), nn.MaxPool1d(3, 2, 1)
        )
        channels, blocks = 64, []
        for stage, count in enumerate([3, 4, 6, 3]):
            for i in range(count):
                blocks.append(Bottleneck(channels, 64, 2 if stage > 0 and i == 0 else 1))
                channels = 256
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(
            nn.BatchNorm1d(512), nn.Dropout(0.25), nn.Linear(512, 128), nn.ReLU(), nn.BatchNorm1d(128), nn.Dropout(0.5), nn.Linear(128, 1)
        )

    def forward(self, x):
        y = self.blocks(self.stem(x))
        return self.head(torch.cat([y.mean(2), y.amax(2)], 1))


class Vit(nn.Module):
    def __init__(self, width=384, depth=12, heads=6, patch=16):
        super().__init__()
        count = (shape[1] // patch) ** 2
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.zeros(1, count + 1, width))
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        y = self.patches(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(len(x), 1, -1), y], 1) + self.positions
        return self.head(self.encoder(y)[:, 0])


def make():
    kind = job["model"]
    if kind in ("gru", "lstm"):
        return Last(settings["hidden"], Recurrent(nn.GRU if kind == "gru" else nn.LSTM))
    if kind == "tcn":
        return Last(settings["channels"], Tcn())
    if kind == "transformer":
        return Last(settings["width"], Transformer())
    if kind == "mamba":
        return Last(settings["width"], Mamba())
    return {"xresnet1d": XResNet1d50, "vit": Vit}[kind]()


before = time.perf_counter()
model = make()
x = torch.randn(batch, *shape)
y = (torch.rand(batch, 1) < 0.5).float()
optimiser = torch.optim.Adam(model.parameters())


def train_step():
    optimiser.zero_grad(set_to_none=True)
    F.binary_cross_entropy_with_logits(model(x), y).backward()
    optimiser.step()


def predict():
    with torch.inference_mode():
        return float(model(x))


if one:
    model.eval()
step = predict if one else train_step
step()
compile_ms = (time.perf_counter() - before) * 1000
for _ in range(WARM):
    step()
milliseconds = []
end = time.perf_counter() + LONG
while len(milliseconds) < FEWEST or (time.perf_counter() < end and len(milliseconds) < MOST):
    start = time.perf_counter()
    step()
    milliseconds.append((time.perf_counter() - start) * 1000)
count = sum(p.numel() for p in model.parameters())
print(json.dumps({"milliseconds": milliseconds, "parameters": count, "compileMs": compile_ms}))
