import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase, writeParquet } from "../../store/index.ts";
import { readSamples } from "../labels.ts";
import { placeSamples, readHourlyGrid } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-hourly-"));
let db: Database;
beforeAll(async () => {
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const plain = (name: string) => ({ name, title: name, unit: "", aggregate: "median" });
const cohort = { dynamic: ["hr", "lact"].map(plain) };

/** Writes stays with as many hours as given; the stays labelled have a label an hour from the second on. */
async function write(stays: { id: number; hours: number[] }[], labelled: number[]): Promise<void> {
  const rows = stays.flatMap(({ id, hours }) => hours.map((hour) => ({ id, hour })));
  await writeParquet(db, join(folder, "dynamic.parquet"), [
    { name: "stay_id", type: "id", values: rows.map(({ id }) => id) },
    { name: "time", type: "integer", values: rows.map(({ hour }) => hour) },
    { name: "hr", type: "double", values: rows.map(({ id, hour }) => (hour % 2 ? null : id + hour)) },
    { name: "lact", type: "double", values: rows.map(({ hour }) => hour / 10) },
  ]);
  const labels = rows.filter(({ id, hour }) => labelled.includes(id) && hour > 0);
  await writeParquet(db, join(folder, "labels.parquet"), [
    { name: "stay_id", type: "id", values: labels.map(({ id }) => id) },
    { name: "subject_id", type: "id", values: labels.map(({ id }) => id * 10) },
    { name: "time", type: "integer", values: labels.map(({ hour }) => hour) },
    { name: "label", type: "integer", values: labels.map(({ hour }) => hour % 2) },
  ]);
}

test("the grid of stays of any length is read, those without a label left out, and every sample finds its row", async () => {
  await write(
    [
      { id: 5, hours: [0, 1, 2] },
      { id: 7, hours: [0, 1] },
      { id: 9, hours: [0, 1, 2, 3, 4] },
    ],
    [5, 9],
  );
  const grid = await readHourlyGrid(db, folder, cohort);
  expect({
    ...grid,
    values: [...grid.values].map((value) => (Number.isNaN(value) ? null : Number(value.toFixed(3)))),
  }).toEqual({
    stays: 2,
    stayIds: Float64Array.of(5, 9),
    offsets: Int32Array.of(0, 3, 8),
    firstHour: Int16Array.of(0, 0),
    variables: ["hr", "lact"],
    values: [5, 0, null, 0.1, 7, 0.2, 9, 0, null, 0.1, 11, 0.2, null, 0.3, 13, 0.4],
  });
  const samples = await readSamples(db, folder, { kind: "binary", per: "hour" });
  expect([...samples.hours!]).toEqual([1, 2, 1, 2, 3, 4]);
  expect(placeSamples(grid, samples)).toEqual({
    stay: Int32Array.of(0, 0, 1, 1, 1, 1),
    row: Int32Array.of(1, 2, 4, 5, 6, 7),
  });
  expect(placeSamples(grid, { stayIds: Float64Array.of(5, 9) }).row).toEqual(Int32Array.of(2, 7));
});

test("a stay that lacks an hour is refused", async () => {
  await write([{ id: 5, hours: [0, 1, 3] }], [5]);
  await expect(readHourlyGrid(db, folder, cohort)).rejects.toThrow(/lacks hours/);
});
