// Our rows beside those of the reference implementation, for random tasks on random events.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { readJsonAsset } from "../../store/assets.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { identifier, sql } from "../../store/sql.ts";
import { compileCandidates } from "./compile.ts";
import { firstFailure } from "./funnel.ts";
import { parseTask } from "./parse.ts";
import type { Task } from "./task.ts";

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
  error?: string;
  windows?: true;
  without_trigger?: number;
  rows?: Row[];
}
const streams = readJsonAsset<Event[][]>(import.meta.url, "golden/streams.json");
const entries = readJsonAsset<Entry[]>(import.meta.url, "golden/tasks.json");

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-aces-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp"), threads: 1 });
  for (const [i, events] of streams.entries()) {
    await db.run(sql`
      create table ${identifier(`stream_${i}`)} as
      select cast(r[1] as bigint) as subject_id, timestamp '2100-01-01' + to_seconds(cast(r[2] as bigint)) as time, r[3] as code,
             cast(r[4] as float) as numeric_value, r[5] as text_value
      from (select unnest(cast(${JSON.stringify(events)} as json)::varchar[][]) as r)`);
  }
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** The rows of a task in the golden's form. */
async function ourRows(task: Task, entry: Entry, faithful: boolean): Promise<Row[]> {
  const compiled = compileCandidates(task, { events: identifier(`stream_${entry.stream}`), faithful });
  const seconds = (micros: ReturnType<typeof sql>) =>
    sql`cast((${micros} - epoch_us(timestamp '2100-01-01')) / 1000000 as double)`;
  const order = entry.windows ? [...entry.task.matchAll(/^ {2}(\w+):/gm)].map((found) => found[1]!) : [];
  const windows = order.flatMap((name) => compiled.windows.filter((window) => window.name === name));
  const lists = windows.map(({ start, end, counts }) => {
    const counted = counts.map(({ count }) => sql`cast(${count} as double)`);
    return sql`, [${[seconds(start), seconds(end), ...counted].reduce((all, one) => sql`${all}, ${one}`)}]`;
  });
  const nothing = sql`cast(null as double)`;
  const rows = await db.rows<{ row: string }>(sql`
    select to_json([to_json(subject_id), to_json(${seconds(sql`t0`)}), to_json(${compiled.predictionTime ? seconds(compiled.predictionTime) : nothing}),
      to_json(${compiled.labelCount ?? nothing})${lists.reduce((all, one) => sql`${all}${one}`, sql``)}]) as row
    from (${compiled.candidates}) as c where ${firstFailure(compiled.conditions)} is null order by subject_id, t0`);
  return rows.map(({ row }) => JSON.parse(row) as Row);
}

test("rows equal", async () => {
  let same = 0,
    differ = 0,
    err = 0;
  const t = performance.now();
  for (const [i, entry] of entries.entries()) {
    if (entry.windows) continue;
    let task;
    try {
      task = parseTask(entry.task, { predicatesText: entry.predicates! });
    } catch (e) {
      console.log(i, "parse", (e as Error).message, entry.task);
      err++;
      continue;
    }
    if (entry.error) continue;
    const rows = await ourRows(task, entry, true);
    if (JSON.stringify(rows) === JSON.stringify(entry.rows)) same++;
    else {
      differ++;
      if (differ < 4) console.log(i, JSON.stringify(rows), JSON.stringify(entry.rows), entry.task);
    }
  }
  console.log({ same, differ, err }, performance.now() - t);
});
