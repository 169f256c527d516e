"""Small .npy files written by NumPy, with their values. Run: python src/formats/npy/golden/make_golden.py"""
import base64
import io
import json
from pathlib import Path

import numpy as np

t = np.arange(12)
ARRAYS = {
    "int16": (t * 2311 - 9000).astype("<i2").reshape(3, 4), "big": (t / 7 - 1).astype(">f8").reshape(2, 2, 3),
    "fortran": np.asfortranarray((t * 5).astype("<i4").reshape(2, 3, 2)), "half": (t / 7 - 1).astype("<f2"), "empty": np.zeros((0, 3), "<f4"),
    "scalar": np.array(2.5), "flags": (t % 3 == 0), "wide": (t.astype("<i8") * 3_000_000_000 - 7), "bytes": t.astype("u1"), "float32": (t / 3).astype("<f4").reshape(4, 3),
}


def saved(array, **options):
    out = io.BytesIO()
    np.save(out, array, **options)
    return base64.b64encode(out.getvalue()).decode()


cases = {k: {"bytes": saved(v), "shape": list(v.shape), "values": [float(x) for x in v.reshape(-1)]} for k, v in ARRAYS.items()}
refused = {"objects": saved(np.array([1, "a"], dtype=object), allow_pickle=True), "text": saved(np.array(["ab"])),
           "records": saved(np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])), "complex": saved(np.array([1j]))}
Path(__file__).with_name("npy.json").write_text(json.dumps({"cases": cases, "refused": refused}) + "\n")
