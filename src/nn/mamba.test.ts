import { beforeAll, describe, expect, test } from "vitest";
import { gradients, input, mul, program, type Runtime, referenceRuntime, sum, type Tensor } from "../tensor/index.ts";
import { nodeRuntime } from "../tensor/node.ts";
import { selectiveScanByStep, stateSpaceByStep } from "./fixture.ts";
import { selectiveScan, stateSpaceDual } from "./index.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

const values = (size: number, seed: number, low = -1, high = 1) =>
  Float64Array.from({ length: size }, (_, i) =>
    Math.fround(low + ((high - low) * ((i * 617 + seed * 131) % 1009)) / 1009),
  );
const shapesOf = {
  selective: ({ steps, batch, channels, states }: Record<string, number>) => ({
    u: [steps!, batch!, channels!],
    delta: [steps!, batch!, channels!],
    a: [channels!, states!],
    b: [steps!, batch!, states!],
    c: [steps!, batch!, states!],
    d: [channels!],
  }),
  dual: ({ batch, steps, heads, size, states }: Record<string, number>) => ({
    x: [batch!, steps!, heads!, size!],
    delta: [batch!, steps!, heads!],
    a: [heads!],
    b: [batch!, steps!, states!],
    c: [batch!, steps!, states!],
  }),
};

/** Values for each shape: step sizes above 0, decays below. */
function fill<K extends string>(shapes: Record<K, number[]>): Record<K, Float64Array> {
  const entries = Object.entries<number[]>(shapes).map(([name, shape], i) => {
    const [low, high] = name === "delta" ? [0.01, 0.8] : name === "a" ? [-3, -0.05] : [-1, 1];
    return [
      name,
      values(
        shape.reduce((a, b) => a * b, 1),
        i + 1,
        low,
        high,
      ),
    ];
  });
  return Object.fromEntries(entries);
}

/** The output and the gradients of its weighted sum, by a runtime. */
async function run(
  on: Runtime,
  shapes: Record<string, number[]>,
  form: (x: Record<string, Tensor>) => Tensor,
  given: Record<string, Float64Array>,
) {
  const leaves = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)]));
  const y = form(leaves);
  const weight = input("weight", y.shape);
  const slopes = gradients(sum(mul(y, weight)), Object.values(leaves));
  const outputs = Object.fromEntries(Object.keys(leaves).map((name, i) => [`gradient of ${name}`, slopes[i]!]));
  const executor = await on.compile(program({ ...leaves, weight }, { y, ...outputs }));
  const results = await executor.run({ ...given, weight: values(y.size, 9) });
  await executor.close();
  return results;
}

/** Largest difference, relative to the largest number. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, largest] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return most / Math.max(largest, 1e-30);
}

describe("the selective scan", () => {
  const form = (chunk: number) => (x: Record<string, Tensor>) =>
    selectiveScan(x.u!, x.delta!, x.a!, x.b!, x.c!, x.d!, { chunk });

  test.each([
    [1, 1, 1, 1, 16],
    [5, 2, 3, 4, 16],
    [16, 1, 4, 2, 4],
    [19, 2, 3, 4, 4],
    [50, 3, 8, 16, 16],
  ])(
    "of %i steps, batch %i, %i channels of %i states in chunks of %i equals the recurrence step by step",
    async (steps, batch, channels, states, chunk) => {
      const sizes = { steps, batch, channels, states };
      const shapes = shapesOf.selective(sizes);
      const given = fill(shapes);
      const { y } = await run(runtime, shapes, form(chunk), given);
      expect(difference(y!, selectiveScanByStep({ ...sizes, ...given }))).toBeLessThan(1e-5);
    },
  );

  test("has the gradients of a loop in one piece", async () => {
    const shapes = shapesOf.selective({ steps: 13, batch: 2, channels: 3, states: 4 });
    const given = fill(shapes);
    const whole = await run(referenceRuntime(), shapes, form(13), given);
    const chunked = await run(runtime, shapes, form(4), given);
    for (const name of Object.keys(whole)) expect(difference(chunked[name]!, whole[name]!), name).toBeLessThan(1e-5);
  });

  test("has the gradients of finite differences", async () => {
    const sizes = { steps: 6, batch: 1, channels: 2, states: 2 };
    const shapes = shapesOf.selective(sizes);
    const given = fill(shapes);
    const found = await run(referenceRuntime(), shapes, form(4), given);
    const weight = values(sizes.steps * sizes.channels, 9);
    const loss = (at: typeof given) =>
      selectiveScanByStep({ ...sizes, ...at }).reduce((total, y, i) => total + y * weight[i]!, 0);
    expectDifferences(given, loss, found);
  });
});

describe("the chunked form of Mamba-2", () => {
  const form = (chunk: number) => (x: Record<string, Tensor>) =>
    stateSpaceDual(x.x!, x.delta!, x.a!, x.b!, x.c!, { chunk });

  test.each([
    [1, 1, 1, 1, 1, 64],
    [2, 5, 3, 4, 2, 64],
    [1, 16, 2, 4, 3, 4],
    [2, 19, 2, 3, 5, 4],
    [2, 150, 4, 8, 16, 64],
  ])(
    "batch %i, %i steps, %i heads of %i, %i states, in chunks of %i equals the recurrence step by step",
    async (batch, steps, heads, size, states, chunk) => {
      const sizes = { batch, steps, heads, size, states };
      const shapes = shapesOf.dual(sizes);
      const given = fill(shapes);
      const { y } = await run(runtime, shapes, form(chunk), given);
      expect(difference(y!, stateSpaceByStep({ ...sizes, ...given }))).toBeLessThan(1e-5);
    },
  );

  test("has the same gradients in one chunk and in many, and those of finite differences", async () => {
    const sizes = { batch: 1, steps: 7, heads: 2, size: 2, states: 3 };
    const shapes = shapesOf.dual(sizes);
    const given = fill(shapes);
    const whole = await run(referenceRuntime(), shapes, form(7), given);
    const chunked = await run(runtime, shapes, form(3), given);
    for (const name of Object.keys(whole)) expect(difference(chunked[name]!, whole[name]!), name).toBeLessThan(1e-5);
    const weight = values(sizes.steps * sizes.heads * sizes.size, 9);
    const loss = (at: typeof given) =>
      stateSpaceByStep({ ...sizes, ...at }).reduce((total, y, i) => total + y * weight[i]!, 0);
    expectDifferences(given, loss, whole);
  });

  test("stays finite where a chunk decays to nothing", async () => {
    const sizes = { batch: 1, steps: 64, heads: 1, size: 2, states: 2 };
    const shapes = shapesOf.dual(sizes);
    const given = { ...fill(shapes), a: Float64Array.of(-400) };
    const results = await run(runtime, shapes, form(32), given);
    for (const [name, found] of Object.entries(results)) expect(found.every(Number.isFinite), name).toBe(true);
  });
});

function expectDifferences<K extends string>(
  given: Record<K, Float64Array>,
  loss: (at: Record<K, Float64Array>) => number,
  found: Record<string, ArrayLike<number>>,
) {
  const step = 1e-5;
  for (const name of Object.keys(given) as K[]) {
    const slopes = given[name].map((value, i) => {
      const moved = (by: number) => loss({ ...given, [name]: given[name].with(i, value + by) });
      return (moved(step) - moved(-step)) / (2 * step);
    });
    expect(difference(found[`gradient of ${name}`]!, slopes), name).toBeLessThan(1e-7);
  }
}
