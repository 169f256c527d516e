import { readFileSync } from "node:fs";
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { Matrix } from "../core/matrix.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import { randomEnsemble, randomRows } from "./fixture.ts";
import { lightgbmFromText } from "./lightgbm-text.ts";
import { float32Below, type TreesOnnxOptions, treesToOnnx } from "./onnx-export.ts";
import { predict, predictMargin } from "./predict.ts";

/** Largest difference of onnxruntime's outputs from ours, relative where they are above 1. */
async function differences(ensemble: TreeEnsemble, x: Matrix, options: TreesOnnxOptions = {}) {
  const session = await ort.InferenceSession.create(treesToOnnx(ensemble, options), { intraOpNumThreads: 1 });
  const shape = [x.rows, x.columns];
  const input =
    options.input === "float64"
      ? new ort.Tensor("float64", Float64Array.from(x.data), shape)
      : new ort.Tensor("float32", Float32Array.from(x.data), shape);
  const { margin, prediction } = await session.run({ x: input });
  await session.release();
  const largest = (got: ArrayLike<number>, wanted: Float64Array) =>
    wanted.reduce((most, value, i) => Math.max(most, Math.abs(got[i]! - value) / Math.max(1, Math.abs(value))), 0);
  return {
    margin: largest(margin!.data as Float32Array, predictMargin(ensemble, x)),
    prediction: largest(prediction!.data as Float32Array, predict(ensemble, x)),
  };
}

const in32 = (x: Matrix): Matrix => ({ ...x, data: Float32Array.from(x.data) });

/** Rows of values whose thresholds are not 32-bit numbers: tenths. */
function tenths(rows: number, columns: number, seed: number): Matrix {
  const x = randomRows(rows, columns, seed);
  return { ...x, data: x.data.map((value) => (Number.isInteger(value) ? value : Math.round(value * 40) / 100)) };
}

describe("onnxruntime predicts the same from an exported model", () => {
  const shapes: [string, TreeEnsemble][] = [
    ["yes/no", randomEnsemble({ seed: 1 })],
    ["yes/no, steep", { ...randomEnsemble({ seed: 2 }), sigmoid: 2.5 }],
    ["classes", randomEnsemble({ seed: 3, outputs: 3 })],
    ["counts", randomEnsemble({ seed: 4, objective: "poisson", trees: 2 })],
    ["values", randomEnsemble({ seed: 5, objective: "l2" })],
    ["means of boosted trees", randomEnsemble({ seed: 6, average: true, outputs: 3 })],
    ["a forest", randomEnsemble({ seed: 7, kind: "forest", outputs: 3 })],
    ["a forest of one output", randomEnsemble({ seed: 8, kind: "forest", objective: "l2" })],
    ["categories alone", randomEnsemble({ seed: 9, categorical: 1 })],
    ["a single leaf", randomEnsemble({ seed: 10, splits: 0, trees: 1 })],
    ["no tree", randomEnsemble({ seed: 11, trees: 0 })],
    ["empty sets", emptySets(randomEnsemble({ seed: 12, categorical: 1 }))],
    ["many trees", randomEnsemble({ seed: 13, trees: 100, splits: 30, features: 20 })],
  ];
  test.each(shapes)("%s", async (_, ensemble) => {
    const x = tenths(300, ensemble.features.length, 1);
    for (const [rows, input] of [
      [in32(x), "float32"],
      [x, "float64"],
    ] as const) {
      const { margin, prediction } = await differences(ensemble, rows, { input });
      expect(margin).toBeLessThan(1e-7);
      expect(prediction).toBeLessThan(1e-6);
    }
    // In 32-bit arithmetic one wrong turn would show; the sums of many trees alone are off by more than 1e-6.
    const { margin, prediction } = await differences(ensemble, in32(x), { arithmetic: "float32" });
    expect(margin).toBeLessThan(ensemble.trees.length < 20 ? 1e-6 : 5e-6);
    expect(prediction).toBeLessThan(ensemble.trees.length < 20 ? 1e-6 : 5e-6);
  });

  test.each(["binary", "binary-steep", "multiclass", "poisson", "categorical", "no-missing", "rf"])(
    "the %s model of LightGBM",
    async (name) => {
      const text = readFileSync(new URL(`golden/${name}.txt`, import.meta.url), "utf8");
      const ensemble = lightgbmFromText(text);
      const { margin, prediction } = await differences(ensemble, in32(tenths(300, 5, 2)));
      expect(Math.max(margin, prediction)).toBeLessThan(1e-6);
    },
  );

  test("on values next to the thresholds, in 32 bits", async () => {
    const ensemble = randomEnsemble({ seed: 14, trees: 10, splits: 20, features: 3, categorical: 0 });
    for (const tree of ensemble.trees) tree.threshold.set(tree.threshold.map((value) => value * 0.1));
    const values = ensemble.trees.flatMap(({ threshold }) =>
      Array.from(threshold, Math.fround).flatMap((value) => [value, Math.fround(value * (1 + 2 ** -23)), -value]),
    );
    const data = Float32Array.from({ length: 3 * values.length }, (_, i) => values[(i * 7) % values.length]!);
    for (const arithmetic of ["float32", "float64"] as const) {
      const { margin } = await differences(ensemble, { rows: values.length, columns: 3, data }, { arithmetic });
      expect(margin).toBeLessThan(1e-6);
    }
  });
});

function emptySets(ensemble: TreeEnsemble): TreeEnsemble {
  for (const tree of ensemble.trees) for (const set of tree.categories ?? []) set?.fill(0);
  return ensemble;
}

test("32-bit values lie on the same side of a threshold and of the 32-bit number taken for it", () => {
  const number = fc.oneof(fc.double({ noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }));
  fc.assert(
    fc.property(number, fc.float({ noNaN: true }), (threshold, value) => {
      const below = float32Below(threshold);
      expect(Math.fround(below)).toBe(below);
      for (const probe of [value, below, Math.fround(threshold)]) expect(probe <= below).toBe(probe <= threshold);
    }),
    { numRuns: 2000 },
  );
  expect(float32Below(-1e-60)).toBe(-(2 ** -149));
  expect(float32Below(1e300)).toBe(3.4028234663852886e38);
  expect(float32Below(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
});

test("a split with more runs of categories than ONNX can sensibly hold is refused", () => {
  const ensemble = randomEnsemble({ seed: 9, categorical: 1 });
  ensemble.trees[0]!.categories![0] = new Uint32Array(300).fill(0x55555555);
  expect(() => treesToOnnx(ensemble)).toThrow(/tree 0, node 0[\s\S]*4800 runs of categories/);
});

test("64-bit rows in 32-bit arithmetic are refused", () => {
  expect(() => treesToOnnx(randomEnsemble(), { input: "float64", arithmetic: "float32" })).toThrow(/going astray/);
});
