// Arithmetic element by element, with NumPy's broadcasting.
import { typeError } from "../place.ts";
import { broadcastShapes, sizeOf } from "../shape.ts";
import { applyOne, type Operation, type Tensor } from "../tensor.ts";
import { broadcastOffsets, unbroadcast } from "./broadcast.ts";
import { cast, equal, greater, less, where } from "./compare.ts";
import { constantOperation, lift, type Operand } from "./sources.ts";

/** Gradient of a function of one number: from the input, the output and the output's gradient. */
type UnaryGradient = (x: Tensor, y: Tensor, g: Tensor) => Tensor;

/** An operation on each element alone. */
export function unary(
  name: string,
  onnx: string,
  f: (x: number) => number,
  gradient?: UnaryGradient,
): Operation<Record<string, never>> {
  return {
    name,
    infer: ([x]) => {
      if (x!.kind !== "float") throw typeError(name, [x!.kind], "it works on floats");
      return [{ shape: x!.shape, kind: "float" }];
    },
    evaluate: ([x]) => [x!.data.map(f)],
    ...(gradient ? { gradient: (node, [g]) => [g && gradient(node.inputs[0]!, node.outputs[0]!, g)] } : {}),
    emit: (emitter, _node, [x]) => [emitter.node(onnx, [x!])],
  };
}

/** An operation on two elements. */
export function binary(
  name: string,
  onnx: string,
  f: (a: number, b: number) => number,
  gradient?: (a: Tensor, b: Tensor, y: Tensor, g: Tensor) => [Tensor | undefined, Tensor | undefined],
): Operation<Record<string, never>> {
  return {
    name,
    infer: ([a, b]) => {
      if (a!.kind !== b!.kind || a!.kind === "bool") {
        throw typeError(name, [a!.kind, b!.kind], "both must be floats, or both whole numbers");
      }
      return [{ shape: broadcastShapes(name, a!.shape, b!.shape), kind: a!.kind }];
    },
    evaluate: ([a, b], _attributes, [out]) => {
      const [i, j] = [broadcastOffsets(a!.shape, out!.shape), broadcastOffsets(b!.shape, out!.shape)];
      const result = Float64Array.from({ length: sizeOf(out!.shape) }, (_, k) => f(a!.data[i[k]!]!, b!.data[j[k]!]!));
      return [out!.kind === "int" ? result.map(Math.trunc) : result];
    },
    ...(gradient
      ? {
          gradient: ({ inputs: [a, b], outputs: [y] }, [g]) => {
            if (!g || a!.kind !== "float") return [undefined, undefined];
            const [da, db] = gradient(a!, b!, y!, g);
            return [da && unbroadcast(da, a!.shape), db && unbroadcast(db, b!.shape)];
          },
        }
      : {}),
    emit: (emitter, _node, inputs) => [emitter.node(onnx, inputs)],
  };
}

function binaryFunction(operation: Operation<Record<string, never>>): (a: Operand, b: Operand) => Tensor {
  return (a, b) => {
    const kind = typeof a !== "number" ? a.kind : typeof b !== "number" ? b.kind : "float";
    return applyOne(operation, [lift(a, kind), lift(b, kind)], {});
  };
}

function unaryFunction(...arguments_: Parameters<typeof unary>): (x: Tensor) => Tensor {
  const operation = unary(...arguments_);
  return (x) => applyOne(operation, [x], {});
}

const addOperation = binary(
  "add",
  "Add",
  (a, b) => a + b,
  (_a, _b, _y, g) => [g, g],
);
export const add = binaryFunction(addOperation);
/** Whether the node is an addition: a scan sums the gradient of a bias outside its loop. */
export const isAddition = (operation: unknown): boolean => operation === addOperation;

export const sub = binaryFunction(
  binary(
    "sub",
    "Sub",
    (a, b) => a - b,
    (_a, _b, _y, g) => [g, neg(g)],
  ),
);
export const mul = binaryFunction(
  binary(
    "mul",
    "Mul",
    (a, b) => a * b,
    (a, b, _y, g) => [mul(g, b), mul(g, a)],
  ),
);
export const div = binaryFunction(
  binary(
    "div",
    "Div",
    (a, b) => a / b,
    (_a, b, y, g) => {
      const da = div(g, b);
      return [da, neg(mul(da, y))];
    },
  ),
);
/** aᵇ; the gradient of b is there for a > 0 only. */
export const pow = binaryFunction(
  binary(
    "pow",
    "Pow",
    (a, b) => a ** b,
    (a, b, y, g) => {
      const slope = mul(b, pow(a, sub(b, 1)));
      // 0 · 0⁻¹ is no number
      const safe = isConstantWithoutZero(b) ? slope : where(equal(b, 0), 0, slope);
      return [mul(g, safe), mul(g, mul(y, log(where(greater(a, 0), a, 1))))];
    },
  ),
);
function isConstantWithoutZero({ node }: Tensor): boolean {
  const { operation, attributes } = node as { operation: unknown; attributes: unknown };
  if (operation !== constantOperation) return false;
  return Array.from((attributes as { data: ArrayLike<number> }).data).every((value) => value !== 0);
}

/** The larger of two; equal ones share the gradient. */
export const maximum = binaryFunction(
  binary(
    "maximum",
    "Max",
    (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)),
    (a, b, _y, g) => shareGradient(greater(a, b), equal(a, b), g),
  ),
);
/** The smaller of two; equal ones share the gradient. */
export const minimum = binaryFunction(
  binary(
    "minimum",
    "Min",
    (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.min(a, b)),
    (a, b, _y, g) => shareGradient(less(a, b), equal(a, b), g),
  ),
);

function shareGradient(first: Tensor, tie: Tensor, g: Tensor): [Tensor, Tensor] {
  const share = where(tie, 0.5, cast(first, "float"));
  const da = mul(g, share);
  return [da, sub(g, da)];
}

export const neg = unaryFunction(
  "neg",
  "Neg",
  (x) => -x,
  (_x, _y, g) => neg(g),
);
export const exp = unaryFunction("exp", "Exp", Math.exp, (_x, y, g) => mul(g, y));
export const log = unaryFunction("log", "Log", Math.log, (x, _y, g) => div(g, x));
export const sqrt = unaryFunction("sqrt", "Sqrt", Math.sqrt, (_x, y, g) => div(mul(g, 0.5), y));
export const reciprocal = unaryFunction(
  "reciprocal",
  "Reciprocal",
  (x) => 1 / x,
  (_x, y, g) => neg(mul(g, mul(y, y))),
);
export const sin = unaryFunction("sin", "Sin", Math.sin, (x, _y, g) => mul(g, cos(x)));
export const cos = unaryFunction("cos", "Cos", Math.cos, (x, _y, g) => neg(mul(g, sin(x))));
export const abs = unaryFunction("abs", "Abs", Math.abs, (x, _y, g) => mul(g, sign(x)));
/** −1, 0 or 1; no gradient. */
export const sign = unaryFunction("sign", "Sign", Math.sign);
export const floor = unaryFunction("floor", "Floor", Math.floor);
export const ceil = unaryFunction("ceil", "Ceil", Math.ceil);
export const sigmoid = unaryFunction("sigmoid", "Sigmoid", logistic, (_x, y, g) => mul(g, mul(y, sub(1, y))));
export const tanh = unaryFunction("tanh", "Tanh", Math.tanh, (_x, y, g) => mul(g, sub(1, mul(y, y))));
export const relu = unaryFunction(
  "relu",
  "Relu",
  (x) => (x > 0 || Number.isNaN(x) ? x : 0),
  (_x, y, g) => mul(g, cast(greater(y, 0), "float")), // a product, for ONNX Runtime's Where is half as fast
);
/** log(1 + eˣ), without overflow. */
export const softplus = unaryFunction(
  "softplus",
  "Softplus",
  (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  (x, _y, g) => mul(g, sigmoid(x)),
);
/** The error function. */
export const erf = unaryFunction("erf", "Erf", errorFunction, (x, _y, g) =>
  mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x))))),
);
/** The same values, from which no gradient flows back (PyTorch's detach). */
export const stopGradient = unaryFunction("stopGradient", "Identity", (x) => x);

function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** erf to full precision: the Maclaurin series near 0, the continued fraction of erfc far from it (A&S 7.1.5, 7.1.14). */
function errorFunction(x: number): number {
  const a = Math.abs(x);
  if (!(a < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let total = a;
    for (let n = 1; Math.abs(term) > 1e-17 * total; n++) {
      term *= (-a * a) / n;
      total += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * total) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
