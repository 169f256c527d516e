// Margins by the kernel: the trees lie in its memory, rows are copied in a batch at a time and go down on all its threads.
// Knows no ensemble, only its layout.
import type { Matrix } from "../core/matrix.ts";
import { columnBits, type Layout } from "./layout.ts";
import { type Kernel, kernelOn } from "./wasm/index.ts";
import { args, HEAP_START, WALK_LANES, WALK_NODE_BYTES } from "./wasm/layout.ts";
import { oneThread } from "./workers.ts";

/** Numbers of a block of rows are kept below this count, so that they stay in the processor's second cache. */
const BLOCK_NUMBERS = 16384;
const LONGEST_BLOCK = 256;
/** Of larger trees more rows go down before the next tree takes its place in the cache: up to so many, and so many numbers. */
const MOST_BLOCK_ROWS = 2048;
const MOST_BLOCK_NUMBERS = 262144;
/** Bytes of rows copied at a time. */
const BATCH_BYTES = 4 << 20;
/** Items a thread: a few, so that a late thread does not keep the others waiting. */
const ITEMS_A_THREAD = 4;

/** How trees' values become margins. */
export interface Sums {
  readonly margins: Float64Array;
  readonly outputs: number;
  readonly outputsPerTree: number;
  readonly trees: number;
}

/** Fewer rows, or trees so large that copying them takes as long as walking them, are sooner done without the kernel. */
const LEAST_ROWS = 256;
const NODES_A_WALK = 4;
/** Larger trees stay where they are. */
const MOST_TREE_BYTES = 256 << 20;
/** Memory beyond this is not held from one call to the next. */
const MOST_HELD_BYTES = 64 << 20;

/** Whether the kernel is the quicker way. It knows numeric splits alone. */
export function suitsKernel(layout: Layout, x: Matrix, { outputsPerTree, trees }: Sums): boolean {
  const nodes = layout.feature.length;
  return (
    x.rows >= LEAST_ROWS &&
    x.rows * trees * NODES_A_WALK >= nodes &&
    nodes * (WALK_NODE_BYTES + 8 * outputsPerTree) <= MOST_TREE_BYTES &&
    !layout.hasCategories.includes(1)
  );
}

/** A kernel on the caller's thread, with the trees it was last used for. */
let held: { kernel: Kernel; layout: Layout } | undefined;

/** `addMargins` on the caller's thread. */
export function addMarginsHere(layout: Layout, x: Matrix, sums: Sums): void {
  if (held?.layout !== layout) {
    const kernel = held?.kernel ?? kernelOn(oneThread());
    held = undefined;
    kernel.release(HEAP_START);
    loadTrees(kernel, layout, sums);
    held = { kernel, layout };
  }
  addMargins(held.kernel, layout, x, sums);
  if (held.kernel.u8.length > MOST_HELD_BYTES) held = undefined;
}

/** Puts the trees into the kernel's memory. The kernel must be used for nothing else as long as `addMargins` is called. */
export function loadTrees(
  kernel: Kernel,
  layout: Layout,
  { outputs, outputsPerTree }: Omit<Sums, "margins" | "trees">,
): void {
  const { feature, threshold, child, roots, leafValue } = layout;
  const nodes = kernel.allocate(feature.length * WALK_NODE_BYTES);
  const values = kernel.allocate(leafValue.length * 8);
  const rootTable = kernel.allocate(roots.length * 8);
  const { i32, f64 } = kernel;
  for (let node = 0; node < feature.length; node++) {
    const at = nodes + node * WALK_NODE_BYTES;
    f64[at >> 3] = threshold[node]!;
    i32[(at >> 2) + 2] = feature[node]! < 0 ? 1 : (feature[node]! & columnBits) * WALK_LANES * 8;
    i32[(at >> 2) + 3] = nodes + child[node]! * WALK_NODE_BYTES;
  }
  f64.set(leafValue, values / 8);
  const rounds = outputs / outputsPerTree;
  roots.forEach((root, t) => {
    i32[(rootTable >> 2) + t * 2] = nodes + root * WALK_NODE_BYTES;
    i32[(rootTable >> 2) + t * 2 + 1] = (t % rounds) * outputsPerTree * 8;
  });
  i32[args.nodes / 4] = nodes;
  i32[args.walkValues / 4] = values;
  i32[args.walkRoots / 4] = rootTable;
  i32[args.walkOutputs / 4] = outputs;
  i32[args.walkLeafOutputs / 4] = outputsPerTree;
}

/** Adds the values of the first trees' leaves to the margins, which hold what they start from. */
export function addMargins(kernel: Kernel, layout: Layout, x: Matrix, { margins, outputs, trees }: Sums): void {
  const { rows, columns, data } = x;
  const is32 = data instanceof Float32Array;
  const width = layout.negated ? columns * 2 : columns;
  const groupBytes = width * WALK_LANES * 8;
  const blockRows = rowsOfBlock(layout, width);
  const items = kernel.threads === 1 ? 1 : kernel.threads * ITEMS_A_THREAD;
  const batchRows = Math.min(rows, Math.max(items * blockRows, Math.floor(BATCH_BYTES / (columns * (is32 ? 4 : 8)))));
  const mark = kernel.mark();
  const scratchBytes = (blockRows / WALK_LANES) * groupBytes + 64;
  const scratch = kernel.allocate(items * scratchBytes);
  const values = kernel.allocate(batchRows * columns * 8);
  const sums = kernel.allocate(batchRows * outputs * 8);
  const { i32, f64, f32 } = kernel;
  i32[args.values / 4] = values;
  i32[args.valueIs32 / 4] = is32 ? 1 : 0;
  i32[args.valueStride / 4] = columns;
  i32[args.scores / 4] = sums;
  i32[args.chunkRows / 4] = blockRows;
  i32[args.walkTrees / 4] = trees;
  i32[args.walkNegated / 4] = layout.negated ? columns : 0;
  i32[args.walkers / 4] = items;
  i32[args.walkScratch / 4] = scratch;
  i32[args.walkScratchBytes / 4] = scratchBytes;
  i32[args.walkGroupBytes / 4] = groupBytes;
  for (let from = 0; from < rows; from += batchRows) {
    const to = Math.min(rows, from + batchRows);
    i32[args.count / 4] = to - from;
    if (is32) f32.set(data.subarray(from * columns, to * columns), values / 4);
    else f64.set(data.subarray(from * columns, to * columns), values / 8);
    f64.set(margins.subarray(from * outputs, to * outputs), sums / 8);
    kernel.run("walk", items);
    margins.set(f64.subarray(sums / 8, sums / 8 + (to - from) * outputs), from * outputs);
  }
  kernel.release(mark);
}

/** Rows of a block: few for small trees, so that its numbers stay near; for larger ones about half as many as a tree has nodes. */
function rowsOfBlock({ feature, roots }: Layout, width: number): number {
  const few = Math.min(LONGEST_BLOCK, Math.floor(BLOCK_NUMBERS / width));
  const nodes = feature.length / Math.max(1, roots.length);
  const many = Math.min(MOST_BLOCK_ROWS, Math.floor(MOST_BLOCK_NUMBERS / width), Math.floor(nodes / 2));
  return Math.max(1, Math.max(few, many) >> 3) * WALK_LANES;
}
