// Our Parquet files read by DuckDB: every type, nulls, lists, several pages.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { literal, openDatabase, sql } from "../../store/index.ts";
import { ParquetWriter } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-parquet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array, select = sql`*`): Promise<Record<string, unknown>[]> {
  const path = join(folder, "table.parquet");
  writeFileSync(path, bytes);
  const db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp"), threads: 1 });
  try {
    return await db.rows(sql`select ${select} from read_parquet(${literal(path)})`);
  } finally {
    db.close();
  }
}

const columns = [
  { name: "id", type: "id" },
  { name: "n", type: "integer" },
  { name: "x", type: "double" },
  { name: "f", type: "float" },
  { name: "yes", type: "boolean" },
  { name: "word", type: "text" },
] as const;

test.each([undefined, (bytes: Uint8Array) => gzipSync(bytes)])(
  "cells of every type come back, nulls too",
  async (gzip) => {
    const file = new ParquetWriter({ columns, ...(gzip ? { gzip } : {}), metadata: { table: "test" } });
    file.page([
      [9_007_199_254_740_991, -5, 0.1, 0.5, true, "Straße"],
      [1, null, Number.NaN, null, null, null],
      [-3, 2_147_483_647, -1e300, -0.25, false, ""],
    ]);
    file.page([[4, 5, 6, 7, true, "four"]]);
    expect(await read(file.bytes())).toEqual([
      { id: 9_007_199_254_740_991n, n: -5, x: 0.1, f: 0.5, yes: true, word: "Straße" },
      { id: 1n, n: null, x: null, f: null, yes: null, word: null },
      { id: -3n, n: 2_147_483_647, x: -1e300, f: -0.25, yes: false, word: "" },
      { id: 4n, n: 5, x: 6, f: 7, yes: true, word: "four" },
    ]);
  },
);

test("lists of samples come back, of any length, gaps as NaN", async () => {
  const file = new ParquetWriter({
    columns: [
      { name: "id", type: "id" },
      { name: "samples", type: "floats" },
    ],
    gzip: (bytes) => gzipSync(bytes),
  });
  const long = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i / 9));
  file.page([
    [1, Float32Array.of(0.1, Number.NaN, -2)],
    [2, new Float32Array(0)],
    [3, long],
  ]);
  file.page([[4, Float32Array.of(7)]]);
  const rows = await read(file.bytes(), sql`id, len(samples) as n, samples`);
  expect(rows.map(({ n }) => n)).toEqual([3n, 0n, 5000n, 1n]);
  const samples = rows.map((row) => (row["samples"] as { items?: number[] }).items ?? (row["samples"] as number[]));
  expect(samples[0]).toEqual([Math.fround(0.1), Number.NaN, -2]);
  expect(Float32Array.from(samples[2]!)).toEqual(long);
  expect(samples[3]).toEqual([7]);
});

test("a table without rows is a table", async () => {
  expect(await read(new ParquetWriter({ columns }).bytes())).toEqual([]);
});

test("a row that lacks a cell is refused", () => {
  expect(() => new ParquetWriter({ columns }).page([[1]])).toThrow(/cannot be written/);
});
