// The jobs that make gradient and hessian pairs in fixed point: of the logistic loss, and of numbers made elsewhere.
import { type Assembler, type Code, f64, f64x2, forRange, i32, i64, i64x2, v128, when } from "./assembler.ts";
import { args } from "./layout.ts";

type Job = (...values: Code[]) => Code;
const arg = (address: number): Code => i32.load(i32.const(address));
const double = (base: Code, index: Code): Code => f64.load(i32.add(base, i32.shl(index, i32.const(3))));

/** ln 2 in two parts, the first short enough that a whole number up to 2^10 times it is exact (Cody and Waite). */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** 1/n! for n = 13 … 0: the remainder is below 1e-17 on |r| ≤ ln 2 / 2. */
export const EXP_TERMS: readonly number[] = Array.from({ length: 14 }, (_, k) => {
  let factorial = 1;
  for (let n = 2; n <= 13 - k; n++) factorial *= n;
  return 1 / factorial;
});

/** exp(x) for |x| ≤ 700, to about 1 unit in the last place: the same bits on every machine. */
function defineExp(kernel: Assembler): Job {
  return kernel.define("exp", ["f64"], "f64", ([x], local) => {
    const k = local("f64");
    const r = local("f64");
    const clamped = f64.max(f64.const(-700), f64.min(f64.const(700), x!.get));
    let sum: Code = f64.const(EXP_TERMS[0]!);
    for (const term of EXP_TERMS.slice(1)) sum = f64.add(f64.mul(sum, r.get), f64.const(term));
    return [
      x!.set(clamped),
      k.set(f64.nearest(f64.mul(x!.get, f64.const(Math.LOG2E)))),
      r.set(f64.sub(f64.sub(x!.get, f64.mul(k.get, f64.const(LN2_HIGH))), f64.mul(k.get, f64.const(LN2_LOW)))),
      f64.mul(sum, f64.fromBits(i64.shl(i64.add(i64.truncate(k.get), i64.const(1023n)), i64.const(52n)))),
    ];
  });
}

/** The same as the kernel's exp, bit for bit, in plain JavaScript. */
export function expReference(x: number): number {
  x = Math.max(-700, Math.min(700, x));
  const scaled = x * Math.LOG2E;
  const floor = Math.floor(scaled);
  const fraction = scaled - floor;
  const k = fraction > 0.5 || (fraction === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = EXP_TERMS[0]!;
  for (const term of EXP_TERMS.slice(1)) sum = sum * r + term;
  return sum * 2 ** k;
}

/** 1.5 · 2^52: adding it rounds to a whole number, which then stands in the low bits. */
const SHIFTER = 6755399441055744;
const SHIFTER_BITS = new BigInt64Array(new Float64Array([SHIFTER]).buffer)[0]!;

/** The pair of two floats in fixed point, rounded to even; both are below 2^51 then. */
function storePair(at: Code, gradient: Code, hessian: Code): Code {
  const pair = f64x2.replace(f64x2.splat(gradient), 1, hessian);
  const rounded = f64x2.add(f64x2.mul(pair, v128.load(i32.const(args.gradientScale))), f64x2.splat(f64.const(SHIFTER)));
  return v128.store(
    at,
    i64x2.add(
      i64x2.sub(rounded, i64x2.splat(i64.const(SHIFTER_BITS))),
      i64x2.replace(v128.zero, 1, i64.load(i32.const(args.countOne))),
    ),
  );
}

/** Rows `item × chunkRows` on: p = 1 / (1 + exp(−score)), gradient w (p − y), hessian w p (1 − p). Labels are bytes. */
export function defineBinary(kernel: Assembler): Job {
  const exp = defineExp(kernel);
  return kernel.define("binary", ["i32"], undefined, ([item], local) => {
    const row = local("i32");
    const end = local("i32");
    const p = local("f64");
    const weight = local("f64");
    return [
      end.set(i32.mul(i32.add(item!.get, i32.const(1)), arg(args.chunkRows))),
      when(i32.gtS(end.get, arg(args.rowCount)), end.set(arg(args.rowCount))),
      weight.set(f64.const(1)),
      forRange(row, i32.mul(item!.get, arg(args.chunkRows)), end.get, 1, [
        p.set(f64.div(f64.const(1), f64.add(f64.const(1), exp(f64.neg(double(arg(args.scores), row.get)))))),
        when(arg(args.weights), weight.set(double(arg(args.weights), row.get))),
        storePair(
          i32.add(arg(args.pairs), i32.shl(row.get, i32.const(4))),
          f64.mul(weight.get, f64.sub(p.get, f64.fromI32(i32.load8u(i32.add(arg(args.labels), row.get))))),
          f64.mul(weight.get, f64.mul(p.get, f64.sub(f64.const(1), p.get))),
        ),
      ]),
    ];
  });
}

/** Rows `item × chunkRows` on: the given gradients and hessians in fixed point. */
export function defineQuantise(kernel: Assembler): Job {
  return kernel.define("quantise", ["i32"], undefined, ([item], local) => {
    const row = local("i32");
    const end = local("i32");
    return [
      end.set(i32.mul(i32.add(item!.get, i32.const(1)), arg(args.chunkRows))),
      when(i32.gtS(end.get, arg(args.rowCount)), end.set(arg(args.rowCount))),
      forRange(
        row,
        i32.mul(item!.get, arg(args.chunkRows)),
        end.get,
        1,
        storePair(
          i32.add(arg(args.pairs), i32.shl(row.get, i32.const(4))),
          double(arg(args.gradients), row.get),
          double(arg(args.hessians), row.get),
        ),
      ),
    ];
  });
}
