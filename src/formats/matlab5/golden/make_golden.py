"""Small .mat files written by SciPy, with their values. Run: python src/formats/matlab5/golden/make_golden.py"""
import base64
import io
import json
from pathlib import Path

import numpy as np
import scipy.io

t = np.arange(12)
ARRAYS = {
    "int16": (t * 2311 - 9000).astype("int16").reshape(3, 4), "int32": (t * 91823111 - 5).astype("int32").reshape(4, 3),
    "uint8": (t * 21).astype("uint8").reshape(2, 6), "float64": (t / 7 - 0.3).reshape(3, 4), "float32": (t / 7).astype("float32").reshape(6, 2),
}


def saved(format, arrays, **options):
    out = io.BytesIO()
    scipy.io.savemat(out, arrays, format=format, **options)
    data = out.getvalue()
    if format == "5":  # the first 116 bytes are a text with the date
        data = b"MATLAB 5.0 MAT-file".ljust(116) + data[116:]
    return base64.b64encode(data).decode()


def values(arrays):
    return [{"name": k, "shape": list(v.shape), "rows": np.asarray(v, dtype="float64").tolist()} for k, v in arrays.items()]


# Level 4 has no 8-bit signed and no 64-bit types; SciPy writes it in the machine's byte order.
level4 = {k: ARRAYS[k] for k in ("int16", "int32", "uint8", "float64", "float32")}
small = {"a": np.array([[7.0]]), "long_name_of_a_matrix": np.arange(3.0).reshape(1, 3)}
cases = {
    "level4": {"bytes": saved("4", level4), "matrices": values(level4)},
    "level5": {"bytes": saved("5", ARRAYS), "matrices": values(ARRAYS)},
    "level5small": {"bytes": saved("5", small), "matrices": values(small)},
}
refused = {"compressed": saved("5", small, do_compression=True), "cells": saved("5", {"c": np.array([1, "a"], dtype=object)}),
           "complex": saved("4", {"z": np.array([[1 + 2j]])})}
Path(__file__).with_name("matlab5.json").write_text(json.dumps({"cases": cases, "refused": refused}) + "\n")
