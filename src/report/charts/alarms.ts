// Events found against false alarms a day, over all thresholds. Knows curves, not models.
import * as Plot from "@observablehq/plot";
import { axisX, axisY, percentTick } from "./axes.ts";
import { type Point, pointsOf, thin } from "./curves.ts";
import { type ChartOptions, draw, emptyChart, legend, legendHeight, legendRows } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface AlarmSeries {
  title: string;
  curve: { recall: number; falsePerDay: number }[];
  /** Where thresholds in use put the model. */
  points?: { recall: number; falsePerDay: number }[];
}

/** One line a model; dots are thresholds in use. False alarms beyond what the eye needs are cut. */
export function alarms(data: AlarmSeries[], { width = 700, ...options }: ChartOptions = {}): string {
  const series = data
    .map(({ title, curve, points = [] }, index) => ({
      ...{ title, ...seriesStyle(index) },
      line: pointsOf({ x: curve.map(({ falsePerDay }) => falsePerDay), y: curve.map(({ recall }) => recall) }),
      dots: pointsOf({ x: points.map(({ falsePerDay }) => falsePerDay), y: points.map(({ recall }) => recall) }),
    }))
    .filter(({ line }) => line.length > 1);
  if (!series.length) return emptyChart("No curve: it takes events and hours without one.", { ...options, width });
  const most = Math.max(...series.flatMap(({ line }) => line.map(({ x }) => x)));
  const needed = Math.max(
    ...series.flatMap(({ line, dots }) => [firstAbove(line, 0.98), ...dots.map(({ x }) => 1.1 * x)]),
  );
  const end = Math.min(most, needed) || 1;
  const cut = (points: Point[]) => points.filter(({ x }) => x <= end);
  const rows = legendRows(series, width);
  const [marginLeft, marginRight, marginBottom] = [46, 16, 44];
  const marginTop = legendHeight(rows) + 34;
  return draw(
    {
      height: Math.round(Math.min(340, 0.85 * width)) + legendHeight(rows),
      ...{ marginTop, marginLeft, marginRight, marginBottom },
      x: { domain: [0, end] },
      y: { domain: [0, 1] },
      marks: [
        axisX({ label: "False alarms per patient-day", ticks: width < 500 ? 4 : 8 }),
        axisY({ label: "Events found", format: percentTick }, marginLeft),
        series.map(({ line, stroke, dash }) =>
          Plot.line(thin(cut(line)), { x: "x", y: "y", stroke, strokeWidth: 2, strokeDasharray: dash }),
        ),
        series.map(({ dots, stroke }) =>
          Plot.dot(cut(dots), { x: "x", y: "y", r: 4.5, fill: stroke, stroke: colour("paper") }),
        ),
        legend(rows),
      ],
    },
    {
      ...options,
      label: options.label ?? `Events found against false alarms of ${series.map(({ title }) => title).join(", ")}`,
      width,
    },
  );
}

/** The false alarms at which a line first finds so many events; its end where it never does. */
function firstAbove(line: Point[], recall: number): number {
  return (line.find(({ y }) => y >= recall) ?? line.at(-1)!).x;
}
