import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../store/index.ts";
import { cohortOf, randomStays, type StayFixture, writeCohort } from "./fixture.ts";
import { fitTabular } from "./preprocess.ts";
import { applySequences, readSequences, sequenceInputs } from "./sequences.ts";
import { summariseStays } from "./summarise.ts";

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-sequences-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const names = ["hr", "lact"];
const stay = (stayId: number, grid: StayFixture["grid"], sex: string | null, age: number | null): StayFixture => ({
  ...{ stayId, subjectId: stayId, label: 0, grid, age, sex, height: null, weight: 70 },
});

async function prepared(place: string, stays: readonly StayFixture[], hours: number) {
  const at = join(folder, place);
  const cohort = cohortOf(names, hours);
  await writeCohort(db, at, names, stays);
  return { at, cohort, sequences: await readSequences(db, at, cohort), summary: await summariseStays(db, at, cohort) };
}

describe("sequences", () => {
  const grid: StayFixture["grid"] = [
    [null, 1],
    [80, null],
    [null, null],
    [100, 3],
  ];

  test("are scaled by the training stays, marked where missing, filled forward and with the mean before", async () => {
    const other = grid.map(() => [90, null] as (number | null)[]);
    const { sequences, summary } = await prepared("two", [stay(1, grid, "Male", 60), stay(2, other, null, null)], 4);
    const recipe = fitTabular(summary, [0], {});
    expect(sequenceInputs(recipe)).toEqual([
      "hr",
      "lact",
      "hr_missing",
      "lact_missing",
      "age",
      "sex",
      "height",
      "weight",
    ]);
    const { data, columns } = applySequences(sequences, summary, [0, 1], recipe);
    expect(columns).toBe(4 * 8);
    const hour = (row: number, h: number) => Array.from(data.subarray((row * 4 + h) * 8, (row * 4 + h) * 8 + 4));
    // the first stay's heart rates are 80 and 100: mean 90, deviation 10; its lactates 1 and 3: mean 2, deviation 1
    expect(hour(0, 0)).toEqual([0, -1, 1, 0]);
    expect(hour(0, 1)).toEqual([-1, -1, 0, 1]);
    expect(hour(0, 2)).toEqual([-1, -1, 1, 1]);
    expect(hour(0, 3)).toEqual([1, 1, 0, 0]);
    expect(hour(1, 2)).toEqual([0, 0, 0, 1]);
    // what is known once a stay: the age is the training mean, a sex not given the most frequent, height never known
    expect(Array.from(data.subarray(4, 8))).toEqual([0, 0, 0, 0]);
    expect(Array.from(data.subarray(32 + 4, 32 + 8))).toEqual([0, 0, 0, 0]);
  });

  test("of an hour do not depend on later hours, nor on other stays", async () => {
    const kinds = [
      { level: 85, spread: 15, measured: 0.6 },
      { level: 2, spread: 1, measured: 0.3 },
    ];
    const stays = randomStays(3, 40, 6, kinds);
    const cut = stays.map((own) => ({ ...own, grid: own.grid.map((row, h) => (h > 2 ? row.map(() => null) : row)) }));
    const [whole, shortened] = [await prepared("whole", stays, 6), await prepared("cut", cut, 6)];
    const recipe = fitTabular(whole.summary, [0, 1, 2, 3, 4], {});
    const all = stays.map((_, i) => i);
    const [a, b] = [whole, shortened].map(({ sequences, summary }) => applySequences(sequences, summary, all, recipe));
    const width = sequenceInputs(recipe).length;
    for (const i of all) {
      const early = (data: ArrayLike<number>) => Array.from(data).slice(i * 6 * width, (i * 6 + 3) * width);
      expect(early(b!.data)).toEqual(early(a!.data));
    }
    const [alone] = [applySequences(whole.sequences, whole.summary, [7], recipe)];
    expect(Array.from(alone!.data)).toEqual(Array.from(a!.data).slice(7 * 6 * width, 8 * 6 * width));
  });

  test("of stays with other hours are refused", async () => {
    const at = join(folder, "uneven");
    await writeCohort(db, at, names, [stay(1, grid, "Male", 60), stay(2, grid.slice(1), "Male", 60)]);
    await expect(readSequences(db, at, cohortOf(names, 4))).rejects.toMatchObject({
      problem: { code: "features/uneven-hours" },
    });
  });
});
