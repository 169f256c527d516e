import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../store/index.ts";
import { cohortOf, randomStays, type StayFixture, writeCohort } from "./fixture.ts";
import { applyTabular, columnMeanings, fitTabular, type Tabular, type TabularRecipe } from "./preprocess.ts";
import { correctedReference, faithfulReference, hoursOf } from "./reference.ts";
import type { StaySummary } from "./stay-summary.ts";
import { summariseStays } from "./summarise.ts";

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-features-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const names = ["hr", "lact", "fixed", "never"];
const kinds = [
  { level: 85, spread: 15, measured: 0.9 },
  { level: 2, spread: 1, measured: 0.15 },
  { level: 0.21, spread: 0, measured: 0.5 },
  { level: 0, spread: 1, measured: 0 },
];

async function summaryOf(name: string, stays: readonly StayFixture[], variables = names): Promise<StaySummary> {
  const place = join(folder, name);
  await writeCohort(db, place, variables, stays);
  return summariseStays(db, place, cohortOf(variables, stays[0]!.grid.length));
}

function columnOf({ matrix, names }: Tabular, name: string): number[] {
  const column = names.indexOf(name);
  if (column < 0) throw new Error(`no column ${name}`);
  return Array.from({ length: matrix.rows }, (_, row) => matrix.data[row * matrix.columns + column]!);
}

function expectClose(found: readonly number[], wanted: readonly number[], what: string): void {
  expect(found.length, what).toBe(wanted.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!), `${what}, row ${i}`).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(wanted[i]!)));
  });
}

const everyone = (stays: readonly unknown[]) => [...stays.keys()];

test("faithful features are those of pandas and scikit-learn", async () => {
  interface Golden {
    variables: string[];
    trainStays: number;
    grid: (number | null)[][][];
    static: { age: number[]; sex: (string | null)[]; height: (number | null)[]; weight: (number | null)[] };
    expected: Record<string, number[]>;
  }
  const golden: Golden = JSON.parse(readFileSync(new URL("golden/yaib-features.json", import.meta.url), "utf8"));
  const stays = golden.grid.map((grid, i): StayFixture => {
    const { age, sex, height, weight } = golden.static;
    return {
      ...{ stayId: i, subjectId: i, label: 0, grid },
      ...{ age: age[i]!, sex: sex[i]!, height: height[i]!, weight: weight[i]! },
    };
  });
  const summary = await summaryOf("golden", stays, golden.variables);
  const recipe = fitTabular(summary, everyone(stays).slice(0, golden.trainStays), { mode: "faithful" });
  const features = applyTabular(summary, everyone(stays), recipe);
  expect([...features.names].sort()).toEqual(Object.keys(golden.expected).sort());
  for (const [name, wanted] of Object.entries(golden.expected)) expectClose(columnOf(features, name), wanted, name);
});

test.each([
  ["faithful", ["", "_missing", "_min", "_max", "_count", "_mean"], faithfulReference],
  ["corrected", ["", "_missing", "_min", "_max", "_mean", "_count", "_hours_since"], correctedReference],
] as const)("%s features equal those worked out hour by hour", async (mode, suffixes, reference) => {
  const stays = randomStays(5, 60, 24, kinds);
  const train = everyone(stays).filter((i) => i % 3 !== 0);
  const summary = await summaryOf(`hourly-${mode}`, stays);
  const features = applyTabular(summary, everyone(stays), fitTabular(summary, train, { mode }));
  names.forEach((name, variable) => {
    const wanted = reference(hoursOf(stays, variable), train);
    suffixes.forEach((suffix, column) => {
      const found = columnOf(features, name + suffix);
      expectClose(
        found,
        wanted.map((row) => row[column]!),
        name + suffix,
      );
    });
  });
  expect(features.matrix.data.every(Number.isFinite)).toBe(true);
  expect(features.titles).toHaveLength(features.names.length);
});

test("what tuning and held-out stays have changes no number of the recipe", async () => {
  const stays = randomStays(6, 40, 6, kinds);
  const train = everyone(stays).filter((i) => i % 2 === 0);
  const changed = stays.map((stay, i): StayFixture => {
    if (i % 2 === 0) return stay;
    const grid = stay.grid.map((hour) => hour.map((value) => (value === null ? 1e6 : null)));
    return { ...stay, grid, label: 1, age: 17, sex: "Other", height: null, weight: 1e5 };
  });
  const [before, after] = [await summaryOf("before", stays), await summaryOf("after", changed)];
  for (const mode of ["faithful", "corrected"] as const) {
    expect(fitTabular(after, train, { mode })).toEqual(fitTabular(before, train, { mode }));
    const bothTimes = [before, after].map((summary) =>
      applyTabular(summary, train, fitTabular(before, train, { mode })),
    );
    expect(bothTimes[1]).toEqual(bothTimes[0]);
    // The test means something only if the changed stays would move the numbers.
    expect(fitTabular(after, everyone(stays), { mode })).not.toEqual(fitTabular(before, everyone(stays), { mode }));
  }
});

test("features of a stay do not depend on which rows are asked for", async () => {
  const stays = randomStays(7, 20, 6, kinds);
  const summary = await summaryOf("rows", stays);
  const recipe = fitTabular(summary, everyone(stays));
  const all = applyTabular(summary, everyone(stays), recipe);
  const some = applyTabular(summary, Int32Array.of(13, 2), recipe);
  const { columns } = all.matrix;
  expect(some.matrix.data.subarray(0, columns)).toEqual(all.matrix.data.subarray(13 * columns, 14 * columns));
  expect(some.matrix.data.subarray(columns)).toEqual(all.matrix.data.subarray(2 * columns, 3 * columns));
});

test("static columns: missing numbers are the mean and marked, a missing or new sex is the most frequent", async () => {
  const grid = [[1, null, null, null]];
  const stay = (stayId: number, sex: string | null, age: number | null): StayFixture => ({
    ...{ stayId, subjectId: stayId, label: 0, grid, sex, age, height: null, weight: 70 },
  });
  const stays = [
    stay(1, "Male", 40),
    stay(2, "Female", 60),
    stay(3, "Male", 50),
    stay(4, null, null),
    stay(5, "X", 50),
  ];
  const summary = await summaryOf("static", stays);
  const features = applyTabular(summary, everyone(stays), fitTabular(summary, [0, 1, 2]));
  const deviation = Math.sqrt(200 / 3);
  expectClose(columnOf(features, "age"), [-10 / deviation, 10 / deviation, 0, 0, 0], "age");
  expect(columnOf(features, "age_missing")).toEqual([0, 0, 0, 1, 0]);
  expect(columnOf(features, "sex")).toEqual([1, 0, 1, 1, 1]);
  expect(features.titles[features.names.indexOf("sex")]).toBe("SEX (0 Female, 1 Male)");
  expect(columnOf(features, "height_missing")).toEqual([1, 1, 1, 1, 1]);
  expect(columnOf(features, "weight")).toEqual([0, 0, 0, 0, 0]);
  const faithful = applyTabular(summary, [0], fitTabular(summary, [0, 1, 2], { mode: "faithful" }));
  expect(faithful.names.slice(-4)).toEqual(["age", "sex", "height", "weight"]);
});

test("a recipe read back from JSON makes the same features", async () => {
  const stays = randomStays(8, 20, 6, kinds);
  const summary = await summaryOf("json", stays);
  for (const mode of ["faithful", "corrected"] as const) {
    const recipe = fitTabular(summary, everyone(stays), { mode });
    const again: TabularRecipe = JSON.parse(JSON.stringify(recipe));
    expect(again).toEqual(recipe);
    expect(applyTabular(summary, [3, 4], again)).toEqual(applyTabular(summary, [3, 4], recipe));
  }
});

test("a recipe of other variables is refused with what to do", async () => {
  const stays = randomStays(9, 10, 3, kinds);
  const summary = await summaryOf("mine", stays);
  const recipe = fitTabular(summary, everyone(stays));
  const other = await summaryOf("other", stays, ["hr", "crea", "fixed", "never"]);
  expect(() => applyTabular(other, [0], recipe)).toThrow(/variable 2 of 8[\s\S]*train again/);
});

test("with missing values kept, what was measured is as ever and the rest is NaN, with no column to mark it", async () => {
  const stays = randomStays(3, 60, 12, kinds);
  const summary = await summaryOf("kept", stays);
  const [filled, kept] = [undefined, "keep" as const].map((missing) =>
    applyTabular(summary, everyone(stays), fitTabular(summary, everyone(stays), { missing })),
  );
  expect(kept!.names.filter((name) => name.endsWith("_missing"))).toEqual([]);
  const lacks = columnOf(filled!, "lact_missing");
  expect(new Set(lacks)).toEqual(new Set([0, 1]));
  for (const name of ["lact", "lact_min", "lact_max", "lact_mean", "lact_hours_since"]) {
    const wanted = columnOf(filled!, name).map((value, i) => (lacks[i] ? Number.NaN : value));
    expect(columnOf(kept!, name), name).toEqual(wanted);
  }
  expect(columnOf(kept!, "lact_count")).toEqual(columnOf(filled!, "lact_count"));
  const heights = columnOf(filled!, "height_missing");
  expect(columnOf(kept!, "height").map(Number.isNaN)).toEqual(heights.map((value) => value === 1));
});

test.each([
  ["corrected", undefined],
  ["corrected", "keep"],
  ["faithful", undefined],
] as const)("every column of %s mode (missing: %s) leads back to clinical units", async (mode, missing) => {
  const stays = randomStays(4, 40, 12, kinds);
  const summary = await summaryOf(`clinical-${mode}-${missing}`, stays);
  const recipe = fitTabular(summary, everyone(stays), { mode, missing });
  const table = applyTabular(summary, everyone(stays), recipe);
  const meanings = columnMeanings(summary, recipe);
  expect(meanings.map(({ name }) => name)).toEqual(table.names);
  expect(meanings.map(({ title }) => title)).toEqual(table.titles);
  const clinical = (name: string) => {
    const { toClinical, fromClinical, kind } = meanings.find((meaning) => meaning.name === name)!;
    const values = columnOf(table, name).map(toClinical);
    expectClose(values.map(fromClinical).filter(Number.isFinite), columnOf(table, name).filter(Number.isFinite), name);
    return { kind, values };
  };
  const highest = clinical("hr_max");
  expect(highest.kind).toBe("value");
  stays.forEach(({ grid }, i) => {
    const measured = grid.map(([pulse]) => pulse!).filter((pulse) => pulse !== null);
    if (mode === "corrected" && measured.length) expect(highest.values[i]).toBeCloseTo(Math.max(...measured), 9);
  });
  const counted = stays.map(({ grid }) => grid.filter(([pulse]) => pulse !== null).length);
  const hours = clinical("hr_count");
  expect(hours).toEqual({ kind: "hours", values: mode === "faithful" ? counted.map(() => 12) : counted });
  expect(clinical("sex").kind).toBe("code");
});
