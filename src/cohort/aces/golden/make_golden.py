"""Random ACES task files on random event streams, and the rows the reference implementation (es-aces 0.7.3) gives.

Writes streams.json (the events), tasks.json (the task files with the rows expected of them) refused.json (task files
with a mistake each, and the error the reference gives, if any) and durations.json (texts and the seconds in them). Run in an environment with es-aces:

    python make_golden.py

Times are whole seconds since 2100-01-01. A row is [subject, trigger, index timestamp or null, label count or null], and
for a task with "windows" also [start, end, counts ...] of each window, counts in the order the task names them.
What the reference gives is stored as it is, but for rows whose trigger is null (docs/task-language.md says why): they are counted.
"""
import json
import logging
import random
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytimeparse
import yaml
from aces import config, predicates, query
from omegaconf import DictConfig

SEED = 20240501
ORIGIN = datetime(2100, 1, 1)
STREAMS = 32
TASKS = 524
SUMMARIES = 120  # the first so many also store their windows
HALF_HOUR = 1800

logging.disable(logging.CRITICAL)
HERE = Path(__file__).parent
CODES = [
    "ADMISSION//ER", "ADMISSION//ELECTIVE", "DISCHARGE//HOME", "DISCHARGE//DIED", "MEDS_DEATH", "ICU//IN", "ICU//OUT",
    "LAB//Na//mmol/L", "LAB//K//mmol/L", "LAB//Creatinine//mg/dL", "VITAL//HR", "DX//I10", "DX//E11", "OTHER",
]
NUMERIC = {"LAB//Na//mmol/L": (120, 160), "LAB//K//mmol/L": (2, 7), "LAB//Creatinine//mg/dL": (0, 4), "VITAL//HR": (30, 180)}
TEXTS = ["low", "high", "normal", None]


# ---- event streams -------------------------------------------------------------------------------------------------
def make_stream(rng):
    """Rows [subject, seconds or null, code, number or null, text or null], many at the same moment."""
    rows = []
    for subject in rng.sample(range(1, 900), rng.randint(3, 7)):
        static = rng.random()
        if static < 0.85:
            rows.append([subject, None, rng.choice(["GENDER//M", "GENDER//F"]), None, None])
            if rng.random() < 0.5:
                rows.append([subject, None, "RACE//" + rng.choice("AB"), None, None])
            if rng.random() < 0.1:
                rows.append([subject, None, "OTHER", None, "low"])
        if static < 0.05:
            continue  # static rows only
        step = rng.choice([HALF_HOUR, HALF_HOUR, 3600, 6 * 3600, 60])
        now = rng.randint(0, 400) * step
        rows.append([subject, now, "MEDS_BIRTH" if rng.random() < 0.5 else "OTHER", None, None])
        for _ in range(rng.choice([0, 1, 3, 8, 14, 22, 30])):
            now += step * rng.choice([1, 1, 1, 2, 2, 3, 4, 8, 24, 48]) if rng.random() < 0.8 else 0
            code = rng.choice(CODES)
            number = None
            if code in NUMERIC and rng.random() < 0.9:
                low, high = NUMERIC[code]
                number = round(rng.uniform(low, high), 1)
            rows.append([subject, now, code, number, rng.choice(TEXTS)])
    return rows


def frame(rows):
    return pl.DataFrame(
        [[s, None if t is None else ORIGIN + timedelta(seconds=t), c, n, x] for s, t, c, n, x in rows],
        schema={"subject_id": pl.Int64, "time": pl.Datetime("us"), "code": pl.String, "numeric_value": pl.Float32, "text_value": pl.String},
        orient="row",
    )


# ---- task files ----------------------------------------------------------------------------------------------------
DURATIONS = [
    "30m", "30 minutes", "1h", "1 hour", "90 min", "1:30:00", "2h", "3 hrs", "6h", "12 hours", "0.5d", "24h", "1 day", "1d12h",
    "1 day, 02:00:00", "2 days", "48h", "72H", "1w", "10d", "1 week 1 day", "3600s", "1.5 hours", "365D",
]
BOUNDS = ["(1, None)", "(None, 0)", "(1,)", "(,3)", "(0, 2)", "(2, None)", "(None, 1)", "(1, 1)", "1, None", "(None,2)", "( 1 , 5 )", "(0, None)", "(-1, 4)"]


def value_bounds(rng, code):
    low, high = NUMERIC[code]
    spec = {}
    if rng.random() < 0.7:
        spec["value_min"] = rng.choice([round(rng.uniform(low, high), 1), int(rng.uniform(low, high)), low])
        if rng.random() < 0.7:
            spec["value_min_inclusive"] = rng.random() < 0.5
    if not spec or rng.random() < 0.4:
        spec["value_max"] = rng.choice([round(rng.uniform(low, high), 1), int(rng.uniform(low, high)), high])
        if rng.random() < 0.7:
            spec["value_max_inclusive"] = rng.random() < 0.5
    if rng.random() < 0.2:
        spec.setdefault("value_max", None)
    return spec


def make_plain(rng):
    """Some of the plain predicates, each in one of the ways to say it."""
    pool = {
        "adm": [{"code": {"regex": "^ADMISSION//.*"}}, {"code": {"any": ["ADMISSION//ER", "ADMISSION//ELECTIVE"]}}, {"code": "ADMISSION//ER"}, {"code": {"regex": "(?i)admission"}}],
        "dis": [{"code": {"regex": "DISCHARGE"}}, {"code": {"any": ["DISCHARGE//HOME"]}}, {"code": {"regex": "^DISCHARGE//(HOME|DIED)$"}}],
        "death": [{"code": "MEDS_DEATH"}, {"code": {"regex": "DEATH$|//DIED"}}],
        "icu_in": [{"code": "ICU//IN"}],
        "icu_out": [{"code": {"regex": "ICU//O.T"}}],
        "sodium": [{"code": "LAB//Na//mmol/L"}, {"code": "LAB//Na//mmol/L", **value_bounds(rng, "LAB//Na//mmol/L")}],
        "potassium": [{"code": {"regex": "^LAB//K//"}, **value_bounds(rng, "LAB//K//mmol/L")}],
        "creat": [{"code": {"any": ["LAB//Creatinine//mg/dL"]}, **value_bounds(rng, "LAB//Creatinine//mg/dL")}],
        "lab": [{"code": {"regex": "^LAB//"}}, {"code": {"regex": r"LAB//\w+//m[gm]"}}],
        "heart_rate": [{"code": "VITAL//HR", **value_bounds(rng, "VITAL//HR")}],
        "diagnosis": [{"code": {"regex": "^DX//[A-Z][0-9]+$"}}, {"code": {"regex": "^DX//"}, "text_value": rng.choice(["low", "high"])}],
        "other_low": [{"code": "OTHER", "text_value": "low"}],
    }
    names = rng.sample(sorted(pool), rng.randint(4, 9))
    return {name: rng.choice(pool[name]) for name in names}


def make_task(rng):
    plain = make_plain(rng)
    demographics = {}
    if rng.random() < 0.2:
        demographics["male"] = rng.choice([{"code": "GENDER//M"}, {"code": {"regex": "^GENDER//"}}, {"code": {"any": ["GENDER//M", "GENDER//F"]}}])
        if rng.random() < 0.3:
            demographics["race_a"] = {"code": "RACE//A"}
        if rng.random() < 0.2:
            demographics["flag"] = {"code": "OTHER", "other_cols": {"text_value": "low"}}
    derived = {}
    for i in range(rng.choice([0, 0, 1, 1, 2, 3])):
        inputs = rng.sample(sorted({**plain, **derived}), rng.randint(2, 3))
        if demographics and rng.random() < 0.4:
            inputs[0] = "male"
        operator = "or" if rng.random() < 0.7 else "and"
        derived[f"derived_{i}"] = {"expr": f"{operator}({rng.choice([', ', ',', ' , ']).join(inputs)})"}
    names = sorted(plain) + sorted(derived) * 2
    special = ["_ANY_EVENT"]

    def event():
        return rng.choice(special if rng.random() < 0.12 else names)

    count = rng.choice([1, 2, 2, 3, 3, 4])
    window_names = rng.sample(["input", "gap", "target", "before", "after", "check", "w6"], count)
    windows = {}
    for i, name in enumerate(window_names):
        # windows refer to the trigger or to windows made before; the file's order is shuffled below
        outside = "trigger" if i == 0 or rng.random() < 0.45 else f"{rng.choice(window_names[:i])}.{rng.choice(['start', 'end'])}"
        roll = rng.random()
        if roll < 0.2:
            outside += f" {rng.choice('+-')} {rng.choice(DURATIONS)}"
        elif roll < 0.32:
            outside += f" {rng.choice(['->', '<-'])} {event()}"
        backwards = rng.random() < 0.45
        anchor, arrow, sign = ("end", "<-", "-") if backwards else ("start", "->", "+")
        roll = rng.random()
        if roll < 0.42:
            inside = f"{anchor} {sign} {rng.choice(DURATIONS)}"
        elif roll < 0.75:
            inside = f"{anchor} {arrow} {event()}"
        elif roll < 0.79:
            inside = f"{anchor} {arrow} {'_RECORD_START' if backwards else '_RECORD_END'}"
        elif roll < 0.82:
            inside = anchor  # a window of no length
        else:
            inside = None
        window = {"start": inside if backwards else outside, "end": outside if backwards else inside}
        window["start_inclusive"] = rng.random() < 0.5
        window["end_inclusive"] = rng.random() < 0.6
        has = {}
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            key = rng.choice(names + ["_ANY_EVENT"] * 3 + ["_RECORD_START", "_RECORD_END"])
            has[key] = rng.choice(BOUNDS)
        if has or rng.random() < 0.1:
            window["has"] = has
        windows[name] = window
    if rng.random() < 0.93:
        windows[rng.choice(window_names)]["label"] = rng.choice(names)
    if rng.random() < 0.95:
        windows[rng.choice(window_names)]["index_timestamp"] = rng.choice(["start", "end"])
    order = list(windows)
    if rng.random() < 0.3:
        rng.shuffle(order)
    roll = rng.random()
    trigger = rng.choice(["_ANY_EVENT", "_ANY_EVENT", "_RECORD_START", "_RECORD_END"]) if roll < 0.12 else rng.choice(names)
    task = {"predicates": {**plain, **derived}}
    if demographics:
        task["patient_demographics"] = demographics
    if rng.random() < 0.2:
        task["description"] = "made at random"
    task["trigger"] = trigger
    task["windows"] = {name: windows[name] for name in order}
    return task


def split(rng, task):
    """The two files of the MEDS-DEV form: criteria with ??? and predicates that fill them."""
    filled = {name: spec for name, spec in task["predicates"].items() if "expr" not in spec and rng.random() < 0.7}
    criteria = {**task, "predicates": {n: ("???" if n in filled else spec) for n, spec in task["predicates"].items()}}
    criteria = {"metadata": {"description": "in two files", "links": [], "supported_datasets": ["MIMIC-IV"]}, **criteria}
    return criteria, {"metadata": None, "predicates": {**filled, "unused": {"code": "NOTHING"}}}


def in_use(task):
    """The task without the predicates nothing refers to (they only make the file longer)."""
    rest = json.dumps([task["trigger"], task["windows"], [spec.get("expr") for spec in task["predicates"].values()]])
    names = set(re.findall(r"\w+", rest))
    return {**task, "predicates": {name: spec for name, spec in task["predicates"].items() if name in names}}


def as_text(rng, document):
    """Block style now and then, mostly the shorter one with one line for what fits on it."""
    return yaml.dump(document, sort_keys=False, default_flow_style=rng.choice([None] * 9 + [False]), width=1000)


# ---- the reference -------------------------------------------------------------------------------------------------
def seconds(time):
    return None if time is None else round((time - ORIGIN).total_seconds())


def needed_counts(window):
    """The counts stored of a window: those it constrains, then its label."""
    return [*(window.get("has") or {}), *([window["label"]] if window.get("label") else [])]


def reference(folder, text, predicates_text, parquet):
    (folder / "task.yaml").write_text(text)
    if predicates_text is not None:
        (folder / "predicates.yaml").write_text(predicates_text)
    cfg = config.TaskExtractorConfig.load(folder / "task.yaml", folder / "predicates.yaml" if predicates_text else None)
    frame_of_predicates = predicates.get_predicates_df(cfg, DictConfig({"path": str(parquet), "standard": "meds"}))
    return cfg, query.query(cfg, frame_of_predicates)


# ---- mistakes ------------------------------------------------------------------------------------------------------
GOOD = """\
predicates:
  adm: {code: {regex: "^ADMISSION//"}}
  dis: {code: {regex: "^DISCHARGE//"}}
  death: {code: MEDS_DEATH}
  gone: {expr: "or(dis, death)"}
patient_demographics:
  male: {code: GENDER//M}
trigger: adm
windows:
  input:
    start: null
    end: trigger + 24h
    start_inclusive: true
    end_inclusive: true
    index_timestamp: end
  gap:
    start: trigger
    end: start + 48h
    start_inclusive: false
    end_inclusive: true
    has: {gone: "(None, 0)"}
  target:
    start: gap.end
    end: start -> gone
    start_inclusive: false
    end_inclusive: true
    label: death
"""
CHANGES = {
    "nothing": ("", ""),
    "the trigger is no predicate": ("trigger: adm", "trigger: adn"),
    "there is no trigger": ("trigger: adm\n", ""),
    "a constraint on no predicate": ("has: {gone", "has: {goen"),
    "the label is no predicate": ("label: death", "label: dead"),
    "an arrow to no predicate": ("start -> gone", "start -> left"),
    "a reference to no window": ("gap.end", "gab.end"),
    "a reference to a third side of a window": ("gap.end", "gap.middle"),
    "a boundary that is nothing": ("start: trigger\n", "start: triger\n"),
    "a duration with no fixed length": ("start + 48h", "start + 2 months"),
    "a duration that is a word": ("start + 48h", "start + long"),
    "a duration without a unit": ("start + 48h", "start + 48"),
    "two steps in one boundary": ("start + 48h", "start + 24h + 24h"),
    "an arrow to nowhere": ("start -> gone", "start ->"),
    "a window that goes back from its start": ("start + 48h", "start - 48h"),
    "an arrow back from the start": ("start -> gone", "start <- gone"),
    "a window whose sides both hang outside": ("start + 48h", "trigger + 48h"),
    "a window whose sides hang on each other": ("start: trigger\n", "start: end - 48h\n"),
    "a window without any boundary": ("start: gap.end\n    end: start -> gone", "start: null\n    end: null"),
    "windows in a circle": ("start: trigger\n", "start: target.end\n"),
    "two labels": ('has: {gone: "(None, 0)"}', 'has: {gone: "(None, 0)"}\n    label: dis'),
    "two index timestamps": ("label: death", "label: death\n    index_timestamp: start"),
    "an index timestamp on no side": ("index_timestamp: end", "index_timestamp: middle"),
    "a flag left out": ("    start_inclusive: false\n    end_inclusive: true\n    has", "    end_inclusive: true\n    has"),
    "a flag that is a text": ("start_inclusive: true", 'start_inclusive: "yes"'),
    "an unknown key of a window": ("label: death", "lable: death"),
    "an unknown key of the task": ("trigger: adm", "trigger: adm\nwindow: {}"),
    "bounds the wrong way round": ("(None, 0)", "(3, 1)"),
    "bounds that bound nothing": ("(None, 0)", "(None, None)"),
    "bounds that are one number": ("(None, 0)", "(1)"),
    "bounds that are words": ("(None, 0)", "(some, many)"),
    "bounds with a fraction": ("(None, 0)", "(0.5, None)"),
    "and and or nested": ("or(dis, death)", "or(dis, and(adm, death))"),
    "one input only": ("or(dis, death)", "or(dis)"),
    "an operator there is not": ("or(dis, death)", "xor(dis, death)"),
    "an input that is no predicate": ("or(dis, death)", "or(dis, deth)"),
    "an expr without brackets": ("or(dis, death)", "dis or death"),
    "a predicate left open": ("death: {code: MEDS_DEATH}", "death: ???"),
    "a code left open": ("{code: MEDS_DEATH}", "{code: ???}"),
    "a predicate without a code": ("{code: MEDS_DEATH}", "{value_min: 3}"),
    "a code in an unknown form": ("{code: MEDS_DEATH}", "{code: {like: MEDS_%}}"),
    "a code in two forms": ("{code: MEDS_DEATH}", "{code: {any: [MEDS_DEATH], regex: DEATH}}"),
    "a list of codes that is a text": ("{code: MEDS_DEATH}", "{code: {any: MEDS_DEATH}}"),
    "a list without codes": ("{code: MEDS_DEATH}", "{code: {any: []}}"),
    "a code that is nothing": ("{code: MEDS_DEATH}", "{code: null}"),
    "a bound that is a text": ("{code: MEDS_DEATH}", "{code: MEDS_DEATH, value_min: high}"),
    "a regex that is broken": ('{regex: "^ADMISSION//"}', '{regex: "ADMISSION("}'),
    "a regex that looks ahead": ('{regex: "^ADMISSION//"}', '{regex: "ADMISSION(?=//)"}'),
    "a predicate with a point in its name": ("  adm: {code", "  ad.m: {code"),
    "a predicate with a reserved name": ("  adm: {code", "  _ANY_EVENT: {code: X}\n  adm: {code"),
    "a fact as the trigger": ("trigger: adm", "trigger: male"),
    "a fact as the label": ("label: death", "label: male"),
    "YAML with a wrong indent": ("  gap:\n    start", "  gap:\n  start"),
    "YAML with a key twice": ("label: death", "label: death\n    label: dis"),
    "YAML that is a list": (GOOD, "[adm, dis]"),
    "nothing at all": (GOOD, ""),
}
MISTAKES = {name: GOOD.replace(old, new, 1) if old else GOOD for name, (old, new) in CHANGES.items()}


def refusal(folder, name, text):
    """The kind of error the reference gives on some events, null where it gives rows."""
    events = [[1, 0, "ADMISSION//ER", None, None], [1, 90_000, "OTHER", None, None], [1, 200_000, "DISCHARGE//DIED", None, None]]
    frame([[1, None, "GENDER//M", None, None], *events]).write_parquet(folder / "small.parquet")
    try:
        reference(folder, text, None, folder / "small.parquet")
    except Exception as error:  # noqa: BLE001
        return {"name": name, "task": text, "error": type(error).__name__}
    return {"name": name, "task": text, "error": None}


def durations(rng, count):
    """Texts that are durations, or nearly, and the seconds pytimeparse reads in them (null: none)."""
    units = ["w", "wks", "week", "weeks", "d", "dys", "day", "days", "h", "hr", "hrs", "hours", "m", "min", "mins", "minutes", "s", "sec", "secs", "seconds", "S", "H", "months", "y", "x"]
    texts = []
    for _ in range(count):
        roll = rng.random()
        if roll < 0.7:
            parts = [f"{rng.choice(['1', '2', '36', '0.5', '1.25', '.5', '07'])}{rng.choice(['', ' '])}{rng.choice(units)}" for _ in range(rng.choice([1, 1, 2, 3]))]
            text = rng.choice([" ", ", ", "", " / "]).join(parts)
        else:
            text = rng.choice(["", "1 day, ", "2w 3d ", "1d"]) + ":".join(rng.choice(["1", "02", "30", "59.5", "123"]) for _ in range(rng.choice([1, 2, 3, 4])))
        texts.append(rng.choice(["", "", "", "-", "+", "- "]) + text)
    return [[text, pytimeparse.parse(text)] for text in texts]


def rows_of(cfg, result, windows, with_windows):
    rows, without_trigger = [], 0
    for record in result.to_dicts():
        if record["trigger"] is None:
            without_trigger += 1
            continue
        row = [record["subject_id"], seconds(record["trigger"]), seconds(record.get("index_timestamp")), record.get("label")]
        if with_windows:
            for name, window in windows.items():
                side = "end" if cfg.windows[name].root_node == "start" else "start"
                summary = record.get(f"{name}.{side}_summary")
                if summary is None:  # a window of no length has none
                    row.append(None)
                    continue
                times = sorted([seconds(summary["timestamp_at_start"]), seconds(summary["timestamp_at_end"])])
                row.append([*times, *(summary[key] for key in needed_counts(window))])
        rows.append(row)
    rows.sort(key=lambda row: row[:2])
    return rows, without_trigger


def main():
    rng = random.Random(SEED)
    folder = Path(tempfile.mkdtemp())
    streams = [make_stream(rng) for _ in range(STREAMS)]
    for i, stream in enumerate(streams):
        frame(stream).write_parquet(folder / f"{i}.parquet")
    tasks, errors, empty = [], {}, 0
    while len(tasks) < TASKS:
        document = make_task(rng)
        if rng.random() < 0.95:
            document = in_use(document)
        stream = rng.randrange(STREAMS)
        predicates_text = None
        if rng.random() < 0.15:
            criteria, filling = split(rng, document)
            text, predicates_text = as_text(rng, criteria), as_text(rng, filling)
        else:
            text = as_text(rng, document)
        entry = {"stream": stream, "task": text}
        if predicates_text is not None:
            entry["predicates"] = predicates_text
        try:
            cfg, result = reference(folder, text, predicates_text, folder / f"{stream}.parquet")
        except Exception as error:  # noqa: BLE001 - which error it is, is what we record
            name = type(error).__name__
            errors[name] = errors.get(name, 0) + 1
            if errors[name] > 4:
                continue
            entry["error"] = name
            tasks.append(entry)
            continue
        with_windows = len(tasks) < SUMMARIES
        rows, without_trigger = rows_of(cfg, result, document["windows"], with_windows)
        if not rows:
            if empty > 0.12 * TASKS:
                continue
            empty += 1
        if with_windows:
            entry["windows"] = True
        if without_trigger:
            entry["without_trigger"] = without_trigger
        entry["rows"] = rows
        tasks.append(entry)
    write("streams.json", streams)
    write("tasks.json", tasks)
    write("refused.json", [refusal(folder, name, text) for name, text in MISTAKES.items()])
    write("durations.json", durations(random.Random(SEED), 400))
    print(f"{len(tasks)} tasks, {empty} without rows, errors {errors}, rows {sum(len(t.get('rows', [])) for t in tasks)}")


def write(name, entries):
    """One entry a line."""
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    (HERE / name).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
