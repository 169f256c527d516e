"""What Python's ElementTree finds in the annotated ECGs of ../shared/data/ecg/xml: leads as hashes, and their annotations.
Run from the project's root: python src/formats/aecg/golden/make_golden.py"""
import hashlib
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

N = "{urn:hl7-org:v3}"
DATA = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/ecg/xml")


def series(node):
    leads, increment = [], None
    for q in node.findall(f"{N}component/{N}sequenceSet/{N}component/{N}sequence"):
        value = q.find(f"{N}value")
        if q.find(f"{N}code").get("code").startswith("TIME"):
            increment = float(value.find(f"{N}increment").get("value"))
            continue
        digits = np.array(value.find(f"{N}digits").text.split(), dtype="<i4")
        leads.append({"code": q.find(f"{N}code").get("code"), "scale": float(value.find(f"{N}scale").get("value")),
                      "unit": value.find(f"{N}scale").get("unit"), "length": len(digits), "sum": int(digits.sum()),
                      "hash": hashlib.sha256(digits.tobytes()).hexdigest()[:24]})
    marks = [a for s in node.findall(f"{N}subjectOf/{N}annotationSet") for a in s.iter(f"{N}annotation")]
    measured = [[a.find(f"{N}code").get("code"), float(a.find(f"{N}value").get("value")), a.find(f"{N}value").get("unit")]
                for a in marks if a.find(f"{N}value") is not None and a.find(f"{N}value").get("value") is not None]
    return {"code": node.find(f"{N}code").get("code"), "increment": increment, "leads": leads, "annotations": len(marks), "measured": measured}


out = {}
for file in sorted(DATA.glob("*.xml")):
    root = ET.parse(file).getroot()
    nodes = list(root.iter(f"{N}series")) + list(root.iter(f"{N}derivedSeries"))
    out[file.name] = [series(n) for n in nodes]
Path(__file__).with_name("aecg.json").write_text(json.dumps(out, separators=(",", ":")).replace('},{', '},\n{') + "\n")
