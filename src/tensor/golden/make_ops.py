"""Outputs and gradients of every case of cases.json by PyTorch, in 32-bit floats, as reference values (ops.json).

Usage: python make_ops.py [folder of .onnx files to check with onnx.checker]
Values come from the formula that fixture.ts uses. Tensors of up to 24 elements are stored whole, larger ones as
{size, sums: [sum, sum of squares, product with the formula's numbers of seed 40, first, last]}. `looks` holds each output's
kind and shape.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

here = Path(__file__).parent
torch.set_num_threads(1)
WHOLE = 24


def formula(size, seed):
    i = np.arange(size, dtype=np.float64)
    return np.float32((((i * 617 + seed * 131) % 1009) + seed / 7 + 0.04) / 1009 * 4 - 2)


def values(shape, domain, below, seed):
    size = int(np.prod(shape, dtype=np.int64))
    if domain == "real":
        data = formula(size, seed)
    elif domain == "positive":
        data = np.float32((np.float64(formula(size, seed)) + 2.2) / 2)
    else:
        whole = (np.arange(size, dtype=np.int64) * 617 + seed * 131 + 4) % 1009
        if domain == "bool":
            data = whole % 2 == 1
        elif domain == "ties":
            data = np.float32(whole % 3 - 1)
        elif domain == "count":
            data = (whole % 9 + 1).astype(np.int32)
        else:
            data = (whole % 9 - 4 if below is None else whole % below).astype(np.int32)
    return torch.from_numpy(np.asarray(data).reshape(shape).copy())


KIND_NAMES = {torch.float32: "float", torch.int32: "int", torch.int64: "int", torch.bool: "bool"}
KINDS = {"float": torch.float32, "int": torch.int32, "bool": torch.bool}


def axes(options, x):
    axis = options.get("axis")
    return tuple(range(x.dim())) if axis is None else tuple(axis) if isinstance(axis, list) else (axis,)


def reduce(function):
    def run(x, options={}):
        over = axes(options, x)
        return x.clone() if len(over) == 0 else function(x, over, options.get("keepAxes", False))

    return run



def slice_(x, axis, start, stop=None, step=1):
    at = torch.arange(x.shape[axis])[start:stop:step] if step > 0 else None
    if at is None:
        at = torch.from_numpy(np.arange(x.shape[axis])[start:stop:step].copy())
    return x.index_select(axis, at)


def pad_axis(x, axis, before, after, value=0):
    def edge(count):
        shape = list(x.shape)
        shape[axis] = count
        return torch.full(shape, value, dtype=x.dtype)

    return torch.cat([edge(before), x, edge(after)], axis)


def matmul(a, b, options={}):
    if options.get("transposeA") and a.dim() > 1:
        a = a.transpose(-1, -2)
    if options.get("transposeB") and b.dim() > 1:
        b = b.transpose(-1, -2)
    return torch.matmul(a, b)


def windowed(one, two):
    def run(x, *rest):
        *kernel, options = rest if isinstance(rest[-1], dict) else (*rest, {})
        names = {"size": "kernel_size"}
        return (one if x.dim() == 3 else two)(x, *kernel, **{names.get(k, k): v for k, v in options.items()})

    return run


def standardise(x, axis, epsilon=1e-5):
    over = tuple(axis) if isinstance(axis, list) else (axis,)
    centre = x.mean(over, keepdim=True)
    scale = 1 / torch.sqrt(((x - centre) ** 2).mean(over, keepdim=True) + epsilon)
    return (x - centre) * scale, centre, scale


def layer_norm(x, *rest):
    tensors = [r for r in rest if isinstance(r, torch.Tensor)]
    options = next((r for r in rest if isinstance(r, dict)), {})
    shape = tensors[0].shape if tensors else x.shape[-1:]
    return F.layer_norm(x, shape, *tensors, eps=options.get("epsilon", 1e-5))


def rms_norm(x, *rest):
    tensors = [r for r in rest if isinstance(r, torch.Tensor)]
    options = next((r for r in rest if isinstance(r, dict)), {})
    return F.rms_norm(x, x.shape[-1:], *tensors, eps=options.get("epsilon", 1e-5))


def channels(x, v):
    return v.reshape([1, -1] + [1] * (x.dim() - 2))


def batch_normalise(x, weight, bias, options={}):
    over = [i for i in range(x.dim()) if i != 1]
    output = F.batch_norm(x, None, None, weight, bias, training=True, eps=options.get("epsilon", 1e-5))
    return output, x.mean(over), x.var(over, unbiased=False)


def over_channels(x):
    return x.sum([i for i in range(x.dim()) if i != 1])


def masked_mean(x, mask, axis):
    weights = torch.broadcast_to(mask.to(x.dtype), x.shape)
    return (x * weights).sum(axis) / weights.sum(axis).clamp(min=1)


def scatter_add(rows, index, size):
    return torch.zeros([size, *rows.shape[1:]]).index_add(0, index, rows)


def gather(x, index, axis=0):
    axis %= x.dim()
    picked = x.index_select(axis, index.flatten())
    return picked.reshape([*x.shape[:axis], *index.shape, *x.shape[axis + 1 :]])


def scan(h, xs, w, u, b, options):
    stacked = [None] * len(xs)
    for t in reversed(range(len(xs))) if options.get("reverse") else range(len(xs)):
        following = torch.tanh(xs[t] @ w + h @ u + b)
        stacked[t] = following * h
        h = following
    return h, torch.stack(stacked)


def flat(values_, shape, kind):
    return torch.tensor(values_, dtype=KINDS[kind]).reshape(shape)


OPERATIONS = {
    "zeros": torch.zeros,
    "ones": torch.ones,
    "full": lambda shape, value, kind="float": torch.full(shape, value, dtype=KINDS[kind]),
    "constant": flat,
    "arange": lambda count: torch.arange(count, dtype=torch.int32),
    "stopGradient": lambda x: x.detach(),
    "silu": F.silu,
    "logSigmoid": F.logsigmoid,
    "softplus": F.softplus,
    "gelu": lambda x, approximate="none": F.gelu(x, approximate=approximate),
    "leakyRelu": F.leaky_relu,
    "elu": F.elu,
    "div": lambda a, b: torch.div(a, b) if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc"),
    "equal": torch.eq,
    "lessEqual": torch.le,
    "greaterEqual": torch.ge,
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
    "logicalNot": torch.logical_not,
    "cast": lambda x, kind: x.to(KINDS[kind]),
    "maskedFill": lambda x, mask, value: torch.where(mask, torch.tensor(float(value)), x),
    "permute": lambda x, order: x.permute(order),
    "transpose": lambda x, first=-2, second=-1: x.transpose(first, second),
    "expand": lambda x, shape: torch.broadcast_to(x, shape),
    "slice": slice_,
    "flip": lambda x, axis: torch.flip(x, [axis]),
    "concat": lambda *all_: torch.cat(all_[:-1], all_[-1]) if isinstance(all_[-1], int) else torch.cat(all_),
    "stack": lambda *all_: torch.stack(all_[:-1], all_[-1]) if isinstance(all_[-1], int) else torch.stack(all_),
    "split": lambda x, sizes, axis=-1: torch.split(x, sizes, axis),
    "chunk": lambda x, parts, axis=-1: torch.split(x, x.shape[axis] // parts, axis) if x.shape[axis] else (x,) * parts,
    "padAxis": pad_axis,
    "sum": reduce(lambda x, over, keep: x.sum(over, keepdim=keep, dtype=x.dtype)),
    "mean": reduce(lambda x, over, keep: x.mean(over, keepdim=keep)),
    "max": reduce(lambda x, over, keep: torch.amax(x, over, keepdim=keep)),
    "min": reduce(lambda x, over, keep: torch.amin(x, over, keepdim=keep)),
    "logsumexp": reduce(lambda x, over, keep: torch.logsumexp(x, over, keepdim=keep)),
    "cumsum": lambda x, axis, options={}: x.flip(axis).cumsum(axis, dtype=x.dtype).flip(axis)
    if options.get("reverse")
    else x.cumsum(axis, dtype=x.dtype),
    "argmax": lambda x, axis=-1, options={}: torch.from_numpy(
        np.asarray(np.argmax(x.detach().numpy(), axis=axis, keepdims=options.get("keepAxes", False)))
    ),
    "gather": gather,
    "scatterAdd": scatter_add,
    "takeAlong": lambda x, index: torch.gather(x, -1, index.long()),
    "oneHot": lambda index, classes: (index.unsqueeze(-1) == torch.arange(classes)).float(),
    "matmul": matmul,
    "einsum": lambda a, b, equation: torch.einsum(equation, a, b),
    "conv": windowed(F.conv1d, F.conv2d),
    "maxPool": windowed(F.max_pool1d, F.max_pool2d),
    "avgPool": windowed(F.avg_pool1d, F.avg_pool2d),
    "softmax": lambda x, axis=-1: F.softmax(x, axis),
    "logSoftmax": lambda x, axis=-1: F.log_softmax(x, axis),
    "standardise": standardise,
    "layerNorm": layer_norm,
    "rmsNorm": rms_norm,
    "batchNormalise": batch_normalise,
    "channelAffine": lambda x, scale, shift: x * channels(x, scale) + channels(x, shift),
    "channelDot": lambda a, b: over_channels(a * b),
    "channelSum": over_channels,
    "maskedMean": masked_mean,
    "scan": scan,
}


def cases(table):
    for entry in table["operations"]:
        args = entry.get("args", [])
        domain = entry.get("domain", "real")
        listed = []
        for shape in table["shapes"][entry["each"]] if "each" in entry else []:
            if shape in entry.get("skip", []):
                continue
            if entry.get("by") == "shape":
                listed.append([[], shape, *args])
            elif entry.get("by") == "values":
                kind = {"float": "real"}.get(args[0], args[0])
                listed.append([[], values(shape, kind, None, 0).flatten().tolist(), shape, *args])
            else:
                listed.append([shape if shape and isinstance(shape[0], list) else [shape], *args])
        for inputs, *options in listed + entry.get("cases", []):
            described = []
            for given in inputs:
                if isinstance(given, list):
                    described.append((given, domain, None))
                else:
                    own = next(key for key in given if key != "below")
                    described.append((given[own], own, given.get("below")))
            yield entry["op"], described, options


def number(x):
    return x if isinstance(x, int) else float(f"{x:.7g}") if np.isfinite(x) else str(x)


def stored(tensor):
    data = tensor.detach().to(torch.float64).flatten()
    if data.numel() <= WHOLE:
        return [number(x) for x in data.tolist()]
    weights = torch.from_numpy(np.float64(formula(data.numel(), 40)))
    sums = [data.sum(), (data * data).sum(), (data * weights).sum(), data[0], data[-1]]
    return {"size": data.numel(), "sums": [number(float(x)) for x in sums]}


def run(op, described, options):
    inputs = [values(*given, seed) for seed, given in enumerate(described)]
    for x in inputs:
        if x.is_floating_point():
            x.requires_grad_(True)
    function = OPERATIONS.get(op) or getattr(torch, op)
    results = function(*inputs, *options)
    outputs = list(results) if isinstance(results, tuple | list | torch.return_types.topk) else [results]
    loss = sum(
        (out * torch.from_numpy(formula(out.numel(), 20 + i)).reshape(out.shape)).sum()
        for i, out in enumerate(o for o in outputs if o.is_floating_point())
    )
    wanted = [x for x in inputs if x.is_floating_point()]
    if wanted and isinstance(loss, torch.Tensor) and loss.requires_grad:
        found = torch.autograd.grad(loss, wanted, allow_unused=True)
        grads = [torch.zeros_like(x) if g is None else g for x, g in zip(wanted, found)]
    else:
        grads = [torch.zeros_like(x) for x in wanted]
    looks = [[KIND_NAMES[x.dtype], *x.shape] for x in outputs]
    return {"looks": looks, "outputs": [stored(x) for x in outputs], "gradients": [stored(g) for g in grads]}


def main():
    table = json.loads((here / "cases.json").read_text())
    lines = []
    for op, described, options in cases(table):
        try:
            lines.append(json.dumps(run(op, described, options), separators=(",", ":")))
        except Exception as error:
            raise SystemExit(f"{op} {described} {options}: {error}")
    text = f'{{"torch":"{torch.__version__}","cases":[\n' + ",\n".join(lines) + "\n]}\n"
    (here / "ops.json").write_text(text)
    print(f"{len(lines)} cases, {len(text)} bytes")
    if len(sys.argv) > 1:
        check_models(Path(sys.argv[1]))


def check_models(folder):
    """The ONNX checker with shape inference on every model of a folder (written by emit.test.ts with BEDSIDE_MODELS)."""
    import onnx

    files = sorted(folder.glob("*.onnx"))
    for file in files:
        onnx.checker.check_model(str(file), full_check=True)
    print(f"{len(files)} models pass onnx.checker of onnx {onnx.__version__}")


main()
