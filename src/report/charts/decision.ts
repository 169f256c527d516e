// Decision curve: net benefit of acting on the model, on everyone and on no one (Vickers and Elkin, 2006).
import * as Plot from "@observablehq/plot";
import { axisX, axisY, percentTick } from "./axes.ts";
import { above, pointsOf, thin } from "./curves.ts";
import { type ChartOptions, draw, emptyChart, type LegendEntry, legend, legendHeight, legendRows } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface DecisionSeries {
  title: string;
  thresholds: number[];
  /** Net benefit at each threshold. */
  benefit: number[];
}

export interface DecisionOptions extends ChartOptions {
  /** Net benefit of treating all, at the thresholds of the first series. */
  all?: number[] | undefined;
  height?: number | undefined;
}

/** One line a model, with treating all and treating none; what falls far below zero is cut. */
export function decision(
  data: DecisionSeries[],
  { width = 700, height, all, ...options }: DecisionOptions = {},
): string {
  const lines = data
    .map(({ title, thresholds, benefit }, index) => ({
      title,
      points: pointsOf({ x: thresholds, y: benefit }),
      ...seriesStyle(index),
      strokeWidth: 2,
    }))
    .filter(({ points }) => points.length > 1);
  if (!lines.length)
    return emptyChart("No decision curve: it takes patients with and without the event.", { ...options, width });
  const everyone = all ? pointsOf({ x: data[0]!.thresholds, y: all }) : [];
  const benefits = lines.flatMap(({ points }) => points.map(({ y }) => y));
  const best = Math.max(0.001, ...benefits, ...everyone.map(({ y }) => y));
  // Treating all falls far below zero soon: show no more of it than helps; but a model of no use is shown in full.
  const floor = Math.max(...benefits) > 0 ? -0.3 * best : Math.min(-0.3 * best, ...benefits);
  const [first, last] = extent(lines.flatMap(({ points }) => points.map(({ x }) => x)));
  const grey = { stroke: colour("quiet"), strokeWidth: 1.5 };
  if (everyone.length > 1) lines.unshift({ title: "Treat all", points: everyone, dash: "5 4", ...grey });
  const none: LegendEntry = { title: "Treat none", stroke: colour("quiet"), dash: "none" };
  const rows = legendRows(
    [...lines.filter(({ title }) => title !== "Treat all"), ...lines.slice(0, everyone.length > 1 ? 1 : 0), none],
    width,
  );
  const [marginLeft, marginRight, marginBottom] = [52, 16, 44];
  const marginTop = legendHeight(rows) + 34;
  return draw(
    {
      height: height ?? Math.round(Math.min(300, 0.75 * width) + legendHeight(rows)),
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { domain: [first, last] },
      y: { domain: [floor, 1.05 * best] },
      marks: [
        axisX({
          label: "Threshold probability at which one would act",
          format: percentTick,
          ticks: width < 500 ? 5 : 9,
        }),
        axisY({ label: "Net benefit" }, marginLeft),
        Plot.ruleY([0], { stroke: colour("quiet"), strokeWidth: 1.5 }),
        lines.flatMap(({ points, stroke, dash, strokeWidth }) =>
          above(thin(points, 0.00005), floor).map((run) =>
            Plot.line(run, { x: "x", y: "y", stroke, strokeWidth, strokeDasharray: dash }),
          ),
        ),
        legend(rows),
      ],
    },
    { ...options, label: options.label ?? `Net benefit of ${data.map(({ title }) => title).join(", ")}`, width },
  );
}

function extent(values: number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : [low, low + 1];
}
