// Where the kernel and its caller keep what they share: addresses (bytes) in the first page. Knows no algorithm.

/** How the threads take work. Each counter has a cache line of its own. */
export const control = {
  /** Goes up by one with every job; workers sleep on it. */
  generation: 0,
  /** Items of the job not yet taken. */
  left: 64,
  /** Items finished; the caller sleeps on it. */
  done: 128,
  /** Items of the job in all. */
  items: 192,
  job: 196,
  /** 1: the caller may sleep (it must not on the main thread of a browser). */
  callerSleeps: 204,
  /** Passes of a waiting loop before it sleeps. */
  spins: 208,
  /** Workers that have the memory in hand. */
  there: 212,
  /** 1: a worker has ended in the midst of an item, which will never be done. */
  failed: 216,
} as const;

/** Arguments of the jobs. */
export const args = {
  // Rows of the leaf or chunk in hand.
  rows: 256,
  count: 260,
  /** Gradient and hessian pairs by row. */
  pairs: 264,
  /** The same in the order of `rows`. */
  ordered: 268,
  /** 1: the leaf holds all rows, in order: `rows` is not read. */
  allRows: 272,
  /** Histograms of the leaf counted, and of its sibling: there the parent's stand, from which the first are taken; 0: none. */
  histogram: 276,
  sibling: 280,
  blocks: 284,
  groups: 288,
  slots: 292,
  /** Best splits found, by leaf and slot. */
  records: 296,
  slotCount: 300,
  // Partition.
  leftRows: 304,
  rightRows: 308,
  chunkCounts: 312,
  column: 316,
  goesLeft: 324,
  chunkRows: 328,
  /** 0: gather no pairs; 1: of the left child; 2: of the right. */
  gather: 332,
  leftTotal: 336,
  // Scores.
  leaves: 340,
  scores: 344,
  nodes: 348,
  leafValues: 352,
  // Gradients.
  labels: 356,
  weights: 360,
  gradients: 364,
  hessians: 368,
  rowCount: 372,
  // Binning.
  values: 376,
  valueStride: 380,
  valueIs32: 384,
  bounds: 388,
  firstRow: 392,
  keys: 396,
  spareKeys: 400,
  keyCounts: 404,
  digitCounts: 408,
  columnRows: 412,
  // Split scan.
  minData: 416,
  countShift: 424,
  hessianMask: 432,
  l1: 456,
  l2: 464,
  minHessian: 472,
  // Fixed point.
  gradientScale: 480,
  hessianScale: 488,
  countOne: 496,
  /** The two leaves scanned, LEAF_BYTES each. */
  leaf: 512,
  // Walking.
  /** By tree: its root, and how far into a row's margins it adds. */
  walkRoots: 640,
  walkTrees: 644,
  walkValues: 648,
  walkOutputs: 652,
  /** Outputs of a tree. */
  walkLeafOutputs: 656,
  /** Columns from a value to the same with its sign turned; 0: no split asks for it. */
  walkNegated: 660,
  /** Items the blocks are shared out over. */
  walkers: 664,
  walkScratch: 668,
  walkScratchBytes: 672,
  walkGroupBytes: 676,
} as const;

/** A leaf to scan. */
export const leafFields = {
  gradient: 0,
  hessian: 8,
  sumGradient: 16,
  sumHessian: 24,
  leastGain: 32,
  count: 40,
  scan: 44,
} as const;
export const LEAF_BYTES = 64;

/** The best split of one slot. */
export const recordFields = { gain: 0, gradient: 8, hessian: 16, threshold: 24, missingLeft: 28 } as const;
export const RECORD_BYTES = 32;

/** A block: up to 8 groups of columns whose bins stand side by side, row after row. */
export const blockFields = {
  bins: 0,
  stride: 4,
  firstGroup: 8,
  groupCount: 12,
  histogram: 16,
  histogramBytes: 20,
} as const;
export const BLOCK_BYTES = 32;

/** A group: 8 columns read at once. */
export const groupFields = { binClass: 0, histogram: 4 } as const;
export const GROUP_BYTES = 16;

/** A slot: the place of one column in a group. `scan` 1: look for a numeric split. */
export const slotFields = { valueBins: 0, hasMissing: 4, histogram: 8, scan: 12 } as const;
export const SLOT_BYTES = 16;

/** A node as the router of binned rows reads it: `column` is where its column's bins stand one after the other; children below 0 are leaves, ~leaf. */
export const nodeFields = { column: 0, left: 4, right: 8, goesLeft: 16 } as const;
export const NODE_BYTES = 16 + 256;

/** A leaf as scores are raised: from, count, value. */
export const LEAF_ROW_BYTES = 16;

/** Rows that go down a tree side by side. */
export const WALK_LANES = 8;
/** A node as rows walk it: the bytes from a group's start to its column, 1 at a leaf; the address of the left child, the right one standing behind it. A leaf's is the node before itself, its threshold NaN. */
export const walkFields = { threshold: 0, column: 8, child: 12 } as const;
export const WALK_NODE_BYTES = 16;

export const COLUMNS_A_GROUP = 8;
/** Histogram cells kept for a column, by class. */
export const binClasses = [16, 64, 256] as const;
/** Bytes of a histogram cell: gradient sum, then row count and hessian sum in one 64-bit number. */
export const CELL_BYTES = 16;

export const HEAP_START = 1024;

export const jobs = [
  "leaf",
  "partition",
  "settle",
  "gather",
  "addScores",
  "route",
  "binary",
  "quantise",
  "assign",
  "sort",
  "walk",
] as const;
export type Job = (typeof jobs)[number];
