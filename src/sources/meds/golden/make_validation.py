"""Checks MEDS data sets with the `meds` package's own schemas and by the format's rules, and writes what was found.

Run once in an environment with meds 0.4.0 and once in one with meds 0.3.3, on data sets exported for that version:

    python make_validation.py DATASET RESULT.json

validation.json holds three results by name: the MIMIC-IV and MIMIC-IV-ED demos for both versions, the MIMIC-III demo for 0.4.0.
"""
import json
import sys
from importlib.metadata import version
from pathlib import Path

import meds
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def schema_of(kind):
    """A check of a table for this version of the package: raises what is wrong."""
    if hasattr(meds, "DataSchema"):
        cls = {"data": meds.DataSchema, "codes": meds.CodeMetadataSchema, "splits": meds.SubjectSplitSchema}[kind]
        return cls.validate
    wanted = {
        "data": meds.data_schema([("text_value", pa.large_string()), ("hadm_id", pa.int64()), ("icustay_id", pa.int64())]),
        "codes": meds.code_metadata_schema(),
        "splits": meds.subject_split_schema,
    }[kind]

    def check(table):
        if not table.schema.equals(wanted):
            raise ValueError(f"{table.schema} is not {wanted}")

    return check


def check_dataset(metadata):
    if hasattr(meds, "DatasetMetadataSchema"):
        meds.DatasetMetadataSchema.validate(metadata)
    else:
        import jsonschema

        jsonschema.validate(metadata, meds.dataset_metadata_schema)


def keys(table):
    """Subject and time of each row as numbers; a static row comes before all others."""
    subjects = table["subject_id"].to_pylist()
    times = pc.fill_null(pc.cast(table["time"], pa.int64()), -(2**63) + 1).to_pylist()
    return list(zip(subjects, times))


def main(root, result):
    found = {"meds": version("meds"), "files": {}, "rules": {}}

    def validate(name, kind, table):
        schema_of(kind)(table)
        found["files"][name] = f"valid, {table.num_rows} rows"

    home, codes, sorted_files, rows = {}, set(), True, 0
    for path in sorted((root / "data").rglob("*.parquet")):
        table = pq.read_table(path)
        name = str(path.relative_to(root))
        validate(name, "data", table)
        rows += table.num_rows
        order = keys(table)
        sorted_files &= all(a <= b for a, b in zip(order, order[1:]))
        for subject in set(table["subject_id"].to_pylist()):
            home.setdefault(subject, []).append(name)
        codes |= set(table["code"].to_pylist())
    dictionary = pq.read_table(root / "metadata/codes.parquet")
    validate("metadata/codes.parquet", "codes", dictionary)
    splits = pq.read_table(root / "metadata/subject_splits.parquet")
    validate("metadata/subject_splits.parquet", "splits", splits)
    check_dataset(json.loads((root / "metadata/dataset.json").read_text()))
    found["files"]["metadata/dataset.json"] = "valid"
    split_of = dict(zip(splits["subject_id"].to_pylist(), splits["split"].to_pylist()))
    described = sum(text is not None for text in dictionary["description"].to_pylist())
    found["rules"] = {
        "rows of a file sorted by subject and time, static rows first": sorted_files,
        "every subject in exactly one file": all(len(files) == 1 for files in home.values()),
        "every subject has a split and lies in its folder": all(split_of[s] == files[0].split("/")[1] for s, files in home.items()),
        "every code in codes.parquet, once": codes <= set(dictionary["code"].to_pylist()) and len(set(dictionary["code"].to_pylist())) == dictionary.num_rows,
    }
    found["counts"] = {"events": rows, "subjects": len(home), "codes": len(codes), "described": described,
                       "with parents": sum(bool(p) for p in dictionary["parent_codes"].to_pylist())}
    result.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
