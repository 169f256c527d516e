import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { trainBoosting } from "../trees/index.ts";
import { isExportable, modelToOnnx } from "./export-onnx.ts";
import { trainLogisticRegression, treesModel } from "./index.ts";

function rows(count: number, columns: number) {
  const stream = randomStream(3, "rows");
  const data = Float64Array.from({ length: count * columns }, () => Math.fround(stream.normal()));
  const y = Uint8Array.from({ length: count }, (_, i) => (data[i * columns]! + stream.normal() > 0 ? 1 : 0));
  return { x: { rows: count, columns, data }, y };
}

async function run(bytes: Uint8Array, x: { rows: number; columns: number; data: Float64Array | Float32Array }) {
  const session = await InferenceSession.create(bytes);
  const found = await session.run({ x: new Tensor("float32", Float32Array.from(x.data), [x.rows, x.columns]) });
  return found["prediction"]!.data as Float32Array;
}

test("a logistic regression says the same in ONNX Runtime, to the last place of 32 bits", async () => {
  const { x, y } = rows(300, 5);
  const model = trainLogisticRegression(x, y, { c: 1 });
  const found = await run(modelToOnnx(model), x);
  const own = model.predict(x);
  found.forEach((risk, i) => {
    expect(Math.abs(risk - own[i]!)).toBeLessThan(1e-7);
  });
});

test("trees say the same in ONNX Runtime, missing values too", async () => {
  const { x, y } = rows(300, 5);
  const { ensemble } = await trainBoosting({ x, y }, { objective: "binary", rounds: 20, minDataInLeaf: 5 });
  const model = treesModel(ensemble);
  const holed = { ...x, data: x.data.map((value, i) => (i % 7 === 0 ? Number.NaN : value)) };
  const found = await run(modelToOnnx(model), holed);
  const own = model.predict(holed);
  found.forEach((risk, i) => {
    expect(Math.abs(risk - own[i]!)).toBeLessThan(1e-6);
  });
});

test("a family that is no table model is refused by name", () => {
  expect(isExportable("logistic")).toBe(true);
  expect(isExportable("sequence")).toBe(false);
  expect(() => modelToOnnx({ kind: "sequence" } as never)).toThrow(/kind sequence cannot be written/);
});
