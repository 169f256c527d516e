import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type CaseProgram, type CaseTable, caseProgram, formula, type OperationCase, readCases } from "./fixture.ts";
import * as exported from "./index.ts";
import { nodeRuntime } from "./node.ts";
import { evaluateGraph } from "./reference.ts";
import type { Elements, Runtime } from "./runtime.ts";
import type { Tensor } from "./tensor.ts";

interface Golden {
  /** Kind and shape of each output. */
  looks: (string | number)[][];
  outputs: Stored[];
  gradients: Stored[];
}
type Stored = (number | string)[] | { size: number; sums: (number | string)[] };
const golden = (name: string) => JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), "utf8"));
const cases = readCases(golden("cases") as CaseTable);
const torch = golden("ops").cases as Golden[];

/** Exports that are no operations on tensors, and leaves, of which every case is made. */
const besides = new Set([
  ...["Tensor", "emitProgram", "gradients", "onnxRuntime", "program", "programGraph", "referenceRuntime"],
  ...["shapeText", "sizeOf", "input", "parameterTensor", "uniformNoise", "isNoise", "leavesOf", "stateNeverSet"],
]);

interface Ready extends CaseProgram {
  about: OperationCase;
  stored: Golden;
  /** Outputs, then gradients, by the reference. */
  results: Float64Array[];
}

const families = new Map<string, Ready[]>(cases.map(({ op }) => [op, []]));
/** Cases whose program cannot be made or run. */
const broken: { name: string; error: unknown }[] = [];
for (const [i, about] of cases.entries()) {
  try {
    const made = caseProgram(about);
    const fed = new Map(made.leaves.map((leaf, j) => [leaf, made.values[j]!]));
    const results = evaluateGraph([...made.outputs, ...made.gradients], fed);
    families.get(about.op)!.push({ ...made, about, stored: torch[i]!, results });
  } catch (error) {
    broken.push({ name: about.name, error });
  }
}

test("every case of the table can be made and run", () => expect(broken).toEqual([]));

/** The largest difference, relative to the reference where that is above 1; NaN equals NaN. */
function difference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [found[i]!, wanted[i]!];
    if (Object.is(a, b) || a === b) continue;
    const off = Math.abs(a - b) / Math.max(1, Math.abs(b));
    worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  }
  return worst;
}

/** The numbers that golden files hold of a tensor. */
function summary(data: ArrayLike<number>, like: Stored): number[] {
  const values = Array.from(data);
  if (Array.isArray(like)) return values;
  const weights = formula(values.length, 40);
  const sum = (f: (x: number, i: number) => number) => values.reduce((total, x, i) => total + f(x, i), 0);
  return [sum((x) => x), sum((x) => x * x), sum((x, i) => x * weights[i]!), values[0]!, values.at(-1)!];
}

test("every operation that is exported has at least twenty cases", () => {
  const operations = Object.entries(exported).flatMap(([name, value]) =>
    typeof value === "function" && !besides.has(name) ? [name] : [],
  );
  expect(operations.length).toBeGreaterThan(70);
  const short = operations.filter((name) => (families.get(name)?.length ?? 0) < 20);
  expect(short).toEqual([]);
  expect([...families.keys()].filter((name) => !operations.includes(name))).toEqual([]);
  expect(torch).toHaveLength(cases.length);
});

describe.each([...families])("%s", (op, ready) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1, spinning: false });
  });

  test("gives the values and gradients of PyTorch", () => {
    for (const { about, outputs, results, stored } of ready) {
      const wanted = [...stored.outputs, ...stored.gradients];
      expect(results.length, about.name).toBe(wanted.length);
      expect(
        outputs.map(({ kind, shape }) => [kind, ...shape]),
        about.name,
      ).toEqual(stored.looks);
      for (const [i, like] of wanted.entries()) {
        const numbers = (Array.isArray(like) ? like : like.sums).map(Number);
        const what = i < outputs.length ? `output ${i}` : `gradient ${i - outputs.length}`;
        const off = difference(summary(results[i]!, like), numbers);
        expect(off, `${about.name}: ${what}, ${results[i]!.slice(0, 6)} for ${numbers.slice(0, 6)}`).toBeLessThan(1e-5);
      }
    }
  });

  test("has gradients that agree with central differences", () => {
    for (const { about, leaves, values, loss, results, outputs } of ready) {
      if (!loss || !about.differences) continue;
      const floats = leaves.flatMap((leaf, i) => (leaf.kind === "float" ? [i] : []));
      for (const [j, i] of floats.entries()) {
        const gradient = results[outputs.length + j]!;
        for (const direction of directions(values[i]!.length)) {
          const along = (step: number) => {
            const moved = values[i]!.map((value, k) => value + step * direction[k]!);
            const fed = new Map(leaves.map((leaf, k) => [leaf, k === i ? moved : values[k]!]));
            return evaluateGraph([loss], fed)[0]![0]!;
          };
          const slope = (along(STEP) - along(-STEP)) / (2 * STEP);
          const claimed = gradient.reduce((total, g, k) => total + g * direction[k]!, 0);
          const off = Math.abs(slope - claimed) / Math.max(1, Math.abs(slope));
          expect(off, `${about.name}: input ${i}, ${claimed} for ${slope}`).toBeLessThan(1e-6);
        }
      }
    }
  });

  test("gives the same through ONNX Runtime", async () => {
    const inputs: Record<string, Tensor> = {};
    const outputs: Record<string, Tensor> = {};
    const fed: Record<string, Elements> = {};
    for (const [c, { leaves, values, outputs: made, gradients }] of ready.entries()) {
      for (const [i, leaf] of leaves.entries()) {
        inputs[`case${c}.in${i}`] = leaf;
        fed[`case${c}.in${i}`] = values[i]!;
      }
      for (const [i, tensor] of [...made, ...gradients].entries()) outputs[`case${c}.out${i}`] = tensor;
    }
    const executor = await runtime.compile(exported.program(inputs, outputs));
    const found = await executor.run(fed);
    for (const [c, { about, results }] of ready.entries()) {
      for (const [i, wanted] of results.entries()) {
        const own = found[`case${c}.out${i}`]!;
        const off = difference(own, wanted);
        expect(off, `${op} ${about.name}: result ${i}, ${own.slice(0, 6)} for ${wanted.slice(0, 6)}`).toBeLessThan(
          1e-5,
        );
      }
    }
    await executor.close();
  });
});

const STEP = 1e-5;

/** Each element alone where there are few; else two directions through all of them, and four single elements. */
function directions(size: number): Float64Array[] {
  const single = (at: number) => Float64Array.from({ length: size }, (_, i) => Number(i === at));
  if (size <= 6) return Array.from({ length: size }, (_, i) => single(i));
  const spread = [50, 51].map((seed) => formula(size, seed));
  return [...spread, ...[0, 1, size >> 1, size - 1].map(single)];
}
