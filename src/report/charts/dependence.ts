// How the contribution of one feature follows its value: groups of rows with their spread, and the partial dependence.
import * as Plot from "@observablehq/plot";
import type { Dependence, DependenceBand } from "../../run/result.ts";
import { axisX, axisY } from "./axes.ts";
import { contributionScale } from "./contribution.ts";
import { type ChartOptions, draw, emptyChart, legend, legendHeight, legendRows } from "./draw.ts";
import { colour } from "./theme.ts";

export interface DependenceOptions extends ChartOptions {
  /** `log-odds` or `probability`. */
  scale?: string;
  /** Ends of the upright axis, so that several pictures can be compared. */
  range?: [number, number] | undefined;
}

/** Up to so many groups are drawn as dots with whiskers instead of a band. */
const few = 4;

/** The lowest and the highest end of all bands and lines, for `range`. */
export function dependenceRange(data: Dependence[]): [number, number] | undefined {
  const all = data.flatMap(({ points, missing }) => [...points, ...(missing ? [missing] : [])]);
  const ends = all.flatMap(({ low, high, mean, partial }) => [low, high, mean, partial]).filter(Number.isFinite);
  return ends.length ? [Math.min(0, ...ends), Math.max(0, ...ends)] : undefined;
}

/** Line and band over the value; rows without a value stand apart at the right. */
export function dependence(
  { title, unit, points, missing }: Dependence,
  { width = 340, scale = "", range, ...options }: DependenceOptions = {},
): string {
  const { factor, words } = contributionScale(scale);
  const scaled = <Band extends DependenceBand>(band: Band): Band => ({
    ...band,
    mean: factor * band.mean,
    low: factor * band.low,
    high: factor * band.high,
    partial: factor * band.partial,
  });
  const isKnown = ({ mean, low, high, partial }: DependenceBand) => [mean, low, high, partial].every(Number.isFinite);
  const groups = points.filter((point) => Number.isFinite(point.at) && isKnown(point)).map(scaled);
  if (!groups.length) return emptyChart("No group of rows that can be shown.", { ...options, width });
  const [first, last] = [groups[0]!.at, groups.at(-1)!.at];
  const span = last - first || Math.abs(first) || 1;
  const apart = missing && isKnown(missing) ? [{ ...scaled(missing), at: last + 0.22 * span }] : [];
  const dots = groups.length <= few ? [...groups, ...apart] : apart;
  const marginLeft = 46;
  const ends = range?.map((end) => factor * end) ?? extent([...groups, ...apart]);
  const dashed = { stroke: colour("series2"), strokeWidth: 1.75, strokeDasharray: "7 3" };
  return draw(
    {
      height: 240,
      marginTop: 28,
      marginLeft,
      marginRight: 14,
      marginBottom: 44,
      x: { domain: [first - 0.04 * span, (apart[0]?.at ?? last) + (apart.length ? 0.1 : 0.04) * span] },
      y: { domain: padded(ends) },
      marks: [
        axisX({
          label: unit || "Value",
          ticks: groups.length <= few ? groups.map(({ at }) => at) : ticksUpTo(first, last),
          grid: false,
          format: tickText,
        }),
        ...axisY({ label: `Contribution, ${words}`, ticks: 5 }, marginLeft),
        Plot.ruleY([0], { stroke: colour("quiet") }),
        groups.length > few
          ? Plot.areaY(groups, { x: "at", y1: "low", y2: "high", fill: colour("series1"), fillOpacity: bandOpacity })
          : null,
        groups.length > few
          ? Plot.lineY(groups, { x: "at", y: "mean", stroke: colour("series1"), strokeWidth: 2 })
          : null,
        groups.length > few ? Plot.dot(groups, { x: "at", y: "mean", r: 2.5, fill: colour("series1") }) : null,
        Plot.ruleX(dots, {
          x: "at",
          y1: "low",
          y2: "high",
          stroke: colour("series1"),
          strokeOpacity: bandOpacity,
          strokeWidth: 9,
        }),
        Plot.dot(dots, { x: "at", y: "mean", r: 4, fill: colour("series1") }),
        groups.length > few ? Plot.lineY(groups, { x: "at", y: "partial", ...dashed }) : null,
        Plot.dot(dots, {
          x: "at",
          y: "partial",
          r: 4,
          symbol: "diamond2",
          stroke: colour("series2"),
          strokeWidth: 1.75,
        }),
        Plot.text(apart, { x: "at", frameAnchor: "bottom", dy: 17, text: () => "missing", fill: colour("quiet") }),
      ],
    },
    { ...options, label: options.label ?? `Contribution by value of ${title}`, width },
  );
}

const bandOpacity = 0.22;

/** What the lines, the band and the marks of all these pictures mean: one key above several of them. */
export function dependenceKey({ width = 700, ...options }: ChartOptions = {}): string {
  const entries = [
    { title: "mean contribution", stroke: colour("series1") },
    { title: "middle 80\u00a0% of patients", stroke: colour("series1"), mark: "box" as const, opacity: bandOpacity },
    { title: "partial dependence", stroke: colour("series2"), dash: "7 3" },
  ];
  const rows = legendRows(entries, width);
  return draw(
    { height: 6 + legendHeight(rows), margin: 0, axis: null, marks: [legend(rows)] },
    { ...options, label: options.label ?? "Key: mean contribution, middle 80 %, partial dependence", width },
  );
}

function extent(bands: DependenceBand[]): number[] {
  const ends = bands.flatMap(({ low, high, partial }) => [low, high, partial]);
  return [Math.min(0, ...ends), Math.max(0, ...ends)];
}

function padded([low = 0, high = 1]: number[]): [number, number] {
  const room = 0.05 * (high - low) || 0.1;
  return [low - room, high + room];
}

/** Round ticks between the first and the last group, so that none stands under the rows without a value. */
function ticksUpTo(first: number, last: number): number[] {
  const raw = (last - first) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const ticks: number[] = [];
  for (let k = Math.ceil(first / step); k * step <= last + 1e-9 * step; k++)
    ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function tickText(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "\u2212");
}
