"""What the wfdb package (PyPI, 4.3.1) reads from the recordings of ../shared/data/ecg, as hashes, and small records that
it writes, with what it reads back. Run from the project's root: python src/formats/wfdb/golden/make_golden.py
"""
import base64
import hashlib
import json
import math
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import wfdb

HERE = Path(__file__).parent
DATA = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/ecg")
# Records of which only some segments are in the folder: the window that they cover.
WINDOWS = {"p000878-2137-10-26-16-57": (3750, 7500)}
ANNOTATIONS = {"atr", "qrs", "man", "pu0", "q1c", "q2c", "qt1", "qt2",
               "i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6"}


def short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:24]


def hash_signals(signals, dtype) -> str:
    return short(b"".join(np.asarray(s).astype(dtype).tobytes() for s in signals))


def describe(path: str) -> dict:
    """The record at `path` (without .hea) as wfdb reads it."""
    name = os.path.basename(path)
    start, end = WINDOWS.get(name, (0, None))
    window = {"sampfrom": start, "sampto": end} if end else {}
    physical = wfdb.rdrecord(path, smooth_frames=False, **window)
    out = {
        "fs": physical.fs, "names": physical.sig_name, "units": physical.units,
        "lengths": [len(s) for s in physical.e_p_signal],
        "physical": hash_signals(physical.e_p_signal, "<f8"),
        "comments": short("\n".join(physical.comments).encode("latin1")),
    }
    if end:
        out["window"] = [start, end]
    try:
        digital = wfdb.rdrecord(path, smooth_frames=False, physical=False, **window).e_d_signal
        out["digital"] = hash_signals(digital, "<i4")
        out["first"] = [int(s[0]) for s in digital]
        out["last"] = [int(s[-1]) for s in digital]
    except Exception as error:  # a variable layout whose gains change has no digital form
        out["noDigital"] = type(error).__name__
    return out


def lines_of(a) -> str:
    return "".join(
        f"{s} {c} {b} {h} {n} {x}\n"
        for s, c, b, h, n, x in zip(a.sample, a.label_store, a.subtype, a.chan, a.num, a.aux_note)
    )


def annotations(path: str, extensions: list) -> dict:
    """The annotation files of a record: how many marks each has, and one hash over them in the order of the list."""
    counts, text = {}, ""
    for extension in extensions:
        a = wfdb.rdann(path, extension, return_label_elements=["label_store"])
        counts[extension] = len(a.sample)
        text += lines_of(a)
    return {"counts": counts, "hash": short(text.encode("latin1"))}


def recordings() -> dict:
    records, marks = {}, {}
    for header in sorted(DATA.rglob("*.hea")):
        path = str(header)[:-4]
        key = str(header.relative_to(DATA))[:-4]
        if key.endswith("_layout"):
            continue
        try:
            records[key] = describe(path)
        except Exception as error:
            records[key] = {"refused": type(error).__name__}
    extensions = {}
    for file in sorted(DATA.rglob("*")):
        if file.suffix[1:] in ANNOTATIONS and file.is_file():
            extensions.setdefault(str(file)[: -len(file.suffix)], []).append(file.suffix[1:])
    for path, known in extensions.items():
        marks[os.path.relpath(path, DATA)] = annotations(path, known)
    return {"wfdb": wfdb.__version__, "records": records, "annotations": marks}


def wave(n, seed, amplitude, flat=0):
    """A rounded sum of sines with a little noise from a fixed sequence."""
    t = np.arange(n)
    noise = ((t * 7919 + seed * 104729) % 31) - 15
    x = amplitude * np.sin(t / (7 + seed)) + 0.3 * amplitude * np.sin(t / 3.1 + seed) + noise * amplitude / 200
    x = np.round(x).astype("int64")
    if flat:
        x[flat:] = x[flat]
    return x


def files_in(folder) -> dict:
    return {f.name: base64.b64encode(f.read_bytes()).decode() for f in sorted(Path(folder).iterdir())}


def written(name, fmt, signals, spf=None) -> dict:
    n = len(signals)
    with tempfile.TemporaryDirectory() as folder:
        record = wfdb.Record(
            record_name=name, n_sig=n, fs=250, sig_len=len(signals[0]) // (spf or [1])[0], fmt=[fmt] * n,
            file_name=[f"{name}.dat"] * n, adc_gain=[200.0 + i for i in range(n)], baseline=[i for i in range(n)],
            units=["mV"] * n, adc_res=[16] * n, adc_zero=[0] * n, block_size=[0] * n, sig_name=[f"s {i}" for i in range(n)],
            samps_per_frame=spf or [1] * n, e_d_signal=[np.asarray(s) for s in signals], byte_offset=[None] * n,
        )
        record.set_d_features(expanded=True)
        record.wrheader(write_dir=folder, expanded=True)
        record.wr_dats(expanded=True, write_dir=folder)
        return {"files": files_in(folder), "expect": describe(f"{folder}/{name}")}


def by_hand(name, header, files) -> dict:
    """A record in a form that the package reads but does not write."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{name}.hea").write_text(header)
        for file, data in files.items():
            (Path(folder) / file).write_bytes(bytes(data))
        return {"files": files_in(folder), "expect": describe(f"{folder}/{name}")}


def synthetic() -> dict:
    s = {}
    s["eighty"] = written("eighty", "80", [wave(41, i, 90) for i in range(3)])
    s["packed212"] = written("packed212", "212", [wave(31, i, 1500) for i in range(3)])
    s["frames16"] = written("frames16", "16", [wave(60, 1, 9000), wave(20, 2, 9000), wave(40, 3, 900)], [3, 1, 2])
    s["wide24"] = written("wide24", "24", [wave(37, i, 5e6) for i in range(2)])
    s["wide32"] = written("wide32", "32", [wave(37, i, 1.2e9) for i in range(2)])
    s["flac516stereo"] = written("flac516stereo", "516", [wave(400, 1, 3000), wave(400, 1, 3000) + 5 + wave(400, 2, 20)])
    s["flac508"] = written("flac508", "508", [wave(300, i, 80) for i in range(3)])
    s["flac524eight"] = written("flac524eight", "524", [wave(60, i, 4e6) for i in range(8)])
    s["flacframes"] = written("flacframes", "516", [wave(300, 1, 2000), wave(300, 2, 2000)], [2, 2])
    s["flacflat"] = written("flacflat", "516", [wave(9000, 1, 300, flat=40), np.full(9000, -7)])
    s["flacwasted"] = written("flacwasted", "524", [wave(200, 1, 300) * 64, wave(200, 2, 300) * 4])
    s["flacextreme"] = written("flacextreme", "516", [np.where(np.arange(90) % 2, 32767, -32767), wave(90, 3, 20000)])
    noise = np.array([(i * i * 40503 + 12345 * i) % 65535 - 32767 for i in range(150)])
    s["flacnoise"] = written("flacnoise", "516", [noise])
    # The package refuses two different skews, and fills too little after the skew of a signal of several samples a frame.
    s["skewed"] = by_hand(
        "skewed", "skewed 3 100/10(5) 20 23:59:58.25 29/02/2024\nskewed.dat 16:2 10 12 0 0 0 0 a\n"
        "skewed.dat 16 10(3)/uV 12 0 0 0 0 b\nskewed.dat 16x2 10 12 0 0 0 0 c d\n# one\n#two\n",
        {"skewed.dat": np.concatenate([wave(80, 4, 3000)]).astype("<i2").tobytes()})
    s["differences"] = by_hand(
        "differences", "differences 2 100 15\nd.dat 8x2 50 10 0 -40 0 0 a\nd.dat 8 50/mV 10 0 7 0 0 b\n",
        {"d.dat": ((np.arange(45) * 37) % 256).astype("u1").tobytes()})
    for fmt in ("310", "311", "61", "160"):
        size = {"310": 4, "311": 4, "61": 6, "160": 6}[fmt]
        data = (np.arange(20 * size) * 73 + 11) % 256
        if fmt == "311":
            data[3::4] &= 63  # the two spare bits of each word
        frames = 20 if size == 4 else 20
        s[f"three{fmt}"] = by_hand(
            f"three{fmt}", f"three{fmt} 3 50.5 {frames}\n" + "".join(f"t.bin {fmt} 100 10 0 0 0 0 c{i}\n" for i in range(3)),
            {"t.bin": data.astype("u1").tobytes()})
    s["prefixed"] = by_hand(
        "prefixed", "prefixed 1 100 10\np.mat 16+24 1.5e+02(-7)/uV 16 0 0 0 0 x\n",
        {"p.mat": bytes(24) + wave(10, 1, 500).astype("<i2").tobytes()})
    s["unmeasured"] = by_hand("unmeasured", "unmeasured 2\nu.dat 212\nu.dat 212\n", {"u.dat": bytes(range(30))})
    with tempfile.TemporaryDirectory() as folder:
        f = Path(folder)
        (f / "v.hea").write_text("v/5 2 10 30\nv_lay 0\n~ 5\nv1 10\n~ 3\nv2 12\n")
        (f / "v_lay.hea").write_text("v_lay 2 10 0\n~ 0 200/mV 12 0 0 0 0 I\n~ 0 1/mmHg 12 0 0 0 0 ABP\n")
        (f / "v1.hea").write_text("v1 1 10 10\nv1.dat 16 4/mmHg 12 0 0 0 0 ABP\n")
        (f / "v2.hea").write_text("v2 2 10 12\nv2.dat 80 5(-3)/mmHg 8 0 0 0 0 ABP\nv2.dat 80 100/mV 8 0 0 0 0 I\n")
        (f / "v1.dat").write_bytes(wave(10, 1, 500).astype("<i2").tobytes())
        (f / "v2.dat").write_bytes(((np.arange(24) * 37) % 256).astype("u1").tobytes())
        s["variable"] = {"files": files_in(folder), "expect": describe(f"{folder}/v")}
    return s


def synthetic_annotations() -> dict:
    def one(fs=None, custom=None, **fields):
        with tempfile.TemporaryDirectory() as folder:
            cwd = os.getcwd()
            os.chdir(folder)
            try:
                wfdb.wrann("a", "atr", fs=fs, custom_labels=custom, **fields)
                a = wfdb.rdann("a", "atr", return_label_elements=["label_store", "symbol"])
                data = Path("a.atr").read_bytes()
            finally:
                os.chdir(cwd)
        return {"bytes": base64.b64encode(data).decode(), "lines": lines_of(a), "fs": a.fs, "symbols": "".join(a.symbol)}

    sample = np.array([0, 5, 1028, 2052, 70000, 70000, 3_000_000_000, 3_000_000_500])
    n = len(sample)
    return {
        "plain": one(sample=sample[:5], symbol=list("NVAL+"), aux_note=["", "", "", "", "(AFIB"]),
        "fields": one(
            sample=sample, symbol=list("NNVV~+p)"), subtype=np.array([0, 1, -1, 0, 127, 0, -128, 3]),
            chan=np.array([0, 1, 1, 0, 3, 3, 255, 0]), num=np.array([0, 0, 2, 2, 1, 0, 0, 127]),
            aux_note=["", "a", "ab", "", "x" * 255, "(VT", "", "\xe9"]),
        "resolution": one(fs=360, sample=sample[1:5], symbol=list("NNVV")),
        "fraction": one(fs=128.5, sample=sample[:5], symbol=list("NNVVN")),
        "custom": one(
            fs=100, custom=[("W", "a custom wave"), ("Z", "another one, longer")],
            sample=sample[1:5], symbol=list("WZNW")),
    }


if __name__ == "__main__":
    (HERE / "recordings.json").write_text(json.dumps(recordings(), separators=(",", ":"), allow_nan=False).replace('},"', '},\n"') + "\n")
    small = {"records": synthetic(), "annotations": synthetic_annotations()}
    (HERE / "synthetic.json").write_text(json.dumps(small, separators=(",", ":"), allow_nan=False).replace('},"', '},\n"') + "\n")
