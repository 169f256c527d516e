// The best numeric split of one column of one leaf, from its histogram. Knows no rows.
import {
  type Assembler,
  block,
  type Code,
  f64,
  f64x2,
  i32,
  i64,
  i64x2,
  leave,
  leaveIf,
  loop,
  v128,
  when,
} from "./assembler.ts";
import { args, CELL_BYTES, leafFields, recordFields } from "./layout.ts";

const doubleArg = (address: number): Code => f64.load(i32.const(address));
const longArg = (address: number): Code => i64.load(i32.const(address));

/** 1.5 · 2^52: a whole number of at most 51 bits added to its bits gives the bits of their sum as a float. */
const SHIFTER = 6755399441055744;
const shifterBits = (): bigint => new BigInt64Array(new Float64Array([SHIFTER]).buffer)[0]!;

/**
 * scan(histogram, valueBins, hasMissing, leaf, record): tries each cut between bins, from the highest down with missing
 * values left, and where values are missing from the lowest up with them right (their bin is the one after the value
 * bins). Keeps the first cut with the largest gain S(G_left)²/(H_left + l2) + S(G_right)²/(H_right + l2),
 * S(G) = max(|G| − l1, 0), above the leaf's least gain, all in the units of the fixed-point sums. Bins without rows are
 * passed over; the rows of the others are estimated as LightGBM does. Sums stay below 2^51, so they are exact as floats.
 */
export function defineScan(kernel: Assembler): (...values: Code[]) => Code {
  return kernel.define("scan", ["i32", "i32", "i32", "i32", "i32"], undefined, (parameters, local) => {
    const [histogram, valueBins, hasMissing, leaf, record] = parameters.map((parameter) => parameter.get);
    const bin = local("i32");
    const address = local("i32");
    // Pairs of gradient (lane 0) and hessian (lane 1); the near side is the one bins are added to.
    const cell = local("v128");
    const near = local("v128");
    const far = local("v128");
    const total = local("v128");
    const mask = local("v128");
    const toFloat = local("v128");
    const shifter = local("v128");
    const nearCells = local("v128");
    const bestNear = local("v128");
    const count = local("f64");
    const rows = local("f64");
    const minData = local("f64");
    const rowsOfHessian = local("f64");
    const minHessian = local("f64");
    const gradients = local("v128");
    const hessians = local("v128");
    const gain = local("f64");
    const product = local("f64");
    const best = local("f64");
    const found = local("i32");
    const shift = local("i64");
    const allRows = local("i64");
    const l1 = local("v128");
    const l2 = local("v128");
    const sum = (pair: Code, lane: number): Code => i64x2.lane(pair, lane);

    /** Takes the bin to the near side and weighs the cut. */
    const step = (up: boolean): Code => [
      address.set(i32.add(histogram!, i32.mul(bin.get, i32.const(CELL_BYTES)))),
      block([
        cell.set(v128.load(address.get)),
        leaveIf(0, i64.eqz(i64x2.lane(cell.get, 1))),
        nearCells.set(i64x2.add(nearCells.get, cell.get)),
        cell.set(f64x2.sub(i64x2.add(v128.and(cell.get, mask.get), toFloat.get), shifter.get)),
        near.set(f64x2.add(near.get, cell.get)),
        count.set(
          f64.add(count.get, f64.trunc(f64.add(f64.mul(f64x2.lane(cell.get, 1), rowsOfHessian.get), f64.const(0.5)))),
        ),
        leaveIf(0, f64.lt(count.get, minData.get)),
        // Too little is left on the far side: no later cut can do.
        leaveIf(2, f64.lt(f64.sub(rows.get, count.get), minData.get)),
        leaveIf(0, f64.lt(f64x2.lane(near.get, 1), minHessian.get)),
        far.set(f64x2.sub(total.get, near.get)),
        leaveIf(2, f64.lt(f64x2.lane(far.get, 1), minHessian.get)),
        gradients.set(v128.pick(near.get, far.get, 0, 2)),
        gradients.set(f64x2.larger(f64x2.sub(f64x2.abs(gradients.get), l1.get), v128.zero)),
        hessians.set(f64x2.add(v128.pick(far.get, near.get, 1, 3), l2.get)),
        // a²/h + b²/k > best, asked without a division: a² k + b² h > best h k.
        gradients.set(f64x2.mul(f64x2.mul(gradients.get, gradients.get), hessians.get)),
        gain.set(f64.add(f64x2.lane(gradients.get, 0), f64x2.lane(gradients.get, 1))),
        product.set(f64.mul(f64x2.lane(hessians.get, 0), f64x2.lane(hessians.get, 1))),
        leaveIf(0, f64.le(gain.get, f64.mul(best.get, product.get))),
        // The estimate of rows may leave the far side none in truth.
        leaveIf(2, i64.eq(i64.shrU(i64x2.lane(nearCells.get, 1), shift.get), allRows.get)),
        best.set(f64.div(gain.get, product.get)),
        bestNear.set(nearCells.get),
        found.set(
          up
            ? i32.or(i32.shl(bin.get, i32.const(1)), i32.const(1))
            : i32.shl(i32.sub(bin.get, i32.const(1)), i32.const(1)),
        ),
      ]),
    ];
    return [
      shift.set(longArg(args.countShift)),
      mask.set(i64x2.replace(i64x2.splat(i64.const(-1n)), 1, longArg(args.hessianMask))),
      toFloat.set(i64x2.splat(i64.const(shifterBits()))),
      shifter.set(f64x2.splat(f64.const(SHIFTER))),
      minData.set(f64.fromI32(i32.load(i32.const(args.minData)))),
      minHessian.set(doubleArg(args.minHessian)),
      l1.set(f64x2.splat(doubleArg(args.l1))),
      l2.set(f64x2.splat(doubleArg(args.l2))),
      total.set(v128.load(leaf!, leafFields.sumGradient)),
      rows.set(f64.fromI32(i32.load(leaf!, leafFields.count))),
      allRows.set(i64.fromI32U(i32.load(leaf!, leafFields.count))),
      rowsOfHessian.set(f64.div(rows.get, f64x2.lane(total.get, 1))),
      best.set(f64.load(leaf!, leafFields.leastGain)),
      found.set(i32.const(-1)),
      bin.set(i32.sub(valueBins!, i32.const(1))),
      block([
        loop([
          leaveIf(1, i32.leS(bin.get, i32.const(0))),
          step(false),
          bin.set(i32.sub(bin.get, i32.const(1))),
          leave(0),
        ]),
      ]),
      when(hasMissing!, [
        near.set(v128.zero),
        nearCells.set(v128.zero),
        count.set(f64.const(0)),
        bin.set(i32.const(0)),
        block([
          loop([
            leaveIf(1, i32.geS(bin.get, valueBins!)),
            step(true),
            bin.set(i32.add(bin.get, i32.const(1))),
            leave(0),
          ]),
        ]),
      ]),
      when(
        i32.ltS(found.get, i32.const(0)),
        f64.store(record!, f64.const(Number.NEGATIVE_INFINITY), recordFields.gain),
        [
          f64.store(record!, f64.sub(best.get, f64.load(leaf!, leafFields.leastGain)), recordFields.gain),
          i32.store(record!, i32.shrU(found.get, i32.const(1)), recordFields.threshold),
          // The near side is the left one on the way up.
          when(
            i32.and(found.get, i32.const(1)),
            [
              i64.store(record!, sum(bestNear.get, 0), recordFields.gradient),
              i64.store(record!, sum(bestNear.get, 1), recordFields.hessian),
              i32.store(record!, i32.const(0), recordFields.missingLeft),
            ],
            [
              i64.store(
                record!,
                i64.sub(i64.load(leaf!, leafFields.gradient), sum(bestNear.get, 0)),
                recordFields.gradient,
              ),
              i64.store(
                record!,
                i64.sub(i64.load(leaf!, leafFields.hessian), sum(bestNear.get, 1)),
                recordFields.hessian,
              ),
              i32.store(record!, i32.const(1), recordFields.missingLeft),
            ],
          ),
        ],
      ),
    ];
  });
}
