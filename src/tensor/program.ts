// A program: named inputs and outputs, and everything between. What executors run.
import { BedsideError, Bug } from "../core/errors.ts";
import { reach } from "./gradient.ts";
import { leafOf } from "./ops/sources.ts";
import { placeInModel } from "./place.ts";
import type { Tensor } from "./tensor.ts";

/** Named inputs and outputs. Every leaf the outputs are made of must be among the inputs. */
export interface Program {
  inputs: Readonly<Record<string, Tensor>>;
  outputs: Readonly<Record<string, Tensor>>;
}

/** @throws BedsideError when the outputs need an input that is not named, or a name stands on both sides. */
export function program(inputs: Readonly<Record<string, Tensor>>, outputs: Readonly<Record<string, Tensor>>): Program {
  const named = new Set(Object.values(inputs));
  const twice = Object.keys(outputs).find((name) => name in inputs);
  if (twice !== undefined) {
    throw new BedsideError({
      code: "tensor/name-twice",
      what: `The program has an input and an output named "${twice}"`,
      where: placeInModel(),
      fix: "give the output another name",
    });
  }
  for (const node of reach(Object.values(outputs))) {
    const [tensor] = node.outputs;
    const leaf = tensor && leafOf(tensor);
    if (!leaf || named.has(tensor)) continue;
    if (leaf.role === "placeholder") throw new Bug(`${leaf.name} of a scan was used outside of it`);
    throw new BedsideError({
      code: "tensor/unnamed-input",
      what: `The program uses the ${leaf.role} "${leaf.name}", which is not among its inputs`,
      where: placeInModel(),
      fix: "name it in the inputs of the program",
    });
  }
  return { inputs, outputs };
}

/** The inputs, parameters and noise that tensors are made of, in the order of their making. */
export function leavesOf(tensors: readonly Tensor[]): Tensor[] {
  const nodes = [...reach(tensors)].sort((a, b) => a.id - b.id);
  return nodes.flatMap(({ outputs: [tensor] }) => (tensor && leafOf(tensor) ? [tensor] : []));
}
