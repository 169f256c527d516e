// What the server gives of a model, and the sessions that run it in this page.

import wasmPath from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import type { ClinicalScore } from "../../../../src/concepts/scores/count.ts";
import type { TabularRecipe } from "../../../../src/features/preprocess.ts";
import { read, readBytes } from "../../api.ts";

ort.env.wasm.wasmPaths = { wasm: wasmPath };
ort.env.wasm.numThreads = 1;

export interface Variable {
  name: string;
  title: string;
  unit: string;
  aggregate: string;
}

export interface Bundle {
  run: string;
  model: string;
  title: string;
  task: { id: string; title: string; question: string; label: string; predictionTime: string; unit: string };
  data: string;
  dataUse: string;
  hours: number[];
  variables: Variable[];
  static: Variable[];
  folds: { recipe: TabularRecipe; onnx: string }[];
  threshold: { value: number; rule: string } | null;
  calibration: {
    predicted: number;
    observed: { value: number; low: number | null; high: number | null };
    count: number | null;
  }[];
  scores: Pick<ClinicalScore, "id" | "title" | "lacks" | "components">[];
  /** Name of a score's input → name of the variable here. */
  scoreInputs: Record<string, string>;
}

/** A model ready to run. */
export interface Loaded {
  bundle: Bundle;
  sessions: ort.InferenceSession[];
}

/** Reads a model and starts its sessions. */
export async function loadModel(run: string, model: string, signal: AbortSignal): Promise<Loaded> {
  const bundle = await read<Bundle>(`/models/${run}/${model}`, signal);
  const sessions: ort.InferenceSession[] = [];
  for (const { onnx } of bundle.folds) {
    sessions.push(await ort.InferenceSession.create(new Uint8Array(await readBytes(onnx, signal))));
  }
  return { bundle, sessions };
}

/** The predictions of one session for a table. */
export async function predict(
  session: ort.InferenceSession,
  { rows, columns, data }: { rows: number; columns: number; data: ArrayLike<number> },
): Promise<Float32Array> {
  const x = new ort.Tensor("float32", Float32Array.from(data), [rows, columns]);
  const { prediction } = await session.run({ x });
  return prediction!.data as Float32Array;
}
