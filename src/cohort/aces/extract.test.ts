import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { identifier, type Sql, sql } from "../../store/sql.ts";
import { conceptFunctions } from "./concepts.ts";
import { type ExtractOptions, extractLabels } from "./extract.ts";
import { parseTask } from "./parse.ts";

type Event = [subject: number, hours: number | null, code: string, number?: number, text?: string];
const EVENTS: Event[] = [
  [1, null, "GENDER//M"],
  [1, 0, "ADMISSION"],
  [1, 24, "LAB", 1.3],
  [1, 72, "LAB", 9, "high"],
  [1, 216, "DEATH"],
  [2, null, "GENDER//F"],
  [2, 0, "ADMISSION"],
  [2, 24, "LAB", 0.5],
  [2, 36, "DISCHARGE"],
  [2, 960, "ADMISSION"],
  [2, 1200, "DISCHARGE"],
  [3, null, "GENDER//M"],
  [3, 0, "ADMISSION"],
  [3, 720, "DISCHARGE"],
  [4, 0, "ADMISSION"],
  [5, null, "GENDER//M"],
];

let folder: string;
let db: Database;
let out: string;
const events = identifier("events");
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-extract-"));
  out = join(folder, "labels.parquet");
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
  await db.run(
    sql`create table events (subject_id bigint, time timestamp, code varchar, numeric_value float, text_value varchar)`,
  );
  for (const event of EVENTS) await insert("events", event);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

async function insert(table: string, [subject, hours, code, number, text]: Event): Promise<void> {
  await db.run(sql`
    insert into ${identifier(table)}
    select ${subject}, timestamp '2100-01-01' + to_hours(cast(${hours} as bigint)), ${code}, ${number ?? null}, ${text ?? null}`);
}

const PREDICATES = `predicates:
  admission: { code: ADMISSION }
  discharge: { code: DISCHARGE }
  death: { code: DEATH }
  out: { expr: "or(discharge, death)" }
  high: { code: { regex: "^LA" }, value_min: 1.3, value_min_inclusive: true }
  marked: { code: LAB, other_cols: { text_value: high } }
`;
const MORTALITY = `${PREDICATES}trigger: admission
windows:
  input: { start: null, end: trigger + 24h, start_inclusive: true, end_inclusive: true, index_timestamp: end }
  gap:
    start: trigger
    end: start + 48h
    start_inclusive: false
    end_inclusive: true
    has: { out: "(None, 0)" }
  target: { start: gap.end, end: start -> out, start_inclusive: false, end_inclusive: true, label: death }
`;

/** The labels as text, one a row: `subject hour value`. */
async function labels(text: string, options: Partial<ExtractOptions> & { from?: Sql } = {}) {
  const concepts = options.concepts;
  const task = parseTask(text, concepts ? { concepts } : {});
  const found = await extractLabels(db, options.from ?? events, task, { out, progress: silent, ...options });
  const rows = await db.rows<{ row: string }>(sql`
    select subject_id || ' ' || cast(epoch_us(prediction_time) // 3600000000 - epoch_us(timestamp '2100-01-01') // 3600000000 as bigint)
      || ' ' || ${task.label ? sql`boolean_value` : sql`'-'`} as row from read_parquet(${out})`);
  return { ...found, list: rows.map(({ row }) => row) };
}

/** A task with one window after each admission, and what is counted in it. */
const counting = (window: string, more = "") => `${PREDICATES}trigger: admission
windows:
  w: { ${window}, index_timestamp: start }
${more}`;

test("labels are written in the MEDS label schema, sorted by subject and time", async () => {
  const { list, rows, positives, subjects } = await labels(MORTALITY);
  expect(list).toEqual(["1 24 true", "2 984 false", "3 24 false"]);
  expect([rows, subjects, positives]).toEqual([3, 3, 1]);
  const columns = await db.rows<{ column_name: string; column_type: string }>(sql`describe from read_parquet(${out})`);
  expect(columns.map(({ column_name, column_type }) => `${column_name} ${column_type}`)).toEqual([
    "subject_id BIGINT",
    "prediction_time TIMESTAMP",
    "boolean_value BOOLEAN",
  ]);
});

test("the funnel says why each candidate fell, at which line, and its steps add up", async () => {
  const { attrition, funnel, rows } = await labels(MORTALITY);
  expect(attrition).toMatchObject({ unit: "triggers", start: 5 });
  expect(attrition.steps.map(({ title, hits, removed, remaining }) => [title, hits, removed, remaining])).toEqual([
    ["input: start (first event, up to the end) exists (line 10)", 0, 0, 5],
    ["gap: out never (line 16)", 1, 1, 4],
    ["target: end (start -> out) exists (line 17)", 1, 1, 3],
  ]);
  expect(funnel.subjects).toBe(5);
  expect(funnel.candidateSubjects).toBe(4);
  expect(funnel.steps.map(({ leftSubjects }) => leftSubjects)).toEqual([4, 4, 3]);
  const removed = attrition.steps.reduce((sum, step) => sum + step.removed, 0);
  expect(attrition.start - removed).toBe(rows);
});

test("the result is the same whether subjects are worked on at once or in small batches", async () => {
  const whole = await labels(MORTALITY);
  const parts = await labels(MORTALITY, { batchEvents: 3 });
  expect(parts.list).toEqual(whole.list);
  expect(parts.funnel).toEqual(whole.funnel);
});

test("the same task twice gives the same rows", async () => {
  expect((await labels(MORTALITY)).list).toEqual((await labels(MORTALITY)).list);
});

test("open and closed ends decide whether the events at the edge are counted", async () => {
  const count = async (start: boolean, end: boolean) => {
    const text = counting(
      `start: trigger, end: start + 24h, start_inclusive: ${start}, end_inclusive: ${end}, has: { high: "(1, None)" }`,
    );
    return (await labels(text)).list.length;
  };
  expect(await count(true, true)).toBe(1);
  expect(await count(true, false)).toBe(0);
});

test("a bound is met by the very number that is written, and by numbers only", async () => {
  const text = (bound: string) =>
    counting(
      'start: trigger, end: null, start_inclusive: true, end_inclusive: true, has: { lab: "(1, None)" }',
    ).replace("predicates:\n", `predicates:\n  lab: { code: { regex: "." }, ${bound} }\n`);
  expect((await labels(text("value_min: 1.3, value_min_inclusive: true"))).list).toEqual(["1 0 -"]);
  expect((await labels(text("value_min: 1.3, value_max: 8"))).list).toEqual([]);
  expect((await labels(text("value_max: 0.5, value_max_inclusive: true"))).list).toEqual(["2 0 -"]);
});

test("a condition on another column is met by that value only", async () => {
  const text = counting(
    'start: trigger, end: null, start_inclusive: true, end_inclusive: true, has: { marked: "(1, 1)" }',
  );
  expect((await labels(text)).list).toEqual(["1 0 -"]);
});

test("demographics select subjects and stand first in the funnel", async () => {
  const { list, attrition } = await labels(`${MORTALITY}patient_demographics: { male: { code: GENDER//M } }\n`);
  expect(list).toEqual(["1 24 true", "3 24 false"]);
  expect(attrition.steps[0]).toMatchObject({ title: "patient is male (line 18)", hits: 3, removed: 3, remaining: 2 });
});

test("counts above one make a true label, a label that is never true a warning", async () => {
  const text = (label: string) =>
    counting(`start: trigger, end: null, start_inclusive: true, end_inclusive: true, label: ${label}`);
  expect((await labels(text("admission"))).list).toEqual([
    "1 0 true",
    "2 0 true",
    "2 960 true",
    "3 0 true",
    "4 0 true",
  ]);
  expect((await labels(text("marked"))).warnings).toEqual([]);
  expect((await labels(text("admission"))).warnings.join()).toContain("All labels are true");
});

test("a task without a label gives rows without a value, one without an index none at all", async () => {
  const text = counting("start: trigger, end: start + 1h, start_inclusive: true, end_inclusive: true");
  expect((await labels(text)).list.length).toBe(5);
  await expect(labels(text.replace(", index_timestamp: start", ""))).rejects.toThrow("the task names none");
});

test("the other side of a window that goes back is the index only in faithful mode", async () => {
  const text = `${PREDICATES}trigger: discharge
windows:
  w: { start: end - 12h, end: trigger, start_inclusive: true, end_inclusive: true, index_timestamp: end }
`;
  expect((await labels(text)).list).toEqual(["2 36 -", "2 1200 -", "3 720 -"]);
  expect((await labels(text, { faithful: true })).list).toEqual(["2 24 -", "2 1188 -", "3 708 -"]);
});

test("windows are written beside the labels where asked for", async () => {
  const windowsOut = join(folder, "windows.parquet");
  await labels(MORTALITY, { windowsOut });
  const rows = await db.rows<Record<string, unknown>>(
    sql`select subject_id, "gap.out", "target.death", epoch_us("target.end") > epoch_us("target.start") as forward from read_parquet(${windowsOut})`,
  );
  expect(rows.map((row) => Object.values(row).map(Number))).toEqual([
    [1, 0, 1, 1],
    [2, 0, 0, 1],
    [3, 0, 0, 1],
  ]);
});

test("a column the events lack is told with the line that asks for it", async () => {
  const text = counting(
    'start: trigger, end: null, start_inclusive: true, end_inclusive: true, has: { marked: "(1, 1)" }',
  );
  await expect(labels(text.replace("text_value: high", "text_valu: high"))).rejects.toThrow(
    /line 7[\s\S]*"text_value"/,
  );
  const bare = sql`(select subject_id, time, code from events)`;
  await expect(labels(text.replace("has: { marked", "has: { high"), { from: bare })).rejects.toThrow(/numeric_value/);
});

test("a regex the engine cannot read is told with its line", async () => {
  await expect(labels(MORTALITY.replace("code: DEATH", 'code: { regex: "DEATH(" }'))).rejects.toThrow(/line 4/);
});

test("events without any candidate give empty labels and a warning", async () => {
  const { list, warnings } = await labels(MORTALITY.replace("trigger: admission", "trigger: marked"), {
    from: sql`(select * from events where false)`,
  });
  expect(list).toEqual([]);
  expect(warnings.join()).toContain("the labels are empty");
});

test("a named concept function is counted like events, its bounds and all", async () => {
  const concepts = conceptFunctions({
    name: "second_day",
    description: "24 hours after each admission, with the number of the subject",
    sql: ({ events }) =>
      sql`select subject_id, time + to_hours(24) as time, cast(subject_id as double) as numeric_value from ${events} as e where code = 'ADMISSION'`,
  });
  const text = `${PREDICATES}  second: { concept: second_day, value_max: 2, value_max_inclusive: true }
trigger: second
windows:
  w: { start: trigger, end: null, start_inclusive: true, end_inclusive: true, index_timestamp: start, label: death }
`;
  expect((await labels(text, { concepts })).list).toEqual(["1 24 true", "2 24 false", "2 984 false"]);
});
