import { expect, test } from "vitest";
import { type Bands, fineTune, stepOf } from "./autoscore-bands.ts";

/** Ages 18 to 97 and a yes/no column. */
const rows = 800;
const x = {
  rows,
  columns: 2,
  data: Float64Array.from({ length: rows * 2 }, (_, i) => (i % 2 ? (i >> 1) % 2 : 18 + ((i >> 1) % 80))),
};
const featureNames = ["age", "cough"];
const variables = [
  { name: "age", cutoffs: [22, 33, 82, 93] },
  { name: "cough", cutoffs: [1] },
];

/** Tunes with a made-up AUROC of the bands of the age. */
async function tuned(auroc: (age: readonly number[]) => number) {
  const seen: Bands[] = [];
  const result = await fineTune(
    { x, featureNames },
    variables,
    async (bands) => {
      seen.push(bands);
      return auroc(bands["age"]!);
    },
    () => {},
  );
  return { ...result, seen };
}

test("cut-offs that cost nothing go, one always stays, and what stays is rounded", async () => {
  const { cutoffs, steps } = await tuned(() => 0.8);
  expect(cutoffs["age"]).toHaveLength(1);
  expect(cutoffs["age"]![0]! % 5).toBe(0);
  expect(steps).toEqual([{ name: "age", text: expect.stringMatching(/^22, 33, 82, 93 became \d+$/) }]);
});

test("cut-offs that are worth something stay, rounded where that costs nothing", async () => {
  const { cutoffs } = await tuned((age) => 0.7 + 0.01 * Math.min(4, age.length));
  expect(cutoffs["age"]).toEqual([20, 35, 80, 95]);
});

test("nothing changes where every change costs something; finer bands come where they bring something", async () => {
  const same = await tuned((age) => (age.join() === "22,33,82,93" ? 0.8 : 0.7));
  expect(same.cutoffs["age"]).toEqual([22, 33, 82, 93]);
  expect(same.steps).toEqual([]);
  const finer = await tuned((age) => (age.length === 5 ? 0.9 : 0.8));
  expect(finer.cutoffs["age"]).toHaveLength(5);
});

test("yes/no columns have no other bands", async () => {
  const { seen } = await tuned(() => 0.8);
  expect(new Set(seen.map((bands) => bands["cough"]!.join()))).toEqual(new Set(["1"]));
});

test("steps are those that people count in", () => {
  const spread = (from: number, to: number) =>
    Float64Array.from({ length: 101 }, (_, i) => from + ((to - from) * i) / 100);
  expect(stepOf(spread(18, 97))).toBe(5);
  expect(stepOf(spread(35.5, 39.5))).toBeCloseTo(0.2, 10);
  expect(stepOf(spread(88, 100.5))).toBe(1);
  expect(stepOf(Float64Array.from({ length: 50 }, (_, i) => 14 + (i % 4)).sort())).toBe(1);
  expect(stepOf(new Float64Array(5).fill(2))).toBe(1);
});
