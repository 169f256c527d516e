// The jobs of binning: values sorted column by column, and every value turned into the number of its bin.
import {
  type Assembler,
  block,
  type Code,
  f64,
  forRange,
  i32,
  i64,
  type Local,
  leaveIf,
  memoryCopy,
  memoryFill,
  select,
  when,
} from "./assembler.ts";
import { args, BLOCK_BYTES, blockFields, COLUMNS_A_GROUP } from "./layout.ts";

type Job = (...values: Code[]) => Code;
const arg = (address: number): Code => i32.load(i32.const(address));

/** How a slot's bin is found: its column in the table of values, its 256 upper bounds (the unused ones infinite), the bin of a missing value, where the column's own bins go. */
export const assignFields = { column: 0, bounds: 4, missingBin: 8, bins: 12 } as const;
export const ASSIGN_BYTES = 16;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
export const DIGIT_COUNT_BYTES = DIGITS * 4;

/** Sorts column `item`'s 64-bit numbers, none of them NaN, upward: by digits of 11 bits, the lowest first. */
export function defineSort(kernel: Assembler): Job {
  return kernel.define("sort", ["i32"], undefined, ([item], local) => {
    const count = local("i32");
    const from = local("i32");
    const to = local("i32");
    const home = local("i32");
    const counts = local("i32");
    const i = local("i32");
    const at = local("i32");
    const sum = local("i32");
    const held = local("i32");
    const key = local("i64");
    const shift = local("i64");
    const digit = (): Code =>
      i32.shl(i32.and(i32.wrap(i64.shrU(key.get, shift.get)), i32.const(DIGITS - 1)), i32.const(2));
    const keyAt = (base: Local): Code => i32.add(base.get, i32.shl(i.get, i32.const(3)));
    const signBit = i64.const(-(2n ** 63n));
    return [
      count.set(i32.load(i32.add(arg(args.keyCounts), i32.shl(item!.get, i32.const(2))))),
      from.set(i32.add(arg(args.keys), i32.mul(item!.get, i32.shl(arg(args.columnRows), i32.const(3))))),
      home.set(from.get),
      to.set(i32.add(arg(args.spareKeys), i32.mul(item!.get, i32.shl(arg(args.columnRows), i32.const(3))))),
      counts.set(i32.add(arg(args.digitCounts), i32.mul(item!.get, i32.const(DIGIT_COUNT_BYTES)))),
      // Bits in the order of the numbers: of negative ones all are turned, of others the sign. Adding 0 makes −0 a 0.
      forRange(i, i32.const(0), count.get, 1, [
        at.set(keyAt(from)),
        f64.store(at.get, f64.add(f64.load(at.get), f64.const(0))),
        key.set(i64.load(at.get)),
        i64.store(at.get, i64.xor(key.get, i64.or(i64.shrS(key.get, i64.const(63n)), signBit))),
      ]),
      forRange2(shift, 64, DIGIT_BITS, [
        memoryFill(counts.get, i32.const(0), i32.const(DIGIT_COUNT_BYTES)),
        forRange(i, i32.const(0), count.get, 1, [
          key.set(i64.load(keyAt(from))),
          at.set(i32.add(counts.get, digit())),
          i32.store(at.get, i32.add(i32.load(at.get), i32.const(1))),
        ]),
        block([
          // All keys alike in this digit: nothing to do.
          leaveIf(0, i32.eq(i32.load(i32.add(counts.get, digit())), count.get)),
          sum.set(i32.const(0)),
          forRange(i, i32.const(0), i32.const(DIGIT_COUNT_BYTES), 4, [
            at.set(i32.add(counts.get, i.get)),
            held.set(i32.load(at.get)),
            i32.store(at.get, sum.get),
            sum.set(i32.add(sum.get, held.get)),
          ]),
          forRange(i, i32.const(0), count.get, 1, [
            key.set(i64.load(keyAt(from))),
            at.set(i32.add(counts.get, digit())),
            held.set(i32.load(at.get)),
            i32.store(at.get, i32.add(held.get, i32.const(1))),
            i64.store(i32.add(to.get, i32.shl(held.get, i32.const(3))), key.get),
          ]),
          held.set(from.get),
          from.set(to.get),
          to.set(held.get),
        ]),
      ]),
      when(i32.ne(from.get, home.get), [memoryCopy(home.get, from.get, i32.shl(count.get, i32.const(3)))]),
      forRange(i, i32.const(0), count.get, 1, [
        at.set(keyAt(home)),
        key.set(i64.load(at.get)),
        i64.store(
          at.get,
          i64.xor(key.get, i64.or(i64.xor(i64.shrS(key.get, i64.const(63n)), i64.const(-1n)), signBit)),
        ),
      ]),
    ];
  });
}

/** The body for shift = 0, step, … below `to`, written out. */
function forRange2(shift: Local, to: number, step: number, body: Code): Code {
  const parts: Code[] = [];
  for (let value = 0; value < to; value += step) parts.push(shift.set(i64.const(BigInt(value))), body);
  return parts;
}

/**
 * Chunk `item` of the rows in hand: each value to the number of upper bounds below it, missing ones to their own bin.
 * Eight columns are searched side by side; their bins are written as one 64-bit number, and each to its column's own run.
 */
export function defineAssign(kernel: Assembler): Job {
  const makers = [false, true].map((is32) => defineAssignGroup(kernel, is32));
  return kernel.define("assign", ["i32"], undefined, ([item], local) => {
    const from = local("i32");
    const count = local("i32");
    const b = local("i32");
    const blockAt = local("i32");
    const group = local("i32");
    const width = local("i32");
    const call = (is32: number): Code =>
      makers[is32]!(
        i32.add(arg(args.values), i32.mul(from.get, i32.mul(arg(args.valueStride), i32.const(is32 ? 4 : 8)))),
        count.get,
        i32.add(arg(args.bounds), i32.mul(group.get, i32.const(COLUMNS_A_GROUP * ASSIGN_BYTES))),
        i32.add(
          i32.add(i32.load(blockAt.get, blockFields.bins), i32.mul(i32.add(arg(args.firstRow), from.get), width.get)),
          i32.mul(i32.sub(group.get, i32.load(blockAt.get, blockFields.firstGroup)), i32.const(COLUMNS_A_GROUP)),
        ),
        width.get,
        i32.add(arg(args.firstRow), from.get),
      );
    return [
      from.set(i32.mul(item!.get, arg(args.chunkRows))),
      count.set(i32.sub(arg(args.count), from.get)),
      when(i32.gtS(count.get, arg(args.chunkRows)), count.set(arg(args.chunkRows))),
      forRange(b, i32.const(0), arg(args.slotCount), 1, [
        blockAt.set(i32.add(arg(args.blocks), i32.mul(b.get, i32.const(BLOCK_BYTES)))),
        width.set(i32.load(blockAt.get, blockFields.stride)),
        forRange(
          group,
          i32.load(blockAt.get, blockFields.firstGroup),
          i32.add(i32.load(blockAt.get, blockFields.firstGroup), i32.load(blockAt.get, blockFields.groupCount)),
          1,
          when(arg(args.valueIs32), call(1), call(0)),
        ),
      ]),
    ];
  });
}

function defineAssignGroup(kernel: Assembler, is32: boolean): Job {
  const name = is32 ? "assign32" : "assign64";
  return kernel.define(name, ["i32", "i32", "i32", "i32", "i32", "i32"], undefined, (parameters, local) => {
    const [values, count, slots, bins, width, firstRow] = parameters.map((parameter) => parameter.get);
    const row = local("i32");
    const rowAt = local("i32");
    const size = is32 ? 4 : 8;
    const columns = Array.from({ length: COLUMNS_A_GROUP }, () => ({
      offset: local("i32"),
      bounds: local("i32"),
      missing: local("i32"),
      value: local("f64"),
      position: local("i32"),
      own: local("i32"),
    }));
    const setUp = columns.map(({ offset, bounds, missing, own }, k) => [
      offset.set(i32.mul(i32.load(slots!, k * ASSIGN_BYTES + assignFields.column), i32.const(size))),
      bounds.set(i32.load(slots!, k * ASSIGN_BYTES + assignFields.bounds)),
      missing.set(i32.load(slots!, k * ASSIGN_BYTES + assignFields.missingBin)),
      own.set(i32.add(i32.load(slots!, k * ASSIGN_BYTES + assignFields.bins), firstRow!)),
    ]);
    const read = columns.map(({ offset, bounds, value, position }) => [
      value.set(is32 ? f64.loadF32(i32.add(rowAt.get, offset.get)) : f64.load(i32.add(rowAt.get, offset.get))),
      position.set(bounds.get),
    ]);
    const search: Code[] = [];
    for (let step = 128, log = 7; step >= 1; step /= 2, log--) {
      for (const { value, position } of columns) {
        const above = f64.gt(value.get, f64.load(position.get, (step - 1) * 8));
        search.push(position.set(i32.add(position.get, i32.shl(above, i32.const(log + 3)))));
      }
    }
    const bin = columns.map(({ bounds, missing, value, position }) =>
      position.set(
        select(i32.shrU(i32.sub(position.get, bounds.get), i32.const(3)), missing.get, f64.eq(value.get, value.get)),
      ),
    );
    const write = columns.map(({ position, own }) => i32.store8(i32.add(own.get, row.get), position.get));
    let eight: Code = i64.const(0n);
    columns.forEach(({ position }, k) => {
      eight = i64.or(eight, i64.shl(i64.fromI32U(position.get), i64.const(BigInt(8 * k))));
    });
    return [
      setUp,
      forRange(row, i32.const(0), count!, 1, [
        rowAt.set(i32.add(values!, i32.mul(i32.mul(row.get, arg(args.valueStride)), i32.const(size)))),
        read,
        search,
        bin,
        write,
        i64.store(i32.add(bins!, i32.mul(row.get, width!)), eight),
      ]),
    ];
  });
}
