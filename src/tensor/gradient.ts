// Reverse-mode differentiation: gradients as tensors of the same program. Runs nothing.
import { BedsideError } from "../core/errors.ts";
import { add } from "./ops/elementwise.ts";
import { ones, zeros } from "./ops/sources.ts";
import { placeInModel } from "./place.ts";
import { sameShape, shapeText } from "./shape.ts";
import type { Tensor, TensorNode } from "./tensor.ts";

/** What else a gradient may be told; used by scans. */
export interface GradientOptions {
  /** Gradients of `outputs`; ones by default (then each output must be a single number). */
  seeds?: readonly (Tensor | undefined)[];
  /** Uses through which no gradient is to flow: the caller accounts for them. */
  skip?: (node: TensorNode<never>, input: number) => boolean;
}

/**
 * The gradients of a single number with respect to tensors: each has the shape of its tensor, and is zero where the
 * number does not depend on it.
 * @example const [dw] = gradients(mean(mul(error, error)), [w]);
 * @throws BedsideError when `loss` is not a single float.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.size !== 1 || loss.kind !== "float") {
    throw new BedsideError({
      code: "tensor/not-a-loss",
      what: `A gradient is taken of a single number, not of ${loss.kind} ${shapeText(loss.shape)}`,
      where: placeInModel(),
      fix: "take the mean or the sum of it first",
    });
  }
  return backward([loss], wrt).map((gradient, i) => gradient ?? zeros(wrt[i]!.shape));
}

/** Gradients of several outputs weighted by seeds; undefined where nothing flows. */
export function backward(
  outputs: readonly Tensor[],
  wrt: readonly Tensor[],
  { seeds, skip = () => false }: GradientOptions = {},
): (Tensor | undefined)[] {
  const found = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, gradient: Tensor) => {
    const before = found.get(tensor);
    found.set(tensor, before ? add(before, gradient) : gradient);
  };
  for (const [i, output] of outputs.entries()) {
    const seed = seeds ? seeds[i] : ones(output.shape);
    if (seed) accumulate(output, seed);
  }
  const targets = new Set(wrt);
  for (const node of nodesBetween(outputs, targets)) {
    const own = node.outputs.map((output) => found.get(output));
    if (!node.operation.gradient || own.every((gradient) => gradient === undefined)) continue;
    const flowing = node.operation.gradient(node, own);
    for (const [i, x] of node.inputs.entries()) {
      const gradient = flowing[i];
      if (!gradient || skip(node, i)) continue;
      if (!sameShape(gradient.shape, x.shape)) {
        throw new Error(`${node.operation.name}: gradient ${shapeText(gradient.shape)} for ${shapeText(x.shape)}`);
      }
      accumulate(x, gradient);
    }
  }
  return wrt.map((tensor) => found.get(tensor));
}

/** The nodes on the way from targets to outputs, newest first: users always before what they use. */
function nodesBetween(outputs: readonly Tensor[], targets: ReadonlySet<Tensor>): TensorNode<never>[] {
  const depends = new Map<TensorNode<never>, boolean>();
  // nodes in order of their numbers, so that no recursion is needed
  const nodes = [...reach(outputs)].sort((a, b) => a.id - b.id);
  for (const node of nodes) {
    const own = node.outputs.some((output) => targets.has(output));
    depends.set(node, own || node.inputs.some((x) => depends.get(x.node) === true));
  }
  return nodes.filter((node) => depends.get(node)).reverse();
}

/** Every node that the tensors are made of. */
export function reach(tensors: readonly Tensor[]): Set<TensorNode<never>> {
  const seen = new Set<TensorNode<never>>();
  const open = tensors.map((tensor) => tensor.node);
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const { node: before } of node.inputs) if (!seen.has(before)) open.push(before);
  }
  return seen;
}
