// Comparisons, truth values, choice and change of kind.
import { typeError } from "../place.ts";
import { broadcastShapes, sizeOf } from "../shape.ts";
import { applyOne, type Kind, type Operation, type Tensor } from "../tensor.ts";
import { broadcastOffsets, unbroadcast } from "./broadcast.ts";
import { lift, type Operand, zeros } from "./sources.ts";

type Test = Operation<Record<string, never>>;

function comparison(name: string, onnx: string, f: (a: number, b: number) => boolean, kinds: readonly Kind[]): Test {
  return {
    name,
    infer: ([a, b]) => {
      if (a!.kind !== b!.kind || !kinds.includes(a!.kind)) {
        throw typeError(name, [a!.kind, b!.kind], `both must be ${kinds.join(" or ")}, of the same kind`);
      }
      return [{ shape: broadcastShapes(name, a!.shape, b!.shape), kind: "bool" }];
    },
    evaluate: ([a, b], _attributes, [out]) => {
      const [i, j] = [broadcastOffsets(a!.shape, out!.shape), broadcastOffsets(b!.shape, out!.shape)];
      return [Float64Array.from({ length: sizeOf(out!.shape) }, (_, k) => Number(f(a!.data[i[k]!]!, b!.data[j[k]!]!)))];
    },
    emit: (emitter, _node, inputs) => [emitter.node(onnx, inputs)],
  };
}

function comparing(operation: Test): (a: Tensor, b: Operand) => Tensor {
  return (a, b) => applyOne(operation, [a, lift(b, a.kind)], {});
}

const numbers: Kind[] = ["float", "int"];
export const equal = comparing(comparison("equal", "Equal", (a, b) => a === b, numbers));
export const less = comparing(comparison("less", "Less", (a, b) => a < b, numbers));
export const lessEqual = comparing(comparison("lessEqual", "LessOrEqual", (a, b) => a <= b, numbers));
export const greater = comparing(comparison("greater", "Greater", (a, b) => a > b, numbers));
export const greaterEqual = comparing(comparison("greaterEqual", "GreaterOrEqual", (a, b) => a >= b, numbers));
export const logicalAnd = comparing(comparison("logicalAnd", "And", (a, b) => a !== 0 && b !== 0, ["bool"]));
export const logicalOr = comparing(comparison("logicalOr", "Or", (a, b) => a !== 0 || b !== 0, ["bool"]));

const notOperation: Test = {
  name: "logicalNot",
  infer: ([x]) => {
    if (x!.kind !== "bool") throw typeError("logicalNot", [x!.kind], "it works on truth values");
    return [{ shape: x!.shape, kind: "bool" }];
  },
  evaluate: ([x]) => [x!.data.map((value) => Number(value === 0))],
  emit: (emitter, _node, [x]) => [emitter.node("Not", [x!])],
};
export const logicalNot = (x: Tensor): Tensor => applyOne(notOperation, [x], {});

const castOperation: Operation<{ kind: Kind }> = {
  name: "cast",
  infer: ([x], { kind }) => [{ shape: x!.shape, kind }],
  evaluate: ([x], { kind }) => {
    const change = kind === "bool" ? (v: number) => Number(v !== 0) : kind === "int" ? Math.trunc : (v: number) => v;
    return [x!.data.map(change)];
  },
  gradient: ({ inputs: [x], attributes }, [g]) => [x!.kind === "float" && attributes.kind === "float" ? g : undefined],
  emit: (emitter, { attributes: { kind } }, [x]) => [
    emitter.node("Cast", [x!], { to: { int: { float: 1, int: 6, bool: 9 }[kind] } }),
  ],
};

/** The same values as another kind; floats become whole numbers towards zero. */
export function cast(x: Tensor, kind: Kind): Tensor {
  return x.kind === kind ? x : applyOne(castOperation, [x], { kind });
}

const whereOperation: Operation<Record<string, never>> = {
  name: "where",
  infer: ([condition, a, b]) => {
    if (condition!.kind !== "bool" || a!.kind !== b!.kind) {
      throw typeError(
        "where",
        [condition!.kind, a!.kind, b!.kind],
        "a truth value and two of the same kind are needed",
      );
    }
    return [{ shape: broadcastShapes("where", condition!.shape, a!.shape, b!.shape), kind: a!.kind }];
  },
  evaluate: (inputs, _attributes, [out]) => {
    const [c, i, j] = inputs.map((input) => broadcastOffsets(input.shape, out!.shape));
    const [condition, a, b] = inputs;
    return [
      Float64Array.from({ length: sizeOf(out!.shape) }, (_, k) =>
        condition!.data[c![k]!] !== 0 ? a!.data[i![k]!]! : b!.data[j![k]!]!,
      ),
    ];
  },
  gradient: ({ inputs: [condition, a, b] }, [g]) => {
    if (!g || a!.kind !== "float") return [];
    const none = zeros([]);
    return [
      undefined,
      unbroadcast(where(condition!, g, none), a!.shape),
      unbroadcast(where(condition!, none, g), b!.shape),
    ];
  },
  emit: (emitter, { inputs: [, first] }, inputs) => {
    if (first!.kind !== "bool") return [emitter.node("Where", inputs)];
    // ONNX Runtime has no choice between truth values
    const [condition, a, b] = inputs as [string, string, string];
    const taken = emitter.node("And", [condition, a]);
    return [emitter.node("Or", [taken, emitter.node("And", [emitter.node("Not", [condition]), b])])];
  },
};

/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const kind = typeof a !== "number" ? a.kind : typeof b !== "number" ? b.kind : "float";
  return applyOne(whereOperation, [condition, lift(a, kind), lift(b, kind)], {});
}
