// Precision against recall, over the share of events that a guess would reach. Knows curves, not models.
import * as Plot from "@observablehq/plot";
import type { Curve } from "../../run/result.ts";
import { axisX, axisY, percentTick } from "./axes.ts";
import { recallSteps, thin } from "./curves.ts";
import { type ChartOptions, draw, emptyChart, legend, legendHeight, legendRows } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface PrecisionRecallSeries {
  title: string;
  /** x: recall (sensitivity), y: precision (positive predictive value). */
  curve: Curve;
  threshold?: { x: number; y: number } | undefined;
}

export interface PrecisionRecallOptions extends ChartOptions {
  /** Share of events, the precision of a guess. */
  prevalence?: number | undefined;
}

/** One stepped curve a model; a dotted line shows the precision of a guess. */
export function precisionRecall(
  data: PrecisionRecallSeries[],
  { width = 340, prevalence, ...options }: PrecisionRecallOptions = {},
): string {
  const series = data
    .map((entry, index) => ({ ...entry, ...seriesStyle(index), points: thin(recallSteps(entry.curve)) }))
    .filter(({ points }) => points.length > 1);
  if (!series.length) return emptyChart("No curve: it takes patients with the event.", { ...options, width });
  const rows = legendRows(series, width);
  const marginTop = legendHeight(rows) + 34;
  const [marginLeft, marginRight, marginBottom] = [36, 12, 44];
  const guess = prevalence !== undefined && Number.isFinite(prevalence) ? [prevalence] : [];
  return draw(
    {
      height: width - marginLeft - marginRight + marginTop + marginBottom,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      marks: [
        axisX({ label: "Recall (sensitivity)" }),
        axisY({ label: "Precision (positive predictive value)" }, marginLeft),
        Plot.ruleY(guess, { stroke: colour("quiet"), strokeDasharray: "2 4" }),
        series.map(({ points, stroke, dash }) =>
          Plot.line(points, { x: "x", y: "y", stroke, strokeWidth: 2, strokeDasharray: dash }),
        ),
        series.map(({ threshold, stroke }) =>
          threshold ? Plot.dot([threshold], { x: "x", y: "y", r: 4.5, fill: stroke, stroke: colour("paper") }) : null,
        ),
        Plot.text(guess, {
          x: 0,
          y: (share: number) => share,
          text: (share: number) => `a guess: ${percentTick(Number(share.toFixed(3)))}`,
          textAnchor: "start",
          lineAnchor: prevalence !== undefined && prevalence > 0.9 ? "top" : "bottom",
          dx: 4,
          dy: prevalence !== undefined && prevalence > 0.9 ? 5 : -5,
          fill: colour("quiet"),
          stroke: colour("paper"),
          strokeWidth: 4,
        }),
        legend(rows),
      ],
    },
    {
      ...options,
      label: options.label ?? `Precision-recall curves of ${series.map(({ title }) => title).join(", ")}`,
      width,
    },
  );
}
