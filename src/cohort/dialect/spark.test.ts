// The translation to Spark: its text as golden files, and, where there is a Spark, its rows beside those of DuckDB.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { readJsonAsset } from "../../store/assets.ts";
import type { Database } from "../../store/database.ts";
import type { RecordStore } from "../../store/records.ts";
import { identifier, sql } from "../../store/sql.ts";
import { bedsideConcepts } from "../aces/bedside-concepts.ts";
import { compileTask } from "../aces/compile.ts";
import { extractLabels } from "../aces/extract.ts";
import { parseTask } from "../aces/parse.ts";
import { type Answers, findSpark, keepRows, runSpark, writeEvents } from "./fixture.ts";
import { sparkJudge } from "./judge.ts";
import { SPARK_SETTINGS } from "./plan.ts";
import { javaRegex } from "./regex.ts";
import { sparkSql } from "./spark.ts";
import { written } from "./written.ts";

interface Entry {
  stream: number;
  task: string;
  predicates?: string;
}
const entries = readJsonAsset<Entry[]>(import.meta.url, "../aces/golden/tasks.json");
/** Chosen to hold every kind of predicate, boundary and flag at least three times, and rows of both labels. */
const chosen = [26, 109, 126, 156, 160, 225, 229, 295, 313, 320, 343, 356, 365, 419, 426, 475];
const page = readFileSync(resolve(import.meta.dirname, "../../../docs/task-language.md"), "utf8");
const tasks = [
  ...chosen.map((i) => ({ name: `random_${i}`, events: `stream_${entries[i]!.stream}`, ...entries[i]! })),
  ...[...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, task], i) => ({
    name: `page_${i}`,
    events: "ward",
    task: task!,
    predicates: undefined,
  })),
].map(({ name, events, task, predicates }) => {
  const concepts = bedsideConcepts();
  const parsed = parseTask(task, { concepts, ...(predicates === undefined ? {} : { predicatesText: predicates }) });
  return { name, query: compileTask(parsed, { events: identifier(events), concepts }) };
});

test.each(tasks)("the SQL of $name in the words of Spark is that of the golden file", async ({ name, query }) => {
  await expect(`${sparkSql(written(query))}\n`).toMatchFileSnapshot(`golden/${name}.sql`);
});

/** Expressions on which the engines part ways, or might. */
const expressions = [
  ...["0.5e0", "1.5e0", "2.5e0", "(-1.5e0)", "2.4999e0"].map((n) => `cast(${n} as bigint)`),
  ...["cast(floor(7 / 2) as bigint)", "floor((-7) / 2) / 2", "7 / 2", "(-7) % 3", "1e-1 + 2e-1", "'it''s' || '\\n%'"],
  ...["cast(1.3e0 as float) = cast('1.3' as float)", "cast(16777217 as float)", "cast('NaN' as double) > 1e300"],
  ...["greatest(cast(null as bigint), 3)", "least(2, cast(null as bigint))", "cast(null as bigint) is distinct from 1"],
  ...["epoch_us(make_timestamp(4102444800123456))", "epoch_us(make_timestamp(-11676096000000001))"],
  ...["epoch_us(cast(make_date(1850, 2, 28) as timestamp))", "epoch_us(timestamp '2100-02-28 23:59:59.999999')"],
  ...["starts_with('a%b', 'a%')", "starts_with('abc', '')", "contains('a\\b', '\\')", "coalesce(null, 'x')"],
  ...[
    "case when cast(null as boolean) then 1 else 2 end",
    "9007199254740993 - 9007199254740000",
    "cast(42 as varchar)",
  ],
];
const relations = [
  "select x from (select 2 as x union all select null union all select 1) as t order by x",
  "select x from (select 2 as x union all select null union all select 1) as t order by x desc",
  "select unnest(range(4)) as x order by x",
  "select n, unnest(range(n)) as x from (select 0 as n union all select 2 union all select -1) as t order by n, x",
  "select unnest(range(3, 6)) as x order by x",
  "select count(x) filter (x > 1), count(distinct x), sum(x) from (select 2 as x union all select null union all select 1) as t",
  "select x, min(y) over (order by x range between 10 preceding and current row) as low from (select 1 as x, 5 as y union all select 9, 7 union all select 12, 6) as t order by x",
];
const regexes = [
  ...[
    "^DX//",
    "DEATH$|//DIED",
    "LAB//\\w+//m[gm]",
    "(?i)admission",
    "ICU//O.T",
    "^DISCHARGE//(HOME|DIED)$",
    "^a{2,3}$",
  ],
  ...[
    "[^A-Z/]",
    "\\bcode\\b",
    "\\s",
    "\\S+\\s\\S+",
    "[[&a]",
    "[]a]",
    "[a\\]]",
    "x{,2}",
    "^\\d+\\.\\d*$",
    "\\Bb",
    "a.c",
  ],
  ...[
    "(?:ab)+$",
    "(?P<name>ab)+",
    "[\\w.-]+@",
    "\\x41",
    "\\pL\\pN",
    "^$",
    "é",
    "\\v",
    "[\\s]",
    "a|",
    "\\$|\\^|\\*",
    "(?i)[à-ý]",
  ],
];
const texts = [
  ...[
    "",
    "DX//I10",
    "MEDS_DEATH",
    "DISCHARGE//DIED",
    "DISCHARGE//HOME\n",
    "LAB//Creatinine//mg/dL",
    "Admission",
    "ICU//OUT",
  ],
  ...[
    "aa",
    "aaaa",
    "a code b",
    "acode",
    "a\u00a0b",
    "a\u000bb",
    "a\nc",
    "a\rc",
    "a\u2028c",
    "[",
    "&",
    "]",
    "x{,2}",
    "3.14",
  ],
  ...["abab", "ab\n", "a-b@c", "A", "é", "É", "é1", "\u212a", "a^$*b", "ébcode", "codeé"],
];

function searched(regex: string, i: number): string {
  return `${written(sql`regexp_matches(x, ${regex})`)} as found_${i}`;
}

const spark = findSpark();
const missing = "missing" in spark ? spark.missing : undefined;
describe.skipIf(missing)(`on a local Spark${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let folder: string;
  let db: Database;
  let running: Awaited<ReturnType<typeof runSpark>> | undefined;
  let answers: Answers;
  const asked = [
    ...tasks.map(({ name, query }) => ({
      name,
      ours: `select subject_id, epoch_us(prediction_time) as t, boolean_value from (${written(query)}) as labels`,
    })),
    { name: "expressions", ours: `select ${expressions.map((one, i) => `${one} as x${i}`).join(", ")}` },
    { name: "regexes", ours: `select x, ${regexes.map(searched).join(", ")} from texts order by x` },
    ...relations.map((relation) => ({ name: relation, ours: relation })),
  ];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bedside-spark-"));
    const events = await writeEvents(folder);
    db = events.db;
    const rows = sql`select unnest(cast(${JSON.stringify(texts)} as json)::varchar[]) as x`;
    await keepRows(db, join(folder, "texts.parquet"), "texts", rows);
    running = await runSpark((spark as { python: string }).python, {
      folder,
      settings: SPARK_SETTINGS,
      tables: [...events.names, "texts"].map((name) => [name, join(folder, `${name}.parquet`)]),
      queries: asked.map(({ name, ours }) => ({ name, sql: sparkSql(ours) })),
    });
    answers = running.answers;
  }, 900_000);
  afterAll(async () => {
    await running?.close();
    db?.close();
    rmSync(folder, { recursive: true });
  });

  /** The rows in the form of the script's answers. */
  async function oursOf(query: string): Promise<unknown[][]> {
    const rows = await db.rows<Record<string, unknown>>(sql`select * from query(${query})`);
    return rows.map((row) => Object.values(row).map((cell) => (typeof cell === "bigint" ? Number(cell) : cell)));
  }
  const ordered = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort();

  test.each(tasks)("$name gives the same labels on Spark as on DuckDB", async ({ name }) => {
    const rows = await oursOf(asked.find((one) => one.name === name)!.ours);
    expect(rows.length).toBeGreaterThan(3);
    expect(typeof answers[name] === "string" ? answers[name] : ordered(answers[name]!)).toEqual(ordered(rows));
  });

  test("expressions mean the same", async () => {
    const [ours] = await oursOf(asked.find(({ name }) => name === "expressions")!.ours);
    const theirs = answers["expressions"]!;
    const named = (row: unknown) => expressions.map((one, i) => [one, (row as unknown[])[i]]);
    expect(typeof theirs === "string" ? theirs : named(theirs[0])).toEqual(named(ours));
  });

  test("regular expressions find the same texts", async () => {
    const ours = await oursOf(asked.find(({ name }) => name === "regexes")!.ours);
    const theirs = answers["regexes"]!;
    const found = (rows: unknown[][]) =>
      regexes.map((regex, i) => [regex, rows.filter((row) => row[i + 1]).map(([text]) => text)]);
    expect(typeof theirs === "string" ? theirs : found(theirs)).toEqual(found(ours));
  });

  test.each(relations)("gives the same rows in the same order: %s", async (relation) => {
    expect(answers[relation]).toEqual(await oursOf(relation));
  });

  test("--engine spark gives the labels, windows and funnel of the embedded engine, byte by byte", async () => {
    const store = wardStore(folder, db);
    await db.run(sql`create schema meds`);
    await db.run(sql`create view meds.events as select * from ward`);
    const text = [...page.matchAll(/```yaml\n(.*?)```/gs)][2]![1]!;
    const made = async (engine: string) => {
      const out = join(folder, engine);
      mkdirSync(out);
      const found = await extractLabels(
        db,
        identifier("meds", "events"),
        parseTask(text, { concepts: bedsideConcepts() }),
        {
          out: join(out, "labels.parquet"),
          windowsOut: join(out, "windows.parquet"),
          progress: silent,
          judge: engine === "spark" ? sparkJudge(store, { url: running!.url }) : undefined,
        },
      );
      const bytes = ["labels", "windows"].map((name) => readFileSync(join(out, `${name}.parquet`)).toString("base64"));
      return { funnel: found.funnel, bytes };
    };
    const embedded = await made("duckdb");
    expect(embedded.funnel.rows).toBeGreaterThan(3);
    expect(await made("spark")).toEqual(embedded);
  });

  test("a statement Spark refuses is told by its class, without what it says of the records", async () => {
    const store = { ...wardStore(folder, db), folder: join(folder, "nowhere") };
    const text = [...page.matchAll(/```yaml\n(.*?)```/gs)][0]![1]!;
    const work = extractLabels(db, identifier("meds", "events"), parseTask(text), {
      out: join(folder, "labels.parquet"),
      progress: silent,
      judge: sparkJudge(store, { url: running!.url }),
    });
    await expect(work).rejects.toMatchObject({
      problem: { code: "spark/statement", why: "it says PATH_NOT_FOUND", fix: expect.stringContaining("--spark-data") },
    });
  });
});

/** A store of the ward's events. */
function wardStore(folder: string, db: Database): RecordStore {
  const tables = [{ table: "events", file: "ward.parquet", rows: 0, input: { path: "", bytes: 0, sha256: "" } }];
  const source = {
    ...{ id: "meds", title: "Ward", version: "1", versionReason: "", dataUse: "synthetic" as const },
    ...{ tables, missing: [] },
  };
  return {
    folder,
    manifest: { schema: 1, codeVersion: "", fingerprint: "", sources: [source] },
    db,
    source: () => source,
    has: (_, table) => table === "events",
    close: () => {},
  };
}

test.each([
  ["select * from a asof join b on a.t >= b.t", "ASOF JOIN"],
  ["select * from a qualify row_number() over (order by x) = 1", "QUALIFY"],
  ["select * exclude (x) from a", "EXCLUDE"],
  ["select median(x) from a", "The function median"],
  ["select list_contains(a, 1) from t", "The function list_contains"],
  ["select x::integer from a", "The sign ::"],
  ["select [1, 2] from a", "The sign ["],
  ["select a // b from t", "The sign //"],
  ["select x + interval 1 hour from t", "INTERVAL"],
  ["select x * 0.1 from t", "The decimal 0.1 (as a double: 1e-1)"],
  ["from a", "A query that begins with FROM"],
  ["select cast(x as hugeint) from a", "A cast to hugeint"],
  ["select cast(x as timestamp with time zone) from a", "A cast to timestamp with time zone"],
  ["select unnest(list) from a", "unnest of anything but a range"],
  ["select code like 'a%' from a", "LIKE"],
  ["select regexp_matches(code, '[[:alpha:]]') from a", '"[:al" in the regular expression "[[:alpha:]]"'],
  ["select regexp_matches(code, '(?s)a.b') from a", '"(?s)" in the regular expression "(?s)a.b"'],
])("%s is refused by name", (text, what) => {
  expect(() => sparkSql(text)).toThrowError(
    expect.objectContaining({
      problem: expect.objectContaining({ code: "cohort/untranslatable", what: expect.stringContaining(what) }),
    }),
  );
});

test("the text of a number with a fraction is refused, since the engines write it differently", () => {
  const fractions = new Set(["valuenum"]);
  expect(() => sparkSql("select cast(t.valuenum as varchar) from t", { fractions })).toThrowError(/valuenum/);
  expect(sparkSql("select cast(t.itemid as varchar) from t", { fractions })).toBe(
    "select cast(t.itemid as string) from t",
  );
});

test("tables in schemas become views, columns behind a dot stay", () => {
  const tables = new Map([["mimic_iv.icustays", "mimic_iv_icustays"]]);
  expect(sparkSql('select t."stay_id", "a""b`c" from "mimic_iv"."icustays" as t', { tables })).toBe(
    'select t.`stay_id`, `a"b``c` from `mimic_iv_icustays` as t',
  );
});

test("values are written as literals that mean the same bits", () => {
  const query = sql`select ${0.1}, ${-2}, ${1e300}, ${5n}, ${"it's"}, ${null}, ${true}, ${Number.NaN}, ${[1, 2]}`;
  expect(written(query)).toBe("select 1e-1, (-2), 1e+300, 5, 'it''s', null, true, cast('NaN' as double), [1, 2]");
  expect(() => written(sql`${"a\0b"}`)).toThrowError(/code zero/);
});

test("what RE2 and Java read differently in a regular expression is written out", () => {
  expect(javaRegex("^a.c$")).toBe("\\Aa[^\\n]c\\z");
  expect(javaRegex("[[&\\w]{,2}")).toBe("[\\[\\&0-9A-Za-z_]\\{,2\\}");
  expect(() => javaRegex("\\Ra")).toThrowError(/\\R/);
});
