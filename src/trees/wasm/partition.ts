// The jobs that move rows: to the two sides of a split, and to the scores of the leaves they end in. Knows no histogram.
import {
  type Assembler,
  block,
  type Code,
  f64,
  forRange,
  i32,
  leave,
  leaveIf,
  loop,
  memoryCopy,
  v128,
  when,
} from "./assembler.ts";
import { args, LEAF_ROW_BYTES, NODE_BYTES, nodeFields } from "./layout.ts";

type Job = (...values: Code[]) => Code;
const arg = (address: number): Code => i32.load(i32.const(address));
const word = (base: Code, index: Code): Code => i32.add(base, i32.shl(index, i32.const(2)));

/** Chunk `item` of the rows: those that go left into `leftRows`, the others into `rightRows`, both in order. */
export function definePartition(kernel: Assembler): Job {
  return kernel.define("partition", ["i32"], undefined, ([item], local) => {
    const from = local("i32");
    const count = local("i32");
    const i = local("i32");
    const rows = local("i32");
    const row = local("i32");
    const left = local("i32");
    const right = local("i32");
    const start = local("i32");
    const goes = local("i32");
    const column = local("i32");
    const table = local("i32");
    return [
      from.set(i32.mul(item!.get, arg(args.chunkRows))),
      count.set(i32.sub(arg(args.count), from.get)),
      when(i32.gtS(count.get, arg(args.chunkRows)), count.set(arg(args.chunkRows))),
      rows.set(word(arg(args.rows), from.get)),
      start.set(word(arg(args.leftRows), from.get)),
      left.set(start.get),
      right.set(word(arg(args.rightRows), from.get)),
      column.set(arg(args.column)),
      table.set(arg(args.goesLeft)),
      // Each row is written to both sides; only one side's end moves on, so that there is no jump to guess.
      forRange(i, i32.const(0), count.get, 1, [
        row.set(i32.load(word(rows.get, i.get))),
        goes.set(i32.load8u(i32.add(table.get, i32.load8u(i32.add(column.get, row.get))))),
        i32.store(left.get, row.get),
        i32.store(right.get, row.get),
        left.set(i32.add(left.get, i32.shl(goes.get, i32.const(2)))),
        right.set(i32.add(right.get, i32.shl(i32.sub(i32.const(1), goes.get), i32.const(2)))),
      ]),
      i32.store(word(arg(args.chunkCounts), item!.get), i32.shrU(i32.sub(left.get, start.get), i32.const(2))),
    ];
  });
}

/** Chunk `item` back to `rows`, all left rows before all right ones, and the pairs of one side into its order; `gather` alone: the pairs of chunk `item`'s rows. */
export function defineSettle(kernel: Assembler): { settle: Job; gather: Job } {
  const gatherPairs = kernel.define("gatherPairs", ["i32", "i32", "i32"], undefined, ([rows, count, to], local) => {
    const i = local("i32");
    const pairs = local("i32");
    return [
      pairs.set(arg(args.pairs)),
      forRange(
        i,
        i32.const(0),
        count!.get,
        1,
        v128.store(
          i32.add(to!.get, i32.shl(i.get, i32.const(4))),
          v128.load(i32.add(pairs.get, i32.shl(i32.load(word(rows!.get, i.get)), i32.const(4)))),
        ),
      ),
    ];
  });
  const gather = kernel.define("gather", ["i32"], undefined, ([item], local) => {
    const from = local("i32");
    const count = local("i32");
    return [
      from.set(i32.mul(item!.get, arg(args.chunkRows))),
      count.set(i32.sub(arg(args.count), from.get)),
      when(i32.gtS(count.get, arg(args.chunkRows)), count.set(arg(args.chunkRows))),
      gatherPairs(
        word(arg(args.rows), from.get),
        count.get,
        i32.add(arg(args.ordered), i32.shl(from.get, i32.const(4))),
      ),
    ];
  });
  const settle = kernel.define("settle", ["i32"], undefined, ([item], local) => {
    const from = local("i32");
    const count = local("i32");
    const lefts = local("i32");
    const leftStart = local("i32");
    const k = local("i32");
    const source = local("i32");
    const side = local("i32");
    const copy = (start: Code, rows: Code): Code =>
      memoryCopy(word(arg(args.rows), start), source.get, i32.shl(rows, i32.const(2)));
    const toOrder = (start: Code, rows: Code): Code =>
      gatherPairs(source.get, rows, i32.add(arg(args.ordered), i32.shl(start, i32.const(4))));
    return [
      from.set(i32.mul(item!.get, arg(args.chunkRows))),
      count.set(i32.sub(arg(args.count), from.get)),
      when(i32.gtS(count.get, arg(args.chunkRows)), count.set(arg(args.chunkRows))),
      forRange(
        k,
        i32.const(0),
        item!.get,
        1,
        leftStart.set(i32.add(leftStart.get, i32.load(word(arg(args.chunkCounts), k.get)))),
      ),
      lefts.set(i32.load(word(arg(args.chunkCounts), item!.get))),
      side.set(arg(args.gather)),
      source.set(word(arg(args.leftRows), from.get)),
      copy(leftStart.get, lefts.get),
      when(i32.eq(side.get, i32.const(1)), toOrder(leftStart.get, lefts.get)),
      source.set(word(arg(args.rightRows), from.get)),
      copy(i32.add(arg(args.leftTotal), i32.sub(from.get, leftStart.get)), i32.sub(count.get, lefts.get)),
      when(i32.eq(side.get, i32.const(2)), toOrder(i32.sub(from.get, leftStart.get), i32.sub(count.get, lefts.get))),
    ];
  });
  return { settle, gather };
}

/** Raises the scores of leaf `item`'s rows by its value. */
export function defineAddScores(kernel: Assembler): Job {
  return kernel.define("addScores", ["i32"], undefined, ([item], local) => {
    const leaf = local("i32");
    const i = local("i32");
    const at = local("i32");
    const scores = local("i32");
    const rows = local("i32");
    const value = local("f64");
    return [
      leaf.set(i32.add(arg(args.leaves), i32.mul(item!.get, i32.const(LEAF_ROW_BYTES)))),
      value.set(f64.load(leaf.get, 8)),
      rows.set(i32.load(leaf.get)),
      scores.set(arg(args.scores)),
      forRange(i, i32.const(0), i32.load(leaf.get, 4), 1, [
        at.set(i32.add(scores.get, i32.shl(i32.load(word(rows.get, i.get)), i32.const(3)))),
        f64.store(at.get, f64.add(f64.load(at.get), value.get)),
      ]),
    ];
  });
}

/** Chunk `item` of rows that took no part in growing: from the root to a leaf by their bins, then the leaf's value to their score. */
export function defineRoute(kernel: Assembler): Job {
  return kernel.define("route", ["i32"], undefined, ([item], local) => {
    const from = local("i32");
    const count = local("i32");
    const i = local("i32");
    const row = local("i32");
    const node = local("i32");
    const at = local("i32");
    const nodes = local("i32");
    const goes = local("i32");
    return [
      from.set(i32.mul(item!.get, arg(args.chunkRows))),
      count.set(i32.sub(arg(args.count), from.get)),
      when(i32.gtS(count.get, arg(args.chunkRows)), count.set(arg(args.chunkRows))),
      nodes.set(arg(args.nodes)),
      forRange(i, i32.const(0), count.get, 1, [
        row.set(i32.load(word(arg(args.rows), i32.add(from.get, i.get)))),
        node.set(i32.const(0)),
        block(
          loop([
            leaveIf(1, i32.ltS(node.get, i32.const(0))),
            at.set(i32.add(nodes.get, i32.mul(node.get, i32.const(NODE_BYTES)))),
            goes.set(
              i32.load8u(
                i32.add(at.get, i32.load8u(i32.add(i32.load(at.get, nodeFields.column), row.get))),
                nodeFields.goesLeft,
              ),
            ),
            when(goes.get, node.set(i32.load(at.get, nodeFields.left)), node.set(i32.load(at.get, nodeFields.right))),
            leave(0),
          ]),
        ),
        at.set(i32.add(arg(args.scores), i32.shl(row.get, i32.const(3)))),
        f64.store(
          at.get,
          f64.add(
            f64.load(at.get),
            f64.load(i32.add(arg(args.leafValues), i32.shl(i32.xor(node.get, i32.const(-1)), i32.const(3)))),
          ),
        ),
      ]),
    ];
  });
}
