// The true risks of a run's rows, joined by stay or by stay and hour.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Samples } from "../features/index.ts";
import { type Database, literal, openDatabase, type Sql, sql } from "../store/index.ts";
import { findTask } from "../systems/index.ts";
import { findTruth, readTruth } from "./truth.ts";

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-truth-"));
  mkdirSync(join(folder, "truth"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
  await write(
    "labels.parquet",
    sql`select * from (values (7, 6, 0), (3, 5, 0), (3, 6, 1), (7, 5, 0)) t(stay_id, "time", label)`,
  );
  await write(
    "truth/hourly.csv.gz",
    sql`select * from (values (1, 3, 5, '0'), (1, 3, 6, '0.25'), (2, 7, 5, ''), (2, 7, 4, '0.5'), (4, 9, 5, '1e-3')) t(subject_id, stay_id, hour, risk)`,
  );
  await write(
    "truth/stays.parquet",
    sql`select * from (values (2, 7, 0.125), (4, 9, 0.5)) t(subject_id, stay_id, risk)`,
  );
  await write("truth/twice.parquet", sql`select * from (values (3, 5, 0.1), (3, 5, 0.2)) t(stay_id, hour, risk)`);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

async function write(name: string, query: Sql): Promise<void> {
  const format = name.endsWith("parquet") ? sql`format parquet` : sql`format csv, header, compression gzip`;
  await db.run(sql`copy (${query}) to ${literal(join(folder, name))} (${format})`);
}

const samplesOf = (stayIds: number[], hours?: number[]): Samples => ({
  stayIds: Float64Array.from(stayIds),
  subjectIds: Float64Array.from(stayIds),
  ...(hours ? { hours: Int16Array.from(hours) } : {}),
  ...{ outcome: "event", names: [], targets: new Float64Array(stayIds.length) },
});
const hourly = { mode: "corrected", hourly: true } as const;
const find = (truth: string, asked: Parameters<typeof findTruth>[3] = hourly) =>
  findTruth(db, [folder], { truth }, asked);

test("hours get the risk of their stay and hour in the order of the samples, and none where the file has none", async () => {
  const file = (await find("hourly"))!;
  expect(file.hourly).toBe(true);
  const samples = samplesOf([3, 3, 7, 7], [5, 6, 5, 6]);
  expect([...(await readTruth(db, file, folder, samples))]).toEqual([0, 0.25, Number.NaN, Number.NaN]);
});

test("stays get the risk of their stay", async () => {
  await write("labels.parquet", sql`select * from (values (7, 0), (3, 0)) t(stay_id, label)`);
  const file = (await find("stays", { mode: "faithful", hourly: false }))!;
  expect([...(await readTruth(db, file, folder, samplesOf([3, 7])))]).toEqual([Number.NaN, 0.125]);
});

test("risks of stays say nothing of hours, nor those of hours of stays", async () => {
  expect(await find("stays")).toBeUndefined();
  expect(await find("hourly", { mode: "corrected", hourly: false })).toBeUndefined();
  expect(await find("nothing")).toBeUndefined();
});

test("two risks of one hour are refused", async () => {
  await write("labels.parquet", sql`select * from (values (3, 5, 0)) t(stay_id, "time", label)`);
  await expect(readTruth(db, (await find("twice"))!, folder, samplesOf([3], [5]))).rejects.toMatchObject({
    problem: { code: "run/truth-rows", why: "some hour of a stay has more than one" },
  });
});

test("kidney injury and decompensation have a true risk in corrected mode alone: their labels in faithful mode are others", async () => {
  for (const id of ["yaib/aki", "tscan/decompensation"]) {
    const { task } = findTask(id);
    await write(`truth/${task.truth}.parquet`, sql`select 3 as stay_id, 5 as hour, 0.5 as risk`);
    expect((await findTruth(db, [folder], task, hourly))!.path).toContain(task.truth);
    expect(await findTruth(db, [folder], task, { ...hourly, mode: "faithful" })).toBeUndefined();
  }
});
