// True against predicted classes as shaded cells. Knows names and counts only.
import * as Plot from "@observablehq/plot";
import type { Confusion } from "../../run/result.ts";
import { type ChartOptions, draw, emptyChart } from "./draw.ts";
import { colour, fitText, textWidth } from "./theme.ts";

interface Cell {
  t: number;
  p: number;
  share: number | null;
}

/** Each row is a true class; shading and figure are the share of its rows put into each class. */
export function confusion({ names, counts }: Confusion, { width = 700, ...options }: ChartOptions = {}): string {
  const cells: Cell[] = counts.flatMap((row, t) => {
    const total = row.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    return row.map((count, p) => ({ t, p, share: count === null || !(total > 0) ? null : count / total }));
  });
  const known = cells.filter((cell): cell is Cell & { share: number } => Number.isFinite(cell.share));
  if (!known.length) return emptyChart("No class to compare.", { ...options, width });
  const marginLeft = Math.min(0.3 * width, 14 + Math.max(...names.map((name) => textWidth(name))));
  const size = Math.min(54, (width - marginLeft) / names.length);
  const slanted = Math.max(...names.map((name) => textWidth(name))) > size - 6;
  const marginTop = slanted ? 90 : 44;
  const right = marginLeft + size * names.length;
  return draw(
    {
      height: marginTop + size * names.length + 4,
      ...{ marginTop, marginLeft, marginRight: Math.max(0, width - right), marginBottom: 4 },
      x: { domain: [0, names.length], axis: null },
      y: { domain: [0, names.length], reverse: true, axis: null },
      marks: [
        Plot.rect(known, {
          x1: "p",
          x2: ({ p }: Cell) => p + 1,
          y1: "t",
          y2: ({ t }: Cell) => t + 1,
          fill: colour("heat"),
          fillOpacity: ({ share }: Cell) => 0.04 + 0.96 * share!,
          inset: 0.5,
        }),
        Plot.text(cells, {
          x: ({ p }: Cell) => p + 0.5,
          y: ({ t }: Cell) => t + 0.5,
          text: ({ share }: Cell) => (share === null ? "–" : size < 26 ? "" : `${Math.round(100 * share)}`),
          fill: ({ share }: Cell) => colour((share ?? 0) > 0.5 ? "paper" : "ink"),
          fontVariant: "tabular-nums",
        }),
        Plot.text(names, {
          x: 0,
          y: (_: string, t: number) => t + 0.5,
          dx: -10,
          textAnchor: "end",
          text: (name: string) => fitText(name, marginLeft - 14),
        }),
        Plot.text(names, {
          x: (_: string, p: number) => p + 0.5,
          y: 0,
          dy: -8,
          rotate: slanted ? -45 : 0,
          textAnchor: slanted ? "start" : "middle",
          text: (name: string) => fitText(name, slanted ? 88 : size),
        }),
        Plot.text(["Predicted class"], {
          frameAnchor: "top-left",
          textAnchor: "start",
          lineAnchor: "bottom",
          dy: slanted ? -76 : -28,
          fill: colour("quiet"),
        }),
      ],
      color: { type: "identity" },
      opacity: { type: "identity" },
    },
    { ...options, label: options.label ?? `Share of each of ${names.length} true classes put into each class`, width },
  );
}
