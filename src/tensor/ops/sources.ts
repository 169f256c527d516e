// Where tensors come from: named inputs, trainable parameters, noise, constants. Nothing here has a gradient of its own.
import { Bug } from "../../core/errors.ts";
import { shapeError, typeError } from "../place.ts";
import { checkSizes, type Shape, shapeText, sizeOf } from "../shape.ts";
import { applyOne, type Kind, type Operation, Tensor } from "../tensor.ts";

/** What feeds a tensor that no operation makes. */
export interface Leaf {
  role: "input" | "parameter" | "noise" | "placeholder";
  /** For messages; programs bind leaves by identity. */
  name: string;
  spec: { shape: Shape; kind: Kind };
}

export const leaf: Operation<Leaf> = {
  name: "leaf",
  infer: (_inputs, { name, spec }) => {
    checkSizes(name, spec.shape);
    return [spec];
  },
  evaluate: (_inputs, { name }) => {
    throw new Bug(`${name} was not fed`);
  },
  emit: (_emitter, { attributes }) => {
    throw new Bug(`${attributes.name} ${shapeText(attributes.spec.shape)} is not among the program's inputs`);
  },
};

/** A tensor given at every run: a batch of data. */
export function input(name: string, shape: Shape, kind: Kind = "float"): Tensor {
  return applyOne(leaf, [], { role: "input", name, spec: { shape, kind } });
}

/** A tensor that training changes. Its first values are given when a program is run. */
export function parameterTensor(shape: Shape, name = "parameter"): Tensor {
  return applyOne(leaf, [], { role: "parameter", name, spec: { shape, kind: "float" } });
}

/** Uniform draws from [0, 1), new at every step: the runner fills them from its seed, the step and their order. */
export function uniformNoise(shape: Shape): Tensor {
  return applyOne(leaf, [], { role: "noise", name: "noise", spec: { shape, kind: "float" } });
}

/** Stands for a value inside a scan's body. */
export function placeholder(name: string, shape: Shape, kind: Kind): Tensor {
  return applyOne(leaf, [], { role: "placeholder", name, spec: { shape, kind } });
}

/** The leaf's description, or undefined for a tensor that an operation makes. */
export function leafOf(tensor: Tensor): Leaf | undefined {
  const { operation, attributes } = tensor.node as { operation: unknown; attributes: unknown };
  return operation === leaf ? (attributes as Leaf) : undefined;
}

/** Whether the tensor is filled with draws at every step. */
export function isNoise(tensor: Tensor): boolean {
  return leafOf(tensor)?.role === "noise";
}

interface ConstantOf {
  data: ArrayLike<number>;
  shape: Shape;
  kind: Kind;
}

export const constantOperation: Operation<ConstantOf> = {
  name: "constant",
  infer: (_inputs, { data, shape, kind }) => {
    checkSizes("constant", shape);
    if (data.length !== sizeOf(shape)) {
      throw shapeError("constant", [shape], `${data.length} values were given, the shape holds ${sizeOf(shape)}`);
    }
    return [{ shape, kind }];
  },
  evaluate: (_inputs, { data }) => [Float64Array.from(data)],
  emit: (emitter, { attributes: { data, shape, kind } }) => {
    if (kind === "float") return [emitter.float32(data, shape)];
    const whole = emitter.int32(data, shape);
    return [kind === "int" ? whole : emitter.node("Cast", [whole], { to: { int: 9 } })];
  },
};

/** Fixed numbers of that shape, or a single number. */
export function constant(data: number | ArrayLike<number>, shape: Shape = [], kind: Kind = "float"): Tensor {
  const values = typeof data === "number" ? [data] : data;
  return applyOne(constantOperation, [], { data: values, shape, kind });
}

interface FillWith {
  value: number;
  shape: Shape;
  kind: Kind;
}

const fillOperation: Operation<FillWith> = {
  name: "fill",
  infer: (_inputs, { shape, kind }) => {
    checkSizes("full", shape);
    return [{ shape, kind }];
  },
  evaluate: (_inputs, { value, shape }) => [new Float64Array(sizeOf(shape)).fill(value)],
  emit: (emitter, { attributes: { value, shape, kind } }) => {
    const type = kind === "float" ? ("float32" as const) : ("int32" as const);
    const tensor = { name: "value", type, shape: [1], data: [value] };
    const filled = emitter.node("ConstantOfShape", [emitter.int64(shape)], { value: { tensor } });
    return [kind === "bool" ? emitter.node("Cast", [filled], { to: { int: 9 } }) : filled];
  },
};

/** The same value everywhere. */
export function full(shape: Shape, value: number, kind: Kind = "float"): Tensor {
  return applyOne(fillOperation, [], { value, shape, kind });
}
export const zeros = (shape: Shape, kind: Kind = "float"): Tensor => full(shape, 0, kind);
export const ones = (shape: Shape, kind: Kind = "float"): Tensor => full(shape, 1, kind);

/** 0, 1, 2, … as whole numbers. */
export function arange(count: number): Tensor {
  return constant(
    Array.from({ length: count }, (_, i) => i),
    [count],
    "int",
  );
}

/** A tensor, or a number that becomes a constant of the kind wanted. */
export type Operand = Tensor | number;

/** The operand as a tensor. */
export function lift(value: Operand, kind: Kind = "float"): Tensor {
  if (value instanceof Tensor) return value;
  if (kind === "int" && !Number.isInteger(value)) {
    throw typeError(
      `The number ${value}`,
      ["int"],
      "whole numbers meet whole numbers only; cast the tensor to float first",
    );
  }
  return constant(value, [], kind);
}
