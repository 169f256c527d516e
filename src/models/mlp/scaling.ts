// Columns of a table as a network takes them: missing values filled in and marked, the rest standardised. Knows no network.
import type { Matrix } from "../../core/matrix.ts";
import { sizeMismatch } from "../checks.ts";

/** How each column is prepared; plain JSON, kept in the model file. */
export interface InputScaling {
  /** Stands in for a missing value, in the column's own unit. */
  fill: number[];
  /** What is subtracted, and what the difference is divided by. */
  centre: number[];
  scale: number[];
  /** Columns that have a second input, after all others, which is 1 where the value is missing. */
  flagged: number[];
}

/** Which numbers of a row are meant: `count` of them from `from`, each `repeats` times over (as many hours, say). */
export interface Stretch {
  from: number;
  count: number;
  repeats?: number;
}

export interface ScalingOptions {
  /** False: values go in as they are, missing ones as the mean, without a mark. Default true. */
  standardise?: boolean;
}

/**
 * Fits the preparation on training rows. A column is standardised by its mean and deviation there (a constant one keeps
 * scale 1), and marked where training rows lack it.
 * @throws BedsideError `models/size-mismatch` where the stretch goes beyond the row.
 */
export function fitInputScaling(
  x: Matrix,
  { from, count, repeats = 1 }: Stretch,
  { standardise = true }: ScalingOptions = {},
): InputScaling {
  if (from + count * repeats > x.columns)
    throw sizeMismatch("x", `it has ${x.columns} columns, fewer than ${from + count * repeats}`);
  const scaling: InputScaling = { fill: [], centre: [], scale: [], flagged: [] };
  for (let j = 0; j < count; j++) {
    const moments = momentsOf(x, from + j, count, repeats);
    scaling.fill.push(moments.mean);
    scaling.centre.push(standardise ? moments.mean : 0);
    scaling.scale.push(standardise && moments.deviation > 0 ? moments.deviation : 1);
    if (standardise && moments.missing > 0) scaling.flagged.push(j);
  }
  return scaling;
}

function momentsOf({ rows, columns, data }: Matrix, at: number, step: number, repeats: number) {
  let known = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    for (let r = 0; r < repeats; r++) {
      const value = data[i * columns + at + r * step]!;
      if (Number.isNaN(value)) continue;
      known++;
      const delta = value - mean;
      mean += delta / known;
      squares += delta * (value - mean);
    }
  }
  const deviation = known > 0 ? Math.sqrt(squares / known) : 0;
  // what rounding leaves of a constant column is no spread
  const isSpread = deviation > 1e-9 * Math.max(1, Math.abs(mean));
  return { mean, deviation: isSpread ? deviation : 0, missing: rows * repeats - known };
}

/** Numbers a network is given of a row or an hour. */
export function inputWidth({ fill, flagged }: InputScaling): number {
  return fill.length + flagged.length;
}

/** The inputs of every row, `repeats` times `inputWidth` numbers each. */
export function scaledInputs(
  x: Matrix,
  { from, repeats = 1 }: Omit<Stretch, "count">,
  scaling: InputScaling,
): Float32Array {
  const { fill, centre, scale, flagged } = scaling;
  const count = fill.length;
  const width = inputWidth(scaling);
  const out = new Float32Array(x.rows * repeats * width);
  for (let i = 0, to = 0; i < x.rows; i++) {
    for (let r = 0; r < repeats; r++, to += width) {
      const at = i * x.columns + from + r * count;
      for (let j = 0; j < count; j++) {
        const value = x.data[at + j]!;
        out[to + j] = ((Number.isNaN(value) ? fill[j]! : value) - centre[j]!) / scale[j]!;
      }
      for (let k = 0; k < flagged.length; k++) out[to + count + k] = Number.isNaN(x.data[at + flagged[k]!]!) ? 1 : 0;
    }
  }
  return out;
}
