// Draws the timeline on a canvas: stays, lines of numbers, bars of what lasts, marks of what happened. Knows no component.
import { firstAt, NO_END, type PatientRecord, type Series } from "./record.ts";
import { ticksOf, tickText, type Window } from "./time-scale.ts";

/** A strip of the picture. */
export interface Lane {
  series: Series;
  top: number;
  height: number;
}

export interface Colours {
  ink: string;
  soft: string;
  line: string;
  paper: string;
  accent: string;
  accentSoft: string;
  charts: readonly string[];
}

/** The colours of the page as it looks now. */
export function readColours(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: of("--ink"),
    soft: of("--ink-soft"),
    line: of("--line"),
    paper: of("--paper"),
    accent: of("--accent"),
    accentSoft: of("--accent-soft"),
    charts: [1, 2, 3, 4, 5].map((i) => of(`--chart-${i}`)),
  };
}

export const axisHeight = 24;
export const staysHeight = 58;
/** Width of the names left of the picture. */
export const gutterOf = (width: number) => (width < 520 ? 118 : 176);
const plotHeight = 64;
const stripHeight = 20;

/** Lanes for the series chosen, from top to bottom, and the height of the whole picture. */
export function layOut(series: readonly Series[]): { lanes: Lane[]; height: number } {
  let top = axisHeight + staysHeight;
  const lanes = series.map((each) => {
    const height = each.isNumeric ? plotHeight : stripHeight;
    const lane = { series: each, top, height };
    top += height;
    return lane;
  });
  return { lanes, height: Math.max(top + 6, 200) };
}

export interface Scene {
  record: PatientRecord;
  lanes: readonly Lane[];
  window: Window;
  width: number;
  height: number;
  colours: Colours;
  /** The minute under the pointer. */
  pointer: number | null;
}

/** Where minutes lie: the left edge of the picture, pixels a minute, and the place of a minute. */
function across({ window, width }: Pick<Scene, "window" | "width">) {
  const gutter = gutterOf(width);
  const scale = (width - gutter) / (window.to - window.from);
  return { gutter, scale, x: (minute: number) => gutter + (minute - window.from) * scale };
}

/** Draws everything; takes a few milliseconds for 100,000 events. */
export function drawTimeline(context: CanvasRenderingContext2D, scene: Scene): void {
  const { width, height, colours, lanes, pointer } = scene;
  const { gutter, x: place } = across(scene);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  drawAxis(context, scene);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
  drawStays(context, scene);
  lanes.forEach((lane, i) => {
    const colour = colours.charts[i % colours.charts.length]!;
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(gutter, lane.top + lane.height - 0.5);
    context.lineTo(width, lane.top + lane.height - 0.5);
    context.stroke();
    if (lane.series.isNumeric) drawLine(context, scene, lane, colour);
    else drawStrip(context, scene, lane, colour);
  });
  if (pointer !== null) {
    const x = place(pointer);
    context.strokeStyle = colours.soft;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(x, axisHeight);
    context.lineTo(x, height);
    context.stroke();
    context.setLineDash([]);
  }
  context.restore();
  lanes.forEach((lane, i) => {
    drawLabel(context, scene, lane, colours.charts[i % colours.charts.length]!);
  });
}

function drawAxis(context: CanvasRenderingContext2D, scene: Scene): void {
  const { record, window, width, height, colours } = scene;
  const { gutter, x: place } = across(scene);
  context.textAlign = "left";
  for (const minute of ticksOf(window, width - gutter, record.base)) {
    const x = Math.round(place(minute)) + 0.5;
    if (x < gutter) continue;
    context.strokeStyle = colours.line;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    context.fillStyle = colours.soft;
    context.fillText(tickText(minute, window, record.base), x + 4, axisHeight / 2);
  }
}

const stayRows = { hospital: 0, ed: 1, icu: 2 } as const;

function drawStays(context: CanvasRenderingContext2D, scene: Scene): void {
  const { record, window, colours } = scene;
  const { gutter, scale, x: place } = across(scene);
  for (const { kind, label, start, end } of record.stays) {
    const last = end ?? record.lastMinute;
    if (last < window.from || start > window.to) continue;
    const x = place(start);
    const long = Math.max(2, (last - start) * scale);
    const y = axisHeight + 2 + stayRows[kind] * 18;
    context.fillStyle = kind === "icu" ? colours.accent : colours.accentSoft;
    context.fillRect(x, y, long, 16);
    if (long > 46) {
      const left = Math.max(x, gutter) + 5;
      context.save();
      context.beginPath();
      context.rect(x, y, long - 4, 16);
      context.clip();
      context.fillStyle = kind === "icu" ? colours.paper : colours.ink;
      context.textAlign = "left";
      context.fillText(label, left, y + 8.5);
      context.restore();
    }
  }
}

/** Minutes without a value after which a line is broken: half a day. */
const longGap = 720;

function drawLine(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { series, top, height }: Lane,
  colour: string,
): void {
  const { record, window, width } = scene;
  const { time, value } = record;
  const { gutter, x: place } = across(scene);
  const first = Math.max(series.first, firstAt(record, series, window.from) - 1);
  const after = Math.min(series.after, firstAt(record, series, window.to) + 1);
  const rise = (height - 10) / (series.high - series.low);
  const y = (number: number) =>
    top + height - 5 - (Math.min(Math.max(number, series.low), series.high) - series.low) * rise;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.3;
  context.beginPath();
  const isDense = after - first > 2 * (width - gutter);
  if (isDense) {
    // one stroke a pixel column from the lowest to the highest value in it
    let column = Number.NEGATIVE_INFINITY;
    let [low, high] = [0, 0];
    for (let i = first; i < after; i++) {
      const number = value[i]!;
      if (Number.isNaN(number)) continue;
      const x = Math.floor(place(time[i]!));
      if (x !== column) {
        if (column > Number.NEGATIVE_INFINITY) strokeColumn(context, column, y(low), y(high));
        column = x;
        low = number;
        high = number;
      } else if (number < low) low = number;
      else if (number > high) high = number;
    }
    if (column > Number.NEGATIVE_INFINITY) strokeColumn(context, column, y(low), y(high));
    context.stroke();
    return;
  }
  let before = Number.NEGATIVE_INFINITY;
  for (let i = first; i < after; i++) {
    const number = value[i]!;
    if (Number.isNaN(number)) continue;
    const minute = time[i]!;
    const x = place(minute);
    if (minute - before > longGap) context.moveTo(x, y(number));
    else context.lineTo(x, y(number));
    before = minute;
  }
  context.stroke();
  if (after - first > (width - gutter) / 4) return;
  for (let i = first; i < after; i++) {
    const number = value[i]!;
    if (!Number.isNaN(number)) context.fillRect(place(time[i]!) - 1.5, y(number) - 1.5, 3, 3);
  }
}

function strokeColumn(context: CanvasRenderingContext2D, x: number, low: number, high: number): void {
  context.moveTo(x + 0.5, low + 0.5);
  context.lineTo(x + 0.5, high - 0.5);
}

function drawStrip(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { series, top, height }: Lane,
  colour: string,
): void {
  const { record, window, width } = scene;
  const { time, end } = record;
  const { gutter, x: place } = across(scene);
  context.fillStyle = colour;
  // what lasts may have begun before the window: those are sought from the beginning of the series
  const first = series.isSpan ? series.first : firstAt(record, series, window.from);
  let drawnTo = Number.NEGATIVE_INFINITY;
  for (let i = first; i < series.after; i++) {
    const start = time[i]!;
    if (start > window.to) break;
    const last = end[i] === NO_END ? start : end[i]!;
    if (last < window.from) continue;
    const x = Math.max(gutter, place(start));
    const right = Math.min(width, Math.max(x + 2, place(last)));
    if (right <= drawnTo) continue; // under what is drawn already
    context.fillRect(x, top + 4, right - x, height - 8);
    drawnTo = Math.floor(right);
  }
}

function drawLabel(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { series, top, height }: Lane,
  colour: string,
): void {
  const { colours, record, pointer, width, window } = scene;
  const gutter = gutterOf(width);
  context.textAlign = "left";
  context.fillStyle = colour;
  context.fillRect(4, top + 4, 3, height - 8);
  context.save();
  context.beginPath();
  context.rect(0, top, gutter - 6, height);
  context.clip();
  context.fillStyle = colours.ink;
  const named = shortened(context, series.title, gutter - 20);
  context.fillText(named, 12, top + (series.isNumeric ? 14 : height / 2));
  if (series.isNumeric) {
    context.fillStyle = colours.soft;
    context.fillText(series.unit, 12, top + 30);
    // the last number known at the pointer or, without one, at the end of the window
    const at = firstAt(record, series, (pointer ?? window.to) + 0.5) - 1;
    if (at >= series.first && !Number.isNaN(record.value[at]!)) {
      // a number from before the window is not drawn: it is there, but old
      const isOld = record.time[at]! < window.from;
      context.font = `${isOld ? "" : "600 "}15px system-ui, sans-serif`;
      context.fillStyle = isOld ? colours.soft : colour;
      context.fillText(String(Number(record.value[at]!.toPrecision(4))), 12, top + 49);
      context.font = "12px system-ui, sans-serif";
    }
  }
  context.restore();
  if (series.isNumeric) {
    context.fillStyle = colours.soft;
    context.textAlign = "right";
    context.fillText(String(Number(series.high.toPrecision(3))), width - 3, top + 9);
    context.fillText(String(Number(series.low.toPrecision(3))), width - 3, top + height - 9);
  }
}

/** A name that fits, with an ellipsis where it was cut. */
function shortened(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let length = name.length;
  while (length > 1 && context.measureText(`${name.slice(0, length)}…`).width > width) length--;
  return `${name.slice(0, length).trimEnd()}…`;
}

/** How many events there are in each pixel column of the whole time. */
export function density(record: PatientRecord, width: number): Uint32Array {
  const counts = new Uint32Array(Math.max(1, width));
  const scale = (counts.length - 1) / Math.max(1, record.lastMinute);
  for (let i = 0; i < record.count; i++) {
    const x = Math.floor(record.time[i]! * scale);
    if (x >= 0) counts[Math.min(x, counts.length - 1)]!++;
  }
  return counts;
}

/** Draws the whole time as a strip with the window on it. */
export function drawOverview(
  context: CanvasRenderingContext2D,
  { counts, record, window, width, height, colours }: Omit<Scene, "lanes" | "pointer"> & { counts: Uint32Array },
): void {
  context.clearRect(0, 0, width, height);
  let most = 1;
  for (const count of counts) most = Math.max(most, count);
  context.fillStyle = colours.soft;
  counts.forEach((count, x) => {
    if (count) {
      const tall = Math.max(1, (Math.log1p(count) / Math.log1p(most)) * (height - 4));
      context.fillRect(x, height - tall, 1, tall);
    }
  });
  const scale = (width - 1) / Math.max(1, record.lastMinute);
  const left = window.from * scale;
  const long = Math.max(4, (window.to - window.from) * scale);
  context.globalAlpha = 0.22;
  context.fillStyle = colours.accent;
  context.fillRect(left, 0, long, height);
  context.globalAlpha = 1;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  context.strokeRect(left + 1, 1, Math.max(2, long - 2), height - 2);
}
