// ONNX Runtime for Node: loads the package that carries the compiled runtime.
import { BedsideError } from "../core/errors.ts";
import { type OnnxRuntimeOptions, onnxRuntime } from "./onnx-runtime.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Programs run on this machine: on the CPU, or with `provider: "webgpu"` where a graphics adapter is found.
 * @throws BedsideError when the package or its binary for this machine is missing.
 */
export async function nodeRuntime(options: OnnxRuntimeOptions = {}): Promise<Runtime> {
  let ort: typeof import("onnxruntime-node");
  try {
    ort = await import("onnxruntime-node");
  } catch (cause) {
    throw new BedsideError(
      {
        code: "tensor/no-runtime",
        what: "ONNX Runtime could not be loaded",
        where: "onnxruntime-node",
        why: "the package is not installed, or has no binary for this system",
        fix: "run npm install again; on other systems use onnxruntime-web through onnxRuntime()",
      },
      { cause },
    );
  }
  return onnxRuntime("default" in ort ? (ort.default as typeof ort) : ort, { provider: "cpu", ...options });
}
