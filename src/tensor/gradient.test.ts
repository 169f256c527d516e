import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type CaseTable, caseProgram, formula, type OperationCase, readCases, weighted } from "./fixture.ts";
import { gradients } from "./gradient.ts";
import * as t from "./index.ts";
import { nodeRuntime } from "./node.ts";
import { evaluateGraph } from "./reference.ts";
import type { Elements, Runtime } from "./runtime.ts";

const table = JSON.parse(readFileSync(new URL("./golden/cases.json", import.meta.url), "utf8")) as CaseTable;
const families = new Map<string, OperationCase[]>();
for (const one of readCases(table)) {
  if (one.differences && one.inputs.some(({ domain }) => domain === "real" || domain === "positive")) {
    families.set(one.op, [...(families.get(one.op) ?? []), one]);
  }
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

/** Operations whose gradients have operations of their own, or kernels that take axes and strides. */
const throughOnnx = new Set([
  ...["matmul", "einsum", "conv", "avgPool", "maxPool", "gather", "takeAlong", "scatterAdd", "slice", "cumsum"],
  ...["softmax", "logSoftmax", "standardise", "layerNorm", "batchNormalise", "pow", "max", "scan"],
]);

describe("gradients of gradients agree with central differences, and ONNX Runtime gives the same", () => {
  test.each([...families])("%s", async (op, all) => {
    // a loop written out is large in its second gradients
    const cases = op === "scan" ? all.slice(1, 7) : all;
    const inputs: Record<string, t.Tensor> = {};
    const outputs: Record<string, t.Tensor> = {};
    const fed: Record<string, Elements> = {};
    const wanted: Record<string, Float64Array> = {};
    for (const [c, one] of cases.entries()) {
      const { leaves, values, outputs: made } = caseProgram(one);
      const floats = leaves.filter(({ kind }) => kind === "float");
      // not linear in the outputs, so that the second gradient flows through the first one's own gradient too
      const bent = made.map((y) => (y.kind === "float" ? t.add(y, t.mul(t.mul(y, y), 0.3)) : y));
      const first = weighted(bent);
      if (!first) continue; // gives whole numbers only
      const loss = weighted(gradients(first, floats))!;
      const second = gradients(loss, floats);
      const given = new Map(leaves.map((leaf, i) => [leaf, values[i]!]));
      const results = evaluateGraph(second, given);
      const along = leaves.map(({ size }, i) => formula(size, 60 + i));
      const at = (step: number) => {
        const moved = leaves.map((leaf, i) =>
          leaf.kind === "float" ? values[i]!.map((x, j) => x + step * along[i]![j]!) : values[i]!,
        );
        return evaluateGraph([loss], new Map(leaves.map((leaf, i) => [leaf, moved[i]!])))[0]![0]!;
      };
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
      const claimed = floats.reduce((total, leaf, i) => {
        const direction = along[leaves.indexOf(leaf)]!;
        return total + results[i]!.reduce((sum, g, j) => sum + g * direction[j]!, 0);
      }, 0);
      const off = Math.abs(slope - claimed) / Math.max(1, Math.abs(slope));
      expect(off, `${one.name}: ${claimed} for ${slope}`).toBeLessThan(1e-6);
      for (const [i, leaf] of leaves.entries()) {
        inputs[`case${c}.in${i}`] = leaf;
        fed[`case${c}.in${i}`] = values[i]!;
      }
      for (const [i, tensor] of second.entries()) {
        outputs[`case${c}.out${i}`] = tensor;
        wanted[`case${c}.out${i}`] = results[i]!;
      }
    }
    if (!throughOnnx.has(op)) return;
    const executor = await runtime.compile(t.program(inputs, outputs));
    const found = await executor.run(fed);
    for (const [name, own] of Object.entries(wanted)) {
      const scale = Math.max(1, ...own.map(Math.abs));
      const off = own.reduce((worst, x, i) => Math.max(worst, Math.abs(x - found[name]![i]!) / scale), 0);
      expect(off, `${cases[Number(/\d+/.exec(name)![0])]!.name}, ${name}`).toBeLessThan(2e-5);
    }
    await executor.close();
  });
});

describe("gradients", () => {
  const x = t.input("x", [2, 3]);
  const given = new Map([[x, formula(6, 0)]]);

  test("of what the loss does not depend on are zeros of its shape and kind float", () => {
    const [unused, indices] = [t.parameterTensor([4, 2]), t.input("indices", [3], "int")];
    const found = gradients(t.sum(t.gather(x, t.reshape(t.slice(indices, 0, 0, 1), []))), [unused, indices, x]);
    expect(found.map(({ shape }) => shape)).toEqual([[4, 2], [3], [2, 3]]);
    expect(found.map(({ kind }) => kind)).toEqual(["float", "float", "float"]);
    const values = evaluateGraph(found, new Map([...given, [indices, Float64Array.from([1, 0, 0])]]));
    expect(values.map((own) => [...own])).toEqual([new Array(8).fill(0), [0, 0, 0], [0, 0, 0, 1, 1, 1]]);
  });

  test("of the loss itself are one, of tensors on the way are theirs, and a tensor asked for twice has one", () => {
    const half = t.mul(x, 0.5);
    const loss = t.sum(t.mul(half, half));
    const [one, way, again, twice] = gradients(loss, [loss, half, x, x]);
    const values = evaluateGraph([one!, way!, again!, twice!], given);
    expect([...values[0]!]).toEqual([1]);
    expect([...values[1]!]).toEqual([...formula(6, 0)]);
    expect([...values[2]!]).toEqual([...formula(6, 0).map((v) => v / 2)]);
    expect(values[3]).toEqual(values[2]);
  });

  test("stop at stopGradient, in value and in second order", () => {
    const loss = t.sum(t.mul(t.stopGradient(t.exp(x)), x));
    const [first] = gradients(loss, [x]);
    const [second] = gradients(t.sum(first!), [x]);
    const [a, b] = evaluateGraph([first!, second!], given);
    expect([...a!]).toEqual([...formula(6, 0).map(Math.exp)]);
    expect([...b!]).toEqual(new Array(6).fill(0));
  });

  test("add up over all uses of a tensor", () => {
    const loss = t.sum(t.mul(t.add(x, x), t.add(t.neg(x), 1)));
    const [found] = evaluateGraph(gradients(loss, [x]), given);
    for (const [i, v] of formula(6, 0).entries()) expect(found![i]).toBeCloseTo(2 - 4 * v, 12);
  });

  test("of a chain ten thousand operations long need no recursion", () => {
    let y: t.Tensor = x;
    for (let i = 0; i < 10_000; i++) y = t.add(y, 1e-4);
    const [found] = evaluateGraph(gradients(t.sum(y), [x]), given);
    expect([...found!]).toEqual(new Array(6).fill(1));
  });
});
