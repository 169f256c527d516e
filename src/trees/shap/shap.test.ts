import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Matrix } from "../../core/matrix.ts";
import { childOf, type Tree, type TreeEnsemble } from "../ensemble.ts";
import { type RandomEnsembleOptions, randomEnsemble, randomRows, slowMargin } from "../fixture.ts";
import { lightgbmFromText } from "../lightgbm-text.ts";
import { predictMargin } from "../predict.ts";
import { type ShapValues, shapInteractions, shapValues } from "./index.ts";
import { gaussLegendre } from "./quadrature.ts";

type Stored = (number | null)[];
interface Golden {
  rows: number;
  columns: number;
  x: (number | string | null)[];
  background: Stored;
  cases: Record<
    string,
    {
      shap?: Record<
        "pathDependent" | "interactions" | "interventional" | "interventionalBase" | "interventionalShort",
        Stored
      >;
    }
  >;
}

const folder = new URL("../golden/", import.meta.url);
const golden: Golden = JSON.parse(readFileSync(new URL("lightgbm.json", folder), "utf8"));
const matrix = (values: Golden["x"]): Matrix => ({
  rows: values.length / golden.columns,
  columns: golden.columns,
  data: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
});

function largestDifference(got: ArrayLike<number>, wanted: ArrayLike<number | null>): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Array.from(wanted).reduce<number>(
    (most, value, i) => Math.max(most, Math.abs(got[i]! - (value ?? Number.NaN))),
    0,
  );
}

describe.each(["binary", "multiclass", "categorical"])("of a %s model of LightGBM", (name) => {
  const ensemble = lightgbmFromText(readFileSync(new URL(`${name}.txt`, folder), "utf8"));
  const x = matrix(golden.x);
  const stored = golden.cases[name]!.shap!;
  const background = matrix(golden.background);

  test("values against background rows equal the shap package's exact explainer's", () => {
    const { base, values } = shapValues(ensemble, x, { background });
    expect(largestDifference(values, stored.interventional)).toBeLessThan(1e-12);
    expect(largestDifference(base, stored.interventionalBase)).toBeLessThan(1e-12);
  });

  // The package's tree code knows no categorical split.
  if (name === "categorical") return;

  test("path-dependent values equal the shap package's", () => {
    expect(largestDifference(shapValues(ensemble, x).values, stored.pathDependent)).toBeLessThan(1e-12);
  });

  // The package's tree code takes the classes of a LightGBM booster for one output and adds them up.
  const overClasses = ({ values, rows, outputs }: ShapValues) => {
    const size = values.length / rows / outputs;
    return Float64Array.from({ length: rows * size }, (_, i) => {
      const from = Math.floor(i / size) * outputs * size + (i % size);
      return Array.from({ length: outputs }, (_, k) => values[from + k * size]!).reduce((sum, value) => sum + value);
    });
  };

  test("interaction values equal the shap package's", () => {
    expect(largestDifference(overClasses(shapInteractions(ensemble, x)), stored.interactions)).toBeLessThan(1e-12);
  });

  test("values against background rows are near the shap package's tree explainer's, which sums in 32 bits", () => {
    const values = overClasses(shapValues(ensemble, x, { background }));
    expect(largestDifference(values, stored.interventionalShort)).toBeLessThan(1e-6);
  });
});

/** The expected output of a tree when only the features of a set are known, by training weights. */
function expectedOutput(tree: Tree, row: Float64Array, known: number, k: number, width: number, node = 0): number {
  const feature = tree.feature[node]!;
  if (feature < 0) return tree.value[node * width + k]!;
  const on = (child: number) => expectedOutput(tree, row, known, k, width, child);
  if ((known >> feature) & 1) return on(childOf(tree, node, row[feature]!));
  const [left, right] = [tree.left[node]!, tree.right[node]!];
  const sum = tree.cover[left]! + tree.cover[right]!;
  const share = sum > 0 ? tree.cover[left]! / sum : 0.5;
  return share * on(left) + (1 - share) * on(right);
}

/** The worth of each set of known features to output k, by training weights. */
function pathGame(ensemble: TreeEnsemble, row: Float64Array, k: number): (known: number) => number {
  const { outputs, outputsPerTree, trees, average, baseScore } = ensemble;
  const mine = trees.filter((_, t) => outputsPerTree > 1 || t % outputs === k);
  const at = outputsPerTree > 1 ? k : 0;
  return (known) =>
    baseScore[k]! +
    mine.reduce((sum, tree) => sum + expectedOutput(tree, row, known, at, outputsPerTree), 0) /
      (average ? Math.max(1, mine.length) : 1);
}

/** The same with background rows standing in for what is not known. */
function backgroundGame(ensemble: TreeEnsemble, row: Float64Array, k: number, background: Matrix) {
  return (known: number) => {
    let sum = 0;
    for (let r = 0; r < background.rows; r++) {
      const mixed = row.map((value, j) => ((known >> j) & 1 ? value : background.data[r * background.columns + j]!));
      sum += slowMargin(ensemble, mixed, k);
    }
    return sum / background.rows;
  };
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const size = (set: number) => [...set.toString(2)].filter((bit) => bit === "1").length;
const withoutAny = (features: number, taken: number) =>
  Array.from({ length: 2 ** features }, (_, set) => set).filter((set) => (set & taken) === 0);

/** Shapley's definition, over all sets. */
function shapley(features: number, worth: (known: number) => number): number[] {
  return Array.from({ length: features }, (_, j) =>
    withoutAny(features, 1 << j).reduce((sum, set) => {
      const weight = (factorial(size(set)) * factorial(features - size(set) - 1)) / factorial(features);
      return sum + weight * (worth(set | (1 << j)) - worth(set));
    }, 0),
  );
}

/** The Shapley interaction index of two features, over all sets, shared out to (i, j) and (j, i). */
function interaction(features: number, i: number, j: number, worth: (known: number) => number): number {
  const [a, b] = [1 << i, 1 << j];
  return withoutAny(features, a | b).reduce((sum, set) => {
    const weight = (factorial(size(set)) * factorial(features - size(set) - 2)) / (2 * factorial(features - 1));
    return sum + weight * (worth(set | a | b) - worth(set | a) - worth(set | b) + worth(set));
  }, 0);
}

const shapes: RandomEnsembleOptions[] = [
  { splits: 12 },
  { splits: 12, empty: 0.4 },
  { splits: 9, outputs: 3 },
  { splits: 9, outputs: 3, kind: "forest", empty: 0.2 },
  { splits: 6, average: true },
  { features: 1, splits: 5 },
];
const anyEnsemble = fc
  .record({ seed: fc.nat(), shape: fc.constantFrom(...shapes) })
  .map(({ seed, shape }) => randomEnsemble({ ...shape, seed, features: shape.features ?? 4, trees: 3 }));

describe("on random ensembles with categories, missing values and empty leaves", () => {
  test("path-dependent values are Shapley's by the definition", () => {
    fc.assert(
      fc.property(anyEnsemble, fc.nat(), (ensemble, seed) => {
        const features = ensemble.features.length;
        const x = randomRows(3, features, seed);
        const { values } = shapValues(ensemble, x);
        const wanted: number[] = [];
        for (let row = 0; row < x.rows; row++) {
          for (let k = 0; k < ensemble.outputs; k++) {
            const numbers = Float64Array.from(x.data.subarray(row * features, (row + 1) * features));
            wanted.push(...shapley(features, pathGame(ensemble, numbers, k)));
          }
        }
        expect(largestDifference(values, wanted)).toBeLessThan(1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test("values against background rows are Shapley's by the definition", () => {
    fc.assert(
      fc.property(anyEnsemble, fc.nat(), (ensemble, seed) => {
        const features = ensemble.features.length;
        const x = randomRows(2, features, seed);
        const background = randomRows(5, features, seed + 1);
        const { values } = shapValues(ensemble, x, { background });
        const wanted: number[] = [];
        for (let row = 0; row < x.rows; row++) {
          for (let k = 0; k < ensemble.outputs; k++) {
            const numbers = Float64Array.from(x.data.subarray(row * features, (row + 1) * features));
            wanted.push(...shapley(features, backgroundGame(ensemble, numbers, k, background)));
          }
        }
        expect(largestDifference(values, wanted)).toBeLessThan(1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test("interaction values are the interaction index by the definition, and rows of pairs sum to SHAP values", () => {
    fc.assert(
      fc.property(anyEnsemble, fc.nat(), (ensemble, seed) => {
        const features = ensemble.features.length;
        const x = randomRows(2, features, seed);
        const pairs = shapInteractions(ensemble, x).values;
        const { values } = shapValues(ensemble, x);
        for (let place = 0; place < x.rows * ensemble.outputs; place++) {
          const row = Math.floor(place / ensemble.outputs);
          const numbers = Float64Array.from(x.data.subarray(row * features, (row + 1) * features));
          const worth = pathGame(ensemble, numbers, place % ensemble.outputs);
          for (let i = 0; i < features; i++) {
            let sum = 0;
            for (let j = 0; j < features; j++) {
              const pair = pairs[(place * features + i) * features + j]!;
              sum += pair;
              if (j !== i) expect(Math.abs(pair - interaction(features, i, j, worth))).toBeLessThan(1e-12);
            }
            expect(Math.abs(sum - values[place * features + i]!)).toBeLessThan(1e-12);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test("both kinds of values sum to the margin, on deep trees over many features too", () => {
    const deep = fc.nat().map((seed) => randomEnsemble({ seed, features: 80, splits: 300, trees: 3, empty: 0.1 }));
    fc.assert(
      fc.property(fc.oneof(anyEnsemble, deep), fc.nat(), (ensemble, seed) => {
        const features = ensemble.features.length;
        const x = randomRows(4, features, seed);
        const margins = predictMargin(ensemble, x);
        for (const background of [undefined, randomRows(6, features, seed + 1)]) {
          const { base, values } = shapValues(ensemble, x, { background });
          margins.forEach((margin, place) => {
            const own = values.subarray(place * features, (place + 1) * features);
            const sum = own.reduce((total, value) => total + value, base[place % ensemble.outputs]!);
            expect(Math.abs(sum - margin)).toBeLessThan(1e-10);
          });
        }
      }),
      { numRuns: 30 },
    );
  });
});

test("a way over more than 32 features is explained against the background", () => {
  const splits = 40;
  const nodes = 2 * splits + 1;
  const chain: Tree = {
    feature: Int32Array.from({ length: nodes }, (_, node) => (node % 2 === 0 && node < 2 * splits ? node / 2 : -1)),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: Int32Array.from({ length: nodes }, (_, node) => (node % 2 === 0 && node < 2 * splits ? node + 1 : -1)),
    right: Int32Array.from({ length: nodes }, (_, node) => (node % 2 === 0 && node < 2 * splits ? node + 2 : -1)),
    categories: undefined,
    value: Float64Array.from({ length: nodes }, (_, node) => (node === nodes - 1 ? 1 : 0)),
    cover: Float64Array.from({ length: nodes }, (_, node) => (node % 2 ? 1 : splits + 1 - node / 2)),
    gain: new Float64Array(nodes),
  };
  const ensemble = { ...randomEnsemble({ features: splits, trees: 0 }), trees: [chain] };
  const x = { rows: 1, columns: splits, data: new Float64Array(splits).fill(1) };
  const background = { rows: 1, columns: splits, data: new Float64Array(splits).fill(-1) };
  // All features are needed together, so that they share the 1 alike.
  for (const value of shapValues(ensemble, x, { background }).values) expect(value).toBeCloseTo(1 / splits, 14);
  const path = shapValues(ensemble, x);
  expect(path.values.reduce((sum, value) => sum + value, path.base[0]!)).toBeCloseTo(
    predictMargin(ensemble, x)[0]!,
    13,
  );
});

test("the quadrature takes powers up to 2n − 1 exactly", () => {
  for (let n = 1; n <= 40; n++) {
    const { points, weights } = gaussLegendre(n);
    for (let power = 0; power <= 2 * n - 1; power++) {
      const sum = points.reduce((total, point, g) => total + weights[g]! * point ** power, 0);
      expect(Math.abs(sum * (power + 1) - 1)).toBeLessThan(1e-12);
    }
  }
});

test("no background row, or one of another width, is refused", () => {
  const ensemble = randomEnsemble();
  expect(() => shapValues(ensemble, randomRows(2, 5), { background: randomRows(0, 5) })).toThrow(/no background row/);
  expect(() => shapValues(ensemble, randomRows(2, 5), { background: randomRows(2, 4) })).toThrow(/background/);
  expect(() => shapValues(ensemble, randomRows(2, 4))).toThrow(/4 columns/);
});
