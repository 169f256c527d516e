// The reference executor: every operation by its plain loops, in 64-bit floats. Slow, and right by inspection.
import { BedsideError, Bug } from "../core/errors.ts";
import { reach } from "./gradient.ts";
import { leafOf } from "./ops/sources.ts";
import { shapeText } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The values of tensors, given those of the leaves they are made of.
 * @throws BedsideError when a value is missing or has the wrong number of elements.
 */
export function evaluateGraph(outputs: readonly Tensor[], fed: ReadonlyMap<Tensor, ArrayLike<number>>): Float64Array[] {
  const values = new Map<Tensor, Float64Array>();
  for (const [tensor, data] of fed) {
    if (data.length !== tensor.size) {
      throw new BedsideError({
        code: "tensor/wrong-size",
        what: `${leafOf(tensor)?.name ?? "a tensor"} ${shapeText(tensor.shape)} was given ${data.length} values`,
        why: `it holds ${tensor.size}`,
      });
    }
    values.set(tensor, data instanceof Float64Array ? data : Float64Array.from(data));
  }
  const nodes = [...reach(outputs)].sort((a, b) => a.id - b.id);
  for (const { operation, inputs, attributes, outputs: made } of nodes) {
    if (made.every((tensor) => values.has(tensor))) continue;
    const given = inputs.map((x) => ({ shape: x.shape, data: values.get(x)! }));
    const results = operation.evaluate(given, attributes, made);
    for (const [i, tensor] of made.entries()) {
      const data = results[i];
      if (data?.length !== tensor.size)
        throw new Bug(`${operation.name} gave ${data?.length} values for ${tensor.size}`);
      values.set(tensor, data);
    }
  }
  return outputs.map((tensor) => values.get(tensor)!);
}
