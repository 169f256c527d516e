// The columns that hourly tables make of each variable, by mode: names, meanings, and how they are written. Knows no grid.
import type { ColumnMeaning, Scaling } from "../preprocess.ts";
import { standardise, unscaled } from "../preprocess-columns.ts";
import type { HourlyRecipe, HourlyVariable } from "./fit.ts";
import type { History } from "./history.ts";

/** A column's meaning but for the variable. */
interface ColumnSpec {
  suffix: string;
  words: string;
  kind: ColumnMeaning["kind"];
  toClinical(value: number): number;
  fromClinical(value: number): number;
}

/** Columns side by side that are written together. */
export interface Block {
  columns: ColumnSpec[];
  /** Writes what is known up to the history's hour into `out` from `at` on. */
  write(history: History, out: Float32Array, at: number): void;
}

const asIs = { toClinical: (value: number) => value, fromClinical: (value: number) => value };

/** The trailing hours that recency features look at. */
export const WINDOWS = [6, 12, 24] as const;
/** Hours since a value are told in days. */
const DAY = 24;
const inDays = { toClinical: (days: number) => days * DAY, fromClinical: (hours: number) => hours / DAY };

const own = (suffix: string, words: string, scaling: Scaling): ColumnSpec => ({
  suffix,
  words,
  kind: "value",
  ...unscaled(scaling),
});
const flag = (suffix: string, words: string): ColumnSpec => ({ suffix, words, kind: "flag", ...asIs });

/**
 * The columns of a variable in the running table.
 *
 * Faithful mode, as YAIB: standardised and filled value, whether this hour lacks one, lowest, highest, number and mean of
 * the filled values since admission, where hours before the first value count as the training mean (0) and the number is
 * that of the hours. Corrected mode: last value, lowest, highest, mean and number of what was measured, and whether there
 * was ever a value; with `missing: "keep"` what was never measured is NaN in place of the last.
 */
export function runningBlock(variable: HourlyVariable, { mode, missing }: HourlyRecipe): Block {
  if (mode === "faithful") return yaibBlock(variable);
  const keep = missing === "keep";
  const unknown = keep ? Number.NaN : 0;
  const logCount = variable.logCount ?? { mean: 0, scale: 1 };
  const count = unscaled(logCount);
  return {
    columns: [
      own("", "last value", variable),
      own("min", "lowest", variable),
      own("max", "highest", variable),
      own("mean", "mean", variable),
      {
        suffix: "count",
        words: keep ? "hours measured" : "hours measured (log)",
        kind: "hours",
        toClinical: (value) => Math.round(Math.expm1(count.toClinical(value))),
        fromClinical: (hours) => standardise(Math.log1p(hours), logCount),
      },
      ...(keep ? [] : [flag("missing", "never measured")]),
    ],
    write(history, out, at) {
      const known = variable.mean !== null && history.observed > 0;
      out[at] = known ? standardise(history.last, variable) : unknown;
      out[at + 1] = known ? standardise(history.min, variable) : unknown;
      out[at + 2] = known ? standardise(history.max, variable) : unknown;
      out[at + 3] = known ? standardise(history.sum / history.observed, variable) : unknown;
      out[at + 4] = standardise(Math.log1p(history.observed), logCount);
      if (!keep) out[at + 5] = known ? 0 : 1;
    },
  };
}

function yaibBlock(variable: HourlyVariable): Block {
  return {
    columns: [
      own("", "last value", variable),
      flag("missing", "missing in this hour"),
      own("min", "lowest of the filled values", variable),
      own("max", "highest of the filled values", variable),
      { suffix: "count", words: "hours of the stay so far", kind: "hours", ...asIs },
      own("mean", "mean of the filled values", variable),
    ],
    write(history, out, at) {
      const { hours, before, observed } = history;
      const known = variable.mean !== null && observed > 0;
      out[at] = known ? standardise(history.last, variable) : 0;
      out[at + 1] = known && history.since === 0 ? 0 : 1;
      const [lowest, highest] = [standardise(history.min, variable), standardise(history.max, variable)];
      const padded = before > 0;
      out[at + 2] = known ? (padded ? Math.min(0, lowest) : lowest) : 0;
      out[at + 3] = known ? (padded ? Math.max(0, highest) : highest) : 0;
      out[at + 4] = hours;
      const filled = hours - before;
      out[at + 5] = known ? (standardise(history.filledSum / filled, variable) * filled) / hours : 0;
    },
  };
}

/**
 * Recency, which YAIB's classical models lack: hours since the last value, the slope through the last four values, and
 * lowest, highest, mean and last value of the trailing 6, 12 and 24 hours. What is not known is NaN with `missing: "keep"`,
 * else 0; hours since a value never measured are then those of the stay so far.
 */
export function recencyBlock(variable: HourlyVariable, { missing }: HourlyRecipe): Block {
  const unknown = missing === "keep" ? Number.NaN : 0;
  const figures = [
    ["min", "lowest"],
    ["max", "highest"],
    ["mean", "mean"],
    ["last", "last value"],
  ] as const;
  const slope: Scaling = { mean: 0, scale: variable.scale };
  const found = new Float64Array(figures.length);
  const value = (raw: number) => (variable.mean === null || Number.isNaN(raw) ? unknown : standardise(raw, variable));
  return {
    columns: [
      { suffix: "hours_since", words: "time since the last value", kind: "hours", ...inDays },
      own("slope", "slope of the last values, an hour", slope),
      ...WINDOWS.flatMap((hours) =>
        figures.map(([suffix, words]) => own(`${suffix}_${hours}h`, `${words} of the last ${hours} hours`, variable)),
      ),
    ],
    write(history, out, at) {
      const measured = history.observed > 0;
      out[at] = measured || missing !== "keep" ? history.since / DAY : Number.NaN;
      const rise = variable.mean === null ? Number.NaN : history.slope();
      out[at + 1] = Number.isNaN(rise) ? unknown : rise / variable.scale;
      let next = at + 2;
      for (const hours of WINDOWS) {
        history.window(hours, found);
        for (let i = 0; i < figures.length; i++) out[next++] = value(found[i]!);
      }
    },
  };
}
