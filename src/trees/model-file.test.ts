import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "../core/base64.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import { randomEnsemble } from "./fixture.ts";
import { type TreesJson, treesFromJSON, treesToJSON } from "./model-file.ts";

const throughText = (ensemble: TreeEnsemble): TreeEnsemble =>
  treesFromJSON(JSON.parse(JSON.stringify(treesToJSON(ensemble))));

describe("a saved ensemble", () => {
  test("is read back bit by bit", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 3), fc.constantFrom("boosting", "forest"), (seed, outputs, kind) => {
        const ensemble = randomEnsemble({ seed, outputs, kind: kind as TreeEnsemble["kind"] });
        // toStrictEqual tells −0 from 0 and compares each number of the arrays.
        expect(throughText(ensemble)).toStrictEqual(ensemble);
        expect(JSON.stringify(treesToJSON(throughText(ensemble)))).toBe(JSON.stringify(treesToJSON(ensemble)));
      }),
      { numRuns: 40 },
    );
  });

  test("keeps extreme numbers, names of categories, steepness, and having no trees", () => {
    const ensemble = { ...randomEnsemble({ categorical: 0 }), sigmoid: 2.5 };
    ensemble.features[2] = { name: "unité", categories: ["MICU", "SICU"] };
    ensemble.trees[0]!.threshold.fill(Number.POSITIVE_INFINITY);
    ensemble.trees[1]!.value.fill(Number.MIN_VALUE);
    ensemble.trees[2]!.value.fill(-0);
    expect(throughText(ensemble)).toStrictEqual(ensemble);
    const none = randomEnsemble({ trees: 0 });
    expect(throughText(none)).toStrictEqual(none);
  });
});

describe("a damaged file is refused with the place of the damage", () => {
  const json = treesToJSON(randomEnsemble({ seed: 2, splits: 7, trees: 6, categorical: 0.5 }));
  const ints = (key: "feature" | "left" | "right" | "nodes" | "setNode" | "setLength") =>
    new Int32Array(decodeBase64(json[key])!.buffer);
  const doubles = (key: "threshold" | "value" | "cover" | "gain") => new Float64Array(decodeBase64(json[key])!.buffer);
  const first = ints("feature").findIndex((feature) => feature >= 0);
  const leaf = ints("feature").indexOf(-1);
  const changed = (key: keyof TreesJson, array: Int32Array | Float64Array, at: number, value: number) => {
    const copy = array.slice();
    copy[at] = value;
    return { ...json, [key]: encodeBase64([copy]) };
  };
  const numericSplit = ints("feature").findIndex((feature, node) => feature >= 0 && !ints("setNode").includes(node));

  test.each<[string, unknown, RegExp]>([
    ["not an object", 7, /whole/],
    ["another kind of model", { ...json, kind: "logistic" }, /kind/],
    ["a field left out", { ...json, threshold: undefined }, /threshold/],
    ["a field too many", { ...json, extra: 1 }, /whole|extra/],
    ["not base64", { ...json, value: "$$" }, /value[\s\S]*base64/],
    ["cut base64", { ...json, value: json.value.slice(0, -9) }, /value/],
    ["ending within a number", { ...json, gain: json.gain.slice(0, 4) }, /gain[\s\S]*within a number/],
    ["cut off at a number", { ...json, cover: encodeBase64([doubles("cover").slice(1)]) }, /cover[\s\S]*numbers, not/],
    [
      "a count of nodes too small",
      changed("nodes", ints("nodes"), 0, ints("nodes")[0]! - 2),
      /feature[\s\S]*numbers, not/,
    ],
    ["a tree without nodes", changed("nodes", ints("nodes"), 1, 0), /nodes, tree 1/],
    ["a child out of range", changed("left", ints("left"), first, 10_000), /tree \d+, node \d+[\s\S]*child is 10000/],
    ["a cycle", changed("right", ints("right"), first, 0), /child is 0, but has to be a later node/],
    ["one child twice", changed("right", ints("right"), first, ints("left")[first]!), /child of two splits/],
    ["a leaf with a child", changed("left", ints("left"), leaf, 1), /leaf but has children/],
    ["a column that does not exist", changed("feature", ints("feature"), first, 5), /tests column 5, but there are 5/],
    [
      "a threshold that is NaN",
      changed("threshold", doubles("threshold"), numericSplit, Number.NaN),
      /threshold is NaN/,
    ],
    ["a value that is NaN", changed("value", doubles("value"), leaf, Number.NaN), /value is NaN/],
    ["a cover below 0", changed("cover", doubles("cover"), leaf, -1), /cover/],
    ["a gain that is NaN", changed("gain", doubles("gain"), first, Number.NaN), /gain is NaN/],
    ["a set for no node", changed("setNode", ints("setNode"), 0, -1), /setNode/],
    ["a set without words", changed("setLength", ints("setLength"), 0, 0), /setLength/],
    ["a set too long", changed("setLength", ints("setLength"), 0, 9), /setWords/],
    ["base scores too many", { ...json, baseScore: [0, 0] }, /baseScore[\s\S]*2 numbers for 1/],
    ["trees that cannot be shared out", { ...json, outputs: 4, baseScore: [0, 0, 0, 0] }, /shared out over 4/],
    ["odd outputs per tree", { ...json, outputsPerTree: 2 }, /value|outputsPerTree/],
  ])("%s", (_, value, words) => {
    let thrown: unknown;
    try {
      treesFromJSON(value);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: "BedsideError", problem: { code: "trees/bad-model" } });
    expect((thrown as Error).message).toMatch(words);
  });

  test("a later format is told apart from damage", () => {
    expect(() => treesFromJSON({ ...json, schemaVersion: 2 })).toThrow(/format version 2; this program knows up to 1/);
  });

  test("any change of one character is refused or still a sound ensemble", () => {
    const text = JSON.stringify(json);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'A/9="{},'), (at, character) => {
        const damaged = text.slice(0, at) + character + text.slice(at + 1);
        let value: unknown;
        try {
          value = JSON.parse(damaged);
        } catch {
          return;
        }
        try {
          treesFromJSON(value);
        } catch (error) {
          expect((error as Error).name).toBe("BedsideError");
        }
      }),
      { numRuns: 300 },
    );
  });
});
