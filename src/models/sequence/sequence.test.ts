import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import type { SequenceSet } from "../../features/index.ts";
import { initialWeights, namedWeights, type Weights, writeWeights } from "../../nn/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { modelFromJSON } from "../load.ts";
import { formula, setOf } from "./fixture.ts";
import {
  networkOf,
  type SequenceFamily,
  type SequenceShape,
  type SequenceTarget,
  sequenceFamilies,
  sequenceModel,
} from "./index.ts";
import { judgeSequences } from "./train.ts";

const shared = nodeRuntime({ threads: 1, spinning: false });
const runtime = () => shared;
const families = Object.keys(sequenceFamilies) as SequenceFamily[];
const inputNames = ["hr", "lact", "age"];
const event: SequenceTarget = { outcome: "event", names: [], unit: "" };
const small: Record<SequenceFamily, Record<string, unknown>> = {
  gru: { hidden: 8, layers: 2 },
  lstm: { hidden: 8, layers: 1 },
  tcn: { channels: 8, kernel: 3, steps: 40 },
  transformer: { width: 8, heads: 2, layers: 2 },
  mamba: { width: 8, layers: 2, version: 2, states: 8, headSize: 8, chunk: 8 },
};

function made(family: SequenceFamily, target = event) {
  const shape: SequenceShape = { family, settings: small[family], inputNames, target };
  const weights = initialWeights(networkOf(shape), (name) => randomStream(1, name));
  return sequenceModel(shape, weights, runtime, { facts: [{ name: "Epochs", value: 3 }], warnings: ["a warning"] });
}

const stream = randomStream(2, "stays");
const stays = Array.from({ length: 12 }, () =>
  Float32Array.from({ length: 3 * (1 + stream.below(37)) }, () => stream.normal()),
);
const all = setOf(stays, inputNames);
/** Largest difference. */
const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : 1);

describe.each(families)("%s", (family) => {
  const model = made(family);

  test("a prediction at an hour does not change when later hours change", async () => {
    const before = await model.predict(all);
    for (const cut of [1, 5, 17]) {
      const changed = stays.map((x) => x.map((value, i) => (Math.floor(i / 3) < cut ? value : -2 * value + 1)));
      const after = await model.predict(setOf(changed, inputNames));
      let at = 0;
      let later = 0;
      for (const length of all.lengths) {
        const until = Math.min(length, cut);
        expect(apart(before.slice(at, at + until), after.slice(at, at + until))).toBeLessThan(1e-6);
        later = Math.max(later, apart(before.slice(at + until, at + length), after.slice(at + until, at + length)));
        at += length;
      }
      expect(later).toBeGreaterThan(1e-3);
    }
  });

  test("a prediction at an hour is that of a stay that ends there", async () => {
    const x = stays.find(({ length }) => length > 60)!;
    const whole = await model.predict(setOf([x], inputNames));
    for (const hours of [1, 8, 20]) {
      const ended = setOf([x.slice(0, 3 * hours)], inputNames, () => [hours - 1]);
      expect(apart(await model.predict(ended), whole.slice(hours - 1, hours))).toBeLessThan(1e-5);
    }
  });

  test("padding changes nothing: a stay alone is predicted as among longer ones", async () => {
    const together = await model.predict(all);
    let at = 0;
    for (const [s, x] of stays.entries()) {
      const alone = await model.predict(setOf([x], inputNames));
      expect(apart(together.slice(at, at + all.lengths[s]!), alone)).toBeLessThan(1e-5);
      at += all.lengths[s]!;
    }
  });

  test("comes back from its file with the same predictions, and from its ONNX file too", async () => {
    const risks = await model.predict(all);
    expect(risks.length).toBe(all.samples);
    const back = modelFromJSON(JSON.parse(JSON.stringify(model))) as typeof model;
    expect([...(await back.predict(all))]).toEqual([...risks]);
    expect(back.describe()).toEqual(model.describe());
    const ort = await import("onnxruntime-node");
    const hours = all.lengths[0]!;
    const session = await ort.InferenceSession.create(model.toOnnx({ hours }));
    const { prediction } = await session.run({ x: new ort.Tensor("float32", stays[0]!, [1, hours, 3]) });
    expect(apart(prediction!.data as Float32Array, risks.slice(0, hours))).toBeLessThan(1e-5);
  });
});

/** What make_hourly.py wrote of an outcome. */
interface Golden {
  y: number[];
  loss: number;
  predictions: number[];
}
const golden: Record<SequenceTarget["outcome"], Golden> = JSON.parse(
  readFileSync(new URL("golden/hourly.json", import.meta.url), "utf8"),
);
const lengths = [3, 11, 1, 7, 24, 5, 11, 30];
const targets: SequenceTarget[] = [
  { ...event, classWeights: [0.6, 3] },
  { outcome: "number", names: [], unit: "mg/dL", shift: 2, scale: 4 },
  { outcome: "classes", names: ["short", "long", "longer"], unit: "", classWeights: [1, 0.5, 2] },
  { outcome: "labels", names: ["sepsis", "stroke"], unit: "" },
];

describe.each(targets)("a GRU over hours for $outcome", (target) => {
  const names = ["a", "b", "c", "d"];
  const shape: SequenceShape = { family: "gru", settings: { hidden: 6, layers: 1 }, inputNames: names, target };
  const named = [...namedWeights(networkOf(shape))].sort(([a], [b]) => (a < b ? -1 : 1));
  const weights: Weights = new Map(named.map(([name, { tensor }], i) => [name, formula(tensor.size, i + 1, 0.4)]));
  const hours = (s: number) =>
    Array.from({ length: lengths[s]! }, (_, h) => h).filter(
      (h) => lengths[s] === 1 || (h >= s % 2 && (h - (s % 2)) % 2 === 0),
    );
  const set: SequenceSet = setOf(
    lengths.map((length, s) => formula(length * 4, s + 1, 1.5)),
    names,
    hours,
  );
  const expected = golden[target.outcome];

  test("gives PyTorch's predictions at the scored hours", async () => {
    const predictions = await sequenceModel(shape, weights, runtime, { facts: [], warnings: [] }).predict(set);
    expect(predictions.length).toBe(expected.predictions.length);
    expect(apart(predictions, expected.predictions)).toBeLessThan(target.outcome === "number" ? 1e-5 : 1e-6);
  });

  test("has PyTorch's loss over the scored hours", async () => {
    const judge = judgeSequences(shape, await shared);
    const loss = await judge.loss(weights, { set, y: expected.y });
    await judge.close();
    expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-6);
  });
});

describe("a saved network", () => {
  test("of version 1, with one event a stay, gives the risk at the last hour", async () => {
    const model = made("gru");
    const rows = { rows: 4, columns: 15, data: formula(60, 3) };
    const saved = JSON.parse(JSON.stringify(model));
    const { target: _, ...shape } = saved.shape;
    const old = { ...saved, schemaVersion: 1, shape: { ...shape, settings: { inputs: 3, ...small.gru }, hours: 5 } };
    const back = modelFromJSON(old) as typeof model;
    expect([...(await back.predict(rows))]).toEqual([...(await model.predict(rows))]);
    const whole = setOf(
      [0, 1, 2, 3].map((s) => rows.data.slice(15 * s, 15 * s + 15)),
      inputNames,
      () => [4],
    );
    expect([...(await back.predict(whole))]).toEqual([...(await model.predict(rows))]);
  });

  test("is refused when it is damaged or of a later version", () => {
    const saved = JSON.parse(JSON.stringify(made("gru")));
    const code = (expected: string) =>
      expect.objectContaining({ problem: expect.objectContaining({ code: expected }) });
    expect(() => modelFromJSON({ ...saved, schemaVersion: 3 })).toThrow(code("models/newer-version"));
    for (const damaged of [
      { schemaVersion: undefined },
      { shape: undefined },
      { weights: 7 },
      { shape: { ...saved.shape, family: "oracle" } },
      { shape: { ...saved.shape, target: { outcome: "event" } } },
    ]) {
      expect(() => modelFromJSON({ ...saved, ...damaged })).toThrow(code("models/bad-file"));
    }
    expect(() => modelFromJSON({ ...saved, weights: "AAAA" })).toThrow(/too short/);
    const other = writeWeights(networkOf(made("lstm").shape), made("lstm").weights);
    expect(() => modelFromJSON({ ...saved, weights: Buffer.from(other).toString("base64") })).toThrow(
      code("nn/wrong-weights"),
    );
  });
});

describe("what does not fit is refused", () => {
  test("stays with other inputs, rows that are no whole number of hours", async () => {
    const model = made("gru");
    await expect(model.predict({ rows: 1, columns: 7, data: new Float32Array(7) })).rejects.toThrow(
      /sizes of the inputs/,
    );
    await expect(model.predict(setOf([new Float32Array(4)], ["hr", "lact"]))).rejects.toThrow(/sizes of the inputs/);
  });

  test.each([{ bidirectional: true }, { causal: false }])("settings that look ahead: %o", (settings) => {
    const family = "causal" in settings ? "transformer" : "gru";
    expect(() => networkOf({ family, settings, inputNames, target: event })).toThrow(/sees later hours/);
  });

  test.each<[string, SequenceTarget, number[]]>([
    ["too few labels", event, [0, 1]],
    ["an event that is neither 0 nor 1", event, [0, 1, 2]],
    ["a number that is missing", { ...event, outcome: "number" }, [1, 2, Number.NaN]],
    ["a class that there is not", { ...event, outcome: "classes", names: ["a", "b"] }, [0, 1, 2]],
    ["labels of another width", { ...event, outcome: "labels", names: ["a", "b"] }, [0, 1, 1]],
  ])("%s", async (_what, target, y) => {
    const shape: SequenceShape = { family: "gru", settings: small.gru, inputNames, target };
    const set = setOf([new Float32Array(9)], inputNames);
    const judge = judgeSequences(shape, await shared);
    const weights = initialWeights(networkOf(shape), (name) => randomStream(1, name));
    await expect(judge.loss(weights, { set, y })).rejects.toMatchObject({
      problem: { code: expect.stringMatching(/models\/(size-mismatch|bad-label)/) },
    });
  });
});
