import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Mode } from "../concepts/index.ts";
import { sql } from "../store/index.ts";
import { buildCohort } from "./build.ts";
import { openCohort } from "./cohort.ts";
import { compareModes, printModes } from "./compare.ts";
import { scratchFolder, type Tables, tinyStore } from "./fixture.ts";
import { type Happenings, oneStay } from "./functions/fixture.ts";
import { readTask } from "./task.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const item = { hr: 220045, crea: 50912, weight: 226512 };
/** Admission at 16:00; discharge after 60 hours and 30 minutes; a heart rate every hour. */
const usual: Happenings = { out: 60.5, chart: Array.from({ length: 61 }, (_, h) => [h + 0.25, item.hr, 80]) };
const injured: Happenings = {
  ...usual,
  labs: [
    [0.5, item.crea, 1],
    [30.5, item.crea, 2],
  ],
};

let made = 0;
async function built(tables: Tables, name: string, mode: Mode) {
  const folder = join(scratch.path, `h${made++}`);
  const out = join(folder, "out");
  mkdirSync(out, { recursive: true });
  const store = await tinyStore(folder, tables, { out: [out] });
  try {
    const cohort = await buildCohort(store, readTask(`yaib/${name}`), { mode, out });
    type Label = { time: number; label: number; prediction_time: string };
    const labels = await store.db.rows<Label>(
      sql`select * replace (prediction_time::varchar as prediction_time) from read_parquet(${join(out, "labels.parquet")})`,
    );
    const dynamic = await store.db.rows<{ time: number; crea: number | null }>(
      sql`select time, crea from read_parquet(${join(out, "dynamic.parquet")})`,
    );
    const types = await store.db.rows<{ column_name: string; column_type: string }>(
      sql`describe from read_parquet(${join(out, "labels.parquet")})`,
    );
    return { cohort, labels, dynamic, types: types.map((row) => [row.column_name, row.column_type]) };
  } finally {
    store.close();
  }
}
const stay = (happenings: Happenings) => oneStay("mimic-iv", happenings);

test("hours left count from the end of each row, and rows that discharge cuts short are no time to predict at", async () => {
  const { labels, dynamic, types } = await built(stay(usual), "los", "corrected");
  expect(types).toEqual([
    ["stay_id", "BIGINT"],
    ["subject_id", "BIGINT"],
    ["time", "INTEGER"],
    ["prediction_time", "TIMESTAMP"],
    ["label", "DOUBLE"],
  ]);
  expect(labels.map(({ time, label }) => [time, label])).toEqual(
    Array.from({ length: 55 }, (_, i) => [5 + i, 60.5 - (6 + i)]),
  );
  expect(labels[0]!.prediction_time).toBe("2150-01-06 22:00:00");
  expect(dynamic.map(({ time }) => time)).toEqual(Array.from({ length: 60 }, (_, h) => h));
});

test("the original counts whole hours from the begin of each row, also in the last one", async () => {
  const { labels } = await built(stay(usual), "los", "faithful");
  expect(labels.map(({ time, label }) => [time, label])).toEqual(Array.from({ length: 61 }, (_, h) => [h, 60 - h]));
});

test("rows end with a death in intensive care, in corrected mode", async () => {
  const { dynamic } = await built(stay({ ...usual, died: 40.5 }), "los", "corrected");
  expect(dynamic.at(-1)!.time).toBe(40);
});

test("an onset is positive in the 6 hours before it, and no row follows it", async () => {
  const { labels, dynamic, cohort, types } = await built(stay(injured), "aki", "corrected");
  expect(types.at(-1)).toEqual(["label", "UTINYINT"]);
  expect(labels.filter(({ label }) => label === 1).map(({ time }) => time)).toEqual([24, 25, 26, 27, 28, 29]);
  expect([labels[0]!.time, labels.at(-1)!.time, dynamic.at(-1)!.time]).toEqual([5, 29, 29]);
  expect(dynamic.map(({ crea }) => crea).filter((crea) => crea === 2)).toEqual([]);
  expect(cohort.label).toMatchObject({ kind: "binary", per: "hour", rows: 25, positiveRows: 6, mean: 6 / 25 });
  expect([cohort.stays, cohort.positives]).toEqual([1, 1]);
});

test("in the original the 6 hours after the onset are positive too", async () => {
  const { labels } = await built(stay(injured), "aki", "faithful");
  expect(labels.filter(({ label }) => label === 1).map(({ time }) => time)).toEqual(
    Array.from({ length: 13 }, (_, i) => 24 + i),
  );
  expect(labels.at(-1)!.time).toBe(36);
});

test("a stay without an onset is negative in every hour", async () => {
  const { labels, cohort } = await built(stay(usual), "aki", "corrected");
  expect(new Set(labels.map(({ label }) => label))).toEqual(new Set([0]));
  expect([cohort.positives, labels.at(-1)!.time]).toEqual([0, 59]);
});

test("an onset before hour 6 and a high baseline before the first prediction take a stay out", async () => {
  const at = (labs: NonNullable<Happenings["labs"]>) => built(stay({ ...usual, labs }), "aki", "corrected");
  const early = { problem: { code: "cohort/empty", why: expect.stringContaining("before hour 6") } };
  await expect(
    at([
      [-3, item.crea, 1],
      [5.5, item.crea, 2],
    ]),
  ).rejects.toMatchObject(early);
  const high = { problem: { code: "cohort/empty", why: expect.stringContaining("Baseline") } };
  await expect(
    at([
      [-3, item.crea, 5],
      [3.5, item.crea, 4.5],
    ]),
  ).rejects.toMatchObject(high);
  expect(
    (
      await at([
        [-3, item.crea, 5],
        [3.5, item.crea, 3.5],
      ])
    ).cohort.stays,
  ).toBe(1);
  expect((await at([[8.5, item.crea, 4.5]])).cohort.stays).toBe(1); // not known at the first prediction
  await expect(built(stay({ ...usual, labs: [[8.5, item.crea, 4.5]] }), "aki", "faithful")).rejects.toMatchObject(high);
});

test("the creatinine to predict is the median of the hours of the second day that have one", async () => {
  const labs: NonNullable<Happenings["labs"]> = [
    [24.5, item.crea, 9], // hour 24 is a predictor in the original
    [26.5, item.crea, 1],
    [26.7, item.crea, 3], // the hour's value is 2
    [47.5, item.crea, 4],
    [48.5, item.crea, 6], // hour 48 is in the original's label
  ];
  const corrected = await built(stay({ ...usual, labs }), "kidney_function", "corrected");
  expect([corrected.labels.map(({ label }) => label), corrected.types.at(-1)]).toEqual([[4], ["label", "DOUBLE"]]);
  expect(corrected.cohort.label).toMatchObject({
    kind: "number",
    per: "stay",
    unit: "mg/dL",
    rows: 1,
    positiveRows: 0,
  });
  const faithful = await built(stay({ ...usual, labs }), "kidney_function", "faithful");
  expect(faithful.labels.map(({ label }) => label)).toEqual([4]);
  expect([corrected.dynamic.at(-1)!.crea, faithful.dynamic.at(-1)!.crea]).toEqual([null, 9]);
});

test("a stay without a creatinine on the second day is left out, counted among those of the base cohort", async () => {
  await expect(
    built(stay({ ...usual, labs: [[3, item.crea, 1]] }), "kidney_function", "corrected"),
  ).rejects.toMatchObject({
    problem: { code: "cohort/empty", why: expect.stringContaining("No creatinine") },
  });
});

test("no time travel: what comes after an hour changes no feature of it and no stay's place in the cohort", async () => {
  const future: Happenings = { ...injured, chart: [...usual.chart!, [20.5, item.hr, 200], [20.5, item.weight, 99]] };
  const past: Happenings = { ...usual, chart: usual.chart!.filter(([hour]) => hour < 20), labs: [[0.5, item.crea, 1]] };
  for (const name of ["los", "aki"]) {
    const [late, early] = [await built(stay(future), name, "corrected"), await built(stay(past), name, "corrected")];
    const before = ({ dynamic }: typeof late) => dynamic.filter(({ time }) => time < 20);
    expect(before(late)).toEqual(before(early));
    expect(late.cohort.stays).toBe(early.cohort.stays);
  }
});

test("sepsis goes on without ventilation and drugs where their tables are missing, and says so", async () => {
  const { procedureevents: _, ...without } = stay(usual);
  const { cohort } = await built(without, "sepsis", "corrected");
  expect(cohort.warnings.join()).toMatch(
    /procedureevents of MIMIC-IV is missing: onsets are found without its rows on ventilation/,
  );
  const { microbiologyevents: __, ...blind } = stay(usual);
  await expect(built(blind, "sepsis", "corrected")).rejects.toMatchObject({
    problem: { code: "cohort/missing-table", where: "MIMIC-IV, table microbiologyevents" },
  });
});

test("both modes stand side by side, and only those of one task do", async () => {
  const faithful = await built(stay(injured), "aki", "faithful");
  const corrected = await built(stay(injured), "aki", "corrected");
  const modes = compareModes(faithful.cohort, corrected.cohort);
  expect(modes.slice(0, 6).map((row) => [row.id, row.faithful, row.corrected])).toEqual([
    ["stays", "1", "1"],
    ["patients", "1", "1"],
    ["positives", "1", "1"],
    ["hours", "0 to 168", "0 to 167"],
    ["labels", "37", "25"],
    ["positive-labels", "13", "6"],
  ]);
  expect(printModes(modes)[6]).toMatch(/^Positive hours +13 +6$/);
  expect(() => compareModes(corrected.cohort, faithful.cohort)).toThrow(/not the two modes/);
});

test("an hourly cohort is read back as it was built", async () => {
  const { cohort } = await built(stay(injured), "aki", "corrected");
  expect(openCohort(cohort.folder)).toEqual(cohort);
});
