// Modules: parameters and the function that uses them, named as PyTorch names them. Knows no layer.
import { BedsideError, Bug } from "../core/errors.ts";
import type { RandomStream } from "../core/random.ts";
import { parameterTensor, type Shape, type Tensor } from "../tensor/index.ts";
import type { Initialiser } from "./initialisers.ts";

/** A tensor a module owns: a parameter that training changes, or a buffer it keeps track of (running means). */
export interface Weight {
  readonly role: "parameter" | "buffer";
  readonly tensor: Tensor;
  /** Its first values. */
  initial(stream: RandomStream): Float32Array;
}

/** What a module may consist of: weights, modules, lists of modules. */
export interface Children {
  readonly [name: string]: Weight | AnyModule | readonly AnyModule[] | undefined;
}
// biome-ignore lint/suspicious/noExplicitAny: a parent holds modules of every signature
export type AnyModule = Module<any[], unknown>;

/** A function of tensors with weights of its own. */
export interface Module<Arguments extends unknown[] = [x: Tensor], Result = Tensor> {
  (...inputs: Arguments): Result;
  readonly children: Children;
}

/**
 * Makes a module of its parts and the function that uses them.
 * @example const model = module({ hidden: linear(48, 64), head: linear(64, 1) }, (x: Tensor) => ...)
 */
export function module<Arguments extends unknown[], Result>(
  children: Children,
  forward: (...inputs: Arguments) => Result,
): Module<Arguments, Result> {
  return Object.assign((...inputs: Arguments) => forward(...inputs), { children });
}

/** A parameter of that shape. */
export function parameter(shape: Shape, initial: Initialiser): Weight {
  return { role: "parameter", tensor: parameterTensor(shape), initial: (stream) => initial(shape, stream) };
}

/** A buffer: saved with the weights, changed by the forward pass in training, not by the optimiser. */
export function buffer(shape: Shape, initial: Initialiser): Weight {
  return { role: "buffer", tensor: parameterTensor(shape, "buffer"), initial: (stream) => initial(shape, stream) };
}

/** Every weight by its name: `encoder.layers.0.weight`. A weight used in two places has the first of its names. */
export function namedWeights(model: AnyModule): Map<string, Weight> {
  const found = new Map<string, Weight>();
  const seen = new Set<Weight>();
  const visit = (child: Children[string], name: string) => {
    if (child === undefined) return;
    if (Array.isArray(child)) {
      for (const [i, each] of child.entries()) visit(each as AnyModule, `${name}.${i}`);
    } else if (typeof child === "function") {
      const inside = (child as AnyModule).children;
      for (const [key, each] of Object.entries(inside)) visit(each, name ? `${name}.${key}` : key);
    } else {
      const weight = child as Weight;
      if (seen.has(weight)) return;
      seen.add(weight);
      found.set(name, weight);
    }
  };
  visit(model, "");
  return found;
}

/** Number of trainable numbers. */
export function countParameters(model: AnyModule): number {
  let count = 0;
  for (const { role, tensor } of namedWeights(model).values()) if (role === "parameter") count += tensor.size;
  return count;
}

/** What a forward pass leaves behind in training. */
export interface Trace {
  training: boolean;
  /** New values of buffers, in the order of their making. */
  updates: Map<Tensor, Tensor>;
}

let current: Trace | undefined;

/** Runs a forward pass in training or inference; gives its result and the buffers it changes. */
export function trace<T>(training: boolean, forward: () => T): { result: T; updates: Map<Tensor, Tensor> } {
  const before = current;
  const own: Trace = { training, updates: new Map() };
  current = own;
  try {
    return { result: forward(), updates: own.updates };
  } finally {
    current = before;
  }
}

/** Whether the forward pass under way is one of training. Outside of any, it is not. */
export function isTraining(): boolean {
  return current?.training ?? false;
}

/** The buffer's value at this point of the forward pass. */
export function bufferValue({ tensor }: Weight): Tensor {
  return current?.updates.get(tensor) ?? tensor;
}

/** Gives a buffer its next value. */
export function updateBuffer({ tensor, role }: Weight, next: Tensor): void {
  if (role !== "buffer") throw new Bug("only buffers are updated by the forward pass");
  current?.updates.set(tensor, next);
}

/** The values of a model's weights. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** First values for every weight, each from a stream of its own name: adding a layer leaves the others as they were. */
export function initialWeights(model: AnyModule, streamOf: (name: string) => RandomStream): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const [name, weight] of namedWeights(model)) values.set(name, weight.initial(streamOf(name)));
  return values;
}

/** @throws BedsideError when weights are missing, unknown or of another size; names them. */
export function checkWeights(model: AnyModule, weights: Weights): void {
  const named = namedWeights(model);
  const missing = [...named.keys()].filter((name) => !weights.has(name));
  const unknown = [...weights.keys()].filter((name) => !named.has(name));
  const wrong = [...named].filter(
    ([name, { tensor }]) => weights.get(name) && weights.get(name)!.length !== tensor.size,
  );
  if (missing.length + unknown.length + wrong.length === 0) return;
  const some = (names: string[]) =>
    `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
  throw new BedsideError({
    code: "nn/wrong-weights",
    what: "The weights do not belong to this model",
    why: [
      missing.length ? `missing: ${some(missing)}` : "",
      unknown.length ? `not known: ${some(unknown)}` : "",
      wrong.length ? `of another size: ${some(wrong.map(([name]) => name))}` : "",
    ]
      .filter(Boolean)
      .join("; "),
    fix: "use the settings the weights were trained with, or a map of names",
  });
}
