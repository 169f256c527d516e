// The job of a leaf: sums of its rows by column and bin, its sibling's by subtraction, and the best split of each column.
// Sums are 64-bit fixed-point numbers, so that no order of adding, and no number of threads, changes them.
import { type Assembler, type Code, drop, forRange, i32, i64, i64x2, memoryFill, v128, when } from "./assembler.ts";
import {
  args,
  BLOCK_BYTES,
  binClasses,
  blockFields,
  CELL_BYTES,
  COLUMNS_A_GROUP,
  GROUP_BYTES,
  groupFields,
  LEAF_BYTES,
  leafFields,
  RECORD_BYTES,
  SLOT_BYTES,
  slotFields,
} from "./layout.ts";

/** Rows counted at a time: their bins stay in the second cache while the block's groups take turns. */
const TILE_ROWS = 256;

const arg = (address: number): Code => i32.load(i32.const(address));

export function defineLeafJob(kernel: Assembler, scan: (...values: Code[]) => Code): (...values: Code[]) => Code {
  const counters = binClasses.map((cells) => [false, true].map((allRows) => defineCounter(kernel, cells, allRows)));
  const touch = defineTouch(kernel);
  const countBlock = defineBlockCounter(kernel, counters as Counter[][], touch);
  const subtract = defineSubtract(kernel);

  return kernel.define("leaf", ["i32"], undefined, ([item], local) => {
    const block = local("i32");
    const histogram = local("i32");
    const sibling = local("i32");
    const bytes = local("i32");
    const slot = local("i32");
    const end = local("i32");
    const slotAt = local("i32");
    const scanLeaf = (which: number, base: Code): Code => {
      const leaf = args.leaf + which * LEAF_BYTES;
      return when(
        arg(leaf + leafFields.scan),
        scan(
          i32.add(base, i32.load(slotAt.get, slotFields.histogram)),
          i32.load(slotAt.get, slotFields.valueBins),
          i32.load(slotAt.get, slotFields.hasMissing),
          i32.const(leaf),
          i32.add(
            arg(args.records),
            i32.mul(i32.add(slot.get, which ? arg(args.slotCount) : i32.const(0)), i32.const(RECORD_BYTES)),
          ),
        ),
      );
    };
    return [
      block.set(i32.add(arg(args.blocks), i32.mul(item!.get, i32.const(BLOCK_BYTES)))),
      histogram.set(arg(args.histogram)),
      sibling.set(arg(args.sibling)),
      bytes.set(i32.load(block.get, blockFields.histogramBytes)),
      memoryFill(i32.add(histogram.get, i32.load(block.get, blockFields.histogram)), i32.const(0), bytes.get),
      countBlock(block.get, histogram.get),
      when(sibling.get, [
        subtract(
          i32.add(sibling.get, i32.load(block.get, blockFields.histogram)),
          i32.add(histogram.get, i32.load(block.get, blockFields.histogram)),
          bytes.get,
        ),
      ]),
      end.set(
        i32.mul(
          i32.add(i32.load(block.get, blockFields.firstGroup), i32.load(block.get, blockFields.groupCount)),
          i32.const(COLUMNS_A_GROUP),
        ),
      ),
      forRange(slot, i32.mul(i32.load(block.get, blockFields.firstGroup), i32.const(COLUMNS_A_GROUP)), end.get, 1, [
        slotAt.set(i32.add(arg(args.slots), i32.mul(slot.get, i32.const(SLOT_BYTES)))),
        when(i32.load(slotAt.get, slotFields.scan), [
          scanLeaf(0, histogram.get),
          when(sibling.get, scanLeaf(1, sibling.get)),
        ]),
      ]),
    ];
  });
}

type Counter = (...values: Code[]) => Code;

/**
 * Adds the pairs of `count` rows to the histograms of one group: 8 columns, whose 8 bins are one 64-bit read. `cells` is
 * the room of a column; `allRows`: the rows are those from `rows` on.
 */
function defineCounter(kernel: Assembler, cells: number, allRows: boolean): Counter {
  const name = `count${cells}${allRows ? "All" : ""}`;
  return kernel.define(name, ["i32", "i32", "i32", "i32", "i32", "i32"], undefined, (parameters, local) => {
    const [bins, stride, rows, pairs, count, histogram] = parameters.map((parameter) => parameter.get);
    const i = local("i32");
    const eight = local("i64");
    const cell = local("i32");
    const pair = local("v128");
    const row = allRows ? i32.add(rows!, i.get) : i32.load(i32.add(rows!, i32.shl(i.get, i32.const(2))));
    const body: Code[] = [
      eight.set(i64.load(i32.add(bins!, i32.mul(row, stride!)))),
      pair.set(v128.load(i32.add(pairs!, i32.shl(i.get, i32.const(4))))),
    ];
    for (let column = 0; column < COLUMNS_A_GROUP; column++) {
      // The bin's byte, moved to where it is the bin times the 16 bytes of a cell.
      const shift = column * 8 - 4;
      const moved =
        shift < 0 ? i64.shl(eight.get, i64.const(BigInt(-shift))) : i64.shrU(eight.get, i64.const(BigInt(shift)));
      const offset = column * cells * CELL_BYTES;
      body.push(
        cell.set(i32.add(histogram!, i32.and(i32.wrap(moved), i32.const((cells - 1) * CELL_BYTES)))),
        v128.store(cell.get, i64x2.add(v128.load(cell.get, offset), pair.get), offset),
      );
    }
    return forRange(i, i32.const(0), count!, 1, body);
  });
}

/** Reads one byte of each row, which brings the rows' bins into the cache many at a time. */
function defineTouch(kernel: Assembler): Counter {
  return kernel.define("touch", ["i32", "i32", "i32", "i32"], "i32", (parameters, local) => {
    const [bins, stride, rows, count] = parameters.map((parameter) => parameter.get);
    const i = local("i32");
    const sum = local("i32");
    const row = i32.load(i32.add(rows!, i32.shl(i.get, i32.const(2))));
    return [
      forRange(
        i,
        i32.const(0),
        count!,
        1,
        sum.set(i32.add(sum.get, i32.load8u(i32.add(bins!, i32.mul(row, stride!))))),
      ),
      sum.get,
    ];
  });
}

function defineBlockCounter(kernel: Assembler, counters: Counter[][], touch: Counter): Counter {
  return kernel.define("countBlock", ["i32", "i32"], undefined, ([block, histogram], local) => {
    const from = local("i32");
    const count = local("i32");
    const tile = local("i32");
    const group = local("i32");
    const groupAt = local("i32");
    const bins = local("i32");
    const stride = local("i32");
    const rows = local("i32");
    const pairs = local("i32");
    const allRows = local("i32");
    const first = local("i32");
    const call = (binClass: number, all: number): Code =>
      counters[binClass]![all]!(
        i32.add(bins.get, i32.mul(i32.sub(group.get, first.get), i32.const(COLUMNS_A_GROUP))),
        stride.get,
        rows.get,
        pairs.get,
        tile.get,
        i32.add(histogram!.get, i32.load(groupAt.get, groupFields.histogram)),
      );
    const byClass = (all: number): Code =>
      when(
        i32.eqz(i32.load(groupAt.get, groupFields.binClass)),
        call(0, all),
        when(i32.eq(i32.load(groupAt.get, groupFields.binClass), i32.const(1)), call(1, all), call(2, all)),
      );
    return [
      count.set(arg(args.count)),
      allRows.set(arg(args.allRows)),
      bins.set(i32.load(block!.get, blockFields.bins)),
      stride.set(i32.load(block!.get, blockFields.stride)),
      first.set(i32.load(block!.get, blockFields.firstGroup)),
      forRange(from, i32.const(0), count.get, TILE_ROWS, [
        tile.set(i32.sub(count.get, from.get)),
        when(i32.gtS(tile.get, i32.const(TILE_ROWS)), tile.set(i32.const(TILE_ROWS))),
        when(allRows.get, rows.set(from.get), [
          rows.set(i32.add(arg(args.rows), i32.shl(from.get, i32.const(2)))),
          drop(touch(bins.get, stride.get, rows.get, tile.get)),
        ]),
        pairs.set(i32.add(arg(args.ordered), i32.shl(from.get, i32.const(4)))),
        forRange(group, first.get, i32.add(first.get, i32.load(block!.get, blockFields.groupCount)), 1, [
          groupAt.set(i32.add(arg(args.groups), i32.mul(group.get, i32.const(GROUP_BYTES)))),
          when(allRows.get, byClass(1), byClass(0)),
        ]),
      ]),
    ];
  });
}

/** from −= what, over whole cells. */
function defineSubtract(kernel: Assembler): Counter {
  return kernel.define("subtract", ["i32", "i32", "i32"], undefined, ([from, what, bytes], local) => {
    const at = local("i32");
    const cell = local("i32");
    return forRange(at, i32.const(0), bytes!.get, CELL_BYTES, [
      cell.set(i32.add(from!.get, at.get)),
      v128.store(cell.get, i64x2.sub(v128.load(cell.get), v128.load(i32.add(what!.get, at.get)))),
    ]);
  });
}

/** The sum of `count` pairs from an address on. */
export function defineSumPairs(kernel: Assembler): void {
  kernel.define("sumPairs", ["i32", "i32", "i32"], undefined, ([pairs, count, into], local) => {
    const i = local("i32");
    const sum = local("v128");
    return [
      forRange(
        i,
        i32.const(0),
        count!.get,
        1,
        sum.set(i64x2.add(sum.get, v128.load(i32.add(pairs!.get, i32.shl(i.get, i32.const(4)))))),
      ),
      v128.store(into!.get, sum.get),
    ];
  });
}
