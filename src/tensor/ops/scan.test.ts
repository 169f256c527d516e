import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { formula, weighted } from "../fixture.ts";
import { gradients, reach } from "../gradient.ts";
import { nodeRuntime } from "../node.ts";
import { program } from "../program.ts";
import { evaluateGraph } from "../reference.ts";
import type { Elements, Runtime } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { concat, reshape, select, slice, transpose } from "./arrange.ts";
import { cast, greater, where } from "./compare.ts";
import { add, exp, mul, neg, sigmoid, stopGradient, sub, tanh } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { mean, sum } from "./reduce.ts";
import { type ScanOptions, type ScanStep, scan } from "./scan.ts";
import { softmax } from "./softmax.ts";
import { constant, input, uniformNoise, zeros } from "./sources.ts";

type Step = (carry: Tensor[], elements: Tensor[]) => ScanStep;

/** The same steps one after the other, without any loop: what a scan must agree with. */
function written(step: Step, { carry, sequences = [], reverse = false }: ScanOptions) {
  const length = sequences[0]!.shape[0]!;
  const stacks: Tensor[][] = [];
  let state = [...carry];
  for (let i = 0; i < length; i++) {
    const at = reverse ? length - 1 - i : i;
    const made = step(
      state,
      sequences.map((sequence) => select(sequence, 0, at)),
    );
    state = [...made.carry];
    for (const [j, out] of (made.stacked ?? []).entries()) {
      if (i === 0) stacks.push(new Array(length));
      stacks[j]![at] = out;
    }
  }
  const stacked = stacks.map((parts) =>
    concat(
      parts.map((part) => reshape(part, [1, ...part.shape])),
      0,
    ),
  );
  return { carry: state, stacked };
}

const W = 3; // width of every square tensor of the random bodies

/** Expressions over the tensors a step sees, described by numbers so that fast-check can shrink them. */
type Recipe = { operation: number; first: number; second: number }[];
const recipe: fc.Arbitrary<Recipe> = fc.array(
  fc.record({ operation: fc.nat(11), first: fc.nat(30), second: fc.nat(30) }),
  { minLength: 2, maxLength: 7 },
);

/** Runs a recipe; all tensors are [W, W] and stay within bounds. */
function cook(steps: Recipe, tensors: Tensor[]): Tensor[] {
  const made = [...tensors];
  for (const { operation, first, second } of steps) {
    const [a, b] = [made[first % made.length]!, made[second % made.length]!];
    const next = [
      () => add(a, b),
      () => tanh(mul(a, b)),
      () => tanh(matmul(a, b)),
      () => tanh(matmul(a, b, { transposeB: true })),
      () => matmul(softmax(a), b),
      () => sub(a, transpose(b)),
      () => add(a, select(b, 0, 1)),
      () => mul(sigmoid(a), b),
      () => where(greater(a, b), a, mul(b, 0.5)),
      () => tanh(add(sum(a, { axis: 0, keepAxes: true }), b)),
      () => mul(a, 0.5),
      () => add(constant([0.1, -0.2, 0.3], [3]), tanh(a)),
    ][operation]!();
    made.push(next);
  }
  return made.slice(tensors.length);
}

interface Loop {
  body: Recipe;
  carries: number;
  sequences: number;
  captured: number;
  stacked: number;
  length: number;
  reverse: boolean;
  keep: "all" | "carry";
  unroll: boolean;
}
const anyLoop: fc.Arbitrary<Loop> = fc.record({
  body: recipe,
  carries: fc.integer({ min: 0, max: 3 }),
  sequences: fc.integer({ min: 1, max: 3 }),
  captured: fc.integer({ min: 0, max: 3 }),
  stacked: fc.nat(3),
  length: fc.integer({ min: 1, max: 4 }),
  reverse: fc.boolean(),
  keep: fc.constantFrom("all", "carry"),
  unroll: fc.boolean(),
});

/** A loop and the same steps written out: results and gradients of both, over the same leaves. */
function bothWays(loop: Loop) {
  const square = (name: string, i: number) => input(`${name}${i}`, [W, W]);
  const carry = Array.from({ length: loop.carries }, (_, i) => square("carry", i));
  const sequences = Array.from({ length: loop.sequences }, (_, i) => input(`sequence${i}`, [loop.length, W, W]));
  const captured = Array.from({ length: loop.captured }, (_, i) => square("captured", i));
  const step: Step = (states, elements) => {
    const made = cook(loop.body, [...states, ...elements, ...captured]);
    const pick = (i: number) => made[made.length - 1 - (i % made.length)]!;
    return {
      carry: states.map((_, i) => tanh(pick(i))),
      stacked: Array.from({ length: loop.stacked }, (_, i) => pick(i + 1)),
    };
  };
  const leaves = [...carry, ...sequences, ...captured];
  const { reverse, keep, unroll } = loop;
  const results = [
    scan(step, { carry, sequences, reverse, keep, unroll }),
    written(step, { carry, sequences, reverse }),
  ];
  const [looped, plain] = results.map((result) => {
    const outputs = [...result.carry, ...result.stacked];
    const loss = weighted(outputs);
    return { outputs, loss, all: [...outputs, ...(loss ? gradients(loss, leaves) : [])] };
  });
  const values = leaves.map(({ size }, i) => formula(size, i).map((x) => x / 2));
  return { leaves, values, looped: looped!, plain: plain! };
}

function largestDifference(found: readonly ArrayLike<number>[], wanted: readonly ArrayLike<number>[]): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (const [i, own] of wanted.entries()) {
    if (own.length !== found[i]!.length) return Number.POSITIVE_INFINITY;
    for (let j = 0; j < own.length; j++) {
      const off = Math.abs(found[i]![j]! - own[j]!) / Math.max(1, Math.abs(own[j]!));
      worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
    }
  }
  return worst;
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

/** Tensors by ONNX Runtime, in one session. */
async function byOnnx(leaves: readonly Tensor[], values: readonly Float64Array[], wanted: readonly Tensor[]) {
  const names = leaves.map((_, i) => `in${i}`);
  const outputs = Object.fromEntries(wanted.map((tensor, i) => [`out${i}`, tensor]));
  const executor = await runtime.compile(
    program(Object.fromEntries(names.map((name, i) => [name, leaves[i]!])), outputs),
  );
  const found = await executor.run(
    Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<string, Elements>,
  );
  const copies = wanted.map((_, i) => Float64Array.from(found[`out${i}`]!));
  await executor.close();
  return copies;
}

const fed = (leaves: readonly Tensor[], values: readonly Float64Array[]) =>
  new Map(leaves.map((leaf, i) => [leaf, values[i]!]));

/** The slope of a loss along a direction in all leaves at once, by central differences, and as gradients have it. */
function slopes(
  loss: Tensor,
  leaves: readonly Tensor[],
  values: readonly Float64Array[],
  found: readonly Float64Array[],
) {
  const along = leaves.map(({ size }, i) => formula(size, 60 + i));
  const at = (step: number) => {
    const moved = values.map((own, i) => own.map((x, j) => x + step * along[i]![j]!));
    return evaluateGraph([loss], fed(leaves, moved))[0]![0]!;
  };
  const claimed = found.reduce((total, g, i) => total + g.reduce((sum, x, j) => sum + x * along[i]![j]!, 0), 0);
  return [(at(1e-5) - at(-1e-5)) / 2e-5, claimed] as const;
}

describe("a scan of a random body", () => {
  test("agrees with its steps written out, values and gradients, in the reference", () => {
    fc.assert(
      fc.property(anyLoop, (loop) => {
        const { leaves, values, looped, plain } = bothWays(loop);
        const given = fed(leaves, values);
        expect(largestDifference(evaluateGraph(looped.all, given), evaluateGraph(plain.all, given))).toBeLessThan(
          1e-12,
        );
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  test("agrees with finite differences", () => {
    fc.assert(
      fc.property(anyLoop, (loop) => {
        // a choice has a kink, which a difference may step over
        const smooth = { ...loop, body: loop.body.filter(({ operation }) => operation !== 8) };
        if (smooth.body.length === 0 || loop.carries + loop.stacked === 0) return;
        const { leaves, values, looped } = bothWays(smooth);
        const found = evaluateGraph(looped.all, fed(leaves, values)).slice(looped.outputs.length);
        const [slope, claimed] = slopes(looped.loss!, leaves, values, found);
        expect(Math.abs(slope - claimed) / Math.max(1, Math.abs(slope))).toBeLessThan(1e-6);
      }),
      { numRuns: 50, seed: 5 },
    );
  });

  test("gives the same through ONNX Runtime", async () => {
    const loops = fc.sample(anyLoop, { numRuns: 40, seed: 6 });
    const made = loops.map(bothWays);
    // many loops in each session: making one takes longer than running it
    for (let from = 0; from < made.length; from += 20) {
      const some = made.slice(from, from + 20);
      const found = await byOnnx(
        some.flatMap(({ leaves }) => leaves),
        some.flatMap(({ values }) => values),
        some.flatMap(({ looped }) => looped.all),
      );
      let at = 0;
      for (const [i, { leaves, values, looped, plain }] of some.entries()) {
        const own = found.slice(at, at + looped.all.length);
        at += looped.all.length;
        const off = largestDifference(own, evaluateGraph(plain.all, fed(leaves, values)));
        expect(off, JSON.stringify(loops[from + i])).toBeLessThan(1e-5);
      }
    }
  });
});

describe("a scan inside a scan", () => {
  const [rows, steps] = [3, 4];
  const make = (run: typeof written, options: Partial<ScanOptions>) => {
    const start = input("start", [2]);
    const grid = input("grid", [rows, steps, 2]);
    const matrix = input("matrix", [2, 2]);
    const bias = input("bias", [2]);
    const { carry, stacked } = run(
      ([h], [row]) => {
        const scaled = mul(bias, h!);
        const inner = run(
          ([s], [x]) => {
            const next = tanh(add(add(matmul(reshape(s!, [1, 2]), matrix), reshape(x!, [1, 2])), mul(scaled, h!)));
            return { carry: [reshape(next, [2])], stacked: [mul(reshape(next, [2]), x!)] };
          },
          { ...options, carry: [h!], sequences: [row!] },
        );
        return { carry: [tanh(add(inner.carry[0]!, bias))], stacked: [inner.stacked[0]!] };
      },
      { ...options, carry: [start], sequences: [grid] },
    );
    const outputs = [...carry, ...stacked];
    const leaves = [start, grid, matrix, bias];
    const loss = weighted(outputs)!;
    return { leaves, loss, outputs, found: gradients(loss, leaves) };
  };
  const options: Partial<ScanOptions>[] = [
    {},
    { reverse: true },
    { keep: "carry" },
    { unroll: true },
    { keep: "carry", unroll: true, reverse: true },
  ];

  test.each(options)("agrees with its steps written out: %o", async (option) => {
    const looped = make(scan, option);
    const plain = make(written, option.reverse ? { reverse: true } : {});
    const values = looped.leaves.map(({ size }, i) => formula(size, i).map((x) => x / 2));
    const wanted = evaluateGraph([...plain.outputs, ...plain.found], fed(plain.leaves, values));
    const all = [...looped.outputs, ...looped.found];
    expect(largestDifference(evaluateGraph(all, fed(looped.leaves, values)), wanted)).toBeLessThan(1e-12);
    expect(largestDifference(await byOnnx(looped.leaves, values, all), wanted)).toBeLessThan(1e-5);
    const [slope, claimed] = slopes(looped.loss, looped.leaves, values, wanted.slice(looped.outputs.length));
    expect(Math.abs(slope - claimed)).toBeLessThan(1e-6);
  });

  test("has second gradients that agree with finite differences", async () => {
    for (const option of options) {
      const { leaves, found } = make(scan, option);
      const values = leaves.map(({ size }, i) => formula(size, i).map((x) => x / 2));
      const first = weighted(found)!;
      const second = gradients(first, leaves);
      const results = evaluateGraph(second, fed(leaves, values));
      const [slope, claimed] = slopes(first, leaves, values, results);
      expect(Math.abs(slope - claimed) / Math.max(1, Math.abs(slope)), JSON.stringify(option)).toBeLessThan(1e-6);
      expect(largestDifference(await byOnnx(leaves, values, second), results)).toBeLessThan(1e-5);
    }
  });
});

/** Every scan that tensors are made of, those inside others too: the node's outputs and its body's. */
function loops(tensors: readonly Tensor[]): [outputs: Tensor[], body: Tensor[]][] {
  return [...reach(tensors)].flatMap((node): [Tensor[], Tensor[]][] => {
    if ((node.operation as { name: string }).name !== "scan") return [];
    const { outputs } = node.attributes as { outputs: Tensor[] };
    return [[node.outputs, outputs], ...loops(outputs)];
  });
}

test("second gradients of two losses over one nested scan that is computed again", () => {
  const [start, grid, u] = [input("start", [2]), input("grid", [2, 3, 2]), input("u", [2])];
  const { carry, stacked } = scan(
    ([h], [row]) => {
      const inner = scan(([s], [x]) => ({ carry: [tanh(add(mul(s!, u), mul(x!, s!)))], stacked: [exp(mul(x!, x!))] }), {
        carry: [h!],
        sequences: [row!],
      });
      return { carry: [inner.carry[0]!], stacked: [inner.stacked[0]!] };
    },
    { carry: [start], sequences: [grid], keep: "carry" },
  );
  const leaves = [start, grid, u];
  const first = [sum(carry[0]!), sum(mul(stacked[0]!, stacked[0]!))].flatMap((loss) => gradients(loss, leaves));
  const loss = weighted(first)!;
  const second = gradients(loss, leaves);
  const values = leaves.map(({ size }, i) => formula(size, i));
  const [slope, claimed] = slopes(loss, leaves, values, evaluateGraph(second, fed(leaves, values)));
  expect(Math.abs(slope - claimed) / Math.max(1, Math.abs(slope))).toBeLessThan(1e-6);
  // no loop is shared by two nodes: its outputs grow with the gradients taken of one
  for (const [outputs, body] of loops(second)) expect(body).toHaveLength(outputs.length);
});

test("two losses over one scan each have their own right gradients", async () => {
  const [start, xs, u] = [input("start", [1, 2]), input("xs", [3, 1, 2]), input("u", [2, 2])];
  const { carry, stacked } = scan(
    ([h], [x]) => {
      const next = tanh(add(matmul(h!, u), mul(x!, sigmoid(h!))));
      return { carry: [next], stacked: [exp(next)] };
    },
    { carry: [start], sequences: [xs] },
  );
  const leaves = [start, xs, u];
  const losses = [sum(carry[0]!), mean(mul(stacked[0]!, stacked[0]!))];
  const found = losses.flatMap((loss) => gradients(loss, leaves));
  const values = leaves.map(({ size }, i) => formula(size, i));
  const results = evaluateGraph(found, fed(leaves, values));
  for (const [i, loss] of losses.entries()) {
    const [slope, claimed] = slopes(loss, leaves, values, results.slice(i * 3, i * 3 + 3));
    expect(Math.abs(slope - claimed)).toBeLessThan(1e-6);
  }
  expect(largestDifference(await byOnnx(leaves, values, found), results)).toBeLessThan(1e-5);
});

test.each([{}, { unroll: true }, { keep: "carry" as const }, { reverse: true }])(
  "whole numbers and truth values go from step to step: %o",
  async (option) => {
    const [start, xs, counts] = [input("start", [2]), input("xs", [4, 2]), input("counts", [4, 2], "int")];
    const run = (how: typeof written) => {
      const { carry, stacked } = how(
        ([h, n, seen], [x, count]) => {
          const total = add(n!, count!);
          const next = tanh(add(mul(h!, cast(seen!, "float")), mul(x!, cast(total, "float"))));
          return { carry: [next, total, greater(next, 0)], stacked: [mul(next, h!), total] };
        },
        { ...option, carry: [start, zeros([2], "int"), greater(start, -5)], sequences: [xs, counts] },
      );
      const outputs = [...carry, ...stacked];
      return [...outputs, ...gradients(weighted(outputs)!, [start, xs])];
    };
    const leaves = [start, xs, counts];
    const values = [formula(2, 0), formula(8, 1), Float64Array.from([1, 0, -1, 2, 0, 1, 1, -2])];
    const [looped, plain] = [run(scan), run(written)];
    const wanted = evaluateGraph(plain, fed(leaves, values));
    expect(largestDifference(evaluateGraph(looped, fed(leaves, values)), wanted)).toBeLessThan(1e-12);
    expect(largestDifference(await byOnnx(leaves, values, looped), wanted)).toBeLessThan(1e-5);
  },
);

test("a step may give back what it was given, tensors from outside, and constants", async () => {
  const [start, xs, outside] = [input("start", [2]), input("xs", [3, 2]), input("outside", [2])];
  const run = (how: typeof written) => {
    const { carry, stacked } = how(
      ([h, k], [x]) => ({ carry: [outside, h!], stacked: [x!, h!, k!, outside, constant([1, 2], [2]), zeros([2])] }),
      { carry: [start, neg(start)], sequences: [xs] },
    );
    const outputs = [...carry, ...stacked];
    return [...outputs, ...gradients(weighted(outputs)!, [start, xs, outside])];
  };
  const leaves = [start, xs, outside];
  const values = leaves.map(({ size }, i) => formula(size, i));
  const [looped, plain] = [run(scan), run(written)];
  const wanted = evaluateGraph(plain, fed(leaves, values));
  expect(largestDifference(evaluateGraph(looped, fed(leaves, values)), wanted)).toBe(0);
  expect(largestDifference(await byOnnx(leaves, values, looped), wanted)).toBeLessThan(1e-6);
});

test("no gradient flows through a stop inside a step", () => {
  const [start, xs] = [input("start", []), input("xs", [3])];
  const { carry } = scan(([h], [x]) => ({ carry: [add(mul(stopGradient(h!), 2), x!)] }), {
    carry: [start],
    sequences: [xs],
  });
  const found = evaluateGraph(gradients(carry[0]!, [start, xs]), fed([start, xs], [formula(1, 0), formula(3, 1)]));
  expect(found.map((g) => [...g])).toEqual([[0], [0, 0, 1]]);
});

test("sequences may be parts of tensors, and a scan may read what another stacked", () => {
  const xs = input("xs", [5, 2]);
  const run = (how: typeof written) => {
    const first = how(([h], [x]) => ({ carry: [tanh(add(h!, x!))], stacked: [h!] }), {
      carry: [zeros([2])],
      sequences: [slice(xs, 0, 1, 5)],
    });
    const second = how(([h], [x]) => ({ carry: [tanh(mul(h!, x!))], stacked: [mul(h!, h!)] }), {
      carry: [first.carry[0]!],
      sequences: [first.stacked[0]!],
      reverse: true,
    });
    const loss = weighted([...second.carry, ...second.stacked])!;
    return [loss, ...gradients(loss, [xs])];
  };
  const given = fed([xs], [formula(10, 0)]);
  expect(largestDifference(evaluateGraph(run(scan), given), evaluateGraph(run(written), given))).toBeLessThan(1e-12);
});

test("noise or an input made inside a step is refused with the way out", () => {
  const xs = input("xs", [3, 2]);
  const bad = (leaf: () => Tensor) => () =>
    scan(([h], [x]) => ({ carry: [add(mul(h!, leaf()), x!)] }), { carry: [zeros([2])], sequences: [xs] });
  expect(bad(() => uniformNoise([2]))).toThrow(/noise was made inside a scan[\s\S]*scan\.test\.ts:\d+[\s\S]*sequence/);
  expect(bad(() => input("late", [2]))).toThrow(/input was made inside a scan/);
});
