// Medians with quartiles of a number, for all stays, those with and those without the event. Knows no file.
import { isSmall, smallCellLimit } from "../core/small-cells.ts";
import { withheldCell } from "./table-one-counts.ts";

/** `64 (52–77)` for all, event, no event; too few patients with a value give `withheld`, none an en dash. */
export function describeNumbers(values: Float64Array, subjectIds: Float64Array, labels: Uint8Array): string[] {
  const groups = [() => true, (row: number) => labels[row] === 1, (row: number) => labels[row] !== 1];
  const known = [...values.keys()].filter((row) => !Number.isNaN(values[row]!));
  const rowsOf = groups.map((isIn) => known.filter(isIn));
  const decimals = decimalsFor(quartiles(rowsOf[0]!, values));
  return rowsOf.map((rows) => {
    if (rows.length === 0) return "–";
    if (isSmall(new Set(rows.map((row) => subjectIds[row])).size, smallCellLimit)) return withheldCell;
    const [low, median, high] = quartiles(rows, values).map((value) => value.toFixed(decimals));
    return `${median} (${low}–${high})`;
  });
}

/** Quartiles by linear interpolation between order statistics (Hyndman and Fan's type 7, NumPy's default). */
function quartiles(rows: readonly number[], values: Float64Array): [number, number, number] {
  const sorted = Float64Array.from(rows, (row) => values[row]!).sort();
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below]!;
    return low + (place - below) * ((sorted[below + 1] ?? low) - low);
  };
  return [at(0.25), at(0.5), at(0.75)];
}

/** As many decimals as tell the quartiles apart. */
function decimalsFor([low, , high]: [number, number, number]): number {
  const width = high - low;
  if (!(width < 5)) return 0;
  return width >= 0.5 ? 1 : 2;
}
