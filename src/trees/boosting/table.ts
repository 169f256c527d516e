// The training table as the kernel reads it: a byte a value, columns in groups of eight, groups in blocks. Knows no labels.
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { randomStream } from "../../core/random.ts";
import { ASSIGN_BYTES, assignFields, DIGIT_COUNT_BYTES } from "../wasm/binning.ts";
import type { Kernel } from "../wasm/index.ts";
import {
  args,
  BLOCK_BYTES,
  binClasses,
  blockFields,
  CELL_BYTES,
  COLUMNS_A_GROUP,
  GROUP_BYTES,
  groupFields,
  SLOT_BYTES,
  slotFields,
} from "../wasm/layout.ts";
import { type ColumnBins, frequentCodes, greedyBounds } from "./bins.ts";

/** Rows whose values say where the bins are cut, as LightGBM's bin_construct_sample_cnt. */
const SAMPLE_ROWS = 200_000;
/** Columns sorted at a time. */
const SORTED_COLUMNS = 16;
/** Rows binned at a time, and in one item. */
const BINNED_ROWS = 8192;
const ITEM_ROWS = 512;
/** Category codes from here on would make the sets of codes in the trees too long. */
const MOST_CODES = 1 << 20;
/** Groups in a block: their bins of one row fill a cache line. */
const GROUPS_A_BLOCK = 8;

/** A column that can be split on, and where the kernel keeps it. */
export interface TableColumn extends ColumnBins {
  readonly slot: number;
  /** Address of the column's bins, row after row: rows are parted by them. They stand in a block as well, for counting. */
  readonly bins: number;
  /** Address of row 0's bin in the block; row r's is r × stride further. */
  readonly blockBins: number;
  readonly stride: number;
  /** Bytes from a leaf's histogram to the column's. */
  readonly histogram: number;
}

export interface BinnedTable {
  readonly rows: number;
  /** In the order of the columns; those that never change are left out. */
  readonly columns: readonly TableColumn[];
  readonly slots: number;
  readonly blocks: number;
  readonly blockTable: number;
  readonly groupTable: number;
  readonly slotTable: number;
  /** Bytes of one leaf's histograms. */
  readonly histogramBytes: number;
}

export interface BinningOptions {
  readonly maxBins: number;
  readonly minDataInBin: number;
  readonly categorical: ReadonlySet<number>;
  readonly names: readonly string[];
  readonly seed: number;
}

/** Cuts every column into bins and writes the bins into the kernel's memory. */
export function binTable(kernel: Kernel, x: Matrix, options: BinningOptions): BinnedTable {
  const missing = checkValues(x, options);
  const columns = findBins(kernel, x, missing, options).filter(
    (bins) => bins.valueBins + (bins.hasMissing ? 1 : 0) > 1,
  );
  const table = placeColumns(kernel, x.rows, columns);
  assignBins(kernel, x, table);
  return table;
}

/** Missing values by column; throws for an infinite value and for a category that is no code. */
function checkValues({ rows, columns, data }: Matrix, { categorical, names }: BinningOptions): Uint32Array {
  const missing = new Uint32Array(columns);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const value = data[at]!;
      // NaN and the infinities alone differ from 0 here.
      if (value - value === 0) continue;
      if (!Number.isNaN(value)) throw infinite(names[j]!);
      missing[j]!++;
    }
  }
  for (const column of categorical) {
    for (let at = column; at < data.length; at += columns) {
      const value = data[at]!;
      if (Number.isNaN(value) || value < 0) continue;
      if (!Number.isInteger(value) || value >= MOST_CODES) throw badCode(names[column]!);
    }
  }
  return missing;
}

function findBins(kernel: Kernel, x: Matrix, missing: Uint32Array, options: BinningOptions): ColumnBins[] {
  const { maxBins, minDataInBin, categorical, seed } = options;
  const found: ColumnBins[] = [];
  const numeric: number[] = [];
  for (let column = 0; column < x.columns; column++) {
    if (!categorical.has(column)) {
      numeric.push(column);
      continue;
    }
    const codes = frequentCodes(countCodes(x, column), maxBins - 1, minDataInBin);
    found[column] = { column, valueBins: codes.length, hasMissing: true, codes };
  }
  const sample = sampleRows(x.rows, seed);
  const mark = kernel.mark();
  const size = sample.length;
  const together = Math.min(SORTED_COLUMNS, numeric.length);
  const keys = kernel.allocate(together * size * 8);
  const spare = kernel.allocate(together * size * 8);
  const counts = kernel.allocate(together * 4);
  const digits = kernel.allocate(together * DIGIT_COUNT_BYTES);
  for (let first = 0; first < numeric.length; first += together) {
    const some = numeric.slice(first, first + together);
    const lengths = extract(x, sample, some, kernel.f64.subarray(keys / 8, keys / 8 + together * size));
    kernel.i32.set(lengths, counts / 4);
    kernel.i32[args.keys / 4] = keys;
    kernel.i32[args.spareKeys / 4] = spare;
    kernel.i32[args.keyCounts / 4] = counts;
    kernel.i32[args.digitCounts / 4] = digits;
    kernel.i32[args.columnRows / 4] = size;
    kernel.run("sort", some.length);
    some.forEach((column, k) => {
      const sorted = kernel.f64.subarray(keys / 8 + k * size, keys / 8 + k * size + lengths[k]!);
      const hasMissing = missing[column]! > 0;
      const bounds = greedyBounds(sorted, hasMissing ? maxBins - 1 : maxBins, minDataInBin);
      const valueBins = missing[column] === x.rows ? 0 : bounds.length;
      found[column] = { column, valueBins, hasMissing, bounds };
    });
  }
  kernel.release(mark);
  return found;
}

function countCodes({ columns, data }: Matrix, column: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let at = column; at < data.length; at += columns) {
    const code = data[at]!;
    if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

/** All rows, or a seeded choice of SAMPLE_ROWS of them, in order. */
function sampleRows(rows: number, seed: number): Uint32Array {
  if (rows <= SAMPLE_ROWS) return Uint32Array.from({ length: rows }, (_, i) => i);
  const stream = randomStream(seed, "bins");
  const sample = new Uint32Array(SAMPLE_ROWS);
  for (let row = 0, taken = 0; taken < SAMPLE_ROWS; row++) {
    if (stream.uniform() * (rows - row) < SAMPLE_ROWS - taken) sample[taken++] = row;
  }
  return sample;
}

/** The sampled values of some columns, one after the other, without the missing ones; gives how many each has. */
function extract(
  { columns, data }: Matrix,
  sample: Uint32Array,
  some: readonly number[],
  into: Float64Array,
): Int32Array {
  const size = sample.length;
  const ends = Int32Array.from(some, (_, k) => k * size);
  for (let i = 0; i < size; i++) {
    const row = sample[i]! * columns;
    for (let k = 0; k < some.length; k++) {
      const value = data[row + some[k]!]!;
      if (!Number.isNaN(value)) into[ends[k]!++] = value;
    }
  }
  return ends.map((end, k) => end - k * size);
}

/** Gives every column its place: columns of alike many bins share a group, groups are dealt to blocks evenly. */
function placeColumns(kernel: Kernel, rows: number, columns: readonly ColumnBins[]): BinnedTable {
  const byClass = binClasses.map((cells, k) =>
    columns.filter((column) => {
      const needed = column.valueBins + (column.hasMissing ? 1 : 0);
      return needed <= cells && (k === 0 || needed > binClasses[k - 1]!);
    }),
  );
  const groups = byClass.flatMap((members, binClass) => {
    const parts: { binClass: number; members: readonly ColumnBins[] }[] = [];
    for (let k = 0; k < members.length; k += COLUMNS_A_GROUP)
      parts.push({ binClass, members: members.slice(k, k + COLUMNS_A_GROUP) });
    return parts;
  });
  let blocks = Math.ceil(groups.length / GROUPS_A_BLOCK);
  if (groups.length >= kernel.threads) blocks = Math.ceil(blocks / kernel.threads) * kernel.threads;
  blocks = Math.min(blocks, groups.length);
  const blockTable = kernel.allocate(Math.max(1, blocks) * BLOCK_BYTES);
  const groupTable = kernel.allocate(Math.max(1, groups.length) * GROUP_BYTES);
  const slotTable = kernel.allocate(Math.max(1, groups.length) * COLUMNS_A_GROUP * SLOT_BYTES);
  const placed: TableColumn[] = [];
  let histogram = 0;
  for (let block = 0, group = 0; block < blocks; block++) {
    const size = Math.ceil((groups.length - group) / (blocks - block));
    const stride = size * COLUMNS_A_GROUP;
    const bins = kernel.allocate(rows * stride);
    const firstGroup = group;
    const firstHistogram = histogram;
    for (; group < firstGroup + size; group++) {
      const { binClass, members } = groups[group]!;
      kernel.i32[(groupTable + group * GROUP_BYTES + groupFields.binClass) / 4] = binClass;
      kernel.i32[(groupTable + group * GROUP_BYTES + groupFields.histogram) / 4] = histogram;
      members.forEach((column, k) => {
        const slot = group * COLUMNS_A_GROUP + k;
        const place = histogram + k * binClasses[binClass]! * CELL_BYTES;
        const at = (slotTable + slot * SLOT_BYTES) / 4;
        kernel.i32[at + slotFields.valueBins / 4] = column.valueBins;
        kernel.i32[at + slotFields.hasMissing / 4] = column.hasMissing ? 1 : 0;
        kernel.i32[at + slotFields.histogram / 4] = place;
        placed.push({
          ...column,
          slot,
          bins: 0,
          blockBins: bins + (group - firstGroup) * COLUMNS_A_GROUP + k,
          stride,
          histogram: place,
        });
      });
      histogram += COLUMNS_A_GROUP * binClasses[binClass]! * CELL_BYTES;
    }
    const at = (blockTable + block * BLOCK_BYTES) / 4;
    kernel.i32[at + blockFields.bins / 4] = bins;
    kernel.i32[at + blockFields.stride / 4] = stride;
    kernel.i32[at + blockFields.firstGroup / 4] = firstGroup;
    kernel.i32[at + blockFields.groupCount / 4] = size;
    kernel.i32[at + blockFields.histogram / 4] = firstHistogram;
    kernel.i32[at + blockFields.histogramBytes / 4] = histogram - firstHistogram;
  }
  const own = placed.sort((a, b) => a.column - b.column).map((column) => ({ ...column, bins: kernel.allocate(rows) }));
  return {
    rows,
    columns: own,
    slots: groups.length * COLUMNS_A_GROUP,
    blocks,
    blockTable,
    groupTable,
    slotTable,
    histogramBytes: histogram,
  };
}

function assignBins(kernel: Kernel, x: Matrix, table: BinnedTable): void {
  const { columns, blocks, blockTable, slots } = table;
  if (columns.length === 0) return;
  const mark = kernel.mark();
  const is32 = x.data instanceof Float32Array;
  const values = kernel.allocate(Math.min(BINNED_ROWS, x.rows) * x.columns * (is32 ? 4 : 8));
  const bounds = kernel.allocate((columns.length + 1) * 256 * 8);
  const assign = kernel.allocate(slots * ASSIGN_BYTES);
  const unused = kernel.allocate(x.rows);
  kernel.f64.fill(Number.POSITIVE_INFINITY, bounds / 8, bounds / 8 + (columns.length + 1) * 256);
  // A slot without a number column reads column 0 against bounds that put all of it into bin 0.
  for (let slot = 0; slot < slots; slot++) {
    kernel.i32[(assign + slot * ASSIGN_BYTES + assignFields.bounds) / 4] = bounds;
    kernel.i32[(assign + slot * ASSIGN_BYTES + assignFields.bins) / 4] = unused;
  }
  columns.forEach((column, k) => {
    if (!column.bounds) return;
    const own = bounds + (k + 1) * 256 * 8;
    kernel.f64.set(column.bounds, own / 8);
    const at = (assign + column.slot * ASSIGN_BYTES) / 4;
    kernel.i32[at + assignFields.column / 4] = column.column;
    kernel.i32[at + assignFields.bounds / 4] = own;
    kernel.i32[at + assignFields.missingBin / 4] = column.valueBins;
    kernel.i32[at + assignFields.bins / 4] = column.bins;
  });
  kernel.i32[args.values / 4] = values;
  kernel.i32[args.valueStride / 4] = x.columns;
  kernel.i32[args.valueIs32 / 4] = is32 ? 1 : 0;
  kernel.i32[args.bounds / 4] = assign;
  kernel.i32[args.blocks / 4] = blockTable;
  kernel.i32[args.slotCount / 4] = blocks;
  kernel.i32[args.chunkRows / 4] = ITEM_ROWS;
  for (let first = 0; first < x.rows; first += BINNED_ROWS) {
    const count = Math.min(BINNED_ROWS, x.rows - first);
    const part = x.data.subarray(first * x.columns, (first + count) * x.columns);
    if (is32) kernel.f32.set(part, values / 4);
    else kernel.f64.set(part, values / 8);
    kernel.i32[args.firstRow / 4] = first;
    kernel.i32[args.count / 4] = count;
    kernel.run("assign", Math.ceil(count / ITEM_ROWS));
  }
  for (const column of columns) if (column.codes) assignCodes(kernel, x, column, column.codes);
  kernel.release(mark);
}

function assignCodes(kernel: Kernel, { rows, columns, data }: Matrix, column: TableColumn, codes: Int32Array): void {
  const binOf = new Map<number, number>();
  codes.forEach((code, bin) => {
    binOf.set(code, bin);
  });
  for (let row = 0; row < rows; row++) {
    const bin = binOf.get(data[row * columns + column.column]!) ?? column.valueBins;
    kernel.u8[column.bins + row] = bin;
    kernel.u8[column.blockBins + row * column.stride] = bin;
  }
}

function infinite(name: string): BedsideError {
  return new BedsideError({
    code: "trees/infinite",
    what: `Column ${name} holds an infinite value`,
    where: "x",
    why: "a value beyond all others is most often a division by zero further up",
    fix: "Mend the column, or make such values missing (NaN)",
  });
}

function badCode(name: string): BedsideError {
  return new BedsideError({
    code: "trees/bad-category",
    what: `The categorical column ${name} holds a value that is no category code`,
    where: "x",
    why: `codes are whole numbers from 0 to ${MOST_CODES - 1}; a missing one is NaN or negative`,
    fix: "Number the categories 0, 1, 2, …",
  });
}
