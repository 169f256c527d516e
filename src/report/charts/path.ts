// Regularisation path: every candidate that was tried, by its strength of regularisation.
import * as Plot from "@observablehq/plot";
import { formatCount } from "../format.ts";
import { axisX, axisY } from "./axes.ts";
import { type ChartOptions, draw, emptyChart, legend, legendHeight, legendRows } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface PathPoint {
  /** Inverse strength of regularisation. */
  c: number;
  l1Ratio: number;
  nonZero: number;
  score: number;
  chosen: boolean;
}

export interface PathOptions extends ChartOptions {
  /** What the upright axis shows. */
  y?: "score" | "nonZero";
}

/** A line for each share of the l1 penalty (dots only, when every candidate has its own); a ring marks the chosen one. */
export function path(data: PathPoint[], { width = 340, y = "score", ...options }: PathOptions = {}): string {
  const points = data.filter((point) => point.c > 0 && Number.isFinite(point[y])).sort((a, b) => a.c - b.c);
  if (!points.length) return emptyChart("No candidate was tried on tuning patients.", { ...options, width });
  const ratios = [...new Set(points.map(({ l1Ratio }) => l1Ratio))].sort((a, b) => a - b);
  const lines = ratios.length <= 6;
  const groups = ratios.map((ratio, index) => ({
    title: `l1 ratio ${Number(ratio.toFixed(2))}`,
    points: points.filter(({ l1Ratio }) => l1Ratio === ratio),
    ...seriesStyle(lines ? index : 0),
  }));
  const rows = lines ? legendRows(groups, width) : [];
  const chosen = points.filter(({ chosen }) => chosen);
  // The word stands above a ring in the lower half, where it would otherwise run into the axis.
  const heights = points.map((point) => point[y]);
  const middle = (Math.min(...heights) + Math.max(...heights)) / 2;
  const low = chosen.length > 0 && chosen[0]![y] < middle;
  const [marginLeft, marginRight, marginBottom] = [44, 14, 44];
  const marginTop = legendHeight(rows) + 36;
  return draw(
    {
      height: 216 + marginTop,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { type: "log", domain: widened(points.map(({ c }) => c)) },
      y: { nice: true, ...(y === "nonZero" ? { zero: true } : {}) },
      marks: [
        axisX({
          label: "C (weaker regularisation to the right)",
          ticks: decades(points.map(({ c }) => c)),
          format: power,
        }),
        axisY(
          y === "score"
            ? { label: "Score on tuning patients" }
            : {
                label: "Predictors with a coefficient",
                format: (value) => (Number.isInteger(value) ? formatCount(value) : ""),
              },
          marginLeft,
        ),
        groups.map(({ points, stroke, dash }) => [
          lines ? Plot.line(points, { x: "c", y, stroke, strokeWidth: 1.75, strokeDasharray: dash }) : null,
          Plot.dot(points, { x: "c", y, r: 2.5, fill: stroke }),
        ]),
        Plot.dot(chosen, { x: "c", y, r: 7, stroke: colour("ink"), strokeWidth: 1.75 }),
        Plot.text(chosen, {
          x: "c",
          y,
          text: ["chosen"],
          lineAnchor: low ? "bottom" : "top",
          dy: low ? -11 : 11,
          fontWeight: 600,
          stroke: colour("paper"),
          strokeWidth: 4,
          fill: colour("ink"),
        }),
        legend(rows),
      ],
    },
    {
      ...options,
      label: options.label ?? `${y === "score" ? "Tuning score" : "Predictors in use"} by strength of regularisation`,
      width,
    },
  );
}

function widened(values: number[]): [number, number] {
  return [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
}

/** The powers of ten within reach, thinned to at most six. */
function decades(values: number[]): number[] {
  const [from, to] = widened(values);
  const powers: number[] = [];
  for (let p = Math.ceil(Math.log10(from) - 1e-9); p <= Math.log10(to) + 1e-9; p++) powers.push(p);
  const step = Math.ceil(powers.length / 6) || 1;
  return powers.filter((_, i) => i % step === 0).map((p) => 10 ** p);
}

function power(value: number): string {
  return String(Number(value.toPrecision(1)));
}
