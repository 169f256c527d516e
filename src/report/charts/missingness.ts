// How often each variable was measured, hour by hour. Knows shares, not patients.
import { type ChartOptions, emptyChart } from "./draw.ts";
import { heatMap } from "./heat-map.ts";

export interface MissingnessData {
  variables: { id: string; title: string }[];
  hours: number[];
  /** Share of stays with a value, per variable and hour. */
  observed: number[][];
}

export interface MissingnessOptions extends ChartOptions {
  /** Hours are pooled to no more columns than this. */
  columns?: number;
}

/** A row a variable, most measured first; the darker a cell, the more stays have a value. Row means at the right. */
export function missingness(
  data: MissingnessData,
  { width = 700, columns = 49, ...options }: MissingnessOptions = {},
): string {
  const { hours, rows } = pooled(data, columns);
  if (!rows.length || !hours.length) return emptyChart("No variable or no hour to show.", { ...options, width });
  return heatMap(
    {
      rows: rows.map(({ title, mean }) => ({ title, end: shareText(mean) })),
      cells: rows.flatMap(({ shares }, row) =>
        shares.flatMap((share, column) => (share > 0.0005 ? [{ row, column, opacity: shade(share) }] : [])),
      ),
      columns: hours.length,
      hours: { label: "Hours since ICU admission", format: (column) => String(hours[column]) },
      endTitle: "mean",
      key: keyShares.map((percent) => ({
        opacity: shade(percent / 100),
        text: `${percent}${percent === 100 ? "\u00a0%" : ""}`,
      })),
    },
    { ...options, label: options.label ?? `Share of stays with a value, ${rows.length} variables by hour`, width },
  );
}

/** Opacity of a share: its square root, so that the eye can tell 5 % from 10 % as well as 50 % from 100 %. */
function shade(share: number): number {
  return Math.round(100 * Math.sqrt(Math.min(1, share))) / 100;
}

function shareText(share: number): string {
  if (!Number.isFinite(share)) return "–";
  return share > 0 && share < 0.01 ? "<1\u00a0%" : `${Math.round(100 * share)}\u00a0%`;
}

/** Hours pooled to at most `most` columns, rows ordered by how often they were measured. */
function pooled({ variables, hours, observed }: MissingnessData, most: number) {
  const span = Math.max(1, Math.ceil(hours.length / most));
  const starts = hours.map((_, i) => i).filter((i) => i % span === 0);
  const rows = variables.map(({ title }, v) => {
    const row = hours.map((_, i) => observed[v]?.[i] ?? Number.NaN);
    return { title, mean: mean(row), shares: starts.map((i) => mean(row.slice(i, i + span))) };
  });
  rows.sort((a, b) => (b.mean || 0) - (a.mean || 0));
  return { hours: starts.map((i) => hours[i]!), rows };
}

function mean(values: number[]): number {
  const known = values.filter((value) => Number.isFinite(value));
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : Number.NaN;
}

/** Shares named in the key, in percent. */
const keyShares = [1, 5, 10, 25, 50, 75, 100];
