// The axes that all charts share: quiet grid, no ticks, the name of the upright axis written level above it.
import * as Plot from "@observablehq/plot";
import { colour } from "./theme.ts";

interface AxisOptions {
  label: string;
  ticks?: number | number[];
  format?: ((value: number) => string) | undefined;
  grid?: boolean;
}

type Format = (value: unknown) => string;

function formatOption(format: AxisOptions["format"]): { tickFormat?: Format } {
  return format ? { tickFormat: format as Format } : {};
}

/** The level axis, its name centred below. */
export function axisX({ label, ticks = 5, format, grid = true }: AxisOptions): Plot.Markish[] {
  return [
    grid ? Plot.gridX({ ticks, stroke: colour("line"), strokeOpacity: 1 }) : null,
    Plot.axisX({
      label,
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 38,
      tickSize: 0,
      tickPadding: 8,
      ticks,
      fill: colour("quiet"),
      ...formatOption(format),
    }),
  ];
}

/** The upright axis; its name stands level above the frame, so that no one has to tilt the head. */
export function axisY({ label, ticks = 5, format, grid = true }: AxisOptions, marginLeft: number): Plot.Markish[] {
  return [
    grid ? Plot.gridY({ ticks, stroke: colour("line"), strokeOpacity: 1 }) : null,
    Plot.axisY({ label: null, tickSize: 0, tickPadding: 8, ticks, fill: colour("quiet"), ...formatOption(format) }),
    Plot.text([label], {
      frameAnchor: "top-left",
      textAnchor: "start",
      lineAnchor: "bottom",
      dx: -marginLeft,
      dy: -10,
      fill: colour("quiet"),
    }),
  ];
}

/** `20 %` from 0.2. */
export function percentTick(share: number): string {
  return `${Number((100 * share).toFixed(2))}\u00a0%`.replace("-", "\u2212");
}
