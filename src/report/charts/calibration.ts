// Reliability diagram: observed against predicted risk, with intervals, and how many rows lie in each bin.
import * as Plot from "@observablehq/plot";
import type { CalibrationBin } from "../../run/result.ts";
import { formatCount } from "../format.ts";
import { axisX, axisY, percentTick } from "./axes.ts";
import { type ChartOptions, draw, emptyChart, type SvgElement, scene } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface CalibrationOptions extends ChartOptions {
  /** Index of the model's colour. */
  series?: number;
  /** End of both axes; by default the smallest round share that holds every point and interval. */
  limit?: number | undefined;
}

const barsHeight = 44;

/** The smallest round share at or above all points and interval ends. */
export function calibrationLimit(bins: CalibrationBin[]): number {
  const highest = Math.max(
    0,
    ...bins.flatMap(({ predicted, observed }) => [predicted, observed.value, observed.high ?? 0]),
  );
  return [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1].find((limit) => limit >= highest) ?? 1;
}

/** Dots with whiskers over the diagonal of perfect calibration; hollow where the bin is too small to show its count. */
export function calibration(
  data: CalibrationBin[],
  { width = 340, series = 0, limit, ...options }: CalibrationOptions = {},
) {
  const bins = data.filter(({ predicted, observed }) => Number.isFinite(predicted) && Number.isFinite(observed?.value));
  if (!bins.length) return emptyChart("No bin to compare predicted with observed risk.", { ...options, width });
  const end = limit ?? calibrationLimit(bins);
  const { stroke } = seriesStyle(series);
  const whiskers = bins.filter(({ observed }) => observed.low !== null && observed.high !== null);
  const [marginTop, marginLeft, marginRight, axisHeight] = [30, 44, 20, 46];
  const marginBottom = axisHeight + barsHeight + 22;
  return draw(
    {
      height: width - marginLeft - marginRight + marginTop + marginBottom,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { domain: [0, end] },
      y: { domain: [0, end] },
      marks: [
        axisX({ label: "Predicted risk", format: percentTick }),
        axisY({ label: "Observed share of events", format: percentTick }, marginLeft),
        Plot.link([0], { x1: 0, y1: 0, x2: end, y2: end, stroke: colour("quiet"), strokeDasharray: "2 4" }),
        Plot.line(bins, {
          x: "predicted",
          y: (bin: CalibrationBin) => bin.observed.value,
          stroke,
          strokeOpacity: 0.45,
        }),
        Plot.ruleX(whiskers, {
          x: "predicted",
          y1: (bin: CalibrationBin) => bin.observed.low,
          y2: (bin: CalibrationBin) => bin.observed.high,
          stroke,
          strokeWidth: 1.5,
        }),
        Plot.dot(bins, {
          x: "predicted",
          y: (bin: CalibrationBin) => bin.observed.value,
          r: 4,
          fill: (bin: CalibrationBin) => (bin.count === null ? colour("paper") : stroke),
          stroke,
          strokeWidth: 1.5,
        }),
        counts(bins, stroke, marginBottom - axisHeight),
      ],
      color: { type: "identity" },
    },
    {
      ...options,
      label: options.label ?? "Predicted against observed risk, with the number of rows in each bin below",
      width,
    },
  );
}

/** Bars of the counts, hanging below the axis. */
function counts(bins: CalibrationBin[], fill: string, room: number): Plot.Markish {
  return scene(({ x, width, height, marginLeft, marginRight, make }) => {
    const most = Math.max(0, ...bins.map(({ count }) => count ?? 0));
    const title = most ? `Rows in each bin (tallest: ${formatCount(most)})` : "Rows in each bin: none has more than 10";
    const base = height - 6;
    const top = height - room + 20;
    const quiet = { fill: colour("quiet"), "text-anchor": "start" };
    const parts: SvgElement[] = [
      make("text", { x: marginLeft, y: top - 8, ...quiet }, title),
      make("path", { d: `M${marginLeft},${base}H${width - marginRight}`, stroke: colour("line") }),
    ];
    for (const { predicted, count } of bins) {
      const tall = count === null ? 4 : Math.max(1.5, ((base - top) * count) / (most || 1));
      const look = count === null ? { fill: "none", stroke: fill } : { fill };
      parts.push(make("rect", { x: x(predicted) - 3, y: base - tall, width: 6, height: tall, ...look }));
    }
    return parts;
  }, "rows in each bin");
}
