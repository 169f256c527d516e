// Where a model looked: variables by hours before the prediction. Knows means, not samples.
import type { Attention } from "../../run/result.ts";
import { type ChartOptions, emptyChart } from "./draw.ts";
import { heatMap } from "./heat-map.ts";

/** What is shown darkest: this much more attention than evenly spread. */
const darkest = 3;
/** Attention named in the key. */
const keyWeights = [0, 0.5, 1, 1.5, 2, darkest];

/** A row a variable, those most looked at first; the darker a cell, the more attention. Shares at the right. */
export function attention(
  { hours, variables, weight }: Pick<Attention, "hours" | "variables" | "weight">,
  { width = 700, ...options }: ChartOptions = {},
): string {
  if (!variables.length || !hours.length) return emptyChart("No attention to show.", { ...options, width });
  const order = variables.map((_, v) => v).sort((a, b) => variables[b]!.share - variables[a]!.share);
  return heatMap(
    {
      rows: order.map((v) => {
        const { title, share } = variables[v]!;
        return { title, end: `${(100 * share).toFixed(1)}\u00a0%` };
      }),
      cells: order.flatMap((v, row) =>
        hours.flatMap((_, column) => {
          const own = weight[v]?.[column];
          return own === null || own === undefined ? [] : [{ row, column, opacity: shade(own) }];
        }),
      ),
      columns: hours.length,
      hours: { label: "Hours before the prediction", format: (column) => String(-hours[column]!) },
      endTitle: "share",
      key: keyWeights.map((each) => ({ opacity: shade(each), text: each === darkest ? `≥ ${each}` : `${each}` })),
    },
    { ...options, label: options.label ?? `Attention to ${order.length} variables by hour`, width },
  );
}

function shade(weight: number): number {
  return Math.round((100 * Math.min(darkest, weight)) / darkest) / 100;
}
