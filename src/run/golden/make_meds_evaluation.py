"""Judges a file of predictions with the package meds-evaluation itself, and writes what it found.

The file is the one that ../meds-predictions.test.ts makes; it keeps it where this variable says:

    MEDS_PREDICTIONS=/tmp/predictions.meds.parquet npx vitest run src/run/meds-predictions.test.ts
    python make_meds_evaluation.py /tmp/predictions.meds.parquet     # needs meds-evaluation 0.0.6

The result stands in meds-evaluation.json. `changed` says whether the schema had to change anything to accept the file.
"""
import json
import sys
from importlib.metadata import version
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from meds_evaluation.evaluate import evaluate_binary_classification
from meds_evaluation.schema import PredictionSchema


def main(path):
    table = pq.read_table(path)
    aligned = PredictionSchema.align(table)
    PredictionSchema.validate(table)
    judged = evaluate_binary_classification(pl.read_parquet(path))["samples_equally_weighted"]
    found = {
        "versions": {name: version(name) for name in ("meds-evaluation", "meds")},
        "columns": {field.name: str(field.type) for field in table.schema},
        "changed": not aligned.equals(table),
        "rows": table.num_rows,
        "metrics": {name: float(value) for name, value in judged.items() if not isinstance(value, (list, tuple))},
    }
    Path(__file__).with_name("meds-evaluation.json").write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
