// The cohort funnel: who is left after each criterion. Knows counts, not patients.
import * as Plot from "@observablehq/plot";
import type { Attrition } from "../../run/result.ts";
import { formatCount } from "../format.ts";
import { type ChartOptions, draw, emptyChart } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

interface Bar {
  title: string;
  remaining: number;
  before: number;
  at: number;
}

const rowHeight = 42;

/** A bar a criterion: dark those who stay, light those it removes. */
export function funnel(data: Attrition, { width = 700, ...options }: ChartOptions = {}): string {
  if (!(data.start > 0)) return emptyChart(`No ${data.unit} to begin with.`, { ...options, width });
  const bars: Bar[] = [{ title: `All ${data.unit}`, remaining: data.start, before: data.start, at: 0 }];
  data.steps.forEach(({ title, removed, remaining }, i) => {
    bars.push({ title, remaining, before: remaining + removed, at: i + 1 });
  });
  const last = bars.at(-1)!.at;
  const y = (offset: number) => (bar: Bar) => bar.at + offset;
  const removed = bars.filter(({ before, remaining }) => before > remaining);
  const remainingText = (bar: Bar) => formatCount(bar.remaining);
  const removedText = (bar: Bar) => `\u2212${formatCount(bar.before - bar.remaining)}`;
  const column = textWidth(formatCount(data.start)) + 14;
  const aside = column + Math.max(0, ...removed.map((bar) => textWidth(removedText(bar))));
  return draw(
    {
      height: rowHeight * bars.length + 2,
      margin: 0,
      marginRight: 1,
      x: { domain: [0, data.start], axis: null },
      y: { domain: [0, last + 1], reverse: true, axis: null },
      color: { type: "identity" },
      marks: [
        Plot.rect(bars, { x1: 0, x2: data.start, y1: y(0.52), y2: y(0.86), fill: colour("faint") }),
        Plot.rect(removed, {
          x1: "remaining",
          x2: "before",
          y1: y(0.52),
          y2: y(0.86),
          fill: colour("series2"),
          fillOpacity: 0.55,
        }),
        Plot.rect(bars, {
          x1: 0,
          x2: "remaining",
          y1: y(0.52),
          y2: y(0.86),
          fill: (bar: Bar) => colour(bar.at === last ? "series1" : "series6"),
        }),
        Plot.text(bars, {
          y: y(0.31),
          frameAnchor: "left",
          textAnchor: "start",
          text: (bar: Bar) => fitText(bar.title, width - aside - 12),
        }),
        Plot.text(removed, {
          y: y(0.31),
          frameAnchor: "right",
          dx: -column,
          textAnchor: "end",
          fontVariant: "tabular-nums",
          text: removedText,
          fill: colour("series2"),
        }),
        Plot.text(bars, {
          y: y(0.31),
          frameAnchor: "right",
          textAnchor: "end",
          fontVariant: "tabular-nums",
          text: remainingText,
        }),
      ],
    },
    {
      ...options,
      label:
        options.label ??
        `Cohort funnel: ${formatCount(data.start)} ${data.unit}, ${formatCount(bars.at(-1)!.remaining)} remain`,
      width,
    },
  );
}
