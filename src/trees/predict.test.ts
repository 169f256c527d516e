import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { childOf, type TreeEnsemble } from "./ensemble.ts";
import { type RandomEnsembleOptions, randomEnsemble, randomRows, slowMargin } from "./fixture.ts";
import { nextAbove } from "./layout.ts";
import { predict, predictMargin, predictOnThreads } from "./predict.ts";

const shapes: RandomEnsembleOptions[] = [
  {},
  { outputs: 3 },
  { outputs: 3, kind: "forest" },
  { average: true },
  { average: true, outputs: 2 },
  { splits: 60, trees: 12, features: 30 },
  { categorical: 0 },
  { categorical: 1 },
  { trees: 0, outputs: 2 },
  { features: 1, splits: 3 },
];
const anyEnsemble = fc
  .record({ seed: fc.nat(), shape: fc.constantFrom(...shapes) })
  .map(({ seed, shape }) => randomEnsemble({ ...shape, seed }));

describe("margins", () => {
  test("equal those of a plain walk, to the last bit, for any number of rows", () => {
    fc.assert(
      fc.property(anyEnsemble, fc.nat(), fc.nat(600), (ensemble, seed, rows) => {
        const columns = ensemble.features.length;
        const x = randomRows(rows, columns, seed);
        const margins = predictMargin(ensemble, x);
        for (let i = 0; i < margins.length; i++) {
          const row = Math.floor(i / ensemble.outputs);
          const values = x.data.subarray(row * columns, (row + 1) * columns);
          expect(margins[i]).toBe(slowMargin(ensemble, values, i % ensemble.outputs));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("follow 32-bit rows in 64 bits", () => {
    const ensemble = randomEnsemble({ categorical: 0 });
    const x = randomRows(100, 5);
    expect(predictMargin(ensemble, { ...x, data: Float32Array.from(x.data) })).toEqual(predictMargin(ensemble, x));
  });

  test.each([49, 490])("take infinities for very large values, in %i rows", (rows) => {
    const ensemble = randomEnsemble({ seed: 5, categorical: 0 });
    const extremes = [Infinity, -Infinity, 1e300, -1e300, NaN, 0, -0];
    const data = Float64Array.from({ length: rows * 5 }, (_, i) => extremes[(i * 3 + (i >> 3)) % 7]!);
    const margins = predictMargin(ensemble, { rows, columns: 5, data });
    for (let row = 0; row < rows; row++) {
      expect(margins[row]).toBe(slowMargin(ensemble, data.subarray(row * 5, row * 5 + 5), 0));
    }
  });

  test("go from one ensemble to another and back without mixing them up", () => {
    const x = randomRows(700, 5);
    const [one, other] = [
      randomEnsemble({ seed: 8, categorical: 0 }),
      randomEnsemble({ seed: 9, outputs: 3, categorical: 0 }),
    ];
    const first = [predictMargin(one, x), predictMargin(other, x)];
    expect([predictMargin(one, x), predictMargin(other, x)]).toEqual(first);
    for (let row = 0; row < x.rows; row++) {
      expect(first[0]![row]).toBe(slowMargin(one, x.data.subarray(row * 5, row * 5 + 5), 0));
    }
  });

  test("of the first trees alone can be asked for", () => {
    const ensemble = randomEnsemble({ trees: 6 });
    const x = randomRows(20, 5);
    const first: TreeEnsemble = { ...ensemble, trees: ensemble.trees.slice(0, 2) };
    expect(predictMargin(ensemble, x, { trees: 2 })).toEqual(predictMargin(first, x));
    expect(predictMargin(ensemble, x, { trees: 99 })).toEqual(predictMargin(ensemble, x));
    expect(() => predictMargin(ensemble, x, { trees: 1.5 })).toThrow(/number of trees/);
  });

  test("need the columns of the training", () => {
    expect(() => predictMargin(randomEnsemble(), randomRows(3, 4))).toThrow(
      /4 columns, but the trees were trained on 5/,
    );
    expect(() => predictMargin(randomEnsemble(), { rows: 3, columns: 5, data: new Float64Array(7) })).toThrow(
      /7 numbers/,
    );
  });
});

describe("predictions", () => {
  const x = randomRows(50, 5);
  test("are probabilities of yes for yes/no outcomes", () => {
    const ensemble = { ...randomEnsemble(), sigmoid: 3 };
    const margins = predictMargin(ensemble, x);
    expect(predict(ensemble, x)).toEqual(margins.map((margin) => 1 / (1 + Math.exp(-3 * margin))));
  });

  test("of classes sum to 1 in each row, even for margins far from 0", () => {
    const ensemble = randomEnsemble({ outputs: 3 });
    ensemble.baseScore.set([900, -900, 901]);
    const probabilities = predict(ensemble, x);
    for (let row = 0; row < 50; row++) {
      const sum = probabilities.subarray(row * 3, row * 3 + 3).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(1, 12);
    }
  });

  test("of counts are exponentials, and of values and forests the margins themselves", () => {
    const counts = randomEnsemble({ objective: "poisson" });
    expect(predict(counts, x)).toEqual(predictMargin(counts, x).map(Math.exp));
    for (const objective of ["l2", "l1", "quantile"] as const) {
      const values = randomEnsemble({ objective });
      expect(predict(values, x)).toEqual(predictMargin(values, x));
    }
    const forest = randomEnsemble({ kind: "forest" });
    expect(predict(forest, x)).toEqual(predictMargin(forest, x));
  });
});

describe("predictions on several threads", () => {
  test.each<[string, RandomEnsembleOptions]>([
    ["boosting", { splits: 40, trees: 30, features: 12, categorical: 0 }],
    ["classes", { outputs: 3, splits: 20, trees: 10, features: 12, categorical: 0 }],
    ["a forest of classes", { outputs: 3, kind: "forest", splits: 40, trees: 10, features: 12, categorical: 0 }],
    ["categories", { features: 12, categorical: 0.5 }],
  ])("are the same bits: %s", async (_, shape) => {
    const ensemble = randomEnsemble(shape);
    const wide = randomRows(25_003, 12);
    for (const x of [wide, { ...wide, data: Float32Array.from(wide.data) }, randomRows(3, 12)]) {
      const here = predict(ensemble, x);
      for (const threads of [1, 2, 3, undefined]) {
        expect(
          Buffer.from((await predictOnThreads(ensemble, x, { threads })).buffer).equals(Buffer.from(here.buffer)),
        ).toBe(true);
      }
    }
    expect(await predictOnThreads(ensemble, wide, { trees: 2, threads: 2 })).toEqual(
      predict(ensemble, wide, { trees: 2 }),
    );
  });

  test("refuse threads that are no number of 1 or more", async () => {
    await expect(predictOnThreads(randomEnsemble(), randomRows(3, 5), { threads: 0 })).rejects.toThrow(/threads/);
  });
});

test("categories: fractions are cut off, unknown and negative codes go right, missing values their own way", () => {
  const tree = randomEnsemble({ splits: 0, trees: 1 }).trees[0]!;
  const split = {
    ...tree,
    feature: Int32Array.of(0, -1, -1),
    left: Int32Array.of(1, -1, -1),
    right: Int32Array.of(2, -1, -1),
    categories: [Uint32Array.of(0b101, 0b1), undefined, undefined],
    missingLeft: Uint8Array.of(1, 0, 0),
  };
  const ways = [0, 1, 2, 2.9, -0.5, 32, 33, 64, -1, 2 ** 40, Infinity, NaN].map((value) => childOf(split, 0, value));
  expect(ways).toEqual([1, 2, 1, 1, 1, 1, 2, 2, 2, 2, 2, 1]);
});

test("the next number above a number is above it, with none between", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, max: Number.MAX_VALUE }), (value) => {
      const next = nextAbove(value);
      expect(next).toBeGreaterThan(value);
      const middle = value / 2 + next / 2;
      expect(middle <= value || middle >= next).toBe(true);
    }),
  );
  expect(nextAbove(Number.MAX_VALUE)).toBe(Number.POSITIVE_INFINITY);
  expect(nextAbove(Number.POSITIVE_INFINITY)).toBeNaN();
});
