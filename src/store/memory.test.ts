import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "./database.ts";
import { databaseBytes, memoryBytes } from "./memory.ts";
import { sql } from "./sql.ts";

test.each([
  ["800MB", 800e6],
  ["1.5 GB", 1.5e9],
  ["2gib", 2 ** 31],
  ["512k", 512e3],
  ["1000000", 1e6],
])("%s is %d bytes", (size, bytes) => {
  expect(memoryBytes(size)).toBe(bytes);
});

test.each(["", "much", "-1GB", "0MB", "4 parsecs", "80%"])('"%s" is refused as no size of memory', (size) => {
  expect(() => memoryBytes(size)).toThrow(/is no size of memory/);
});

test("the database gets the budget less a reserve, and of a small budget nearly three quarters", () => {
  expect(databaseBytes(1e9)).toBe(720e6);
  expect(databaseBytes(4e9)).toBe(3.42e9);
  expect(databaseBytes(200e6)).toBe(144e6);
});

test("a database opens with its share of the budget as its limit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bedside-memory-"));
  const db = await openDatabase({ folders: [], tempFolder: join(folder, "temp"), memory: "1GB" });
  try {
    const { limit } = await db.row<{ limit: string }>(sql`select current_setting('memory_limit') as limit`);
    expect(limit).toBe("686.6 MiB"); // 720 MB
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
});
