// Where each sample stands in the hourly grid: its stay, and the row at whose end the prediction is made. Knows no feature.
import { Bug } from "../../core/errors.ts";
import type { Samples } from "../labels.ts";
import type { HourlyGrid } from "./grid.ts";

/** The places of samples in a grid. */
export interface Places {
  /** Number of the stay in the grid, by sample. */
  stay: Int32Array;
  /** Row of the grid, by sample: everything up to it, itself included, is known. */
  row: Int32Array;
}

/** Finds every sample in the grid; without hours it is the stay's last row. */
export function placeSamples(
  { stayIds, offsets, firstHour, stays }: Omit<HourlyGrid, "values" | "variables">,
  samples: Pick<Samples, "stayIds" | "hours">,
): Places {
  const count = samples.stayIds.length;
  const stay = new Int32Array(count);
  const row = new Int32Array(count);
  let s = 0;
  for (let i = 0; i < count; i++) {
    while (s < stays && stayIds[s]! < samples.stayIds[i]!) s++;
    if (stayIds[s] !== samples.stayIds[i]) throw new Bug("a sample's stay is not in the grid");
    stay[i] = s;
    row[i] = samples.hours ? offsets[s]! + samples.hours[i]! - firstHour[s]! : offsets[s + 1]! - 1;
    if (row[i]! < offsets[s]! || row[i]! >= offsets[s + 1]!) throw new Bug("a sample's hour is not in the grid");
  }
  return { stay, row };
}

/** Neighbouring samples of one stay: `rows[from]` to `rows[to]` (not included). */
export interface Run {
  stay: number;
  from: number;
  to: number;
}

/** Cuts samples, grouped by stay, into the runs of each stay. */
export function runsOf({ stay }: Places, rows: ArrayLike<number>): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < rows.length; i++) {
    const own = stay[rows[i]!]!;
    const last = runs.at(-1);
    if (last && last.stay === own) last.to = i + 1;
    else runs.push({ stay: own, from: i, to: i + 1 });
  }
  return runs;
}
