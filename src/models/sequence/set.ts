// The sequences a network reads, and how its samples lie in them. Knows no network.
import type { Matrix } from "../../core/matrix.ts";
import type { SequenceSet } from "../../features/index.ts";
import { sizeMismatch } from "../checks.ts";

/** The number of the first sample of each stay, and of all samples at the end: length stays + 1. */
export function sampleStarts({ stays, scored }: Pick<SequenceSet, "stays" | "scored">): Int32Array {
  const starts = new Int32Array(stays + 1);
  for (let s = 0; s < stays; s++) starts[s + 1] = starts[s]! + scored(s).length;
  return starts;
}

/**
 * Rows that are stays of equally many hours, one after the other, as a set with the last hour scored.
 * @throws BedsideError `models/size-mismatch` where the columns are no whole number of hours.
 */
export function setOfMatrix(x: Matrix, inputNames: readonly string[]): SequenceSet {
  const hours = x.columns / inputNames.length;
  if (!Number.isInteger(hours) || hours < 1) {
    throw sizeMismatch("x", `it has ${x.columns} columns, which are no whole number of hours of ${inputNames.length}`);
  }
  const last = [hours - 1];
  return {
    stays: x.rows,
    lengths: new Int32Array(x.rows).fill(hours),
    inputNames,
    fill: (s, out, at) => out.set(x.data.subarray(s * x.columns, (s + 1) * x.columns), at),
    scored: () => last,
    samples: x.rows,
  };
}
