// Saved models on rows of a table as ONNX files, for a browser or another runtime. Knows no training and no file.
import { BedsideError } from "../core/errors.ts";
import { encodeModel, ONNX_TYPES } from "../formats/onnx/index.ts";
import { treesToOnnx } from "../trees/index.ts";
import type { LogisticModel } from "./logistic/index.ts";
import type { Model } from "./model.ts";
import type { TreesModel } from "./trees/index.ts";

/** Whether `modelToOnnx` can write models of that kind. */
export function isExportable(kind: string): boolean {
  return kind === "logistic" || kind === "trees";
}

/**
 * The bytes of an ONNX file: input `x` (rows × columns, 32 bits; trees take NaN for missing), output `prediction`
 * (rows × 1, 32 bits), reckoned in 64 bits. The columns are the model's own, after preprocessing.
 * @throws BedsideError `models/onnx-cannot-say` for a family that is no table model of this kind
 */
export function modelToOnnx(model: Model, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  if (model.kind === "trees") return treesToOnnx((model as TreesModel).ensemble, { metadata });
  if (model.kind === "logistic") return logisticToOnnx(model as LogisticModel, metadata);
  throw new BedsideError({
    code: "models/onnx-cannot-say",
    what: `Models of the kind ${model.kind} cannot be written as ONNX of a table yet`,
    fix: "use a logistic regression, boosting or a forest",
  });
}

function logisticToOnnx(
  { coefficients, intercept }: LogisticModel,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const columns = coefficients.length;
  const cast = (from: string, to: string, type: "float32" | "float64") => ({
    op: "Cast",
    inputs: [from],
    outputs: [to],
    attributes: { to: { int: ONNX_TYPES[type] } },
  });
  return encodeModel({
    graph: {
      name: "logistic",
      inputs: [{ name: "x", type: "float32", shape: ["rows", columns] }],
      outputs: [{ name: "prediction", type: "float32", shape: ["rows", 1] }],
      constants: [
        { name: "coefficients", type: "float64", shape: [columns, 1], data: coefficients },
        { name: "intercept", type: "float64", shape: [1], data: Float64Array.of(intercept) },
      ],
      nodes: [
        cast("x", "wide", "float64"),
        { op: "MatMul", inputs: ["wide", "coefficients"], outputs: ["product"] },
        { op: "Add", inputs: ["product", "intercept"], outputs: ["margin"] },
        { op: "Sigmoid", inputs: ["margin"], outputs: ["risk"] },
        cast("risk", "prediction", "float32"),
      ],
    },
    operatorSets: { "": 18 },
    metadata,
  });
}
