// The kernel beside its plain reference, bit for bit.
import { afterAll, describe, expect, it } from "vitest";
import { Bug } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { startThread, startThreads } from "../workers.ts";
import { expReference } from "./gradients.ts";
import { type Kernel, kernelOn } from "./index.ts";
import {
  args,
  BLOCK_BYTES,
  binClasses,
  blockFields,
  CELL_BYTES,
  COLUMNS_A_GROUP,
  control,
  GROUP_BYTES,
  groupFields,
  HEAP_START,
  LEAF_BYTES,
  LEAF_ROW_BYTES,
  leafFields,
  RECORD_BYTES,
  recordFields,
  SLOT_BYTES,
  slotFields,
} from "./layout.ts";
import { countReference, scanReference } from "./reference.ts";

const ROWS = 3000;
const COUNT_SHIFT = 45;
const stream = randomStream(7, "kernel");

/** One block of a group of each class; column k of a group has its class's most bins less k. */
async function scene(threads: number) {
  const start = await startThreads(threads);
  const kernel = kernelOn(start);
  const groups = binClasses.length;
  const stride = groups * COLUMNS_A_GROUP;
  const bins = kernel.allocate(ROWS * stride);
  const pairs = kernel.allocate(ROWS * 16);
  const rows = kernel.allocate(ROWS * 4);
  const ordered = kernel.allocate(ROWS * 16);
  const blockTable = kernel.allocate(BLOCK_BYTES);
  const groupTable = kernel.allocate(groups * GROUP_BYTES);
  const slotTable = kernel.allocate(stride * SLOT_BYTES);
  const records = kernel.allocate(2 * stride * RECORD_BYTES);
  let bytes = 0;
  const columns = binClasses.flatMap((cells, group) => {
    kernel.i32[(groupTable + group * GROUP_BYTES + groupFields.binClass) / 4] = group;
    kernel.i32[(groupTable + group * GROUP_BYTES + groupFields.histogram) / 4] = bytes;
    const first = bytes;
    bytes += COLUMNS_A_GROUP * cells * CELL_BYTES;
    return Array.from({ length: COLUMNS_A_GROUP }, (_, k) => {
      const slot = group * COLUMNS_A_GROUP + k;
      const hasMissing = k % 2 === 1;
      const valueBins = cells - k - 1;
      const at = (slotTable + slot * SLOT_BYTES) / 4;
      const histogram = first + k * cells * CELL_BYTES;
      kernel.i32[at + slotFields.valueBins / 4] = valueBins;
      kernel.i32[at + slotFields.hasMissing / 4] = hasMissing ? 1 : 0;
      kernel.i32[at + slotFields.histogram / 4] = histogram;
      kernel.i32[at + slotFields.scan / 4] = 1;
      const own = Uint8Array.from({ length: ROWS }, () => stream.below(valueBins + (hasMissing ? 1 : 0)));
      own.forEach((bin, row) => {
        kernel.u8[bins + row * stride + slot] = bin;
      });
      return { slot, cells, valueBins, hasMissing, histogram, bins: own };
    });
  });
  const histograms = kernel.allocate(2 * bytes);
  for (let row = 0; row < ROWS; row++) {
    kernel.i64[pairs / 8 + 2 * row] = BigInt(Math.round((stream.uniform() - 0.5) * 2 ** 40));
    const hessian = BigInt(Math.round(stream.uniform() * 2 ** 30));
    kernel.i64[pairs / 8 + 2 * row + 1] = (1n << BigInt(COUNT_SHIFT)) + hessian;
  }
  const block = blockTable / 4;
  kernel.i32.set([bins, stride, 0, groups, 0, bytes], block + blockFields.bins / 4);
  const words = kernel.i32;
  words[args.blocks / 4] = blockTable;
  words[args.groups / 4] = groupTable;
  words[args.slots / 4] = slotTable;
  words[args.slotCount / 4] = stride;
  words[args.records / 4] = records;
  words[args.pairs / 4] = pairs;
  words[args.ordered / 4] = ordered;
  words[args.rows / 4] = rows;
  const all = kernel.i64.slice(pairs / 8, pairs / 8 + 2 * ROWS);
  return { start, kernel, columns, bytes, histograms, rows, ordered, pairs, records, stride, all };
}

type Scene = Awaited<ReturnType<typeof scene>>;
const rules = { countShift: COUNT_SHIFT, minData: 5, minHessian: 2 ** 31, l1: 2 ** 38, l2: 2 ** 30 };

function describeLeaf(kernel: Kernel, which: number, rowList: readonly number[], all: BigInt64Array): void {
  let gradient = 0n;
  let hessian = 0n;
  for (const row of rowList) {
    gradient += all[2 * row]!;
    hessian += all[2 * row + 1]!;
  }
  const at = args.leaf + which * LEAF_BYTES;
  kernel.i64[(at + leafFields.gradient) / 8] = gradient;
  kernel.i64[(at + leafFields.hessian) / 8] = hessian;
  kernel.f64[(at + leafFields.sumGradient) / 8] = Number(gradient);
  kernel.f64[(at + leafFields.sumHessian) / 8] = Number(hessian & ((1n << BigInt(COUNT_SHIFT)) - 1n));
  kernel.f64[(at + leafFields.leastGain) / 8] = 1000;
  kernel.i32[(at + leafFields.count) / 4] = rowList.length;
  kernel.i32[(at + leafFields.scan) / 4] = 1;
}

function setRules(kernel: Kernel): void {
  kernel.i32[args.minData / 4] = rules.minData;
  kernel.i64[args.countShift / 8] = BigInt(COUNT_SHIFT);
  kernel.i64[args.hessianMask / 8] = (1n << BigInt(COUNT_SHIFT)) - 1n;
  kernel.f64[args.l1 / 8] = rules.l1;
  kernel.f64[args.l2 / 8] = rules.l2;
  kernel.f64[args.minHessian / 8] = rules.minHessian;
}

function expectLeaf(
  { kernel, columns, records, stride, all }: Scene,
  which: number,
  histogram: number,
  rowList: readonly number[],
): void {
  let found = 0;
  for (const column of columns) {
    const sums = countReference(column.bins, rowList, all, column.cells);
    const at = (histogram + column.histogram) / 8;
    expect([...kernel.i64.subarray(at, at + 2 * column.cells)]).toEqual(sums.flat());
    const best = scanReference(sums, column.valueBins, column.hasMissing, { ...rules, leastGain: 1000 });
    const record = records + (which * stride + column.slot) * RECORD_BYTES;
    const gain = kernel.f64[(record + recordFields.gain) / 8];
    expect(gain).toBe(best?.gain ?? Number.NEGATIVE_INFINITY);
    if (!best) continue;
    found++;
    expect(kernel.i32[(record + recordFields.threshold) / 4]).toBe(best.threshold);
    expect(kernel.i32[(record + recordFields.missingLeft) / 4]).toBe(best.missingLeft ? 1 : 0);
    expect([kernel.i64[record / 8 + 1], kernel.i64[record / 8 + 2]]).toEqual(best.left);
  }
  expect(found).toBeGreaterThan(columns.length / 2);
}

describe("the kernel", async () => {
  const one = await scene(1);
  afterAll(() => one.kernel.close());

  it("counts all rows and finds the reference's cuts", () => {
    const { kernel, histograms, all, pairs } = one;
    const rowList = Array.from({ length: ROWS }, (_, row) => row);
    setRules(kernel);
    describeLeaf(kernel, 0, rowList, all);
    kernel.i32[args.allRows / 4] = 1;
    kernel.i32[args.count / 4] = ROWS;
    kernel.i32[args.ordered / 4] = pairs;
    kernel.i32[args.histogram / 4] = histograms;
    kernel.i32[args.sibling / 4] = 0;
    kernel.run("leaf", 1);
    expectLeaf(one, 0, histograms, rowList);
  });

  it("counts some rows, and their sibling by subtraction", () => {
    const { kernel, histograms, all, rows, ordered, bytes } = one;
    const small = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row % 3 === 1);
    const large = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row % 3 !== 1);
    small.forEach((row, k) => {
      kernel.i32[rows / 4 + k] = row;
      kernel.i64[ordered / 8 + 2 * k] = all[2 * row]!;
      kernel.i64[ordered / 8 + 2 * k + 1] = all[2 * row + 1]!;
    });
    setRules(kernel);
    describeLeaf(kernel, 0, small, all);
    describeLeaf(kernel, 1, large, all);
    kernel.i32[args.allRows / 4] = 0;
    kernel.i32[args.count / 4] = small.length;
    kernel.i32[args.ordered / 4] = ordered;
    kernel.i32[args.histogram / 4] = histograms + bytes;
    kernel.i32[args.sibling / 4] = histograms;
    kernel.run("leaf", 1);
    expectLeaf(one, 0, histograms + bytes, small);
    expectLeaf(one, 1, histograms, large);
  });

  it("has the reference's exponential, which is the true one to the last places", () => {
    const { exp } = one.start.exports;
    for (const x of [0, 1, -1, 0.5, -0.3465, 1e-9, -30.25, 37, 699.5, -699.5, -1e4, 1e4, 0.34657359027997264]) {
      expect(exp(x)).toBe(expReference(x));
      if (Math.abs(x) < 700) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(4e-16);
    }
    for (let k = 0; k < 500; k++) {
      const x = (stream.uniform() - 0.5) * 80;
      expect(exp(x)).toBe(expReference(x));
    }
  });

  it("sorts numbers of both signs, zeros and subnormal ones among them", () => {
    const { kernel } = one;
    const size = 1000;
    const numbers = Float64Array.from({ length: size }, (_, k) =>
      k < 6 ? [0, -0, 5e-324, -5e-324, 1e308, -1e308][k]! : (stream.uniform() - 0.5) * 10 ** stream.below(20),
    );
    kernel.i32[args.keys / 4] = kernel.allocate(2 * size * 8);
    kernel.i32[args.spareKeys / 4] = kernel.allocate(2 * size * 8);
    const counts = kernel.allocate(8);
    kernel.i32[args.keyCounts / 4] = counts;
    kernel.i32.set([size, 3], counts / 4);
    kernel.i32[args.digitCounts / 4] = kernel.allocate(2 * 2048 * 4);
    kernel.i32[args.columnRows / 4] = size;
    const at = kernel.i32[args.keys / 4]! / 8;
    kernel.f64.set(numbers, at);
    kernel.f64.set([3, 1, 2], at + size);
    kernel.run("sort", 2);
    expect([...kernel.f64.subarray(at, at + size)]).toEqual([...numbers].map((x) => x + 0).sort((a, b) => a - b));
    expect([...kernel.f64.subarray(at + size, at + size + 3)]).toEqual([1, 2, 3]);
  });
});

describe("threads", () => {
  it("have the memory in hand before it can grow", async () => {
    const start = await startThreads(3);
    try {
      expect(start.threads).toBe(3);
      expect(new Int32Array(start.memory.buffer)[control.there / 4]).toBe(2);
    } finally {
      start.stop();
    }
  });

  it("that end with an item in hand are told of, not waited for", async () => {
    const start = await startThreads(2);
    const kernel = kernelOn(start);
    // takes one item of the job, as a worker does, and ends
    const thief = await startThread(`(send) => ({ memory }) => {
      const words = new Int32Array(memory.buffer, 0, ${HEAP_START / 4});
      send("there");
      while (Atomics.sub(words, ${control.left / 4}, 1) <= 0);
      Atomics.store(words, ${control.failed / 4}, 1);
      Atomics.notify(words, ${control.done / 4});
    }`);
    try {
      const isThere = new Promise((resolve) => thief!.onMessage(resolve));
      thief!.send({ memory: start.memory });
      await isThere;
      // items with nothing to do
      const items = 64;
      kernel.i32[args.leaves / 4] = kernel.allocate(items * LEAF_ROW_BYTES);
      expect(() => {
        // every job may end before the thief comes by
        for (let k = 0; k < 1_000_000; k++) kernel.run("addScores", items);
      }).toThrow(Bug);
    } finally {
      thief!.stop();
      start.stop();
    }
  });
});
