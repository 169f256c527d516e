// Observed against predicted numbers: tenths of the rows, with the interval of their mean and the spread of the rows.
import * as Plot from "@observablehq/plot";
import type { AgreementBin, NumberAgreement } from "../../run/result.ts";
import { axisX, axisY } from "./axes.ts";
import { type ChartOptions, draw, emptyChart, legend, legendHeight, legendRows } from "./draw.ts";
import { colour, seriesStyle } from "./theme.ts";

export interface AgreementOptions extends ChartOptions {
  /** Index of the model's colour. */
  series?: number;
}

/** Dots with whiskers for the mean, wide bars for the middle 80 % of rows, over the diagonal of perfect agreement. */
export function agreement(data: NumberAgreement, { width = 340, series = 0, ...options }: AgreementOptions = {}) {
  const bins = data.bins.filter(
    ({ predicted, observed }) => Number.isFinite(predicted) && Number.isFinite(observed?.value),
  );
  if (!bins.length) return emptyChart("No group of rows to compare.", { ...options, width });
  const { stroke } = seriesStyle(series);
  const known = (values: (number | null)[]) => values.filter((value): value is number => Number.isFinite(value));
  const ends = known(
    bins.flatMap(({ predicted, observed, low, high }) => [
      predicted,
      observed.value,
      observed.low,
      observed.high,
      low,
      high,
    ]),
  );
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const room = most > least ? 0.04 * (most - least) : 1;
  const domain = [least - room, most + room];
  const spread = bins.filter(({ low, high }) => known([low, high]).length === 2);
  const whiskers = bins.filter(({ observed }) => known([observed.low, observed.high]).length === 2);
  const rows = legendRows(
    [
      { title: "Mean with interval", stroke, mark: "dot" },
      { title: "Middle 80\u00a0% of rows", stroke, mark: "box", opacity: 0.22 },
    ],
    width,
  );
  const [marginLeft, marginRight, marginBottom] = [46, 16, 44];
  const marginTop = legendHeight(rows) + 34;
  const unit = data.unit ? ` (${data.unit})` : "";
  return draw(
    {
      height: width - marginLeft - marginRight + marginTop + marginBottom,
      ...{ marginTop, marginLeft, marginRight, marginBottom },
      x: { domain },
      y: { domain },
      marks: [
        axisX({ label: `Predicted${unit}` }),
        axisY({ label: `Observed${unit}` }, marginLeft),
        Plot.link([0], {
          x1: domain[0]!,
          y1: domain[0]!,
          x2: domain[1]!,
          y2: domain[1]!,
          stroke: colour("quiet"),
          strokeDasharray: "2 4",
        }),
        Plot.ruleX(spread, { x: "predicted", y1: "low", y2: "high", stroke, strokeWidth: 9, strokeOpacity: 0.22 }),
        Plot.ruleX(whiskers, {
          x: "predicted",
          y1: (bin: AgreementBin) => bin.observed.low,
          y2: (bin: AgreementBin) => bin.observed.high,
          stroke,
          strokeWidth: 1.5,
        }),
        Plot.dot(bins, { x: "predicted", y: (bin: AgreementBin) => bin.observed.value, r: 3.5, fill: stroke }),
        legend(rows),
      ],
    },
    { ...options, label: options.label ?? `Observed against predicted${unit} in ${bins.length} groups of rows`, width },
  );
}
