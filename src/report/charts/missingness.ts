// How often each variable was measured, hour by hour. Knows shares, not patients.
import * as Plot from "@observablehq/plot";
import { axisX } from "./axes.ts";
import { type ChartOptions, draw, emptyChart, type SvgElement, scene } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

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

interface Cell {
  row: number;
  column: number;
  share: number;
}

const rowHeight = 14;

/** A row a variable, most measured first; the darker a cell, the more stays have a value. Row means at the right. */
export function missingness(
  data: MissingnessData,
  { width = 700, columns = 49, ...options }: MissingnessOptions = {},
): string {
  const { hours, rows } = pooled(data, columns);
  if (!rows.length || !hours.length) return emptyChart("No variable or no hour to show.", { ...options, width });
  const cells: Cell[] = rows.flatMap(({ shares }, row) =>
    shares.map((share, column) => ({ row, column, share })).filter(({ share }) => share > 0.0005),
  );
  const marginLeft = Math.min(0.42 * width, 12 + Math.max(...rows.map(({ title }) => textWidth(title, 11))));
  const [marginTop, marginRight, marginBottom] = [44, 46, 44];
  const step = Math.max(1, Math.ceil(hours.length / (width < 500 ? 5 : 9)));
  return draw(
    {
      height: marginTop + marginBottom + rowHeight * rows.length,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { type: "band", domain: hours.map((_, column) => column), paddingInner: 0.06, paddingOuter: 0, round: false },
      y: {
        type: "band",
        domain: rows.map((_, row) => row),
        axis: null,
        paddingInner: 0.12,
        paddingOuter: 0,
        round: false,
      },
      opacity: { type: "identity" },
      marks: [
        axisX({
          label: "Hours since ICU admission",
          grid: false,
          ticks: hours.map((_, column) => column).filter((column) => column % step === 0),
          format: (column) => String(hours[column]),
        }),
        Plot.frame({ fill: colour("faint"), stroke: null, inset: -1 }),
        Plot.cell(cells, {
          x: "column",
          y: "row",
          fill: colour("heat"),
          fillOpacity: ({ share }: Cell) => shade(share),
        }),
        Plot.text(rows, {
          y: (_: unknown, row: number) => row,
          frameAnchor: "left",
          dx: -8,
          textAnchor: "end",
          fontSize: 11,
          text: ({ title }) => fitText(title, marginLeft - 12, 11),
        }),
        Plot.text(rows, {
          y: (_: unknown, row: number) => row,
          frameAnchor: "right",
          dx: marginRight,
          textAnchor: "end",
          fontSize: 11,
          fill: colour("quiet"),
          fontVariant: "tabular-nums",
          text: ({ mean }) => shareText(mean),
        }),
        Plot.text(["mean"], {
          frameAnchor: "top-right",
          dx: marginRight,
          dy: -8,
          textAnchor: "end",
          lineAnchor: "bottom",
          fontSize: 11,
          fill: colour("quiet"),
        }),
        key(width < 500 ? 0 : marginLeft),
      ],
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

/** The key to the colours, above the frame. */
function key(left: number): Plot.Markish {
  return scene(({ make }) => {
    const [wide, tall] = [30, 11];
    return keyShares.flatMap((percent, i): SvgElement[] => {
      const box = { x: left + wide * i, y: 2, width: wide, height: tall };
      const name = {
        x: box.x + wide / 2,
        y: tall + 13,
        "font-size": 11,
        fill: colour("quiet"),
        "text-anchor": "middle",
      };
      return [
        make("rect", { ...box, fill: colour("heat"), "fill-opacity": shade(percent / 100) }),
        make("text", name, `${percent}${percent === 100 ? "\u00a0%" : ""}`),
      ];
    });
  }, "key");
}
