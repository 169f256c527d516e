import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { initialWeights } from "../../nn/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { modelFromJSON } from "../load.ts";
import { networkOf, type SequenceFamily, type SequenceShape, sequenceFamilies, sequenceModel } from "./index.ts";

const runtime = () => nodeRuntime({ threads: 1 });
const stream = randomStream(2, "rows");
const x = { rows: 5, columns: 12, data: Float32Array.from({ length: 60 }, () => stream.normal()) };

function made(family: SequenceFamily) {
  const shape: SequenceShape = { family, settings: { inputs: 3 }, hours: 4, inputNames: ["hr", "lact", "age"] };
  const weights = initialWeights(networkOf(shape), (name) => randomStream(1, name));
  return sequenceModel(shape, weights, runtime, { facts: [{ name: "Epochs", value: 3 }], warnings: ["a warning"] });
}

describe("a network over sequences", () => {
  test.each(Object.keys(sequenceFamilies) as SequenceFamily[])(
    "%s comes back from its file with the same predictions, and from its ONNX file too",
    async (family) => {
      const model = made(family);
      const risks = await model.predict(x);
      expect(risks.length).toBe(5);
      expect(risks.every((risk) => risk > 0 && risk < 1)).toBe(true);
      const back = modelFromJSON(JSON.parse(JSON.stringify(model)));
      expect([...(await back.predict(x))]).toEqual([...risks]);
      expect(back.describe()).toEqual(model.describe());
      const ort = await import("onnxruntime-node");
      const session = await ort.InferenceSession.create(model.toOnnx({ batchSize: 5 }));
      const { probability } = await session.run({ x: new ort.Tensor("float32", x.data, [5, 4, 3]) });
      for (const [i, risk] of risks.entries()) expect((probability!.data as Float32Array)[i]).toBeCloseTo(risk, 5);
    },
  );

  test("refuses rows of another width and damaged files", async () => {
    const model = made("gru");
    await expect(model.predict({ rows: 5, columns: 9, data: new Float32Array(45) })).rejects.toMatchObject({
      problem: { code: "models/wrong-columns" },
    });
    const saved = JSON.parse(JSON.stringify(model)) as Record<string, unknown>;
    for (const damaged of [{ schemaVersion: 2 }, { shape: undefined }, { weights: "AAAA" }, { weights: 7 }]) {
      expect(() => modelFromJSON({ ...saved, ...damaged })).toThrow(/cannot be read|too short/);
    }
  });
});
