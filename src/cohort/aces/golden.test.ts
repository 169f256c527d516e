// Our rows beside those of the reference implementation (es-aces 0.7.3), for random tasks on random events.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { readJsonAsset } from "../../store/assets.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { identifier, join as joinSql, type Sql, sql } from "../../store/sql.ts";
import { compileCandidates } from "./compile.ts";
import { firstFailure } from "./funnel.ts";
import { parseTask } from "./parse.ts";
import { readYaml } from "./yaml.ts";

type Event = [subject: number, seconds: number | null, code: string, number: number | null, text: string | null];
type Row = [
  subject: number,
  trigger: number,
  index: number | null,
  label: number | null,
  ...windows: (number[] | null)[],
];
interface Entry {
  stream: number;
  task: string;
  predicates?: string;
  /** The reference crashed on it. */
  error?: string;
  /** Its rows hold the windows too. */
  windows?: true;
  rows?: Row[];
}
interface Mistake {
  name: string;
  task: string;
  /** The reference's error, null where it takes the task. */
  error: string | null;
}
const streams = readJsonAsset<Event[][]>(import.meta.url, "golden/streams.json");
const entries = readJsonAsset<Entry[]>(import.meta.url, "golden/tasks.json");
const mistakes = readJsonAsset<Mistake[]>(import.meta.url, "golden/refused.json");
const answered = entries.filter(({ rows }) => rows);

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-aces-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp"), threads: 1 });
  for (const [i, events] of streams.entries()) {
    await db.run(sql`
      create table ${identifier(`stream_${i}`)} as
      select cast(r[1] as bigint) as subject_id, timestamp '2100-01-01' + to_seconds(cast(r[2] as bigint)) as time,
        r[3] as code, cast(r[4] as float) as numeric_value, r[5] as text_value
      from (select unnest(cast(${JSON.stringify(events)} as json)::varchar[][]) as r)`);
  }
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function taskOf({ task, predicates }: Entry) {
  return parseTask(task, predicates === undefined ? {} : { predicatesText: predicates });
}

/** The windows of a task in the order of its file. */
function windowNames(text: string): string[] {
  const root = readYaml(text).value;
  const windows = root instanceof Map ? root.get("windows")?.value : undefined;
  return windows instanceof Map ? [...windows.keys()] : [];
}

/** Our rows of a task in the golden's form. */
async function ourRows(entry: Entry): Promise<Row[]> {
  const events = identifier(`stream_${entry.stream}`);
  const compiled = compileCandidates(taskOf(entry), { events, faithful: true });
  const seconds = (micros: Sql) => sql`cast((${micros} - epoch_us(timestamp '2100-01-01')) / 1000000 as double)`;
  const nothing = sql`cast(null as double)`;
  const windows = entry.windows ? windowNames(entry.task) : [];
  const lists = windows.map((name) => {
    const { start, end, counts } = compiled.windows.find((window) => window.name === name)!;
    return sql`[${joinSql([seconds(start), seconds(end), ...counts.map(({ count }) => sql`cast(${count} as double)`)])}]`;
  });
  const cells = [
    sql`cast(subject_id as double)`,
    seconds(sql`t0`),
    compiled.predictionTime ? seconds(compiled.predictionTime) : nothing,
    compiled.labelCount ?? nothing,
    ...lists,
  ];
  const rows = await db.rows<{ row: string }>(sql`
    select to_json([${joinSql(cells.map((cell) => sql`to_json(${cell})`))}]) as row
    from (${compiled.candidates}) as c where ${firstFailure(compiled.conditions)} is null order by subject_id, t0`);
  return rows.map(({ row }) => JSON.parse(row) as Row);
}

/** The reference keeps no summary of a window without length. */
function withoutMissing(ours: Row[], theirs: Row[]): Row[] {
  return ours.map(
    (row, i) => row.map((cell, j) => (theirs[i]?.[j] === null && Array.isArray(cell) ? null : cell)) as Row,
  );
}

test("at least 500 random tasks have an answer of the reference, most of them with rows", () => {
  expect(answered.length).toBeGreaterThanOrEqual(500);
  expect(answered.filter(({ rows }) => rows!.length > 0).length).toBeGreaterThan(400);
  expect(answered.filter(({ windows }) => windows).length).toBeGreaterThan(100);
});

for (let first = 0; first < answered.length; first += 100) {
  const some = answered.slice(first, first + 100);
  test(`random tasks ${first + 1} to ${first + some.length} give the reference's rows, prediction times, counts and windows`, async () => {
    for (const entry of some) {
      const ours = await ourRows(entry);
      expect(withoutMissing(ours, entry.rows!), `${entry.task}\n${entry.predicates ?? ""}`).toEqual(entry.rows);
    }
  });
}

test("tasks on which the reference crashes, for a window without length, are answered", async () => {
  const crashed = entries.filter(({ error }) => error);
  expect(crashed.length).toBeGreaterThan(0);
  for (const entry of crashed) {
    expect(entry.error).toBe("ColumnNotFoundError");
    expect(taskOf(entry).warnings.join()).toContain("has no length");
    expect(Array.isArray(await ourRows({ ...entry, windows: true }))).toBe(true);
  }
});

/** What the reference takes and we refuse, because it cannot mean what it says. */
const stricter = ["a flag that is a text", "a code that is nothing", "a predicate with a reserved name"];
/** The engine, not the parser, reads these. */
const byEngine = ["a regex that is broken"];

test("a task without a mistake is taken by both", () => {
  const good = mistakes.find(({ name }) => name === "nothing")!;
  expect(good.error).toBeNull();
  expect(parseTask(good.task).windows.map(({ name }) => name)).toEqual(["input", "gap", "target"]);
});

for (const { name, task, error } of mistakes.filter((one) => one.name !== "nothing")) {
  if (byEngine.includes(name)) continue;
  test(`${name}: refused with its line and a way out${error ? ", as the reference refuses it" : ""}`, () => {
    expect(error === null).toBe(stricter.includes(name));
    let problem: BedsideError["problem"] | undefined;
    try {
      parseTask(task, { file: "task.yaml" });
    } catch (cause) {
      expect(cause).toBeInstanceOf(BedsideError);
      problem = (cause as BedsideError).problem;
    }
    expect(problem?.code).toMatch(/^task\//);
    expect(problem?.where).toMatch(/^task\.yaml, line \d+$/);
    expect(problem?.fix ?? problem?.why).toBeTruthy();
  });
}
