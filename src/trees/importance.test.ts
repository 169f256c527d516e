import { describe, expect, test } from "vitest";
import { randomEnsemble, randomRows } from "./fixture.ts";
import { permutationImportance, splitImportance } from "./importance.ts";
import { predict } from "./predict.ts";

const stump = (feature: number, gain: number) => ({
  feature: Int32Array.of(feature, -1, -1),
  threshold: Float64Array.of(0, 0, 0),
  missingLeft: Uint8Array.of(0, 0, 0),
  left: Int32Array.of(1, -1, -1),
  right: Int32Array.of(2, -1, -1),
  categories: undefined,
  value: Float64Array.of(0, -1, 1),
  cover: Float64Array.of(2, 1, 1),
  gain: Float64Array.of(gain, 0, 0),
});
const stumps = {
  ...randomEnsemble({ trees: 0, features: 3, objective: "l2" }),
  trees: [stump(0, 5), stump(2, 1), stump(0, 4)],
};

test("splits and their gains are counted by feature", () => {
  expect(splitImportance(stumps)).toEqual(Float64Array.of(9, 0, 1));
  expect(splitImportance(stumps, { by: "splits" })).toEqual(Float64Array.of(2, 0, 1));
  expect(splitImportance(stumps, { normalise: true })).toEqual(Float64Array.of(0.9, 0, 0.1));
  expect(splitImportance({ ...stumps, trees: [] }, { normalise: true })).toEqual(new Float64Array(3));
});

describe("permutation importance", () => {
  const x = randomRows(300, 3, 1, 0);
  const truth = predict(stumps, x);
  const fit = (scores: Float64Array) => -scores.reduce((sum, score, i) => sum + (score - truth[i]!) ** 2, 0);

  test("is large for what matters, smaller for what matters less, and 0 for what no tree tests", () => {
    const [first, second, third] = permutationImportance(stumps, x, fit);
    expect(first!.mean).toBeGreaterThan(2 * third!.mean);
    expect(third!.mean).toBeGreaterThan(0);
    expect(third!.deviation).toBeGreaterThan(0);
    expect(second).toEqual({ columns: [1], mean: 0, deviation: 0, repeats: new Float64Array(5) });
  });

  test("depends on the seed alone, not on which other features are asked for", () => {
    const all = permutationImportance(stumps, x, fit, { seed: 7 });
    expect(permutationImportance(stumps, x, fit, { seed: 7, groups: [[2]] })).toEqual([all[2]]);
    expect(permutationImportance(stumps, x, fit, { seed: 8 })[2]).not.toEqual(all[2]);
  });

  test("shuffles the columns of a group together and leaves the rows as they were", () => {
    const before = x.data.slice();
    const [both] = permutationImportance(stumps, x, fit, { groups: [[0, 2]], repeats: 2 });
    expect(both!.repeats).toHaveLength(2);
    expect(both!.mean).toBeGreaterThan(0);
    expect(x.data).toEqual(before);
  });

  test("refuses no repeats and columns that do not exist", () => {
    expect(() => permutationImportance(stumps, x, fit, { repeats: 0 })).toThrow(/repeats/);
    expect(() => permutationImportance(stumps, x, fit, { groups: [[3]] })).toThrow(/no column 3 among 3/);
  });
});
