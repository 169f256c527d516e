"""Makes hashing.json: counts of hashed n-grams by scikit-learn's HashingVectorizer, and MurmurHash3 by its own function.

Run: python make_hashing.py   (scikit-learn)
"""
import json
from pathlib import Path

from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils import murmurhash3_32

TEXTS = [
    "chest pain",
    "abd pain, n/v",
    "s/p fall",
    "  dyspnea   on exertion\t(3 days) ",
    "l leg pain/swelling",
    "",
    "x",
    "a b c",
    "fever fever fever",
    "café-induced palpitations 🙂 ok",
    "médicament naïve überdosis",
    "unresponsive; bp_low 80/40",
    "übelkeit, schwindel",
    "transfer, subdural hematoma s/p fall from standing height yesterday",
]


def counts(vectoriser):
    matrix = vectoriser.transform(TEXTS).tocsr()
    rows = []
    for i in range(matrix.shape[0]):
        row = matrix.getrow(i)
        rows.append(sorted([int(j), int(v)] for j, v in zip(row.indices, row.data) if v != 0))
    return rows


def vectoriser(analyzer, reach, dimension, signed):
    return HashingVectorizer(
        analyzer=analyzer, ngram_range=reach, n_features=dimension, alternate_sign=signed, norm=None, lowercase=True
    )


cases = [
    {"words": [1, 2], "characters": None, "dimension": 2**18, "signed": True},
    {"words": [1, 3], "characters": None, "dimension": 64, "signed": False},
    {"words": None, "characters": [3, 5], "dimension": 2**18, "signed": True},
    {"words": None, "characters": [2, 4], "dimension": 97, "signed": True},
]
for case in cases:
    kind = "word" if case["words"] else "char_wb"
    reach = tuple(case["words"] or case["characters"])
    case["counts"] = counts(vectoriser(kind, reach, case["dimension"], case["signed"]))
hashes = {text: [murmurhash3_32(text, seed=0), murmurhash3_32(text, seed=42)] for text in TEXTS + ["foo", "abc", "abcd"]}
Path(__file__).with_name("hashing.json").write_text(
    json.dumps({"texts": TEXTS, "hashes": hashes, "cases": cases}, ensure_ascii=False, separators=(",", ":")) + "\n"
)
