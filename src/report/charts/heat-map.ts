// Variables by hours as cells that are darker where there is more, a figure at the end of each row, and a key. Knows no quantity.
import * as Plot from "@observablehq/plot";
import { axisX } from "./axes.ts";
import { type ChartOptions, draw, type SvgElement, scene } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

/** A cell; `opacity` is 0 to 1. */
export interface HeatCell {
  row: number;
  column: number;
  opacity: number;
}

export interface HeatMapData {
  /** From top to bottom, each with what stands at its end. */
  rows: readonly { title: string; end: string }[];
  cells: readonly HeatCell[];
  columns: number;
  /** What the hours are counted from, and what is said under a column. */
  hours: { label: string; format: (column: number) => string };
  /** What stands at the ends of the rows. */
  endTitle: string;
  /** The key, from light to dark. */
  key: readonly { opacity: number; text: string }[];
}

const rowHeight = 14;

/** Draws the map; `label` says what it shows to those who do not see it. */
export function heatMap(
  { rows, cells, columns: count, hours, endTitle, key }: HeatMapData,
  { width = 700, label, ...options }: ChartOptions & { label: string },
): string {
  const marginLeft = Math.min(0.42 * width, 12 + Math.max(...rows.map(({ title }) => textWidth(title, 11))));
  const [marginTop, marginRight, marginBottom] = [44, 46, 44];
  const step = Math.max(1, Math.ceil(count / (width < 500 ? 5 : 9)));
  const columns = Array.from({ length: count }, (_, column) => column);
  const places = rows.map((_, row) => row);
  const ofRow = (_: unknown, row: number) => row;
  return draw(
    {
      height: marginTop + marginBottom + rowHeight * rows.length,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { type: "band", domain: columns, paddingInner: 0.06, paddingOuter: 0, round: false },
      y: { type: "band", domain: places, axis: null, paddingInner: 0.12, paddingOuter: 0, round: false },
      opacity: { type: "identity" },
      marks: [
        axisX({
          label: hours.label,
          grid: false,
          ticks: columns.filter((column) => column % step === 0),
          format: (column) => hours.format(column),
        }),
        Plot.frame({ fill: colour("faint"), stroke: null, inset: -1 }),
        Plot.cell(cells, {
          x: "column",
          y: "row",
          fill: colour("heat"),
          fillOpacity: ({ opacity }: HeatCell) => opacity,
        }),
        Plot.text(rows, {
          y: ofRow,
          frameAnchor: "left",
          dx: -8,
          textAnchor: "end",
          fontSize: 11,
          text: ({ title }) => fitText(title, marginLeft - 12, 11),
        }),
        Plot.text(rows, {
          y: ofRow,
          frameAnchor: "right",
          dx: marginRight,
          textAnchor: "end",
          fontSize: 11,
          fill: colour("quiet"),
          fontVariant: "tabular-nums",
          text: ({ end }) => end,
        }),
        Plot.text([endTitle], {
          frameAnchor: "top-right",
          dx: marginRight,
          dy: -8,
          textAnchor: "end",
          lineAnchor: "bottom",
          fontSize: 11,
          fill: colour("quiet"),
        }),
        keyAbove(key, width < 500 ? 0 : marginLeft),
      ],
    },
    { ...options, label, width },
  );
}

/** The key to the colours, above the frame. */
function keyAbove(entries: HeatMapData["key"], left: number): Plot.Markish {
  return scene(({ make }) => {
    const [wide, tall] = [30, 11];
    return entries.flatMap(({ opacity, text }, i): SvgElement[] => {
      const box = { x: left + wide * i, y: 2, width: wide, height: tall };
      const name = {
        x: box.x + wide / 2,
        y: tall + 13,
        "font-size": 11,
        fill: colour("quiet"),
        "text-anchor": "middle",
      };
      return [make("rect", { ...box, fill: colour("heat"), "fill-opacity": opacity }), make("text", name, text)];
    });
  }, "key");
}
