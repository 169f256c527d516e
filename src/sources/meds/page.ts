// The page docs/meds.md, made of the rules, the comparison with the official demo and the recorded validation. Reads no
// records.
import type { ComparedKind } from "./compare.ts";
import { MEDS_SOURCES, type Rule, rulesOf } from "./rules.ts";

/** A recorded run of the `meds` package's validation. */
export interface Validation {
  meds: string;
  files: Record<string, string>;
  rules: Record<string, boolean>;
  counts: { events: number; subjects: number; codes: number; described: number };
}

const TITLES: Record<string, string> = {
  "mimic-iv": "MIMIC-IV",
  "mimic-iv-ed": "MIMIC-IV-ED",
  "mimic-iii": "MIMIC-III",
};

/** The page as Markdown. */
export function medsPage(kinds: readonly ComparedKind[], validations: Record<string, Validation>): string {
  return [
    HEAD,
    ...MEDS_SOURCES.flatMap((source) => [`### ${TITLES[source]}`, NOTES[source] ?? "", rulesTable(source)]),
    COMPARISON,
    kindsTable(kinds),
    EXPLAINED,
    validationTable(validations),
    FOOT,
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function rulesTable(source: string): string {
  const rows = rulesOf(source).map((rule) => [
    `${rule.table}${rule.join ? ` with ${rule.join.table}` : ""}`,
    `\`${codeOf(rule)}\``,
    timeOf(rule),
    rule.number ?? "",
    rule.text ?? "",
    [rule.styles ? `codes ${rule.styles.join(", ")}` : "", leftOut(rule)].filter(Boolean).join("; "),
  ]);
  return table(["table", "code", "time", "number", "text", "only"], rows);
}

function codeOf({ template }: Rule): string {
  return template.pieces.map((piece) => ("text" in piece ? piece.text : `{${piece.column}}`)).join("");
}

function timeOf({ time }: Rule): string {
  if (time === null) return "static";
  if (typeof time === "string") return time;
  return Array.isArray(time) ? time.join(", else ") : `1 January of ${time.year} − ${time.minus}`;
}

function leftOut({ unless, needs }: Rule): string {
  const parts = Object.entries(unless ?? {}).map(([column, value]) => `${column} is not ${value}`);
  if (needs) parts.push(`${needs} is there`);
  return parts.join(", ");
}

function kindsTable(kinds: readonly ComparedKind[]): string {
  const total = (pick: (kind: ComparedKind) => number) => kinds.reduce((sum, kind) => sum + pick(kind), 0);
  const sum: ComparedKind = {
    kind: "all",
    codes: { ours: total(({ codes }) => codes.ours), theirs: total(({ codes }) => codes.theirs) },
    events: { ours: total(({ events }) => events.ours), theirs: total(({ events }) => events.theirs) },
    same: total(({ same }) => same),
    sameCodes: total(({ sameCodes }) => sameCodes),
  };
  const rows = [...kinds, sum].map(({ kind, codes, events, same, sameCodes }) => [
    `\`${kind}\``,
    `${count(codes.ours)} / ${count(codes.theirs)}`,
    count(sameCodes),
    `${count(events.ours)} / ${count(events.theirs)}`,
    count(same),
  ]);
  return table(
    ["kind of code", "codes (ours / theirs)", "with equal counts", "events (ours / theirs)", "the same"],
    rows,
    1,
  );
}

function validationTable(validations: Record<string, Validation>): string {
  const rows = Object.entries(validations).map(([name, { meds, files, rules, counts }]) => [
    name.split(" ")[0]!,
    meds,
    `${Object.values(files).filter((text) => text.startsWith("valid")).length} of ${Object.keys(files).length}`,
    `${Object.values(rules).filter(Boolean).length} of ${Object.keys(rules).length}`,
    count(counts.events),
    count(counts.codes),
    count(counts.described),
  ]);
  return table(["demo", "meds", "files valid", "rules kept", "events", "codes", "described"], rows, 2);
}

function table(head: string[], rows: string[][], numbersFrom = head.length): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = head.map((_, i) => (i >= numbersFrom ? "---:" : "---"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}

const HEAD = `# MEDS in and out

<!-- Made by src/sources/meds/demo.test.ts where the data is present: npx vitest run src/sources/meds -u writes it anew. -->

[MEDS](https://github.com/Medical-Event-Data-Standard/meds) keeps a hospital's records as one table of events: subject, time,
code, number, text. Bedside sees every imported MIMIC that way, writes it as a MEDS data set, and reads MEDS data sets of others.

\`\`\`bash
npx bedside meds export --data mimic-iv-3.1 --data mimic-iv-ed-2.2 --out meds
npx bedside meds export --data mimic-iii-1.4 --out meds-iii --meds-version 0.3.3
npx bedside cohort task.yaml --data meds --out cohort
\`\`\`

\`--data\` takes a MEDS folder for every task in the task language, and for \`meds export\` itself. The tasks of the published
benchmarks (\`yaib/…\`, \`mimic4ed/…\`) read tables and refuse a MEDS folder by name: its events do not give the tables back
([what is not there](#what-is-not-there)).

- **Seen, not copied.** Task files run on the records where they lie: each table is a part of one relation, its code put together
  on the way ([the task language](task-language.md)). Tables whose codes cannot be those a task asks for are not opened.
- **Written.** \`data/train|tuning|held_out/N.parquet\` (whole patients, sorted by subject and time, static facts first),
  \`metadata/codes.parquet\` with descriptions from the records' own dictionaries and parents where these name one (ICD codes with
  their dot, LOINC in MIMIC-III), \`subject_splits.parquet\` (80 / 10 / 10 of the patients, drawn from the seed) and \`dataset.json\`.
  A stopped export goes on where it was; \`data\` and \`metadata\` appear when all is there. The same records, seed and version give
  the same files.
- **Read.** A folder with \`data/\` and \`metadata/\`, or Parquet files with the columns subject_id, time and code lying in the folder
  (numbers under \`numeric_value\` or \`value\`). Other columns stay and can be used in tasks.
- **Types.** Parquet knows one type of text. What Arrow's readers call it stands in the file's metadata, so that \`text_value\` is a
  large_string as MEDS 0.4 demands.
- **Identifiers.** \`hadm_id\` and \`icustay_id\` are written as further columns.

## What becomes an event

A part in braces is a column, \`UNK\` where it is empty. No time, no event. Codes have two generations, after the public extraction
[MIMIC_IV_MEDS](https://github.com/Medical-Event-Data-Standard/MIMIC_IV_MEDS): **0.1** (its releases from 0.0.2 on, and the predicates
MEDS-DEV publishes; the default) tells the sample of a lab from its result and puts the result where it was known; **0.0.1** is
that of the official MEDS release of the demo (\`bedside meds export --codes 0.0.1\`).

In an export a record that stands twice in a table is one event, as there (charted entries excepted). The view over the records
keeps both: a pass that finds them would have to hold them.`;

const NOTES: Record<string, string> = {
  "mimic-iv-ed":
    "The public extraction leaves the emergency department's own tables out. Their codes begin with `ED_`, so that no code of MIMIC-IV changes its meaning when they are there.",
  "mimic-iii":
    "There is no public extraction to follow; codes are those of MIMIC-IV where the table has the same meaning. Births of patients over 89 lie 300 years back, as in the records.",
};

const COMPARISON = `## Beside the official MEDS release of the demo

\`mimic-iv-demo-meds\` 0.0.1 (PhysioNet, van de Water et al. 2025) against this view of the MIMIC-IV demo 2.2, codes 0.0.1, records
written once. Two events are the same when subject, time, code and number are.`;

const EXPLAINED = `Every difference:

- \`DRG\`: 48 events. \`drg_code\` is a text with leading zeros (\`023\`); the official release read it as a number (\`23\`). Bedside keeps
  what the records say.
- \`LAB\`: none. But the charted part of the demo's records here was itself rebuilt from this release (see the data's README), so that its
  equality shows the codes and times only; labs, from the original file, show numbers too. The 178 lab rows that labevents has
  more are exact repetitions, and so are the differences that the view without "once" would have: SUBJECT_WEIGHT_AT_INFUSION
  8,578, MEDICATION//START 1,126, MEDICATION//STOP 1,544, \`Weight (Lbs)\` 121, PROCEDURE//START 33, PROCEDURE//END 31, \`BMI (kg/m2)\` 4,
  HCPCS 3, \`Height (Inches)\` 1, ED_REGISTRATION 1, ED_OUT 1.
- In codes 0.1 no release is at hand, but its totals are public (MIMIC_IV_MEDS, pull request 61): 96,949 moments, 1,022,555 events
  and 7,523 codes of the 100 patients. Bedside makes the same three numbers.
- Texts and identifiers cannot be compared: the copy of the release at hand was repacked without them.

## Checked by the meds package

The schemas of the PyPI package \`meds\` and the rules of the format, run on our exports of the demos (MIMIC-IV with MIMIC-IV-ED;
recorded in src/sources/meds/golden, with the script). The rules: rows sorted, a subject in one file, a split for every subject,
every code in the dictionary once.`;

const FOOT = `## Size

Work goes by ranges of patients of about 2 million events, sorted one at a time; the store's tables are sorted by patient, so that
each range reads its part of them. Synthetic hospital of 6,000 patients (11.4 million events) on two cores, in ranges of 1.5 million: 13.5 s, at most 683 MB
resident with \`--memory 600MB\`.

## What is not there

- Microbiology, input ingredients, dated chart entries, orders and provider tables give no events, as in the public extraction.
- Parents of labs in LOINC for MIMIC-IV: the records do not name them.
- Notes.
- A way back to MIMIC's tables. Numbers have 32 bits, repeated records are one, a result stands at the time it was reported (codes
  0.1) and no longer at that of its sample, the start and the end of an infusion are two events that nothing ties together, and
  units of doses, error marks, the outcome flags of admissions, ethnicity and the stay ids of the emergency department are not
  in it. A benchmark's cohort made from it would not be the benchmark's, and Bedside asks for the MIMIC folder instead.`;
