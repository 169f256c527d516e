import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { replaceFile, writeWhole } from "./files.ts";
import { writeParquet } from "./parquet.ts";
import { identifier, join as joinSql, literal, sql } from "./sql.ts";

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-store-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

test("a nested query keeps its own values in order", () => {
  const inner = sql`x > ${1} and y = ${"a"}`;
  const query = sql`select ${0}, * from ${identifier("odd", 'na"me')} where ${joinSql([inner, sql`z < ${2}`], " or ")} limit ${3}`;
  expect(query.text).toBe('select $1, * from "odd"."na""me" where x > $2 and y = $3 or z < $4 limit $5');
  expect(query.values).toEqual([0, 1, "a", 2, 3]);
});

test.each([[[1, 0.5]], [[0.5, 1]], [[1, Number.NaN]], [[2, 3]]])(
  "a list of numbers %j is bound, whole ones first or not",
  async (list) => {
    const { items } = await db.row<{ items: number[] }>(sql`select ${list}::double[] as items`);
    expect(items).toEqual(list);
  },
);

test("values are bound, also lists, and never read as SQL", async () => {
  const rows = await db.rows<{ a: string; b: boolean }>(
    sql`select ${"'; drop table x; --"} as a, list_contains(${[1, 2, 3]}, 2) as b`,
  );
  expect(rows).toEqual([{ a: "'; drop table x; --", b: true }]);
});

test("columns come as typed arrays over many chunks, nulls as NaN, times as seconds", async () => {
  const query = sql`
    select i::int as i, case when i % 3 = 0 then null else i / 2 end::double as half, (i * 1e10)::bigint as big,
           i % 2 = 0 as even, case when i % 5 = 0 then null else 'é' || i end as word,
           timestamp '2150-01-01' + interval (i) second as t, i::float as f
    from range(5000) r(i) order by i`;
  const all = await db.columns(query);
  expect(all.rows).toBe(5000);
  expect(all.integers("i")[4999]).toBe(4999);
  expect(all.numbers("half")[3]).toBeNaN();
  expect(all.numbers("half")[4]).toBe(2);
  expect(all.numbers("big")[4999]).toBe(4999e10);
  expect([...all.truths("even").subarray(0, 3)]).toEqual([1, 0, 1]);
  expect(all.texts("word").slice(4, 7)).toEqual(["é4", null, "é6"]);
  expect(all.numbers("t")[60]).toBe(Date.UTC(2150, 0, 1) / 1000 + 60);
  expect(all.floats("f")[7]).toBe(7);
  let rows = 0;
  for await (const piece of db.chunks(query, 2048)) rows += piece.rows;
  expect(rows).toBe(5000);
});

test("statements asked for at the same time wait for each other, and none loses rows", async () => {
  const many = (rows: number) => sql`select i::int as i from range(${rows}) r(i)`;
  const asked = Array.from({ length: 12 }, (_, k) => [db.columns(many(20_000 + k)), db.rows(sql`select 1`)] as const);
  for (const [k, [columns]] of asked.entries()) expect((await columns).rows).toBe(20_000 + k);
  await expect(db.rows(sql`select no_such_column`)).rejects.toThrow();
  expect(await db.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]); // a failure before does not hold it up
});

test("a statement in the middle of reading pieces is refused, and goes well beside", async () => {
  const pieces = db.chunks(sql`select i from range(10000) r(i)`, 2048);
  let rows = (await pieces.next()).value!.rows;
  await expect(db.rows(sql`select 1`)).rejects.toThrow(/still being read/);
  const second = await db.beside();
  expect(await second.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  second.close();
  for await (const piece of pieces) rows += piece.rows;
  expect(rows).toBe(10_000);
  expect(await db.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("a null in a whole-number column is refused, not read as zero", async () => {
  await expect(db.columns(sql`select null::int as i`)).rejects.toThrow(/holds a null/);
});

test("an empty result has its columns", async () => {
  const none = await db.columns(sql`select 1::double as x where false`);
  expect([none.rows, none.numbers("x").length]).toEqual([0, 0]);
});

test("files outside the named folders cannot be read or written, and the lock cannot be undone", async () => {
  await expect(db.rows(sql`select * from read_csv('/etc/passwd')`)).rejects.toThrow(/disabled by configuration/);
  await expect(db.run(sql`copy (select 1) to ${literal(join(tmpdir(), "stray.parquet"))}`)).rejects.toThrow();
  await expect(db.run(sql`set enable_external_access = true`)).rejects.toThrow(/locked|running/);
  await expect(db.run(sql`install httpfs`)).rejects.toThrow();
});

test("a stopped query ends with Stopped", async () => {
  const stop = new AbortController();
  const other = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp2"), signal: stop.signal });
  const work = other.rows(sql`select sum(a.range * b.range) as s from range(1000000) a, range(100000) b`);
  setTimeout(() => stop.abort(), 50);
  await expect(work).rejects.toThrow("Stopped");
  other.close();
});

test("typed arrays go to Parquet and back, in order, with the same bytes each time", async () => {
  const n = 5000;
  const columns = [
    { name: "subject_id", type: "id" as const, values: Float64Array.from({ length: n }, (_, i) => 1e10 + i) },
    {
      name: "p",
      type: "double" as const,
      values: Float64Array.from({ length: n }, (_, i) => (i % 7 ? i / n : Number.NaN)),
    },
    { name: "label", type: "boolean" as const, values: Uint8Array.from({ length: n }, (_, i) => i % 2) },
    { name: "word", type: "text" as const, values: Array.from({ length: n }, (_, i) => (i % 3 ? `w${i}` : null)) },
  ];
  await writeParquet(db, join(folder, "a.parquet"), columns);
  await writeParquet(db, join(folder, "b.parquet"), columns);
  expect(readFileSync(join(folder, "a.parquet")).equals(readFileSync(join(folder, "b.parquet")))).toBe(true);
  const back = await db.columns(sql`from read_parquet(${join(folder, "a.parquet")})`);
  expect(back.numbers("subject_id")).toEqual(columns[0]!.values);
  expect(back.numbers("p")).toEqual(columns[1]!.values);
  expect(back.truths("label")).toEqual(columns[2]!.values);
  expect(back.texts("word")).toEqual(columns[3]!.values);
});

test("a file is replaced whole or stays as it was", async () => {
  const path = join(folder, "kept.txt");
  await writeWhole(path, "old");
  const failing = replaceFile(path, (temporary) => {
    writeFileSync(temporary, "half");
    throw new Error("cut off");
  });
  await expect(failing).rejects.toThrow("cut off");
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
});
