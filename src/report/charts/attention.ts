// Where a model looked: variables by hours before the prediction. Knows means, not samples.
import * as Plot from "@observablehq/plot";
import type { Attention } from "../../run/result.ts";
import { axisX } from "./axes.ts";
import { type ChartOptions, draw, emptyChart, type SvgElement, scene } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

interface Cell {
  row: number;
  column: number;
  weight: number;
}

const rowHeight = 14;
/** What is shown darkest: this much more attention than evenly spread. */
const darkest = 3;

/** A row a variable, those most looked at first; the darker a cell, the more attention. Shares at the right. */
export function attention(
  { hours, variables, weight }: Pick<Attention, "hours" | "variables" | "weight">,
  { width = 700, ...options }: ChartOptions = {},
): string {
  if (!variables.length || !hours.length) return emptyChart("No attention to show.", { ...options, width });
  const order = variables.map((_, v) => v).sort((a, b) => variables[b]!.share - variables[a]!.share);
  const rows = order.map((v) => variables[v]!);
  const cells: Cell[] = order.flatMap((v, row) =>
    hours.flatMap((_, column) => {
      const own = weight[v]?.[column];
      return own === null || own === undefined ? [] : [{ row, column, weight: own }];
    }),
  );
  const marginLeft = Math.min(0.42 * width, 12 + Math.max(...rows.map(({ title }) => textWidth(title, 11))));
  const [marginTop, marginRight, marginBottom] = [44, 46, 44];
  const step = Math.max(1, Math.ceil(hours.length / (width < 500 ? 5 : 9)));
  const columns = hours.map((_, column) => column);
  const places = rows.map((_, row) => row);
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
          label: "Hours before the prediction",
          grid: false,
          ticks: columns.filter((column) => column % step === 0),
          format: (column) => String(-hours[column]!),
        }),
        Plot.frame({ fill: colour("faint"), stroke: null, inset: -1 }),
        Plot.cell(cells, {
          x: "column",
          y: "row",
          fill: colour("heat"),
          fillOpacity: (cell: Cell) => shade(cell.weight),
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
          text: ({ share }) => `${(100 * share).toFixed(1)}\u00a0%`,
        }),
        Plot.text(["share"], {
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
    { ...options, label: options.label ?? `Attention to ${rows.length} variables by hour`, width },
  );
}

function shade(weight: number): number {
  return Math.round((100 * Math.min(darkest, weight)) / darkest) / 100;
}

const keyWeights = [0, 0.5, 1, 1.5, 2, darkest];

/** The key to the colours, above the frame. */
function key(left: number): Plot.Markish {
  return scene(({ make }) => {
    const [wide, tall] = [30, 11];
    return keyWeights.flatMap((weight, i): SvgElement[] => {
      const box = { x: left + wide * i, y: 2, width: wide, height: tall };
      const name = {
        x: box.x + wide / 2,
        y: tall + 13,
        "font-size": 11,
        fill: colour("quiet"),
        "text-anchor": "middle",
      };
      return [
        make("rect", { ...box, fill: colour("heat"), "fill-opacity": shade(weight) }),
        make("text", name, weight === darkest ? `≥ ${weight}` : `${weight}`),
      ];
    });
  }, "key");
}
