"""Writes arrow-schemas.json: the Arrow schemas of the MEDS files, as Parquet keeps them under the key ARROW:schema.

A Parquet file has one type for texts; readers built on Arrow take string or large_string from this key. Needs pyarrow:

    python make_arrow_schemas.py
"""
import base64
import json
from pathlib import Path

import pyarrow as pa

EVENT = [("subject_id", pa.int64()), ("time", pa.timestamp("us")), ("code", pa.string()), ("numeric_value", pa.float32())]
IDS = [("hadm_id", pa.int64()), ("icustay_id", pa.int64())]
SCHEMAS = {
    "data": [*EVENT, ("text_value", pa.large_string()), *IDS],
    "codes": [("code", pa.string()), ("description", pa.string()), ("parent_codes", pa.list_(pa.string()))],
    "splits": [("subject_id", pa.int64()), ("split", pa.string())],
}
encoded = {name: base64.b64encode(pa.schema(fields).serialize().to_pybytes()).decode() for name, fields in SCHEMAS.items()}
Path(__file__).with_name("arrow-schemas.json").write_text(json.dumps(encoded, indent=2) + "\n")
