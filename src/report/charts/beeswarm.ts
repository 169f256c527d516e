// Which way each feature pushes the predictions and for how many rows, with its values as colour. Knows bins, not rows.
import * as Plot from "@observablehq/plot";
import type { Swarm, SwarmBin } from "../../run/result.ts";
import { axisX } from "./axes.ts";
import { contributionScale } from "./contribution.ts";
import { type ChartOptions, draw, emptyChart, type SvgElement, scene } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

export interface BeeswarmOptions extends ChartOptions {
  /** `log-odds` or `probability`. */
  scale?: string;
}

interface Box {
  x1: number;
  x2: number;
  y1: number;
  y2: number;
  rank: number | null;
}

/** Below this width the names stand above the bodies instead of beside them. */
const narrow = 500;
/** Half the least height of a body, as a share of its row, so that few rows can still be seen. */
const least = 0.04;

/** A row a feature: bodies as thick as there are rows, from blue for low values of the feature to orange for high ones. */
export function beeswarm(data: Swarm[], { width = 700, scale = "", ...options }: BeeswarmOptions = {}): string {
  const { factor, words } = contributionScale(scale);
  const rows = data
    .map(({ title, bins }) => ({ title, bins: bins.filter(isDrawable) }))
    .filter(({ bins }) => bins.length > 0)
    .map((row, at) => ({ ...row, at }));
  if (!rows.length) return emptyChart("No contribution that can be shown.", { ...options, width });
  const beside = width >= narrow;
  const rowHeight = beside ? 27 : 44;
  const marginLeft = beside ? Math.min(0.42 * width, 14 + Math.max(...rows.map(({ title }) => textWidth(title)))) : 8;
  const [marginTop, marginRight, marginBottom] = [50, 14, 46];
  const boxes = rows.flatMap(({ bins, at }) => boxesOf(bins, at + (beside ? 0.5 : 0.68), beside ? 0.44 : 0.27, factor));
  const ends = [Math.min(0, ...boxes.map(({ x1 }) => x1)), Math.max(0, ...boxes.map(({ x2 }) => x2))];
  const known = boxes.filter(({ rank }) => rank !== null);
  const box = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", insetLeft: 0.4, insetRight: 0.4 };
  return draw(
    {
      height: marginTop + marginBottom + rowHeight * rows.length,
      marginTop,
      marginLeft,
      marginRight,
      marginBottom,
      x: { domain: ends },
      y: { domain: [0, rows.length], reverse: true, axis: null },
      opacity: { type: "identity" },
      marks: [
        axisX({ label: beside ? `Contribution to the prediction, in ${words}` : `In ${words}`, ticks: beside ? 7 : 4 }),
        Plot.ruleX([0], { stroke: colour("quiet") }),
        Plot.rect(known, { ...box, fill: colour("fall") }),
        Plot.rect(known, { ...box, fill: colour("rise"), fillOpacity: ({ rank }: Box) => rank! }),
        Plot.rect(
          boxes.filter(({ rank }) => rank === null),
          { ...box, fill: colour("line"), stroke: colour("quiet"), strokeWidth: 0.75 },
        ),
        Plot.text(rows, {
          y: ({ at }: { at: number }) => at + (beside ? 0.5 : 0.22),
          frameAnchor: "left",
          dx: -marginLeft,
          textAnchor: "start",
          ...(beside ? {} : { stroke: colour("paper"), strokeWidth: 4, fill: colour("ink") }),
          text: ({ title }: { title: string }) => fitText(title, beside ? marginLeft - 12 : width - 16),
        }),
        directions(),
        key(
          beside,
          boxes.some(({ rank }) => rank === null),
        ),
      ],
    },
    { ...options, label: options.label ?? `Contributions of ${rows.length} features to the predictions`, width },
  );
}

function isDrawable({ from, to, rows }: SwarmBin): boolean {
  return Number.isFinite(from) && Number.isFinite(to) && to > from && rows > 0;
}

/** Thickness goes by the root of how densely rows lie, so that the thin ends are still seen beside the thick middle. */
function boxesOf(bins: SwarmBin[], centre: number, half: number, factor: number): Box[] {
  const densities = bins.map(({ from, to, rows }) => rows / (to - from));
  const densest = Math.max(...densities);
  return bins.map(({ from, to, rank }, i) => {
    const thickness = half * Math.max(2 * least, Math.sqrt(densities[i]! / densest));
    return {
      x1: factor * from,
      x2: factor * to,
      y1: centre - thickness,
      y2: centre + thickness,
      rank: rank !== null && Number.isFinite(rank) ? Math.round(100 * Math.min(1, Math.max(0, rank))) / 100 : null,
    };
  });
}

/** What either side of zero means, above the frame. */
function directions(): Plot.Markish {
  return scene(({ x, make, marginTop, marginLeft, width }) => {
    const zero = x(0);
    const y = marginTop - 9;
    const [lower, higher] = ["\u2190 lowers the risk", "raises the risk \u2192"];
    const texts: SvgElement[] = [];
    const text = (words: string, at: number, anchor: string) =>
      make("text", { x: at, y, "text-anchor": anchor, fill: colour("quiet") }, words);
    if (zero - marginLeft > textWidth(lower)) texts.push(text(lower, zero - 6, "end"));
    if (width - zero > textWidth(higher)) texts.push(text(higher, zero + 6, "start"));
    return texts;
  }, "directions");
}

/** The key to the colours. */
function key(beside: boolean, hasMissing: boolean): Plot.Markish {
  return scene(({ make }) => {
    const steps = 12;
    const [wide, tall, y] = [7, 11, 3];
    const before = beside ? "Value of the feature: low" : "Value: low";
    const left = textWidth(before) + 6;
    const parts: SvgElement[] = [make("text", { x: 0, y: y + tall / 2, dy: "0.35em", "text-anchor": "start" }, before)];
    for (let i = 0; i < steps; i++) {
      const box = { x: left + wide * i, y, width: wide, height: tall };
      parts.push(make("rect", { ...box, fill: colour("fall") }));
      parts.push(make("rect", { ...box, fill: colour("rise"), "fill-opacity": i / (steps - 1) }));
    }
    const right = left + wide * steps + 6;
    const text = { y: y + tall / 2, dy: "0.35em", "text-anchor": "start" };
    parts.push(make("text", { ...text, x: right }, "high"));
    if (hasMissing) {
      const at = right + textWidth("high") + 14;
      const box = { x: at, y, width: tall, height: tall, fill: colour("line"), stroke: colour("quiet") };
      parts.push(make("rect", { ...box, "stroke-width": 0.75 }));
      parts.push(make("text", { ...text, x: at + tall + 6 }, "mostly missing"));
    }
    return parts;
  }, "key");
}
