// Reliability before and after recalibration: observed against predicted risk as lines on one pair of axes.
import * as Plot from "@observablehq/plot";
import type { CalibrationBin } from "../../run/result.ts";
import { axisX, axisY, percentTick } from "./axes.ts";
import { calibrationLimit } from "./calibration.ts";
import { type ChartOptions, draw, emptyChart, legend, legendHeight, legendRows } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface ReliabilitySeries {
  title: string;
  bins: CalibrationBin[];
}

/** One line a way of recalibrating, over the diagonal of perfect calibration. */
export function reliability(data: ReliabilitySeries[], { width = 340, ...options }: ChartOptions = {}): string {
  const series = data
    .map(({ title, bins }, index) => ({
      ...{ title, ...seriesStyle(index) },
      bins: bins.filter(({ predicted, observed }) => Number.isFinite(predicted) && Number.isFinite(observed?.value)),
    }))
    .filter(({ bins }) => bins.length);
  if (!series.length) return emptyChart("No bin to compare predicted with observed risk.", { ...options, width });
  const end = Math.max(...series.map(({ bins }) => calibrationLimit(bins.map(withoutEnds))));
  const rows = legendRows(series, width);
  const [marginLeft, marginRight, marginBottom] = [44, 20, 44];
  const marginTop = legendHeight(rows) + 34;
  return draw(
    {
      height: width - marginLeft - marginRight + marginTop + marginBottom,
      ...{ marginTop, marginLeft, marginRight, marginBottom },
      x: { domain: [0, end] },
      y: { domain: [0, end] },
      marks: [
        axisX({ label: "Predicted risk", format: percentTick }),
        axisY({ label: "Observed share of events", format: percentTick }, marginLeft),
        Plot.link([0], { x1: 0, y1: 0, x2: end, y2: end, stroke: colour("quiet"), strokeDasharray: "2 4" }),
        series.map(({ bins, stroke, dash }) => [
          Plot.line(bins, {
            x: "predicted",
            y: ({ observed }: CalibrationBin) => observed.value,
            ...{ stroke, strokeWidth: 1.75, strokeDasharray: dash },
          }),
          Plot.dot(bins, { x: "predicted", y: ({ observed }: CalibrationBin) => observed.value, r: 3, fill: stroke }),
        ]),
        legend(rows),
      ],
    },
    { ...options, label: options.label ?? `Reliability: ${series.map(({ title }) => title).join(", ")}`, width },
  );
}

/** The bin as far as the lines show it. */
function withoutEnds({ observed, ...bin }: CalibrationBin): CalibrationBin {
  return { ...bin, observed: { value: observed.value, low: null, high: null } };
}
