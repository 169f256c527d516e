import { expect, test } from "vitest";
import { trainBoosting, trainForest, treesToJSON } from "../../trees/index.ts";
import { modelFromJSON } from "../load.ts";
import { treesModel } from "./index.ts";

const rows = 120;
const x = {
  rows,
  columns: 3,
  data: Float64Array.from({ length: 3 * rows }, (_, k) => (k % 7 === 0 ? Number.NaN : Math.sin(k * 12.9898))),
};
const y = Uint8Array.from({ length: rows }, (_, i) => (x.data[3 * i + 1]! > 0 ? 1 : 0));
const featureNames = ["a", "b", "c"];

async function models() {
  const boosting = await trainBoosting({ x, y, featureNames }, { rounds: 5, minDataInLeaf: 2, threads: 1 });
  const forest = await trainForest({ x, y, featureNames }, { trees: 5, threads: 1 });
  return [boosting, forest].map(({ ensemble }) =>
    treesModel(ensemble, { facts: [{ name: "Learning rate", value: 0.1 }], warnings: ["as a test"] }),
  );
}

test("saved and read back, trees predict the same and say the same of themselves", async () => {
  for (const model of await models()) {
    const again = modelFromJSON(JSON.parse(JSON.stringify(model)));
    expect(again.kind).toBe("trees");
    expect(again.featureNames).toEqual(featureNames);
    expect([...(await again.predict(x))]).toEqual([...model.predict(x)]);
    expect(again.describe()).toEqual(model.describe());
  }
});

test("they describe their size, their settings and the share of the gain of each feature", async () => {
  const [boosting, forest] = (await models()).map((model) => model.describe());
  expect(boosting!.title).toBe("Gradient-boosted trees");
  expect(forest!.title).toBe("Random forest");
  for (const { facts, features, warnings } of [boosting!, forest!]) {
    expect(facts).toContainEqual({ name: "Trees", value: 5 });
    expect(facts).toContainEqual({ name: "Learning rate", value: 0.1 });
    expect(warnings).toEqual(["as a test"]);
    expect(features.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(features.toSorted((a, b) => b.weight - a.weight)[0]!.name).toBe("b");
  }
});

test("trees without a split say that everybody gets the same risk", async () => {
  const { ensemble } = await trainBoosting({ x, y }, { rounds: 5, minDataInLeaf: 1000, threads: 1 });
  expect(treesModel(ensemble).describe().warnings).toEqual([expect.stringMatching(/same risk/)]);
});

test("a bare ensemble is read as a model", async () => {
  const [model] = await models();
  const bare = modelFromJSON(JSON.parse(JSON.stringify(treesToJSON(model!.ensemble))));
  expect([...(await bare.predict(x))]).toEqual([...model!.predict(x)]);
});

test("several outputs, damaged files and later versions are refused", async () => {
  const { ensemble } = await trainForest({ x, y }, { trees: 2, objective: "multiclass", threads: 1 });
  expect(() => treesModel(ensemble)).toThrow(/outputs/);
  const saved = JSON.parse(JSON.stringify((await models())[0]));
  expect(() => modelFromJSON({ ...saved, schemaVersion: 2 })).toThrow(/format version 2/);
  expect(() => modelFromJSON({ ...saved, facts: 1 })).toThrow(/facts/);
  expect(() => modelFromJSON({ ...saved, ensemble: { ...saved.ensemble, left: "AAAA" } })).toThrow(/left/);
});
