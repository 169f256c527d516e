// The weightiest features of a model by three measures side by side, each on its own scale. Knows names and numbers only.
import * as Plot from "@observablehq/plot";
import type { FeatureImportance } from "../../run/result.ts";
import { absent, formatFigure, formatShare } from "../format.ts";
import { contributionScale } from "./contribution.ts";
import { type ChartOptions, draw, emptyChart } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

export interface ImportanceOptions extends ChartOptions {
  /** `log-odds` or `probability`. */
  scale?: string;
}

/** One bar of a measure; `low` and `high` where it has an interval. */
interface Bar {
  value: number | null;
  low: number | null;
  high: number | null;
  text: string;
}

/** Below this width the names stand above the bars instead of beside them. */
const narrow = 500;
/** Room for the figure at the right of each bar, and between the measures. */
const [figureRoom, gap] = [44, 16];

/** Bars of the mean contribution, the share of the gain, and the fall of the AUROC with its interval. */
export function importance(
  data: FeatureImportance[],
  { width = 700, scale = "", ...options }: ImportanceOptions = {},
): string {
  const { factor } = contributionScale(scale);
  const rows = data.filter(({ shap }) => Number.isFinite(shap) && shap > 0);
  if (!rows.length) return emptyChart("No feature moves a prediction.", { ...options, width });
  const measures = [
    { title: "Contribution", bars: rows.map(({ shap }) => bar(factor * shap, formatFigure(factor * shap, 2))) },
    { title: "Gain", bars: rows.map(({ gain }) => bar(gain, formatShare(gain, 1))) },
    {
      title: "Fall of AUROC",
      bars: rows.map(({ permutation }) =>
        permutation && Number.isFinite(permutation.value)
          ? { ...permutation, text: formatFigure(permutation.value, 3) }
          : bar(null, absent),
      ),
    },
  ];
  const beside = width >= narrow;
  const rowHeight = beside ? 22 : 40;
  const names = beside ? Math.min(0.4 * width, 14 + Math.max(...rows.map(({ title }) => textWidth(title)))) : 0;
  const column = (width - names - gap * (measures.length - 1)) / measures.length;
  const marginTop = 26;
  const centre = (at: number) => at + (beside ? 0.5 : 0.7);
  const half = beside ? 0.3 : 0.16;
  const marks = measures.flatMap(({ title, bars }, m) => {
    const left = names + m * (column + gap);
    const x = scaleOf(bars, left, column - figureRoom);
    const drawn = bars.map((one, at) => ({ ...one, at }));
    const known = drawn.filter((one): one is typeof one & { value: number } => one.value !== null);
    const ranged = known.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
    return [
      Plot.rect(known, {
        x1: () => x(0),
        x2: ({ value }) => x(value),
        y1: ({ at }) => centre(at) - half,
        y2: ({ at }) => centre(at) + half,
        fill: colour(m === 0 ? "series1" : "quiet"),
        fillOpacity: m === 0 ? 1 : 0.55,
      }),
      Plot.ruleX(drawn, {
        x: () => x(0),
        y1: ({ at }) => (beside ? at : centre(at) - 1.4 * half),
        y2: ({ at }) => (beside ? at + 1 : centre(at) + 1.4 * half),
        stroke: colour("quiet"),
      }),
      Plot.ruleY(ranged, {
        x1: ({ low }) => x(low!),
        x2: ({ high }) => x(high!),
        y: ({ at }) => centre(at),
        stroke: colour("ink"),
        strokeWidth: 1.25,
      }),
      Plot.text(drawn, {
        x: () => left + column,
        y: ({ at }) => centre(at),
        text: "text",
        textAnchor: "end",
        fontVariant: "tabular-nums",
      }),
      Plot.text([title], {
        x: () => left,
        y: () => 0,
        dy: -8,
        lineAnchor: "bottom",
        textAnchor: "start",
        fill: colour("quiet"),
      }),
    ];
  });
  return draw(
    {
      height: marginTop + rowHeight * rows.length + 8,
      marginTop,
      marginLeft: 0,
      marginRight: 0,
      marginBottom: 8,
      x: { type: "identity", axis: null },
      y: { domain: [0, rows.length], reverse: true, axis: null },
      marks: [
        ...marks,
        Plot.text(rows, {
          x: () => 0,
          y: (_: unknown, at: number) => at + (beside ? 0.5 : 0.27),
          textAnchor: "start",
          text: ({ title }: FeatureImportance) => fitText(title, beside ? names - 12 : width - 8),
        }),
      ],
    },
    { ...options, label: options.label ?? `The ${rows.length} weightiest features by three measures`, width },
  );
}

function bar(value: number | null, text: string): Bar {
  return { value: value !== null && Number.isFinite(value) ? value : null, low: null, high: null, text };
}

/** From a measure's value to pixels, zero and all whiskers inside. */
function scaleOf(bars: Bar[], left: number, width: number): (value: number) => number {
  const ends = bars.flatMap(({ value, low, high }) => [value, low, high]).filter((end) => Number.isFinite(end));
  const low = Math.min(0, ...(ends as number[]));
  const high = Math.max(0, ...(ends as number[]));
  return (value) => Math.round(100 * (left + (width * (value - low)) / (high - low || 1))) / 100;
}
