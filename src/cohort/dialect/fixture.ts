// For tests: events in Parquet files, and a local Spark beside the embedded database. Spark is there where a Python with
// pyspark and Java are.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readJsonAsset } from "../../store/assets.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { identifier, literal, type Sql, sql } from "../../store/sql.ts";

type Event = [subject: number, seconds: number | null, code: string, number: number | null, text: string | null];

/** The Python that has pyspark, or why there is none. */
export function findSpark(): { python: string } | { missing: string } {
  const python = process.env["BEDSIDE_PYTHON"] ?? "python3";
  const works = (command: string, args: string[]) => {
    try {
      execFileSync(command, args, { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  if (!works(python, ["-c", "import pyspark"]))
    return { missing: `${python} has no pyspark; BEDSIDE_PYTHON names another` };
  if (!works("java", ["-version"])) return { missing: "there is no Java" };
  return { python };
}

/** The random events of the task language's golden files and a small ward, as Parquet files `NAME.parquet`. */
export async function writeEvents(folder: string): Promise<{ db: Database; names: string[] }> {
  const streams = readJsonAsset<Event[][]>(import.meta.url, "../aces/golden/streams.json");
  const db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp"), threads: 1 });
  const tables = [
    ...streams.map((events, i) => ({
      name: `stream_${i}`,
      rows: sql`
        select cast(r[1] as bigint) as subject_id, timestamp '2100-01-01' + to_seconds(cast(r[2] as bigint)) as time,
          r[3] as code, cast(r[4] as float) as numeric_value, r[5] as text_value
        from (select unnest(cast(${JSON.stringify(events)} as json)::varchar[][]) as r)`,
    })),
    { name: "ward", rows: wardEvents() },
  ];
  for (const { name, rows } of tables) await keepRows(db, join(folder, `${name}.parquet`), name, rows);
  return { db, names: tables.map(({ name }) => name) };
}

/** Rows as a Parquet file and a view over it. */
export async function keepRows(db: Database, file: string, name: string, rows: Sql): Promise<void> {
  await db.run(sql`create temp table kept as ${rows}`);
  await db.run(sql`copy kept to ${literal(file)} (format parquet)`);
  await db.run(sql`drop table kept`);
  await db.run(sql`create view ${identifier(name)} as select * from read_parquet(${literal(file)})`);
}

/** 60 stays in intensive care with pressures and creatinines by the hour, drawn from a hash; some die. */
function wardEvents() {
  const draw = (salt: string, n: number) => sql`cast(hash(concat(${salt}, '/', subject_id, '/', h)) % ${n} as integer)`;
  return sql`
    with subject as (select unnest(range(1, 61)) as subject_id, 0 as h),
    stay as (
      select subject_id, timestamp '2150-01-01' + to_minutes(cast(${draw("in", 100_000)} as bigint)) as enters,
        6 + ${draw("hours", 90)} as hours, ${draw("dies", 4)} = 0 as dies, ${draw("sex", 2)} = 0 as male
      from subject
    ),
    hour as (select *, unnest(range(0, hours)) as h from stay),
    event as (
      select subject_id, null as time, if(male, 'GENDER//M', 'GENDER//F') as code, null as value from stay
      union all select subject_id, enters, 'ICU_ADMISSION//MICU', null from stay
      union all select subject_id, enters + to_hours(hours), 'ICU_DISCHARGE//MICU', null from stay
      union all select subject_id, enters + to_hours(hours), 'MEDS_DEATH', null from stay where dies
      union all select subject_id, enters + to_hours(h) + to_minutes(${draw("minute", 60)}), 'LAB//220052//mmHg',
        50 + ${draw("map", 50)} from hour
      union all select subject_id, enters + to_hours(h), 'LAB//RESULT//50912//mg/dL', (8 + ${draw("crea", 20)} + h) / 10
      from hour where h % 8 = 3
    )
    select cast(subject_id as bigint) as subject_id, cast(time as timestamp) as time, code,
      cast(value as float) as numeric_value, cast(null as varchar) as text_value
    from event order by subject_id, time nulls first, code, value`;
}

export type Answers = Record<string, unknown[][] | string>;

/** Runs queries on a local Spark, which then serves them at `url` until `close`. */
export async function runSpark(
  python: string,
  work: {
    folder: string;
    settings: string[];
    tables: [view: string, file: string][];
    queries: { name: string; sql: string }[];
  },
): Promise<{ answers: Answers; url: string; close(): Promise<void> }> {
  const [path, out] = [join(work.folder, "work.json"), join(work.folder, "answers.json")];
  writeFileSync(path, JSON.stringify({ ...work, out }));
  const port = await freePort();
  const script = join(import.meta.dirname, "golden", "run_spark.py");
  const child = spawn(python, [script, path, String(port)], { cwd: work.folder, stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (text: Buffer) => {
    said = (said + text.toString()).slice(-5000);
  });
  try {
    await untilSaid(child, "serving");
  } catch (cause) {
    child.kill();
    throw new Error(`Spark did not start: ${said}`, { cause });
  }
  return {
    answers: JSON.parse(readFileSync(out, "utf8")) as Answers,
    url: `thrift://127.0.0.1:${port}`,
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

async function untilSaid(child: ChildProcess, word: string): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) if (line === word) return;
  throw new Error(`it ended before it said ${word}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return (address as { port: number }).port;
}
