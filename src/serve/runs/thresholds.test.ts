import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, literal, openDatabase, sql } from "../../store/index.ts";
import { thresholdCounts } from "./thresholds.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-thresholds-"));
const file = join(folder, "predictions.parquet");
let db: Database;
let rows: { p: number; y: boolean }[];
beforeAll(async () => {
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp"), memory: "400MB", threads: 1 });
  // many ties, and rows without a prediction
  await db.run(sql`
    copy (select case when i % 97 = 0 then null else (hash(i) % 300) / 300.0 end as probability,
      hash(i + 5) % 7 = 0 as boolean_value from range(2000) r (i)) to ${literal(file)} (format parquet)`);
  rows = await db.rows(sql`
    select probability::double as p, boolean_value as y from read_parquet(${literal(file)}) where probability is not null`);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

test("counts at every threshold are those of counting row by row", async () => {
  const found = await thresholdCounts(db, file, { isGuarded: false });
  expect([found.rows, found.positives]).toEqual([rows.length, rows.filter(({ y }) => y).length]);
  expect(found.thresholds.length).toBeGreaterThan(200);
  found.thresholds.forEach((threshold, i) => {
    const above = rows.filter(({ p }) => p >= threshold);
    expect(found.truePositives[i]).toBe(above.filter(({ y }) => y).length);
    expect(found.falsePositives[i]).toBe(above.filter(({ y }) => !y).length);
  });
  expect(found.truePositives[0]).toBe(found.positives);
});

test("where data are guarded, 1 to 10 on either side of a threshold are withheld", async () => {
  const [open, guarded] = [
    await thresholdCounts(db, file, { isGuarded: false }),
    await thresholdCounts(db, file, { isGuarded: true }),
  ];
  open.truePositives.forEach((count, i) => {
    const isSmall = [count!, open.positives - count!].some((n) => n >= 1 && n <= 10);
    expect(guarded.truePositives[i]).toBe(isSmall ? null : count);
  });
  expect(guarded.truePositives).toContain(null);
});
