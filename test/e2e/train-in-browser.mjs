// Loaded by a page: trains the GRU through WebAssembly, or on the graphics adapter.
import * as core from "/dist/core/index.js";
import * as nn from "/dist/nn/index.js";
import * as tensor from "/dist/tensor/index.js";
import { trainGru } from "/fixture/gru-training.mjs";

export async function run(provider, options) {
  const ort = await import(provider === "webgpu" ? "/ort/ort.webgpu.bundle.min.mjs" : "/ort/ort.wasm.bundle.min.mjs");
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.wasm.numThreads = 1;
  return trainGru({ core, nn }, tensor.onnxRuntime(ort, { provider }), options);
}
