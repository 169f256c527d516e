// Reads the table of cases (golden/cases.json) for the tests of this folder: values by formula, programs by name.
import { gradients } from "./gradient.ts";
import * as tensor from "./index.ts";
import { zeros } from "./ops/sources.ts";
import { type Shape, sizeOf } from "./shape.ts";
import type { Kind, Tensor } from "./tensor.ts";

/** What the elements of an input are like: floats of either sign, above 0, often equal; whole numbers; truth values. */
export type Domain = "real" | "positive" | "ties" | "int" | "count" | "bool";
type InputEntry = Shape | ({ below?: number } & { [D in Domain]?: Shape });
type CaseEntry = [inputs: InputEntry[], ...options: unknown[]];

/** One line of the table. */
export interface TableEntry {
  op: string;
  cases?: CaseEntry[];
  /** A list of shapes, by name; each is a case. */
  each?: string;
  /** What a shape of the list stands for: inputs (default), or the argument of a source. */
  by?: "shape" | "values";
  args?: unknown[];
  domain?: Domain;
  skip?: Shape[];
  /** false: not differentiable at the case's values. */
  differences?: boolean;
}

export interface CaseTable {
  shapes: Readonly<Record<string, (Shape | Shape[])[]>>;
  operations: TableEntry[];
}

export interface CaseInput {
  shape: Shape;
  domain: Domain;
  below: number | undefined;
}

/** A case of the table, written out. */
export interface OperationCase {
  op: string;
  name: string;
  inputs: CaseInput[];
  args: unknown[];
  differences: boolean;
}

/**
 * Numbers between −2 and 2 that both languages compute alike: no two of the first 1009 are equal, none of two inputs
 * are, and none is within 0.00001 of a whole number, so that every kink is far enough from a difference's step.
 */
export function formula(size: number, seed: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) =>
    Math.fround(((((i * 617 + seed * 131) % 1009) + seed / 7 + 0.04) / 1009) * 4 - 2),
  );
}

/** The elements of an input. */
export function inputValues({ shape, domain, below }: CaseInput, seed: number): Float64Array {
  const size = sizeOf(shape);
  if (domain === "real") return formula(size, seed);
  if (domain === "positive") return formula(size, seed).map((value) => Math.fround((value + 2.2) / 2));
  return Float64Array.from({ length: size }, (_, i) => {
    const whole = (i * 617 + seed * 131 + 4) % 1009;
    if (domain === "bool") return whole % 2;
    if (domain === "ties") return (whole % 3) - 1;
    if (domain === "count") return (whole % 9) + 1;
    return below === undefined ? (whole % 9) - 4 : whole % below;
  });
}

/** Every case of the table, in its order. */
export function readCases({ shapes, operations }: CaseTable): OperationCase[] {
  return operations.flatMap((entry) => {
    const { op, args = [], domain = "real", skip = [], differences = true } = entry;
    const described = (input: InputEntry): CaseInput => {
      if (Array.isArray(input)) return { shape: input as Shape, domain, below: undefined };
      const { below, ...rest } = input as { below?: number } & Record<Domain, Shape>;
      const [own, shape] = Object.entries(rest)[0] as [Domain, Shape];
      return { shape, domain: own, below };
    };
    const listed = (entry.each ? shapes[entry.each]! : [])
      .filter((shape) => !skip.some((other) => other.join() === shape.join() && other.length === shape.length))
      .map((shape): CaseEntry => {
        if (entry.by === "shape") return [[], shape, ...args];
        if (entry.by === "values") {
          const values = inputValues({ shape: shape as Shape, domain: kindDomain(args[0]), below: undefined }, 0);
          return [[], Array.from(values), shape, ...args];
        }
        return [(Array.isArray(shape[0]) ? shape : [shape]) as InputEntry[], ...args];
      });
    return [...listed, ...(entry.cases ?? [])].map(([inputs, ...options]) => ({
      op,
      name: `${op} ${JSON.stringify(inputs)}${options.map((option) => ` ${JSON.stringify(option)}`).join("")}`,
      inputs: inputs.map(described),
      args: options,
      differences,
    }));
  });
}

function kindDomain(kind: unknown): Domain {
  return kind === "float" ? "real" : (kind as "int" | "bool");
}

type Call = (inputs: Tensor[], args: readonly unknown[]) => Tensor | Tensor[];

/** Operations that do not take their inputs first and their options behind, or give more than tensors. */
const calls: Record<string, Call> = {
  concat: (inputs, args) => tensor.concat(inputs, ...(args as [number?])),
  stack: (inputs, args) => tensor.stack(inputs, ...(args as [number?])),
  einsum: ([a, b], args) => tensor.einsum(args[0] as string, a!, b!),
  topk: ([x], args) => Object.values(tensor.topk(x!, args[0] as number)),
  standardise: ([x], args) => Object.values(tensor.standardise(x!, ...(args as [number | number[], number?]))),
  batchNormalise: ([x, weight, bias], args) =>
    Object.values(tensor.batchNormalise(x!, weight!, bias!, ...(args as [object?]))),
  layerNorm: ([x, weight, bias], args) => tensor.layerNorm(x!, weight, bias, ...(args as [object?])),
  rmsNorm: ([x, weight], args) => tensor.rmsNorm(x!, weight, ...(args as [object?])),
  scan: ([start, sequence, w, u, b], args) => {
    const cell = (h: Tensor, x: Tensor) =>
      tensor.tanh(tensor.add(tensor.add(tensor.matmul(x, w!), tensor.matmul(h, u!)), b!));
    const { carry, stacked } = tensor.scan(
      ([h], [x]) => {
        const next = cell(h!, x!);
        return { carry: [next], stacked: [tensor.mul(next, h!)] };
      },
      { ...(args[0] as object), carry: [start!], sequences: [sequence!] },
    );
    return [...carry, ...stacked];
  },
};

/** The outputs of an operation called by its exported name. */
export function callOperation(op: string, inputs: Tensor[], args: readonly unknown[]): Tensor[] {
  const plain = (tensor as unknown as Record<string, (...all: unknown[]) => Tensor | Tensor[]>)[op];
  const call = calls[op];
  return [call ? call(inputs, args) : plain!(...inputs, ...args)].flat();
}

/** A case as a program: leaves with values, outputs, and the gradients of a fixed weighted sum of the outputs. */
export interface CaseProgram {
  leaves: Tensor[];
  values: Float64Array[];
  outputs: Tensor[];
  loss: Tensor | undefined;
  /** Of the leaves that are floats. */
  gradients: Tensor[];
}

/** Weights of the sum by which outputs become a single number: the formula's numbers, seeds 20 onwards. */
export function weighted(outputs: readonly Tensor[]): Tensor | undefined {
  return outputs
    .filter(({ kind }) => kind === "float")
    .map((output, i) => tensor.sum(tensor.mul(output, tensor.constant(formula(output.size, 20 + i), output.shape))))
    .reduce<Tensor | undefined>((total, next) => (total ? tensor.add(total, next) : next), undefined);
}

/** The program of a case. */
export function caseProgram({ op, inputs, args }: OperationCase): CaseProgram {
  const leaves = inputs.map(({ shape, domain }, i) => tensor.input(`x${i}`, shape, kindOf(domain)));
  const outputs = callOperation(op, leaves, args);
  const loss = weighted(outputs);
  const floats = leaves.filter(({ kind }) => kind === "float");
  return {
    leaves,
    values: inputs.map((entry, i) => inputValues(entry, i)),
    outputs,
    loss,
    gradients: loss ? gradients(loss, floats) : floats.map(({ shape }) => zeros(shape)),
  };
}

function kindOf(domain: Domain): Kind {
  if (domain === "bool") return "bool";
  return domain === "int" || domain === "count" ? "int" : "float";
}
