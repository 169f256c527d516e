// What forests promise whatever the data: the same model for a seed, weights, missing values, stated behaviour on bad input.
import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { silent } from "../../core/progress.ts";
import { childOf, type Tree } from "../ensemble.ts";
import { predict } from "../predict.ts";
import { fixtureLabels, fixtureScores, fixtureTable } from "./fixture.ts";
import { type ForestOptions, trainForest } from "./index.ts";

const x = fixtureTable("missing", 600, 9, 5);
const y = fixtureLabels("missing", x, 5);
const classes = fixtureScores("missing", x).map((score) => (score < -0.5 ? 0 : score < 1 ? 1 : 2));
const numbers = fixtureScores("missing", x);
const kinds = ["random-forest", "extra-trees"] as const;

function leafOf(tree: Tree, { columns, data }: Matrix, row: number): number {
  let node = 0;
  while (tree.feature[node]! >= 0) node = childOf(tree, node, data[row * columns + tree.feature[node]!]!);
  return node;
}

describe.each(kinds)("%s", (kind) => {
  test("bitwise the same model for a seed with 1, 2 and 3 threads, another for another seed", async () => {
    const forestOf = async (threads: number, seed: number) => {
      const options = { kind, trees: 7, seed, threads, bootstrap: true, outOfBag: true };
      const forest = await trainForest({ x, y }, options);
      expect(forest.threads).toBe(threads);
      return { ensemble: forest.ensemble, outOfBag: forest.outOfBag };
    };
    const alone = await forestOf(1, 3);
    expect(await forestOf(2, 3)).toEqual(alone);
    expect(await forestOf(3, 3)).toEqual(alone);
    expect((await forestOf(1, 4)).ensemble).not.toEqual(alone.ensemble);
  });

  test("the first trees of a larger forest are the smaller forest", async () => {
    const small = await trainForest({ x, y }, { kind, trees: 3 });
    const large = await trainForest({ x, y }, { kind, trees: 5 });
    expect(large.ensemble.trees.slice(0, 3)).toEqual(small.ensemble.trees);
  });

  test("without bootstrap or limits every training row falls into a leaf of its own outcome", async () => {
    for (const [objective, target] of [
      ["binary", y],
      ["multiclass", classes],
      ["l2", numbers],
    ] as const) {
      const options = { kind, objective, trees: 2, bootstrap: false };
      const { ensemble } = await trainForest({ x, y: target }, options);
      const predictions = predict(ensemble, x);
      const outputs = ensemble.outputs;
      for (let i = 0; i < x.rows; i++) {
        if (objective === "multiclass") expect(predictions[i * outputs + target[i]!]).toBe(1);
        else expect(predictions[i]).toBeCloseTo(target[i]!, 12);
      }
    }
  });

  test("trees keep their limits, and cover and value are those of the rows that reach a node", async () => {
    const limit = { maxDepth: 6, minSamplesLeaf: 9, minSamplesSplit: 25, minWeightFractionLeaf: 0.02 };
    const weights = Float64Array.from(y, (_, i) => 1 + (i % 3));
    const options = { kind, trees: 3, bootstrap: false, maxFeatures: 4, ...limit };
    const { ensemble } = await trainForest({ x, y, weights }, options);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const tree of ensemble.trees) {
      const rows = new Map<number, number[]>();
      for (let i = 0; i < x.rows; i++) {
        const leaf = leafOf(tree, x, i);
        rows.set(leaf, [...(rows.get(leaf) ?? []), i]);
      }
      const depth = new Int32Array(tree.feature.length);
      for (let node = 0; node < tree.feature.length; node++) {
        if (tree.feature[node]! >= 0) {
          depth[tree.left[node]!] = depth[node]! + 1;
          depth[tree.right[node]!] = depth[node]! + 1;
          expect(tree.cover[node]).toBe(tree.cover[tree.left[node]!]! + tree.cover[tree.right[node]!]!);
          continue;
        }
        const here = rows.get(node) ?? [];
        const weight = here.reduce((sum, i) => sum + weights[i]!, 0);
        expect(here.length).toBeGreaterThanOrEqual(limit.minSamplesLeaf);
        expect(weight).toBeGreaterThanOrEqual(limit.minWeightFractionLeaf * total);
        expect(depth[node]).toBeLessThanOrEqual(limit.maxDepth);
        expect(tree.cover[node]).toBe(weight);
        const positive = here.reduce((sum, i) => sum + weights[i]! * y[i]!, 0);
        expect(tree.value[node]).toBeCloseTo(positive / weight, 12);
      }
    }
  });

  test("with as many leaves as allowed and no more, best first", async () => {
    const { ensemble } = await trainForest({ x, y }, { kind, trees: 4, maxLeafNodes: 10 });
    for (const tree of ensemble.trees) expect(tree.feature.filter((column) => column < 0).length).toBe(10);
  });

  test("without bootstrap a row of weight 2 counts as two rows, one of weight 0 as none", async () => {
    const weights = Float64Array.from(y, (_, i) => i % 3);
    const rows = [...y.keys()].flatMap((i) => Array<number>(i % 3).fill(i));
    const data = Float64Array.from({ length: rows.length * x.columns }, (_, k) => {
      return x.data[rows[Math.floor(k / x.columns)]! * x.columns + (k % x.columns)]!;
    });
    const options = { kind, trees: 2, bootstrap: false, maxDepth: 4, seed: 2 };
    const weighted = await trainForest({ x, y, weights }, options);
    const repeated = await trainForest(
      { x: { rows: rows.length, columns: x.columns, data }, y: rows.map((i) => y[i]!) },
      options,
    );
    weighted.ensemble.trees.forEach((tree, t) => {
      expect(tree.feature).toEqual(repeated.ensemble.trees[t]!.feature);
      expect(tree.threshold).toEqual(repeated.ensemble.trees[t]!.threshold);
      expect(tree.cover).toEqual(repeated.ensemble.trees[t]!.cover);
    });
  });

  test("classes are balanced by weights over all rows or in each draw", async () => {
    const rare = Float64Array.from(y, (label, i) => (label === 1 && i % 5 === 0 ? 1 : 0));
    const root = async (classWeight: ForestOptions["classWeight"], bootstrap: boolean) => {
      const options = { kind, trees: 1, classWeight: classWeight ?? null, bootstrap };
      return (await trainForest({ x, y: rare }, options)).ensemble.trees[0]!;
    };
    expect((await root(null, false)).value[0]).toBeLessThan(0.2);
    expect((await root("balanced", false)).value[0]).toBeCloseTo(0.5, 12);
    expect((await root("balanced_subsample", true)).value[0]).toBeCloseTo(0.5, 12);
    // Drawn by balanced weights: half of the draws, but for chance.
    expect(Math.abs((await root("balanced", true)).value[0]! - 0.5)).toBeLessThan(0.1);
    const positives = rare.reduce((sum, label) => sum + label, 0);
    const tripled = (3 * positives) / (3 * positives + x.rows - positives);
    expect((await root([1, 3], false)).value[0]).toBeCloseTo(tripled, 12);
  });
});

test("a column that is missing exactly for one outcome is enough for best splits", async () => {
  const rows = 200;
  const data = Float64Array.from({ length: rows }, (_, i) => (i % 2 ? Number.NaN : (i * 37) % 101));
  const labels = Float64Array.from({ length: rows }, (_, i) => i % 2);
  const input = { x: { rows, columns: 1, data }, y: labels };
  const { ensemble } = await trainForest(input, { trees: 5, bootstrap: false });
  expect([...predict(ensemble, input.x)]).toEqual([...labels]);
});

test("a bootstrap leaves out about 1 / e of the rows, and draws as many as told", async () => {
  const { outOfBag, ensemble } = await trainForest({ x, y }, { trees: 1, outOfBag: true });
  expect(Math.abs(outOfBag!.rowsWithout / x.rows - (1 - Math.exp(-1)))).toBeLessThan(0.06);
  expect(outOfBag!.predictions.filter((value) => Number.isNaN(value)).length).toBe(outOfBag!.rowsWithout);
  expect(ensemble.trees[0]!.cover[0]).toBe(x.rows);
  const share = await trainForest({ x, y }, { trees: 1, maxSamples: 0.25 });
  expect(share.ensemble.trees[0]!.cover[0]).toBe(x.rows / 4);
  const count = await trainForest({ x, y }, { trees: 1, maxSamples: 50 });
  expect(count.ensemble.trees[0]!.cover[0]).toBe(50);
});

test("with bootstrap, rows of weight 0 are never drawn", async () => {
  const weights = Float64Array.from(y, (_, i) => (i < 300 ? 0 : 1));
  const half = { rows: 300, columns: x.columns, data: x.data.slice(300 * x.columns) };
  const { ensemble } = await trainForest({ x, y, weights }, { trees: 3 });
  for (const tree of ensemble.trees) {
    const leaves = new Set(Array.from({ length: 300 }, (_, i) => leafOf(tree, half, i)));
    expect(leaves.size).toBe(tree.feature.filter((column) => column < 0).length);
  }
});

test("out of bag, a forest predicts no better than chance where there is nothing to learn", async () => {
  const noise = fixtureTable("linear", 800, 6, 77);
  const labels = Float64Array.from({ length: 800 }, (_, i) => i % 2);
  const { outOfBag } = await trainForest({ x: noise, y: labels }, { trees: 60, outOfBag: true });
  expect(Math.abs(outOfBag!.score - 0.5)).toBeLessThan(0.08);
});

test("few bins cost little, and thresholds keep every training row on the side it was trained on", async () => {
  const options = { trees: 2, bootstrap: false, maxBins: 16, minSamplesLeaf: 4 };
  const { ensemble } = await trainForest({ x, y }, options);
  for (const tree of ensemble.trees) {
    const reached = new Float64Array(tree.feature.length);
    for (let i = 0; i < x.rows; i++) reached[leafOf(tree, x, i)]!++;
    tree.feature.forEach((column, node) => {
      if (column < 0) expect(reached[node]).toBe(tree.cover[node]);
    });
  }
});

test("for any small table every row reaches the leaf it was trained into", async () => {
  const cell = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(Number.NaN, -0, 0, 5e-324, 1e308),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 40 }),
      fc.constantFrom(...kinds),
      fc.constantFrom(2, 3, 65534),
      async (table, kind, maxBins) => {
        const small = { rows: table.length, columns: 2, data: Float64Array.from(table.flat()) };
        const target = table.map((_, i) => i * i);
        const options = { kind, objective: "l2", trees: 1, bootstrap: false, maxBins, maxFeatures: 1 } as const;
        const tree = (await trainForest({ x: small, y: target }, options)).ensemble.trees[0]!;
        const reached = new Float64Array(tree.feature.length);
        for (let i = 0; i < small.rows; i++) reached[leafOf(tree, small, i)]!++;
        tree.feature.forEach((column, node) => {
          if (column < 0) expect(reached[node]).toBe(tree.cover[node]);
        });
      },
    ),
    { numRuns: 300, seed: 9 },
  );
});

test("large targets that differ little are told apart", async () => {
  const rows = 400;
  const data = Float64Array.from({ length: rows }, (_, i) => i);
  const target = data.map((value) => 1e9 + (value < 137 ? 0 : 0.001));
  const options = { objective: "l2", trees: 1, bootstrap: false, maxDepth: 1 } as const;
  const { ensemble } = await trainForest({ x: { rows, columns: 1, data }, y: target }, options);
  expect(ensemble.trees[0]!.threshold[0]).toBe(136.5);
});

describe("stated behaviour on odd tables", () => {
  test.each(kinds)("%s: constant and wholly missing columns are never used", async (kind) => {
    const odd = { ...x, data: x.data.map((value, k) => (k % 9 === 0 ? 7 : k % 9 === 4 ? Number.NaN : value)) };
    const { ensemble } = await trainForest({ x: odd, y }, { kind, trees: 10 });
    const used = new Set(ensemble.trees.flatMap((tree) => [...tree.feature]));
    expect([...used].sort((a, b) => a - b)).toEqual([-1, 1, 2, 3, 5, 6, 7, 8]);
  });

  test.each(kinds)("%s: with nothing to split, trees are single leaves of the mean", async (kind) => {
    const flat = { rows: 10, columns: 2, data: Float64Array.from({ length: 20 }, (_, k) => (k % 2 ? Number.NaN : 3)) };
    const labels = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
    const { ensemble } = await trainForest({ x: flat, y: labels }, { kind, trees: 2, bootstrap: false });
    expect(ensemble.trees.map((tree) => [...tree.feature])).toEqual([[-1], [-1]]);
    expect(predict(ensemble, flat)[0]).toBeCloseTo(0.3, 12);
  });

  test("a column of 100,000 codes is taken as numbers", async () => {
    const rows = 100_000;
    const data = Float64Array.from({ length: rows }, (_, i) => (i * 48271) % rows);
    const labels = data.map((value) => (value > 70_000 ? 1 : 0));
    const options = { trees: 1, bootstrap: false, maxDepth: 2 };
    const { ensemble } = await trainForest({ x: { rows, columns: 1, data }, y: labels }, options);
    expect(Math.abs(ensemble.trees[0]!.threshold[0]! - 70_000.5)).toBeLessThanOrEqual(1);
  });

  test("a class may be absent from a tree's draw", async () => {
    const few = classes.map((label, i) => (i === 0 ? 2 : label % 2));
    const { ensemble, outOfBag } = await trainForest(
      { x, y: few },
      { objective: "multiclass", trees: 5, maxSamples: 20, classWeight: "balanced_subsample", outOfBag: true },
    );
    const predictions = predict(ensemble, x);
    for (let i = 0; i < x.rows; i++) {
      expect(predictions[3 * i]! + predictions[3 * i + 1]! + predictions[3 * i + 2]!).toBeCloseTo(1, 12);
    }
    expect(outOfBag!.rowsWithout).toBe(0);
  });
});

const withCell = (at: number, value: number) => ({ ...x, data: x.data.map((old, k) => (k === at ? value : old)) });
test.each<
  [
    string,
    { x?: Matrix; y?: ArrayLike<number>; weights?: number[]; featureNames?: string[] },
    ForestOptions,
    string,
    RegExp,
  ]
>([
  [
    "an infinity",
    { x: withCell(4, Number.NEGATIVE_INFINITY) },
    {},
    "trees/infinite",
    /Column x4 holds infinity in 1 of 600 rows/,
  ],
  ["no rows", { x: { rows: 0, columns: 3, data: new Float64Array(0) }, y: [] }, {}, "trees/empty", /0 rows/],
  ["too few labels", { y: [0, 1] }, {}, "trees/size-mismatch", /2 labels/],
  ["labels that are not 0 or 1", { y: y.map((label) => label + 1) }, {}, "trees/bad-label", /neither 0 nor 1/],
  ["a missing label", { y: y.map((label, i) => (i ? label : Number.NaN)) }, {}, "trees/bad-label", /neither 0 nor 1/],
  ["one class", { y: y.map(() => 1) }, {}, "trees/one-class", /all 600 labels are 1/],
  [
    "a class number left out",
    { y: y.map((label) => 2 * label) },
    { objective: "multiclass" },
    "trees/bad-label",
    /does not occur/,
  ],
  [
    "a fraction as class",
    { y: y.map((label) => label / 2) },
    { objective: "multiclass" },
    "trees/bad-label",
    /class number/,
  ],
  ["a missing target", { y: y.map((_, i) => (i ? i : Number.NaN)) }, { objective: "l2" }, "trees/bad-label", /finite/],
  ["a negative weight", { weights: [...y].map((_, i) => i - 1) }, {}, "trees/bad-weight", /negative/],
  ["weights of 0 alone", { weights: [...y].map(() => 0) }, {}, "trees/bad-weight", /All weights are 0/],
  ["two columns of one name", { featureNames: [..."abcdefgha"] }, {}, "trees/duplicate-feature", /named a/],
  ["more columns than there are", {}, { maxFeatures: 10 }, "trees/bad-option", /maxFeatures/],
  ["no trees", {}, { trees: 0 }, "trees/bad-option", /trees/],
  ["out of bag without bootstrap", {}, { outOfBag: true, bootstrap: false }, "trees/bad-option", /outOfBag/],
  ["class weights for regression", {}, { objective: "l2", classWeight: "balanced" }, "trees/bad-option", /classWeight/],
  ["class weights of another number", {}, { classWeight: [1, 2, 3] }, "trees/bad-option", /classWeight/],
  ["a word that is no criterion", {}, { criterion: "chaos" as "gini" }, "trees/bad-option", /gini, entropy/],
  ["threads that are no number", {}, { threads: 0 }, "trees/bad-option", /threads/],
])("%s: a clear error", async (_, input, options, code, message) => {
  const training = trainForest({ x, y, ...input }, options);
  await expect(training).rejects.toThrow(message);
  await expect(training).rejects.toMatchObject({ problem: { code } });
});

test.each([1, 2])(
  "training stops when asked to, on %i threads, and tells of its progress until then",
  async (threads) => {
    const stop = new AbortController();
    const seen: number[] = [];
    const progress = {
      ...silent,
      at(done: number) {
        seen.push(done);
        if (done === 3) stop.abort();
      },
    };
    const training = trainForest({ x, y }, { trees: 2000, threads, progress, signal: stop.signal });
    await expect(training).rejects.toThrow(Stopped);
    expect(seen).toEqual([1, 2, 3]);
    await expect(trainForest({ x, y }, { signal: AbortSignal.abort() })).rejects.toThrow(Stopped);
  },
);

test("a training on threads leaves no listener on its signal", async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 3; i++) await trainForest({ x, y }, { trees: 4, threads: 2, signal });
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});
