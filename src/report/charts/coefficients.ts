// The weightiest predictors of a linear model, as bars from zero. Knows names and numbers only.
import * as Plot from "@observablehq/plot";
import { formatFigure } from "../format.ts";
import { axisX } from "./axes.ts";
import { type ChartOptions, draw, emptyChart, legend, legendRows } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

export interface Coefficient {
  title: string;
  /** Change of the log odds for one standard deviation of the predictor. */
  value: number;
}

interface Row extends Coefficient {
  at: number;
}

export interface CoefficientOptions extends ChartOptions {
  /** How many to show, by size. */
  top?: number;
}

/** Below this width the names stand above the bars instead of beside them. */
const narrow = 500;

/** Bars to the right raise the risk, bars to the left lower it. */
export function coefficients(
  data: Coefficient[],
  { width = 700, top = 20, ...options }: CoefficientOptions = {},
): string {
  const rows = data
    .filter(({ value }) => Number.isFinite(value) && value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, top)
    .map((row, at) => ({ ...row, at }));
  if (!rows.length)
    return emptyChart("Every coefficient is zero: the model predicts the same risk for all.", { ...options, width });
  const beside = width >= narrow;
  const rowHeight = beside ? 22 : 36;
  const marginLeft = beside ? Math.min(0.48 * width, 14 + Math.max(...rows.map(({ title }) => textWidth(title)))) : 8;
  // The bar's part of its row: all but the margins when the name is beside it, the lower part when it is above.
  const [from, to] = beside ? [0.18, 0.82] : [0.58, 0.9];
  const ends = [Math.min(0, ...rows.map(({ value }) => value)), Math.max(0, ...rows.map(({ value }) => value))];
  const entries = [
    { title: "raises the risk", stroke: colour("rise"), mark: "box" as const },
    { title: "lowers the risk", stroke: colour("fall"), mark: "box" as const },
  ];
  const [marginTop, marginRight, marginBottom] = [28, 52, 44];
  return draw(
    {
      height: marginTop + marginBottom + rowHeight * rows.length,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { domain: ends },
      y: { domain: [0, rows.length], reverse: true, axis: null },
      color: { type: "identity" },
      marks: [
        axisX({
          label: !beside
            ? "Change of log odds per standard deviation"
            : "Change of the log odds for one standard deviation more",
          ticks: beside ? 6 : 4,
        }),
        Plot.rect(rows, {
          x1: 0,
          x2: "value",
          y1: ({ at }: Row) => at + from,
          y2: ({ at }: Row) => at + to,
          fill: ({ value }: Row) => colour(value > 0 ? "rise" : "fall"),
        }),
        Plot.ruleX([0], { stroke: colour("quiet") }),
        Plot.text(rows, {
          y: ({ at }: Row) => at + (beside ? 0.5 : 0.27),
          frameAnchor: "left",
          dx: -marginLeft,
          textAnchor: "start",
          ...(beside ? {} : { fill: colour("ink"), stroke: colour("paper"), strokeWidth: 4 }),
          text: ({ title }: Row) => fitText(title, beside ? marginLeft - 12 : width - marginRight),
        }),
        Plot.text(rows, {
          y: ({ at }: Row) => at + (from + to) / 2,
          frameAnchor: "right",
          dx: marginRight,
          textAnchor: "end",
          text: ({ value }: Row) => `${value > 0 ? "+" : ""}${formatFigure(value, 2)}`,
          fontVariant: "tabular-nums",
        }),
        legend(legendRows(entries, width)),
      ],
    },
    { ...options, label: options.label ?? `The ${rows.length} largest coefficients`, width },
  );
}
