import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import type { OnnxGraph } from "../formats/onnx/index.ts";
import { type CaseTable, caseProgram, readCases } from "./fixture.ts";
import * as t from "./index.ts";
import { nodeRuntime } from "./node.ts";

let runtime: t.Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

/** Runs a program once by both executors; both must agree. Gives what ONNX Runtime gave, as plain numbers. */
async function run(program: t.Program, inputs: Record<string, t.Elements> = {}): Promise<Record<string, number[]>> {
  const results: Record<string, number[]>[] = [];
  for (const how of [t.referenceRuntime(), runtime]) {
    const executor = await how.compile(program);
    const found = await executor.run(inputs);
    results.push(Object.fromEntries(Object.entries(found).map(([name, data]) => [name, Array.from(data)])));
    await executor.close();
  }
  expect(results[1]).toEqual(results[0]);
  return results[1]!;
}

/** Every family of the table as one program with forward outputs and gradients. */
function familyPrograms(): Map<string, t.Program> {
  const table = JSON.parse(readFileSync(new URL("./golden/cases.json", import.meta.url), "utf8")) as CaseTable;
  const families = new Map<string, { inputs: Record<string, t.Tensor>; outputs: Record<string, t.Tensor> }>();
  for (const [c, one] of readCases(table).entries()) {
    const { leaves, outputs, gradients } = caseProgram(one);
    const family = families.get(one.op) ?? { inputs: {}, outputs: {} };
    for (const [i, leaf] of leaves.entries()) family.inputs[`case${c}.in${i}`] = leaf;
    for (const [i, tensor] of [...outputs, ...gradients].entries()) family.outputs[`case${c}.out${i}`] = tensor;
    families.set(one.op, family);
  }
  return new Map([...families].map(([op, { inputs, outputs }]) => [op, t.program(inputs, outputs)]));
}

/** Breaks of the rules of ONNX graphs: a name made twice, or used before it is made. */
function faultsOf(graph: OnnxGraph, outside: ReadonlySet<string> = new Set()): string[] {
  const faults: string[] = [];
  const known = new Set(outside);
  const make = (name: string) => {
    if (known.has(name)) faults.push(`${name} is made twice`);
    known.add(name);
  };
  for (const { name } of [...graph.inputs, ...graph.constants]) make(name);
  for (const { op, inputs, outputs, attributes = {} } of graph.nodes) {
    for (const name of inputs) if (name && !known.has(name)) faults.push(`${op} uses ${name} before it is made`);
    for (const attribute of Object.values(attributes)) {
      if ("graph" in attribute) faults.push(...faultsOf(attribute.graph, known));
    }
    for (const name of outputs) if (name) make(name);
  }
  for (const { name } of graph.outputs) if (!known.has(name)) faults.push(`the output ${name} is never made`);
  return faults;
}

describe("the graph of a program", () => {
  test("makes every name once and before its use, for every operation and its gradient", () => {
    for (const [op, program] of familyPrograms()) expect(faultsOf(t.programGraph(program)), op).toEqual([]);
  });

  test("has the program's names, shapes and kinds, and loads", async () => {
    const [x, n, mask] = [t.input("x", [2, 3]), t.input("n", [2], "int"), t.input("mask", [], "bool")];
    const program = t.program(
      { x, "the counts": n, mask },
      { "a/b.c": t.exp(x), n2: t.add(n, 1), not: t.logicalNot(mask) },
    );
    const { inputs, outputs } = t.programGraph(program);
    expect(inputs).toEqual([
      { name: "x", type: "float32", shape: [2, 3] },
      { name: "the counts", type: "int32", shape: [2] },
      { name: "mask", type: "bool", shape: [] },
    ]);
    expect(outputs.map(({ name, type, shape }) => [name, type, shape])).toEqual([
      ["a/b.c", "float32", [2, 3]],
      ["n2", "int32", [2]],
      ["not", "bool", []],
    ]);
    const session = await ort.InferenceSession.create(t.emitProgram(program, { made: "by a test" }));
    expect(session.inputNames).toEqual(["x", "the counts", "mask"]);
    expect(session.outputNames).toEqual(["a/b.c", "n2", "not"]);
    await session.release();
  });

  test("keeps its names apart from those of the tensors between", async () => {
    const [a, b] = [t.input("a", [2]), t.input("b", [2])];
    const sum = t.add(t.mul(a, 2), t.exp(t.mul(b, 0)));
    const found = await run(t.program({ t0: a, t2: b }, { t1: sum, t3: t.neg(sum), t4: a }), {
      t0: Float32Array.of(1, 2),
      t2: Float32Array.of(3, 4),
    });
    expect(found).toEqual({ t1: [3, 5], t3: [-3, -5], t4: [1, 2] });
  });

  test("is the same, byte for byte, when made again", () => {
    const make = () => {
      const x = t.input("x", [2, 3]);
      const w = t.parameterTensor([3, 2]);
      const loss = t.mean(t.square(t.softmax(t.matmul(x, w))));
      return t.emitProgram(t.program({ x, w }, { loss, dw: t.gradients(loss, [w])[0]! }));
    };
    expect(make()).toEqual(make());
  });
});

describe("a program runs", () => {
  test("when an output is an input as it stands", async () => {
    const [x, n, m] = [t.input("x", [2]), t.input("n", [1], "int"), t.input("m", [2], "bool")];
    const found = await run(t.program({ x, n, m }, { y: x, k: n, l: m }), {
      x: Float32Array.of(1, 2),
      n: Int32Array.of(7),
      m: Uint8Array.of(0, 1),
    });
    expect(found).toEqual({ y: [1, 2], k: [7], l: [0, 1] });
  });

  test("when two outputs are the same tensor, and an output is used further on", async () => {
    const x = t.input("x", [2]);
    const y = t.mul(x, 2);
    const found = await run(t.program({ x }, { first: y, second: y, third: t.add(y, y) }), {
      x: Float32Array.of(1, 2),
    });
    expect(found).toEqual({ first: [2, 4], second: [2, 4], third: [4, 8] });
  });

  test("when it has constants only", async () => {
    const same = t.constant([1, 0, 1], [3], "bool");
    const outputs = { one: t.ones([]), sum: t.sum(t.arange(5)), same, again: same, empty: t.zeros([0, 2]) };
    expect(await run(t.program({}, outputs))).toEqual({
      one: [1],
      sum: [10],
      same: [1, 0, 1],
      again: [1, 0, 1],
      empty: [],
    });
  });

  test("when an input is not used, and when one tensor has two names", async () => {
    const [x, unused] = [t.input("x", [2]), t.input("unused", [3])];
    const found = await run(t.program({ x, unused }, { y: t.neg(x) }), {
      x: Float32Array.of(1, 2),
      unused: new Float32Array(3),
    });
    expect(found).toEqual({ y: [-1, -2] });
  });

  test("with a batch of one, and of none", async () => {
    for (const batch of [1, 0]) {
      const x = t.input("x", [batch, 2, 3]);
      const w = t.constant([1, 2, 3, 4, 5, 6], [3, 2]);
      const logits = t.reshape(t.matmul(x, w), [batch, 4]);
      const loss = t.sum(t.logSoftmax(logits));
      const found = await runBoth(t.program({ x }, { logits, loss, dx: t.gradients(loss, [x])[0]! }), batch * 6);
      expect(found["logits"]).toHaveLength(batch * 4);
      expect(found["dx"]).toHaveLength(batch * 6);
    }
  });

  test("many times, its state going round, and gives copies that state does not overwrite", async () => {
    const [x, total] = [t.input("x", [2]), t.input("total", [2])];
    const next = t.add(total, x);
    const program = t.program({ x, total }, { next, before: total });
    for (const how of [t.referenceRuntime(), runtime]) {
      const executor = await how.compile(program, { state: { next: "total" } });
      executor.setState("total", [10, 20]);
      const seen: number[][] = [];
      for (let step = 1; step <= 5; step++) {
        const found = await executor.run({ x: Float32Array.of(step, 1) });
        expect(Object.keys(found)).toEqual(["before"]);
        seen.push(Array.from(found["before"]!));
      }
      expect(seen.at(-1), how.name).toEqual([20, 24]);
      expect(Array.from(executor.state("total")), how.name).toEqual([25, 25]);
      executor.setState("total", [0, 0]);
      await executor.run({ x: Float32Array.of(1, 1) });
      expect(Array.from(executor.state("total")), how.name).toEqual([1, 1]);
      await executor.close();
    }
  });

  async function runBoth(program: t.Program, size: number) {
    const x = Float32Array.from({ length: size }, (_, i) => i / 8);
    const close: Record<string, number[]>[] = [];
    for (const how of [t.referenceRuntime(), runtime]) {
      const executor = await how.compile(program);
      const found = await executor.run({ x });
      close.push(Object.fromEntries(Object.entries(found).map(([name, data]) => [name, Array.from(data)])));
      await executor.close();
    }
    for (const [name, wanted] of Object.entries(close[0]!)) {
      for (const [i, value] of wanted.entries()) expect(close[1]![name]![i]).toBeCloseTo(value, 4);
    }
    return close[1]!;
  }
});

describe("a run is refused", () => {
  const x = t.input("x", [2, 3]);
  const program = t.program({ x }, { y: t.neg(x) });

  test("when an input is missing or too short, with its name, its shape and the count", async () => {
    for (const how of [t.referenceRuntime(), runtime]) {
      const executor = await how.compile(program);
      await expect(executor.run({ x: new Float32Array(5) }), how.name).rejects.toThrow(
        /x"? \[2, 3\] was given 5 values/,
      );
      await expect(executor.run({}), how.name).rejects.toThrow(/x"? \[2, 3\] was given/);
      await executor.close();
    }
  });

  test("when a state was never set", async () => {
    for (const how of [t.referenceRuntime(), runtime]) {
      const executor = await how.compile(program);
      expect(() => executor.state("x"), how.name).toThrow(/"x" was never set/);
      await executor.close();
    }
  });
});

// the folder for golden/make_ops.py, which puts every model through the checker of ONNX
const models = process.env["BEDSIDE_MODELS"];
test.skipIf(!models)("models of every operation are written for the checker of ONNX", () => {
  mkdirSync(models!, { recursive: true });
  const programs = familyPrograms();
  for (const [op, program] of programs) writeFileSync(join(models!, `${op}.onnx`), t.emitProgram(program));
  expect(programs.size).toBeGreaterThan(70);
});
