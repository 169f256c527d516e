import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Matrix } from "../core/matrix.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import { randomEnsemble, randomRows } from "./fixture.ts";
import { lightgbmToText } from "./lightgbm-export.ts";
import { lightgbmFromText } from "./lightgbm-text.ts";
import { predict, predictMargin } from "./predict.ts";
import { shapValues } from "./shap/index.ts";

type Stored = (number | null)[];
interface Golden {
  rows: number;
  columns: number;
  x: (number | string | null)[];
  cases: Record<string, { raw: Stored; prediction: Stored; shap?: { contributions: Stored } }>;
}

const folder = new URL("golden/", import.meta.url);
const golden: Golden = JSON.parse(readFileSync(new URL("lightgbm.json", folder), "utf8"));
const exported: Record<string, { prediction: Stored; contributions: Stored }> = JSON.parse(
  readFileSync(new URL("exported.json", folder), "utf8"),
);
const read = (name: string) => readFileSync(new URL(`${name}.txt`, folder), "utf8");
const shown: Matrix = {
  rows: golden.rows,
  columns: golden.columns,
  data: Float64Array.from(golden.x, (value) => (value === null ? Number.NaN : Number(value))),
};

function largestDifference(got: ArrayLike<number>, wanted: Stored): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return wanted.reduce<number>((most, value, i) => Math.max(most, Math.abs(got[i]! - (value ?? Number.NaN))), 0);
}

describe("models read from LightGBM's text", () => {
  test.each(Object.keys(golden.cases))("%s predicts what LightGBM predicts", (name) => {
    const ensemble = lightgbmFromText(read(name));
    const { raw, prediction } = golden.cases[name]!;
    expect(largestDifference(predict(ensemble, shown), prediction)).toBeLessThan(1e-12);
    // LightGBM's raw scores of random forests are sums; margins here are means.
    const rounds = ensemble.average ? ensemble.trees.length / ensemble.outputs : 1;
    const sums = predictMargin(ensemble, shown).map((value) => value * rounds);
    expect(largestDifference(sums, raw)).toBeLessThan(1e-12);
  });

  test("carry the names of categories that the Python package stored", () => {
    const text = read("categorical").replace(/pandas_categorical:.*/, 'pandas_categorical:[["MICU", "SICU"]]');
    expect(lightgbmFromText(text).features[3]).toEqual({ name: "Column_3", categories: ["MICU", "SICU"] });
    expect(lightgbmFromText(read("categorical")).features[3]?.categories?.slice(0, 2)).toEqual(["0", "1"]);
  });

  test("may take zeros for missing values where zeros go the same way by comparison", () => {
    const text = read("binary").replace(/^threshold=.*$/gm, "threshold=1 -1 1 -1 1 -1 1");
    const nan = text.replace(/^decision_type=.*$/gm, "decision_type=10 8 10 8 10 8 10");
    const zero = text.replace(/^decision_type=.*$/gm, "decision_type=6 4 6 4 6 4 6");
    expect(predict(lightgbmFromText(zero), shown)).toEqual(predict(lightgbmFromText(nan), shown));
  });
});

describe("what has no equal here is refused by name", () => {
  test.each([
    ["refused-linear", /linear_tree/],
    ["refused-zero-as-missing", /zero_as_missing/],
    ["refused-one-versus-all", /multiclassova/],
  ])("%s", (name, words) => {
    expect(() => lightgbmFromText(read(name))).toThrow(words);
  });

  test("square-root regression and other versions of the format", () => {
    expect(() =>
      lightgbmFromText(read("regression").replace("objective=regression", "objective=regression sqrt")),
    ).toThrow(/square roots/);
    expect(() => lightgbmFromText(read("regression").replace("version=v4", "version=v9"))).toThrow(/version v9/);
  });
});

describe("damaged text is refused with its place", () => {
  const text = read("binary");
  test.each<[string, string, RegExp]>([
    ["cut off", text.slice(0, 3000), /end of trees/],
    ["a tree left out", text.replace(/Tree=1[\s\S]*?(?=Tree=2)/, ""), /5 trees of the 6/],
    ["another file", "age,sex\n70,1\n", /not `tree`/],
    ["a line left out", text.replace(/^left_child=.*\n/m, ""), /tree 0[\s\S]*left_child= is missing/],
    ["a number left out", text.replace(/^threshold=\S+ /m, "threshold="), /threshold has 6 entries, not 7/],
    ["a word among numbers", text.replace(/^leaf_value=\S+/m, "leaf_value=high"), /leaf_value holds something/],
    ["NaN among numbers", text.replace(/^leaf_value=\S+/m, "leaf_value=nan"), /leaf_value holds something/],
    ["a child that does not exist", text.replace(/^left_child=\S+/m, "left_child=70"), /child 70 does not exist/],
    ["a cycle", text.replace(/^left_child=\S+/m, "left_child=0"), /node 0[\s\S]*later node/],
    ["a column that does not exist", text.replace(/^split_feature=\S+/m, "split_feature=9"), /tests column 9/],
    [
      "a set that does not exist",
      read("categorical").replace(/^cat_boundaries=.*\n/m, ""),
      /cat_boundaries= is missing/,
    ],
  ])("%s", (_, damaged, words) => {
    expect(() => lightgbmFromText(damaged)).toThrow(words);
  });
});

/** Models whose exported text LightGBM itself has loaded: those it made, and random ones with all that ours can hold. */
const written: Record<string, () => TreeEnsemble> = {
  ...Object.fromEntries(
    [
      "binary",
      "binary-steep",
      "multiclass",
      "poisson",
      "categorical",
      "no-missing",
      "rf-multiclass",
      "constant",
      "custom",
    ].map((name) => [name, () => lightgbmFromText(read(name))]),
  ),
  "random-numeric": () => randomEnsemble({ seed: 3, categorical: 0, outputs: 3 }),
  "random-binary": () => randomEnsemble({ seed: 3 }),
  "random-fractional-covers": () => {
    const ensemble = randomEnsemble({ seed: 4, categorical: 0 });
    return { ...ensemble, trees: ensemble.trees.map((tree) => ({ ...tree, cover: tree.cover.map((c) => c / 7) })) };
  },
  "random-multiclass": () => randomEnsemble({ seed: 5, outputs: 3 }),
  "random-forest": () => randomEnsemble({ seed: 6, outputs: 3, kind: "forest" }),
  "random-forest-one-output": () => randomEnsemble({ seed: 7, kind: "forest", categorical: 0, objective: "l2" }),
  "random-categories": () => randomEnsemble({ seed: 9, categorical: 1, splits: 10 }),
  "no-trees": () => randomEnsemble({ seed: 8, trees: 0, outputs: 3 }),
};

describe("models written as LightGBM's text", () => {
  test.each(Object.keys(written))("%s is the text that LightGBM loaded", async (name) => {
    const ensemble = written[name]!();
    const text = lightgbmToText(ensemble);
    await expect(text).toMatchFileSnapshot(`golden/exported/${name}.txt`);
    const { prediction, contributions } = exported[name]!;
    expect(largestDifference(predict(ensemble, shown), prediction)).toBeLessThan(1e-12);
    expect(largestDifference(predict(lightgbmFromText(text), shown), prediction)).toBeLessThan(1e-12);
    const rounds = ensemble.average ? lightgbmFromText(text).trees.length / ensemble.outputs : 1;
    const values = withBase(ensemble).map((value) => value * rounds);
    // Where a categorical split sends missing values left the tree is another, with other SHAP values in LightGBM.
    const leads = ensemble.trees.some(({ categories, missingLeft }) => categories?.some((s, i) => s && missingLeft[i]));
    if (!leads) expect(largestDifference(values, contributions)).toBeLessThan(1e-8);
  });

  test("predict the same to the last bit when read again", () => {
    const x = randomRows(200, 5, 9);
    for (let seed = 20; seed < 40; seed++) {
      const ensemble = randomEnsemble({ seed, outputs: 1 + 2 * (seed % 2) });
      expect(predict(lightgbmFromText(lightgbmToText(ensemble)), x)).toEqual(predict(ensemble, x));
    }
  });

  test("keep infinite thresholds", () => {
    const ensemble = randomEnsemble({ seed: 3, categorical: 0 });
    for (const tree of ensemble.trees) tree.threshold.fill(Number.POSITIVE_INFINITY);
    const again = lightgbmFromText(lightgbmToText(ensemble));
    expect(again.trees.map(({ threshold }) => Math.max(...threshold))).toContain(Number.POSITIVE_INFINITY);
    expect(predict(again, shown)).toEqual(predict(ensemble, shown));
  });

  test("are refused where two names become the same", () => {
    const names = [{ name: "heart rate" }, { name: "heart_rate" }, { name: "c" }, { name: "d" }, { name: "e" }];
    expect(() => lightgbmToText({ ...randomEnsemble({ categorical: 0 }), features: names })).toThrow(
      /two names are the same/,
    );
  });

  test("lie in the folder without any other", () => {
    const files = readdirSync(new URL("exported/", folder)).map((name) => name.replace(".txt", ""));
    expect(files.sort()).toEqual(Object.keys(written).sort());
  });
});

/** SHAP values as LightGBM lays them out: each output's values with the expected margin behind them. */
function withBase(ensemble: TreeEnsemble): Float64Array {
  const { base, values, rows, outputs, features } = shapValues(ensemble, shown);
  const all = new Float64Array(rows * outputs * (features + 1));
  for (let i = 0; i < rows * outputs; i++) {
    all.set(values.subarray(i * features, (i + 1) * features), i * (features + 1));
    all[i * (features + 1) + features] = base[i % outputs]!;
  }
  return all;
}

test.each(["binary", "multiclass", "categorical"])("SHAP values of %s equal LightGBM's pred_contrib", (name) => {
  const { contributions } = golden.cases[name]!.shap!;
  expect(largestDifference(withBase(lightgbmFromText(read(name))), contributions)).toBeLessThan(1e-12);
});
