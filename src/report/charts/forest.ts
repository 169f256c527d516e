// Figures with their intervals in rows, grouped, over an optional line of reference. Knows nothing of what is measured.
import * as Plot from "@observablehq/plot";
import { absent, formatEstimate, formatFigure } from "../format.ts";
import { axisX } from "./axes.ts";
import { type ChartOptions, draw, emptyChart } from "./draw.ts";
import { colour, fitText, seriesStyle, textWidth } from "./theme.ts";

export interface ForestRow {
  group?: string | undefined;
  title: string;
  /** Null where the figure cannot be given. */
  value: number | null;
  low: number | null;
  high: number | null;
  /** What stands at the right instead of the figure and its interval. */
  text?: string;
  /** False for a row in grey, to compare with. */
  emphasis?: boolean;
}

export interface ForestOptions extends ChartOptions {
  /** Name of what is measured. */
  measure?: string;
  /** Index of the model's colour. */
  series?: number;
  /** A line to compare with, such as the figure in all patients. */
  reference?: number | undefined;
}

interface Line extends ForestRow {
  at: number;
  text: string;
}

const rowHeight = 22;

/** Dots with whiskers, one row each, groups under their names, figures written out at the right. */
export function forest(
  data: ForestRow[],
  { width = 700, measure = "", series = 0, reference: line, ...options }: ForestOptions = {},
): string {
  const reference = Number.isFinite(line) ? line : undefined;
  const lines: Line[] = [];
  const heads: { title: string; at: number }[] = [];
  let at = 0;
  data.forEach((row, i) => {
    if (row.group && row.group !== data[i - 1]?.group) {
      if (i) at += 0.4;
      heads.push({ title: row.group, at: at++ });
    }
    lines.push({ ...row, at: at++, text: row.text ?? figureText(row) });
  });
  const shown = lines.filter(({ value }) => value !== null && Number.isFinite(value));
  if (!shown.length) return emptyChart("No figure with an interval to show.", { ...options, width });
  const marginLeft = Math.min(0.4 * width, 14 + Math.max(...lines.map(({ title }) => textWidth(title)), 60));
  const marginRight = 12 + Math.max(...lines.map(({ text }) => textWidth(text)), 40);
  const [low, high] = span(shown, reference);
  const [marginTop, marginBottom] = [8, 44];
  const intervals = shown.filter((row) => row.low !== null && row.high !== null);
  const strong = (row: Line) => (row.emphasis === false ? colour("quiet") : seriesStyle(series).stroke);
  return draw(
    {
      height: marginTop + marginBottom + rowHeight * at,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { domain: [low, high] },
      y: { domain: [-0.5, at - 0.5], reverse: true, axis: null },
      color: { type: "identity" },
      marks: [
        axisX({ label: measure, ticks: width < 500 ? 3 : 6 }),
        reference === undefined ? null : Plot.ruleX([reference], { stroke: colour("quiet"), strokeDasharray: "2 4" }),
        Plot.ruleY(intervals, { y: "at", x1: "low", x2: "high", stroke: strong, strokeWidth: 1.75 }),
        Plot.dot(shown, { x: "value", y: "at", r: 4, fill: strong }),
        Plot.text(heads, {
          y: "at",
          text: "title",
          frameAnchor: "left",
          dx: -marginLeft,
          textAnchor: "start",
          fontWeight: 600,
        }),
        Plot.text(lines, {
          y: "at",
          text: (row: Line) => fitText(row.title, marginLeft - 14),
          frameAnchor: "left",
          dx: 6 - marginLeft,
          textAnchor: "start",
        }),
        Plot.text(lines, {
          y: "at",
          text: "text",
          frameAnchor: "right",
          dx: 12,
          textAnchor: "start",
          fontVariant: "tabular-nums",
        }),
      ],
    },
    { ...options, label: options.label ?? `${measure} with intervals, ${lines.length} rows`, width },
  );
}

function figureText({ value, low, high }: ForestRow): string {
  if (value === null || !Number.isFinite(value)) return absent;
  return low === null || high === null ? formatFigure(value) : formatEstimate({ value, low, high });
}

function span(rows: Line[], reference: number | undefined): [number, number] {
  const ends = rows.flatMap(({ value, low, high }) => [value!, low ?? value!, high ?? value!]);
  if (reference !== undefined) ends.push(reference);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = Math.max(0.04 * (high - low), 1e-6 + 0.002 * Math.abs(high));
  return [low - room, high + room];
}
