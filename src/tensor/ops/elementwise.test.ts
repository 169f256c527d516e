import { beforeAll, describe, expect, test } from "vitest";
import * as t from "../index.ts";
import { nodeRuntime } from "../node.ts";
import { evaluateGraph } from "../reference.ts";

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];

let runtime: t.Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

/** A function of a row and the gradient of its sum, by the reference and by ONNX Runtime. */
async function bothWays(f: (x: t.Tensor) => t.Tensor, row: number[], kind: t.Kind = "float") {
  const x = t.input("x", [row.length], kind);
  const y = f(x);
  const slope = kind === "float" && y.kind === "float" ? t.gradients(t.sum(y), [x])[0]! : t.zeros(x.shape);
  const reference = evaluateGraph([y, slope], new Map([[x, Float64Array.from(row)]]));
  const executor = await runtime.compile(t.program({ x }, { y, slope }));
  const found = await executor.run({ x: Float32Array.from(row) });
  const onnx = [Array.from(found["y"]!), Array.from(found["slope"]!)];
  await executor.close();
  return { values: [Array.from(reference[0]!), onnx[0]!], slopes: [Array.from(reference[1]!), onnx[1]!] };
}

/** NaN where NaN is wanted, infinities exactly, else within 1e-6 relative. */
function expectClose(found: number[], wanted: number[], what: string): void {
  expect(found.length, what).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) {
    if (!Number.isFinite(value)) expect(found[i], `${what}, element ${i}`).toBe(value);
    else
      expect(
        Math.abs(found[i]! - value) / Math.max(1, Math.abs(value)),
        `${what}, element ${i}: ${found[i]} for ${value}`,
      ).toBeLessThan(1e-6);
  }
}

const far = [-1e4, -200, -1, 0, 1, 200, 1e4];
const log2 = Math.log(2);
const s1 = 1 / (1 + Math.exp(-1));

/** What is computed of the row, the row, the values wanted, and the slopes (left out: not of interest). */
const extremes: [what: string, f: (x: t.Tensor) => t.Tensor, row: number[], wanted: number[], slopes?: number[]][] = [
  ["sigmoid", t.sigmoid, far, [0, 0, 1 - s1, 0.5, s1, 1, 1], [0, 0, s1 * (1 - s1), 0.25, s1 * (1 - s1), 0, 0]],
  ["sigmoid of infinities", t.sigmoid, [-inf, inf], [0, 1], [0, 0]],
  [
    "softplus",
    t.softplus,
    far,
    [0, 0, Math.log1p(Math.exp(-1)), log2, 1 + Math.log1p(Math.exp(-1)), 200, 1e4],
    [0, 0, 1 - s1, 0.5, s1, 1, 1],
  ],
  [
    "logSigmoid",
    t.logSigmoid,
    far,
    [-1e4, -200, -1 - Math.log1p(Math.exp(-1)), -log2, -Math.log1p(Math.exp(-1)), 0, 0],
    [1, 1, s1, 0.5, 1 - s1, 0, 0],
  ],
  [
    "tanh",
    t.tanh,
    far,
    [-1, -1, Math.tanh(-1), 0, Math.tanh(1), 1, 1],
    [0, 0, 1 - Math.tanh(1) ** 2, 1, 1 - Math.tanh(1) ** 2, 0, 0],
  ],
  ["erf", t.erf, [-1e4, -7, 0, 7, 1e4], [-1, -1, 0, 1, 1], [0, 0, 2 / Math.sqrt(Math.PI), 0, 0]],
  ["gelu", (x) => t.gelu(x), [-1e4, 0, 1e4], [0, 0, 1e4], [0, 0.5, 1]],
  ["silu", t.silu, [-1e4, 0, 1e4], [0, 0, 1e4], [0, 0.5, 1]],
  ["elu", (x) => t.elu(x), [-1e4, 0, 1e4], [-1, 0, 1e4], [0, 1, 1]],
  ["softmax", (x) => t.softmax(x), [-1e4, 0, 1e4], [0, 0, 1], [0, 0, 0]],
  ["softmax of equal extremes", (x) => t.softmax(x), [1e4, 1e4, -1e4], [0.5, 0.5, 0], [0, 0, 0]],
  ["softmax under a mask", (x) => t.softmax(x), [-inf, 0, 0], [0, 0.5, 0.5], [0, 0, 0]],
  ["logSoftmax", (x) => t.logSoftmax(x), [-1e4, 0, 1e4], [-2e4, -1e4, 0], [1, 1, -2]],
  ["logSoftmax under a mask", (x) => t.logSoftmax(x), [-inf, 0, 0], [-inf, -log2, -log2]],
  ["logsumexp", (x) => t.logsumexp(x), [-1e4, 0, 1e4], [1e4], [0, 0, 1]],
  ["logsumexp of equal extremes", (x) => t.logsumexp(x), [-1e4, -1e4], [-1e4 + log2], [0.5, 0.5]],
  ["logsumexp under a mask", (x) => t.logsumexp(x), [-inf, 0, 0], [log2], [0, 0.5, 0.5]],
  ["logsumexp of masked alone", (x) => t.logsumexp(x), [-inf, -inf], [-inf]],
  ["logsumexp with infinity", (x) => t.logsumexp(x), [0, inf], [inf]],
  [
    "a masked softmax with the smallest float",
    (x) => t.softmax(t.maskedFill(x, t.greater(x, 5), -3.4e38)),
    [1, 1, 9],
    [0.5, 0.5, 0],
    [0, 0, 0],
  ],
  ["exp over and under", t.exp, [-1e4, 1e4], [0, inf]],
  ["log at its ends", t.log, [0, inf], [-inf, inf]],
  ["log below 0", t.log, [-1], [nan]],
  ["sqrt at 0 and below", t.sqrt, [0, -1], [0, nan]],
  ["division by 0", (x) => t.div(x, 0), [1, -1, 0], [inf, -inf, nan]],
  ["relu of NaN and infinities", t.relu, [nan, -inf, inf], [nan, 0, inf]],
  ["maximum with NaN", (x) => t.maximum(x, 0), [nan, 1, -inf, inf], [nan, 1, 0, inf]],
  ["minimum with NaN", (x) => t.minimum(x, 0), [nan, 1, -inf, inf], [nan, 0, -inf, 0]],
  ["maximum, NaN second", (x) => t.maximum(t.zeros([2]), x), [nan, 1], [nan, 1]],
  ["clamp of NaN and infinities", (x) => t.clamp(x, -1, 1), [nan, -inf, inf], [nan, -1, 1]],
  ["the largest of a masked row", (x) => t.max(x), [-inf, -inf], [-inf]],
  ["sum with infinity", (x) => t.sum(x), [1, inf], [inf], [1, 1]],
  ["sum with NaN", (x) => t.sum(x), [1, nan], [nan], [1, 1]],
  ["a choice keeps NaN of the other branch away", (x) => t.where(t.greater(x, 0), x, 0), [nan, 2], [0, 2], [0, 1]],
  [
    "comparison with NaN is false",
    (x) => t.cast(t.logicalOr(t.less(x, 0), t.greaterEqual(x, 0)), "float"),
    [nan, 1],
    [0, 1],
  ],
  ["relu at 0 has no slope", t.relu, [0, -0, 1e-30], [0, 0, 1e-30], [0, 0, 1]],
  ["abs at 0 has no slope", t.abs, [0, -2, 2], [0, 2, 2], [0, -1, 1]],
  ["a power at 0", (x) => t.pow(x, 2), [0, -3], [0, 9], [0, -6]],
  ["a power of 0 and of 1", (x) => t.add(t.pow(x, 0), t.pow(x, 1)), [0, 2], [1, 3], [1, 1]],
  ["standardise of equal elements", (x) => t.standardise(x, 0).output, [5, 5, 5], [0, 0, 0], [0, 0, 0]],
  [
    "standardise far from 0",
    (x) => t.standardise(x, 0).output,
    [1e4, 1e4 + 2],
    [-1 / Math.sqrt(1 + 1e-5), 1 / Math.sqrt(1 + 1e-5)],
    [0, 0],
  ],
];

describe("at the ends of the numbers, both executors give what the mathematics gives", () => {
  test.each(extremes)("%s", async (what, f, row, wanted, slopes) => {
    const found = await bothWays(f, row);
    for (const [i, who] of ["reference", "ONNX Runtime"].entries()) {
      expectClose(found.values[i]!, wanted, `${what} by the ${who}`);
      if (slopes) expectClose(found.slopes[i]!, slopes, `slope of ${what} by the ${who}`);
    }
  });
});

test("the reference finds NaN wherever it stands in a reduction", () => {
  for (const row of [
    [nan, 1, 2],
    [1, nan, 2],
    [1, 2, nan],
  ]) {
    const x = t.input("x", [3]);
    const found = evaluateGraph([t.max(x), t.min(x), t.sum(x), t.mean(x)], new Map([[x, Float64Array.from(row)]]));
    expect(found.map((own) => own[0])).toEqual([nan, nan, nan, nan]);
  }
});

describe("numbers stand for tensors", () => {
  test.each<[string, (x: t.Tensor) => t.Tensor, number[]]>([
    ["x + 2", (x) => t.add(x, 2), [3, 0, 5]],
    ["2 - x", (x) => t.sub(2, x), [1, 4, -1]],
    ["x * -1.5", (x) => t.mul(x, -1.5), [-1.5, 3, -4.5]],
    ["6 / x", (x) => t.div(6, x), [6, -3, 2]],
    ["2 ** x", (x) => t.pow(2, x), [2, 0.25, 8]],
    ["max(x, 0.5)", (x) => t.maximum(x, 0.5), [1, 0.5, 3]],
    ["min(0.5, x)", (x) => t.minimum(0.5, x), [0.5, -2, 0.5]],
    ["x > 0 ? 1 : x", (x) => t.where(t.greater(x, 0), 1, x), [1, -2, 1]],
    ["x <= 1 ? -1 : 1", (x) => t.where(t.lessEqual(x, 1), -1, 1), [-1, -1, 1]],
  ])("%s", async (what, f, wanted) => {
    for (const values of (await bothWays(f, [1, -2, 3])).values) expectClose(values, wanted, what);
  });

  test("of the kind of the other operand", async () => {
    for (const values of (await bothWays((x) => t.div(t.add(x, 3), 2), [1, -6, 4], "int")).values) {
      expect(values).toEqual([2, -1, 3]);
    }
    expect(t.add(t.input("x", [2], "int"), 1).kind).toBe("int");
    expect(t.add(1, 2).kind).toBe("float");
  });
});
