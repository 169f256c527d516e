// One channel of one FLAC frame: constant, verbatim, fixed and linear prediction, Rice-coded residuals (RFC 9639, 9.2).
import type { BitReader } from "./bit-reader.ts";
import { invalid } from "./problem.ts";

/** Coefficients of the fixed predictors of order 0 to 4 (RFC 9639, 9.2.5). */
const FIXED = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]] as const;

/** Decodes `count` samples of `bits` bits into `out`. */
export function readSubframe(reader: BitReader, out: Int32Array, count: number, bits: number, name: string): void {
  if (reader.bits(1) !== 0) throw invalid(name, "A FLAC frame is damaged", "a subframe does not begin with a zero");
  const kind = reader.bits(6);
  const wasted = reader.bits(1) === 0 ? 0 : reader.unary() + 1;
  const width = bits - wasted;
  if (width < 1) throw invalid(name, "A FLAC frame is damaged", "a subframe has no bits to a sample");
  if (kind === 0) out.fill(reader.signed(width), 0, count);
  else if (kind === 1) for (let i = 0; i < count; i++) out[i] = reader.signed(width);
  else if (kind >= 8 && kind <= 12) readPredicted(reader, out, count, width, kind - 8, name);
  else if (kind >= 32) readLinear(reader, out, count, width, kind - 31, name);
  else throw invalid(name, "A FLAC frame is damaged", "a subframe is of a reserved kind");
  if (wasted > 0) for (let i = 0; i < count; i++) out[i]! <<= wasted;
}

function readPredicted(r: BitReader, out: Int32Array, count: number, width: number, order: number, name: string): void {
  warmUp(r, out, count, width, order, name);
  readResidual(r, out, count, order, name);
  predict(out, count, FIXED[order]!, 0);
}

function readLinear(r: BitReader, out: Int32Array, count: number, width: number, order: number, name: string): void {
  warmUp(r, out, count, width, order, name);
  const precision = r.bits(4) + 1;
  const shift = r.signed(5);
  if (precision === 16 || shift < 0) throw invalid(name, "A FLAC frame is damaged", "a predictor is not well coded");
  const coefficients = Array.from({ length: order }, () => r.signed(precision));
  readResidual(r, out, count, order, name);
  predict(out, count, coefficients, shift);
}

function warmUp(r: BitReader, out: Int32Array, count: number, width: number, order: number, name: string): void {
  if (order > count) throw invalid(name, "A FLAC frame is damaged", "a predictor is longer than its block");
  for (let i = 0; i < order; i++) out[i] = r.signed(width);
}

/** Adds the prediction to the residuals in place. Sums stay below 2^53: 32 terms of 15 by 25 bits. */
function predict(out: Int32Array, count: number, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  // A product with a power of 2 is exact, so that the floor is that of the shift.
  const scale = 2 ** -shift;
  for (let i = order; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < order; j++) sum += coefficients[j]! * out[i - 1 - j]!;
    out[i] = out[i]! + Math.floor(sum * scale);
  }
}

/** Rice-coded residuals in partitions (RFC 9639, 9.2.7), put after the first `order` samples. */
function readResidual(r: BitReader, out: Int32Array, count: number, order: number, name: string): void {
  const method = r.bits(2);
  if (method > 1) throw invalid(name, "A FLAC frame is damaged", "its residuals are coded in a reserved way");
  const parameterBits = method === 0 ? 4 : 5;
  const unfolded = method === 0 ? 15 : 31;
  const partitionOrder = r.bits(4);
  const size = count >> partitionOrder;
  if (size << partitionOrder !== count || size < order) {
    throw invalid(name, "A FLAC frame is damaged", "its partitions do not fit its block");
  }
  let i = order;
  for (let partition = 0; partition < 1 << partitionOrder; partition++) {
    const end = (partition + 1) * size;
    const parameter = r.bits(parameterBits);
    if (parameter === unfolded) {
      const raw = r.bits(5);
      for (; i < end; i++) out[i] = raw === 0 ? 0 : r.signed(raw);
    } else {
      const scale = 2 ** parameter;
      for (; i < end; i++) {
        const folded = r.unary() * scale + r.bits(parameter);
        out[i] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
      }
    }
  }
}
