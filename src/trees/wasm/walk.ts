// The job that sends rows down trees: eight rows at a time, without jumps on what is compared. Knows no training.
import {
  type Assembler,
  block,
  type Code,
  f64,
  forRange,
  i32,
  type Local,
  leave,
  leaveIf,
  loop,
  when,
} from "./assembler.ts";
import { args, WALK_LANES, WALK_NODE_BYTES, walkFields } from "./layout.ts";

type Job = (...values: Code[]) => Code;
const arg = (address: number): Code => i32.load(i32.const(address));
const LANE_SHIFT = 3;
/** Bytes of one column of a group of rows, as a power of 2. */
const COLUMN_SHIFT = Math.log2(WALK_LANES) + LANE_SHIFT;

/**
 * Item `item` takes blocks item, item + walkers, … of the rows in hand. A block's rows are first turned into groups of eight, column by
 * column, in the item's own scratch; then each tree goes over all its groups, and adds its leaves' values to the margins. A row's sum is
 * made in the order of the trees, so that it does not depend on who makes it.
 */
export function defineWalk(kernel: Assembler): Job {
  const fills = [false, true].map((is32) => defineFill(kernel, is32));
  const down = defineDown(kernel);
  return kernel.define("walk", ["i32"], undefined, ([item], local) => {
    const first = local("i32");
    const rows = local("i32");
    const tree = local("i32");
    const scratch = local("i32");
    const step = local("i32");
    const fill = (is32: number): Code => fills[is32]!(first.get, rows.get, scratch.get);
    return [
      scratch.set(i32.add(arg(args.walkScratch), i32.mul(item!.get, arg(args.walkScratchBytes)))),
      step.set(arg(args.chunkRows)),
      first.set(i32.mul(item!.get, step.get)),
      block(
        loop([
          leaveIf(1, i32.geS(first.get, arg(args.count))),
          rows.set(i32.sub(arg(args.count), first.get)),
          when(i32.gtS(rows.get, step.get), rows.set(step.get)),
          when(arg(args.valueIs32), fill(1), fill(0)),
          forRange(tree, i32.const(0), arg(args.walkTrees), 1, down(tree.get, first.get, rows.get, scratch.get)),
          first.set(i32.add(first.get, i32.mul(step.get, arg(args.walkers)))),
          leave(0),
        ]),
      ),
    ];
  });
}

/** Rows first … first + rows − 1 into groups: lane l of column j of a group at (j · lanes + l) · 8; negated values after the others. */
function defineFill(kernel: Assembler, is32: boolean): Job {
  return kernel.define(
    is32 ? "fill32" : "fill64",
    ["i32", "i32", "i32"],
    undefined,
    ([first, rows, scratch], local) => {
      const i = local("i32");
      const from = local("i32");
      const to = local("i32");
      const end = local("i32");
      const negated = local("i32");
      const value = local("f64");
      const bytes = is32 ? 4 : 8;
      return [
        negated.set(i32.shl(arg(args.walkNegated), i32.const(COLUMN_SHIFT))),
        from.set(i32.add(arg(args.values), i32.mul(first!.get, i32.mul(arg(args.valueStride), i32.const(bytes))))),
        forRange(i, i32.const(0), rows!.get, 1, [
          to.set(
            i32.add(
              i32.add(
                scratch!.get,
                i32.mul(i32.shrU(i.get, i32.const(Math.log2(WALK_LANES))), arg(args.walkGroupBytes)),
              ),
              i32.shl(i32.and(i.get, i32.const(WALK_LANES - 1)), i32.const(LANE_SHIFT)),
            ),
          ),
          end.set(i32.add(from.get, i32.mul(arg(args.valueStride), i32.const(bytes)))),
          loop([
            value.set(is32 ? f64.loadF32(from.get) : f64.load(from.get)),
            f64.store(to.get, value.get),
            when(negated.get, f64.store(i32.add(to.get, negated.get), f64.neg(value.get))),
            to.set(i32.add(to.get, i32.const(1 << COLUMN_SHIFT))),
            leaveIf(0, i32.ltU(from.tee(i32.add(from.get, i32.const(bytes))), end.get)),
          ]),
        ]),
      ];
    },
  );
}

/** One tree over the groups of a block. Lanes beyond the last row hold what was there before, and their leaves are not read. */
function defineDown(kernel: Assembler): Job {
  return kernel.define("down", ["i32", "i32", "i32", "i32"], undefined, ([tree, first, rows, scratch], local) => {
    const group = local("i32");
    const row = local("i32");
    const root = local("i32");
    const ended = local("i32");
    const column = local("i32");
    const nodes = Array.from({ length: WALK_LANES }, () => local("i32"));
    const margin = local("i32");
    const marginStep = local("i32");
    const leafOutputs = local("i32");
    const at = local("i32");
    const left = local("i32");
    const step = (node: Local, lane: number): Code => [
      ended.set(i32.and(ended.get, column.tee(i32.load(node.get, walkFields.column)))),
      node.set(
        i32.add(
          i32.load(node.get, walkFields.child),
          i32.shl(
            i32.eqz(
              f64.le(
                f64.load(i32.add(group.get, column.get), lane << LANE_SHIFT),
                f64.load(node.get, walkFields.threshold),
              ),
            ),
            i32.const(Math.log2(WALK_NODE_BYTES)),
          ),
        ),
      ),
    ];
    const k = local("i32");
    const from = local("i32");
    const one = local("i32");
    const values = local("i32");
    /** Values stand in the order of the nodes: 8 bytes for each of a tree's outputs, where a node takes 16. */
    const raise = (node: Local, lane: number, outputs: "one" | "several"): Code => [
      from.set(i32.shrU(node.get, i32.const(1))),
      outputs === "one"
        ? f64.store(margin.get, f64.add(f64.load(margin.get), f64.load(i32.add(values.get, from.get))))
        : [
            from.set(i32.add(arg(args.walkValues), i32.mul(i32.sub(from.get, values.get), leafOutputs.get))),
            forRange(k, i32.const(0), i32.shl(leafOutputs.get, i32.const(3)), 8, [
              at.set(i32.add(margin.get, k.get)),
              f64.store(at.get, f64.add(f64.load(at.get), f64.load(i32.add(from.get, k.get)))),
            ]),
          ],
      margin.set(i32.add(margin.get, marginStep.get)),
      leaveIf(0, i32.leS(left.get, i32.const(lane + 1))),
    ];
    return [
      root.set(i32.load(i32.add(arg(args.walkRoots), i32.shl(tree!.get, i32.const(3))))),
      marginStep.set(i32.shl(arg(args.walkOutputs), i32.const(3))),
      leafOutputs.set(arg(args.walkLeafOutputs)),
      one.set(i32.eq(leafOutputs.get, i32.const(1))),
      // With one output the values start where node 0 would be at half its address, else `values` is that half.
      values.set(i32.shrU(arg(args.nodes), i32.const(1))),
      when(one.get, values.set(i32.sub(arg(args.walkValues), values.get))),
      margin.set(
        i32.add(
          i32.add(arg(args.scores), i32.mul(first!.get, marginStep.get)),
          i32.load(i32.add(arg(args.walkRoots), i32.shl(tree!.get, i32.const(3))), 4),
        ),
      ),
      group.set(scratch!.get),
      forRange(row, i32.const(0), rows!.get, WALK_LANES, [
        nodes.map((node) => node.set(root.get)),
        loop([ended.set(i32.const(1)), nodes.map(step), leaveIf(0, i32.eqz(ended.get))]),
        left.set(i32.sub(rows!.get, row.get)),
        when(
          one.get,
          block(nodes.map((node, lane) => raise(node, lane, "one"))),
          block(nodes.map((node, lane) => raise(node, lane, "several"))),
        ),
        group.set(i32.add(group.get, arg(args.walkGroupBytes))),
      ]),
    ];
  });
}
