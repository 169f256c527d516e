// Receiver operating characteristic: sensitivity against false positives. Knows curves, not models.
import * as Plot from "@observablehq/plot";
import type { Curve } from "../../run/result.ts";
import { axisX, axisY } from "./axes.ts";
import { pointsOf, thin } from "./curves.ts";
import { type ChartOptions, draw, emptyChart, legend, legendHeight, legendRows } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface RocSeries {
  title: string;
  /** x: one minus specificity, y: sensitivity. */
  curve: Curve;
  /** Where the threshold in use puts the model. */
  threshold?: { x: number; y: number } | undefined;
}

/** One curve a model over the diagonal of chance; a dot marks the threshold in use. */
export function roc(data: RocSeries[], { width = 340, ...options }: ChartOptions = {}): string {
  const series = data
    .map((entry, index) => ({ ...entry, ...seriesStyle(index), points: thin(pointsOf(entry.curve)) }))
    .filter(({ points }) => points.length > 1);
  if (!series.length)
    return emptyChart("No curve: it takes patients with and without the event.", { ...options, width });
  const rows = legendRows(series, width);
  const marginTop = legendHeight(rows) + 34;
  const [marginLeft, marginRight, marginBottom] = [36, 12, 44];
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
        axisX({ label: "1 − specificity" }),
        axisY({ label: "Sensitivity" }, marginLeft),
        Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: colour("quiet"), strokeDasharray: "2 4" }),
        series.map(({ points, stroke, dash }) =>
          Plot.line(points, { x: "x", y: "y", stroke, strokeWidth: 2, strokeDasharray: dash }),
        ),
        series.map(({ threshold, stroke }) =>
          threshold ? Plot.dot([threshold], { x: "x", y: "y", r: 4.5, fill: stroke, stroke: colour("paper") }) : null,
        ),
        legend(rows),
      ],
    },
    { ...options, label: options.label ?? `ROC curves of ${series.map(({ title }) => title).join(", ")}`, width },
  );
}
