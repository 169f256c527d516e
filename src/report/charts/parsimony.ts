// Parsimony plot: how well a score of one, two, three … variables ranks on tuning patients.
import * as Plot from "@observablehq/plot";
import { formatFigure } from "../format.ts";
import { axisX, axisY } from "./axes.ts";
import { type ChartOptions, draw, emptyChart } from "./draw.ts";
import { colour } from "./theme.ts";

export interface ParsimonyStep {
  /** Variables of the score. */
  variables: number;
  /** The one that came last. */
  added: string;
  auroc: number;
}

export interface ParsimonyOptions extends ChartOptions {
  /** The number of variables that was chosen. */
  chosen?: number;
}

/** A dot for each number of variables; the chosen one has a ring. */
export function parsimony(
  steps: readonly ParsimonyStep[],
  { width = 688, chosen, ...options }: ParsimonyOptions = {},
): string {
  const points = steps.filter(({ auroc }) => Number.isFinite(auroc));
  if (points.length === 0)
    return emptyChart("No number of variables was tried on tuning patients.", { ...options, width });
  const marginLeft = 44;
  const most = Math.max(...points.map(({ variables }) => variables));
  const ring = points.filter(({ variables }) => variables === chosen);
  return draw(
    {
      height: 250,
      marginTop: 36,
      marginLeft,
      marginRight: 14,
      marginBottom: 44,
      x: { domain: [0.5, most + 0.5] },
      y: { nice: true },
      marks: [
        axisX({
          label: "Variables in the score",
          ticks: Math.min(most, width < 500 ? 6 : 10),
          grid: false,
          format: (value) => (Number.isInteger(value) ? String(value) : ""),
        }),
        axisY({ label: "AUROC on tuning patients", format: (value) => formatFigure(value, 2) }, marginLeft),
        Plot.line(points, { x: "variables", y: "auroc", stroke: colour("series1"), strokeWidth: 1.75 }),
        Plot.dot(points, { x: "variables", y: "auroc", r: 3, fill: colour("series1") }),
        Plot.dot(ring, { x: "variables", y: "auroc", r: 7, stroke: colour("ink"), strokeWidth: 1.75 }),
        Plot.text(ring, {
          x: "variables",
          y: "auroc",
          text: ["chosen"],
          lineAnchor: "top",
          dy: 11,
          fontWeight: 600,
          stroke: colour("paper"),
          strokeWidth: 4,
          fill: colour("ink"),
        }),
      ],
    },
    { ...options, label: options.label ?? "AUROC on tuning patients by the number of variables", width },
  );
}
