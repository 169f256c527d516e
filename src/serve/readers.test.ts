import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase, sql } from "../store/index.ts";
import { Readers } from "./readers.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-readers-"));
let db: Database;
beforeAll(async () => {
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp"), memory: "400MB", threads: 1 });
  await db.run(sql`create table numbers as select range as n from range(1000)`);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

test("no more than so many are at work, each with its own connection, in the order asked", async () => {
  const readers = new Readers(db, 2);
  const begun: number[] = [];
  const now = new Set<Database>();
  let most = 0;
  const sums = await Promise.all(
    Array.from({ length: 9 }, (_, i) =>
      readers.use(async (own) => {
        begun.push(i);
        expect(now.has(own)).toBe(false);
        now.add(own);
        most = Math.max(most, now.size);
        const { s } = await own.row<{ s: number }>(sql`select sum(n)::double as s from numbers where n % 9 = ${i}`);
        now.delete(own);
        return s;
      }),
    ),
  );
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(most).toBe(2);
  expect(sums.reduce((a, b) => a + b)).toBe(499_500);
  readers.close();
});

test("a question that fails gives its connection back", async () => {
  const readers = new Readers(db, 1);
  for (let i = 0; i < 3; i++) {
    await expect(readers.use(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  }
  expect(await readers.use((own) => own.row(sql`select 1 as one`))).toEqual({ one: 1 });
  readers.close();
});

test("a connection that is lent while they are closed ends when it comes back", async () => {
  const readers = new Readers(db, 1);
  const answer = readers.use(async (own) => {
    readers.close();
    return own.row(sql`select 1 as one`);
  });
  expect(await answer).toEqual({ one: 1 });
});
