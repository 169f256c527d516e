// A loop over time inside a program: carries go from step to step, sequences are read, outputs are stacked.
import { BedsideError } from "../../core/errors.ts";
import { backward, reach } from "../gradient.ts";
import { placeInModel, shapeError, typeError } from "../place.ts";
import { evaluateGraph } from "../reference.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { addOutput, apply, newestNode, type Operation, type Tensor, type TensorNode } from "../tensor.ts";
import { reshape } from "./arrange.ts";
import { unbroadcast } from "./broadcast.ts";
import { add, isAddition } from "./elementwise.ts";
import { matmul, matmulOperation } from "./matmul.ts";
import { leafOf, placeholder, zeros } from "./sources.ts";

/** What a step gives: the carries for the next step, and tensors to be stacked along a new first axis. */
export interface ScanStep {
  carry: readonly Tensor[];
  stacked?: readonly Tensor[];
}

export interface ScanOptions {
  /** Carries before the first step. */
  carry: readonly Tensor[];
  /** Each with time as its first axis; a step sees one element. */
  sequences?: readonly Tensor[];
  /** From the last element to the first; stacked outputs stand where their element stood. */
  reverse?: boolean;
  /**
   * What the gradient keeps of a step: `all` that it needs, or only the `carry`, the rest being computed again (less
   * memory, more work).
   */
  keep?: "all" | "carry";
  /** Writes the steps out one after the other instead of a loop: faster for short sequences, larger programs. */
  unroll?: boolean;
}

interface Loop {
  /** Stand for carries, elements of sequences and captured tensors, in that order. */
  parameters: readonly Tensor[];
  /** Carries, then what is stacked. The list grows when a gradient needs more. */
  outputs: Tensor[];
  carries: number;
  sequences: number;
  length: number;
  reverse: boolean;
  keep: "all" | "carry";
  unroll: boolean;
}

const scanOperation: Operation<Loop> = {
  name: "scan",
  infer: (_inputs, { outputs, carries, length }) =>
    outputs.map(({ shape, kind }, i) => ({ shape: i < carries ? shape : [length, ...shape], kind })),
  evaluate: (inputs, { parameters, outputs, carries, sequences, length, reverse }) => {
    let state = inputs.slice(0, carries).map(({ data }) => data);
    const stacks = outputs.slice(carries).map(({ shape }) => new Float64Array(length * sizeOf(shape)));
    for (let step = 0; step < length; step++) {
      const at = reverse ? length - 1 - step : step;
      const fed = parameters.map((parameter, i) => {
        if (i < carries) return state[i]!;
        if (i >= carries + sequences) return inputs[i]!.data;
        return inputs[i]!.data.subarray(at * parameter.size, (at + 1) * parameter.size);
      });
      const results = evaluateGraph(outputs, new Map(parameters.map((parameter, i) => [parameter, fed[i]!])));
      state = results.slice(0, carries);
      for (const [i, stack] of stacks.entries()) stack.set(results[carries + i]!, at * outputs[carries + i]!.size);
    }
    return [...state, ...stacks];
  },
  gradient: (node, gradients) => scanGradient(node, gradients),
  emit: (emitter, { attributes: loop, inputs }, names) => {
    const { parameters, outputs, carries, sequences, length, reverse } = loop;
    const free = carries + sequences;
    if (loop.unroll || length === 1) {
      const steps = inputs.slice(carries, free).map((sequence, i) => {
        const sizes = new Array<number>(length).fill(1);
        const name = names[carries + i]!;
        const parts =
          length === 1
            ? [name]
            : emitter.nodes("Split", [name, emitter.int64(sizes)], { axis: { int: 0 } }, { outputs: length });
        const shape = emitter.int64(sequence.shape.slice(1));
        return parts.map((part) => emitter.node("Reshape", [part, shape]));
      });
      let state = names.slice(0, carries);
      const stacks = outputs.slice(carries).map(() => new Array<string>(length));
      for (let step = 0; step < length; step++) {
        const at = reverse ? length - 1 - step : step;
        const bound = [...state, ...steps.map((parts) => parts[at]!), ...names.slice(free)];
        const { outputs: results } = emitter.inner(parameters, outputs, bound, false);
        state = results.slice(0, carries);
        for (const [i, stack] of stacks.entries()) {
          const shape = emitter.int64([1, ...outputs[carries + i]!.shape]);
          stack[at] = emitter.node("Reshape", [results[carries + i]!, shape]);
        }
      }
      return [...state, ...stacks.map((stack) => emitter.node("Concat", stack, { axis: { int: 0 } }))];
    }
    const outer = parameters.map((_, i) => (i < free ? undefined : names[i]));
    const { graph } = emitter.inner(parameters, outputs, outer, true);
    const direction = (count: number) => ({ ints: new Array<number>(count).fill(reverse ? 1 : 0) });
    const attributes = {
      body: { graph: graph! },
      num_scan_inputs: { int: sequences },
      scan_input_directions: direction(sequences),
      scan_output_directions: direction(outputs.length - carries),
    };
    return emitter.nodes("Scan", names.slice(0, free), attributes, { outputs: outputs.length });
  },
};

/**
 * Runs `step` over the first axis of the sequences. Tensors from outside may be used inside freely.
 * @returns the carries after the last step, and the stacked outputs with time as their first axis.
 * @example scan(([h], [x]) => { const next = tanh(add(matmul(h, u), x)); return { carry: [next], stacked: [next] }; }, { carry: [h0], sequences: [xs] })
 */
export function scan(
  step: (carry: Tensor[], elements: Tensor[]) => ScanStep,
  { carry, sequences = [], reverse = false, keep = "all", unroll = false }: ScanOptions,
): { carry: Tensor[]; stacked: Tensor[] } {
  const length = sequences[0]?.shape[0];
  if (length === undefined || length < 1 || sequences.some(({ shape }) => shape[0] !== length)) {
    throw shapeError(
      "scan",
      sequences.map(({ shape }) => shape),
      "it needs sequences of one length, at least one step long",
    );
  }
  const before = newestNode();
  const states = carry.map(({ shape, kind }, i) => placeholder(`carry ${i}`, shape, kind));
  const elements = sequences.map(({ shape, kind }, i) => placeholder(`sequence ${i}`, shape.slice(1), kind));
  const made = step(states, elements);
  if (made.carry.length !== carry.length) {
    const shapes = [...carry, ...made.carry].map(({ shape }) => shape);
    throw shapeError("scan", shapes, `a step takes ${carry.length} carries and gives ${made.carry.length}`);
  }
  for (const [i, next] of made.carry.entries()) {
    const { shape, kind } = carry[i]!;
    if (!sameShape(next.shape, shape))
      throw shapeError("scan", [shape, next.shape], "a carry must keep its shape from step to step");
    if (next.kind !== kind) throw typeError("scan", [kind, next.kind], "a carry must keep its kind from step to step");
  }
  const body = closeOver([...made.carry, ...(made.stacked ?? [])], [...states, ...elements], before);
  const loop: Loop = {
    parameters: [...states, ...elements, ...body.inner],
    outputs: body.outputs,
    carries: carry.length,
    sequences: sequences.length,
    length,
    reverse,
    keep,
    unroll,
  };
  const results = apply(scanOperation, [...carry, ...sequences, ...body.captured], loop);
  return { carry: results.slice(0, carry.length), stacked: results.slice(carry.length) };
}

/** Replaces every tensor from outside by a placeholder, so that the body depends on its parameters alone. */
function closeOver(outputs: readonly Tensor[], own: readonly Tensor[], before: number) {
  const captured: Tensor[] = [];
  const inner: Tensor[] = [];
  const replaced = new Map<Tensor, Tensor>(own.map((tensor) => [tensor, tensor]));
  const isOutside = (tensor: Tensor) => tensor.node.id <= before;
  const substitute = (tensor: Tensor) => {
    let stand = replaced.get(tensor);
    if (!stand && isOutside(tensor)) {
      // a constant is the same everywhere
      stand =
        tensor.node.inputs.length === 0 && !leafOf(tensor)
          ? tensor
          : placeholder("captured", tensor.shape, tensor.kind);
      replaced.set(tensor, stand);
      if (stand !== tensor) {
        captured.push(tensor);
        inner.push(stand);
      }
    }
    return stand;
  };
  return { captured, inner, outputs: rewrite(outputs, substitute) };
}

/** Copies of tensors in which some are replaced: the replacement is given, or undefined to copy. */
function rewrite(outputs: readonly Tensor[], replacement: (tensor: Tensor) => Tensor | undefined): Tensor[] {
  const copies = new Map<TensorNode<never>, Tensor[]>();
  const resolve = (tensor: Tensor) => replacement(tensor) ?? copies.get(tensor.node)?.[tensor.index];
  const open = outputs.filter((tensor) => !resolve(tensor)).map((tensor) => tensor.node);
  while (open.length > 0) {
    const node = open.at(-1)!;
    if (copies.has(node)) {
      open.pop();
      continue;
    }
    const missing = node.inputs.filter((x) => !resolve(x)).map((x) => x.node);
    if (missing.length > 0) {
      open.push(...missing);
      continue;
    }
    open.pop();
    const leafHere = node.inputs.length === 0 ? leafOf(node.outputs[0]!) : undefined;
    if (leafHere) {
      throw new BedsideError({
        code: "tensor/leaf-in-scan",
        what: `A ${leafHere.role} was made inside a scan`,
        where: placeInModel(),
        why: "a step has no values of its own to draw or to be fed",
        fix: "make it outside, with time as its first axis, and pass it as a sequence",
      });
    }
    const inputs = node.inputs.map((x) => resolve(x)!);
    const same = inputs.every((x, i) => x === node.inputs[i]);
    copies.set(node, same ? node.outputs : apply(node.operation as Operation<unknown>, inputs, ownAttributes(node)));
  }
  return outputs.map((tensor) => resolve(tensor)!);
}

/** Attributes for a copy of a node: the outputs of a loop grow, so that every loop needs a list of its own. */
function ownAttributes({ operation, attributes }: TensorNode<never>): unknown {
  if ((operation as unknown) !== scanOperation) return attributes;
  const loop = attributes as Loop;
  return { ...loop, outputs: [...loop.outputs] };
}

/** The gradient of a loop is a loop backwards. Products with captured matrices are summed over time outside of it. */
function scanGradient(node: TensorNode<Loop>, gradients: readonly (Tensor | undefined)[]): (Tensor | undefined)[] {
  const loop = node.attributes;
  const { parameters, carries, sequences, length } = loop;
  const free = carries + sequences;
  const outputs = loop.outputs.slice();
  const before = newestNode();
  const floats = (tensor: Tensor) => tensor.kind === "float";

  // uses of captured tensors whose gradient is one product, or one sum, over all steps
  const hoisted = [...reach(outputs)].flatMap((user) =>
    user.inputs.flatMap((x, place) =>
      parameters.indexOf(x) >= free && canHoist(user, place) ? [{ user, place, x }] : [],
    ),
  );
  const isHoisted = (user: TensorNode<never>, place: number) =>
    hoisted.some((use) => use.user === user && use.place === place);

  const carryGradients = outputs.slice(0, carries).map((out) => placeholder("gradient", out.shape, out.kind));
  const stackedSeeds = outputs.slice(carries).map((out, i) => {
    return gradients[carries + i] && floats(out) ? placeholder("gradient", out.shape, out.kind) : undefined;
  });
  const seeds = [...carryGradients.map((g, i) => (floats(outputs[i]!) ? g : undefined)), ...stackedSeeds];
  const targets = [...parameters, ...hoisted.map(({ user }) => user.outputs[0]!)];
  const found = backward(outputs, targets, { seeds, skip: isHoisted });
  const atHoisted = found.slice(parameters.length);

  // what a step backwards gives: carries first, then sums over time, then stacks
  const nextCarry = carryGradients.map((g, i) => found[i] ?? zeros(g.shape, g.kind));
  const summedFor = parameters.flatMap((parameter, i) => (i >= free && found[i] && floats(parameter) ? [i] : []));
  const sums = summedFor.map((i) => placeholder("sum", parameters[i]!.shape, "float"));
  const stackFor = parameters.flatMap((parameter, i) =>
    i >= carries && i < free && found[i] && floats(parameter) ? [i] : [],
  );
  const stacks = [...new Set([...stackFor.map((i) => found[i]!), ...atHoisted.filter((g) => g !== undefined)])];
  const wanted = [...nextCarry, ...summedFor.map((i, j) => add(sums[j]!, found[i]!)), ...stacks];

  // what the step backwards needs of the step forwards becomes sequences
  const hoistPartners = hoisted.map(({ user, place }) =>
    user.operation === (matmulOperation as unknown) ? user.inputs[1 - place]! : undefined,
  );
  const inForward = (tensor: Tensor) =>
    tensor.node.id <= before && !(tensor.node.inputs.length === 0 && !leafOf(tensor));
  const saved = new Map<Tensor, Tensor>(); // forward tensor of a step → its stack
  const save = (tensor: Tensor) => {
    const known = saved.get(tensor);
    if (known) return known;
    const place = parameters.indexOf(tensor);
    let stacked: Tensor;
    if (place >= carries && place < free) stacked = node.inputs[place]!;
    else {
      loop.outputs.push(tensor);
      stacked = addOutput(node, { shape: [length, ...tensor.shape], kind: tensor.kind });
    }
    saved.set(tensor, stacked);
    return stacked;
  };
  const needed: Tensor[] = [];
  const stands: Tensor[] = [];
  const standing = new Map<Tensor, Tensor>();
  const captured: Tensor[] = [];
  const capturedStands: Tensor[] = [];
  const fresh = new Set<Tensor>([...carryGradients, ...sums, ...stackedSeeds.filter((seed) => seed !== undefined)]);
  const body = rewrite(wanted, (tensor) => {
    if (fresh.has(tensor)) return tensor;
    if (!inForward(tensor)) return undefined;
    const place = parameters.indexOf(tensor);
    if (loop.keep === "carry" && place < 0) return undefined; // computed again from the carry
    let stand = standing.get(tensor);
    if (!stand) {
      stand = placeholder("saved", tensor.shape, tensor.kind);
      standing.set(tensor, stand);
      if (place >= free) {
        captured.push(node.inputs[place]!);
        capturedStands.push(stand);
      } else {
        needed.push(save(tensor));
        stands.push(stand);
      }
    }
    return stand;
  });

  const seedsStacked = stackedSeeds.flatMap((seed, i) => (seed ? [{ seed, stack: gradients[carries + i]! }] : []));
  const readers = [...seedsStacked.map(({ stack }) => stack), ...needed];
  // a loop needs at least one sequence to know its length
  if (readers.length === 0) {
    readers.push(node.inputs[carries]!);
    stands.push(placeholder("unused", node.inputs[carries]!.shape.slice(1), node.inputs[carries]!.kind));
  }
  const backwardLoop: Loop = {
    parameters: [...carryGradients, ...sums, ...seedsStacked.map(({ seed }) => seed), ...stands, ...capturedStands],
    outputs: body,
    carries: carries + sums.length,
    sequences: readers.length,
    length,
    reverse: !loop.reverse,
    keep: "all",
    unroll: loop.unroll,
  };
  const starts = [
    ...carryGradients.map((g, i) => gradients[i] ?? zeros(g.shape, g.kind)),
    ...sums.map(({ shape }) => zeros(shape)),
  ];
  const results = apply(scanOperation, [...starts, ...readers, ...captured], backwardLoop);

  const total: (Tensor | undefined)[] = node.inputs.map(() => undefined);
  for (let i = 0; i < carries; i++) if (floats(outputs[i]!)) total[i] = results[i];
  for (const [j, i] of summedFor.entries()) total[i] = results[carries + j];
  const firstStack = carries + sums.length;
  const stackOf = (tensor: Tensor) => results[firstStack + stacks.indexOf(tensor)]!;
  for (const i of stackFor) total[i] = stackOf(found[i]!);
  for (const [i, { x, user }] of hoisted.entries()) {
    const own = atHoisted[i];
    if (!own) continue;
    const partner = hoistPartners[i];
    const gradient = partner ? hoistedProduct(user, save(partner), stackOf(own)) : unbroadcast(stackOf(own), x.shape);
    const target = parameters.indexOf(x);
    const before = total[target];
    total[target] = before ? add(before, gradient) : gradient;
  }
  return total;
}

/** Whether a captured tensor is the matrix of a plain product, or is added. */
function canHoist(user: TensorNode<never>, place: number): boolean {
  if (isAddition(user.operation)) return true;
  if (user.operation !== (matmulOperation as unknown) || place !== 1) return false;
  const { transposeA } = user.attributes as { transposeA: boolean };
  return !transposeA && user.inputs[0]!.rank === 2 && user.inputs[1]!.rank === 2;
}

/** Σ over time of aᵀ g as one product of all rows. */
function hoistedProduct(user: TensorNode<never>, a: Tensor, g: Tensor): Tensor {
  const rows = (x: Tensor) => reshape(x, [x.size / x.shape.at(-1)!, x.shape.at(-1)!] as Shape);
  const { transposeB } = user.attributes as { transposeB: boolean };
  return transposeB ? matmul(rows(g), rows(a), { transposeA: true }) : matmul(rows(a), rows(g), { transposeA: true });
}
