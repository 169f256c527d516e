// Draws an ECG on squared paper: leads in boxes, true to scale, with the points of the waves and a caliper. Knows no component.

/** A lead's samples from the first shown second on, in mV; NaN where there is nothing. */
export interface Lead {
  name: string;
  rateHz: number;
  fromSeconds: number;
  values: Float32Array;
}

export type Layout = "sheet" | "rows" | "one";

/** A place on the paper where a stretch of a lead stands. */
export interface Strip {
  lead: string;
  x: number;
  y: number;
  width: number;
  height: number;
  fromSeconds: number;
  toSeconds: number;
}

const sheetOrder = [
  ["I", "aVR", "V1", "V4"],
  ["II", "aVL", "V2", "V5"],
  ["III", "aVF", "V3", "V6"],
];

/** Strips for a window of time. The sheet shows four columns one after the other in time, and lead II through below. */
export function strips(
  layout: Layout,
  leads: readonly string[],
  one: string,
  { from, to }: { from: number; to: number },
  width: number,
  height: number,
): Strip[] {
  const named = (name: string) => leads.find((lead) => lead.toLowerCase() === name.toLowerCase());
  const isSheet = layout === "sheet" && sheetOrder.flat().every((name) => named(name));
  if (isSheet) {
    const [wide, tall, span] = [width / 4, height / 4, (to - from) / 4];
    const boxes = sheetOrder.flatMap((row, r) =>
      row.map((name, c) => ({
        lead: named(name)!,
        x: c * wide,
        y: r * tall,
        width: wide,
        height: tall,
        fromSeconds: from + c * span,
        toSeconds: from + (c + 1) * span,
      })),
    );
    return [...boxes, { lead: named("II")!, x: 0, y: 3 * tall, width, height: tall, fromSeconds: from, toSeconds: to }];
  }
  const shown = layout === "one" ? [one] : leads;
  const tall = height / shown.length;
  return shown.map((lead, i) => ({ lead, x: 0, y: i * tall, width, height: tall, fromSeconds: from, toSeconds: to }));
}

export interface PaperColours {
  ink: string;
  paper: string;
  fine: string;
  coarse: string;
  /** Of P, QRS and T. */
  waves: Readonly<Record<Wave, string>>;
  caliper: string;
}

export type Wave = "p" | "qrs" | "t";

/** The names of the points at which a wave begins, peaks and ends. */
const wavePoints: Readonly<Record<Wave, readonly [string, string, string]>> = {
  p: ["pOnset", "pPeak", "pEnd"],
  qrs: ["qrsOnset", "rPeak", "qrsEnd"],
  t: ["tOnset", "tPeak", "tEnd"],
};

/** Two points of a measurement on the paper. */
export interface Caliper {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export interface PaperScene {
  width: number;
  height: number;
  strips: readonly Strip[];
  leads: ReadonlyMap<string, Lead>;
  /** Pixels a millivolt. */
  perMillivolt: number;
  colours: PaperColours;
  /** Seconds at which waves begin, peak and end; empty where they are not shown. */
  points: Readonly<Record<string, readonly (number | null)[]>>;
  caliper: Caliper | null;
}

/** Pixels of a square that is drawn. */
export const leastSquare = 3.4;

/** Small squares are 40 ms and 0.1 mV, large ones 200 ms and 0.5 mV. */
export function drawPaper(context: CanvasRenderingContext2D, scene: PaperScene): void {
  const { width, height, strips: all, colours, perMillivolt } = scene;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, width, height);
  const last = all.at(-1);
  if (!last) return;
  const perSecond = last.width / (last.toSeconds - last.fromSeconds);
  drawGrid(context, scene, perSecond);
  context.font = "600 12px system-ui, sans-serif";
  context.textBaseline = "top";
  for (const strip of all) {
    context.save();
    context.beginPath();
    // as on paper, a tall complex may reach into the row above
    context.rect(strip.x, 0, strip.width, height);
    context.clip();
    drawPoints(context, scene, strip);
    drawTrace(context, scene, strip);
    context.restore();
    context.fillStyle = colours.ink;
    context.fillText(strip.lead, strip.x + 4, strip.y + 3);
  }
  if (scene.caliper)
    drawCaliper(context, scene.caliper, { perSecond: perSecondOf(all, scene.caliper.x1), perMillivolt, colours });
}

/** Pixels a second at a place of the paper. */
export function perSecondOf(all: readonly Strip[], x: number): number {
  const strip = all.find((each) => x >= each.x && x <= each.x + each.width) ?? all[0]!;
  return strip.width / (strip.toSeconds - strip.fromSeconds);
}

function drawGrid(
  context: CanvasRenderingContext2D,
  { width, height, colours, perMillivolt }: PaperScene,
  perSecond: number,
) {
  const lines = (stepX: number, stepY: number, colour: string) => {
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.beginPath();
    for (let x = 0; x <= width; x += stepX) {
      context.moveTo(Math.round(x) + 0.5, 0);
      context.lineTo(Math.round(x) + 0.5, height);
    }
    for (let y = 0; y <= height; y += stepY) {
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(width, Math.round(y) + 0.5);
    }
    context.stroke();
  };
  if (perSecond * 0.04 >= leastSquare) lines(perSecond * 0.04, perMillivolt * 0.1, colours.fine);
  if (perSecond * 0.2 >= leastSquare) lines(perSecond * 0.2, perMillivolt * 0.5, colours.coarse);
}

function drawTrace(
  context: CanvasRenderingContext2D,
  { leads, perMillivolt, colours }: PaperScene,
  strip: Strip,
): void {
  const lead = leads.get(strip.lead);
  if (!lead) return;
  const { values, rateHz } = lead;
  const perSecond = strip.width / (strip.toSeconds - strip.fromSeconds);
  const middle = strip.y + strip.height * 0.55;
  const first = Math.max(0, Math.floor((strip.fromSeconds - lead.fromSeconds) * rateHz));
  const after = Math.min(values.length, Math.ceil((strip.toSeconds - lead.fromSeconds) * rateHz) + 1);
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.2;
  context.lineJoin = "round";
  context.beginPath();
  let isDown = false;
  for (let i = first; i < after; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      isDown = false;
      continue;
    }
    const x = strip.x + (lead.fromSeconds + i / rateHz - strip.fromSeconds) * perSecond;
    const y = middle - value * perMillivolt;
    if (isDown) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDown = true;
  }
  context.stroke();
}

/** Under the trace, a bar from the beginning of each wave to its end, with a mark at its peak. */
function drawPoints(context: CanvasRenderingContext2D, { points, colours }: PaperScene, strip: Strip): void {
  const perSecond = strip.width / (strip.toSeconds - strip.fromSeconds);
  if (perSecond < 25) return; // bars of a few pixels say nothing
  const place = (seconds: number) => strip.x + (seconds - strip.fromSeconds) * perSecond;
  const bottom = strip.y + strip.height - 5;
  for (const wave of ["p", "qrs", "t"] as const) {
    const [onset, peak, end] = wavePoints[wave];
    const begins = points[onset] ?? [];
    context.fillStyle = colours.waves[wave];
    for (let beat = 0; beat < begins.length; beat++) {
      const [from, at, to] = [begins[beat], points[peak]?.[beat], points[end]?.[beat]];
      if (from != null && to != null && to >= strip.fromSeconds && from <= strip.toSeconds)
        context.fillRect(place(from), bottom - 3, Math.max(1, (to - from) * perSecond), 3);
      if (at != null && at >= strip.fromSeconds && at <= strip.toSeconds)
        context.fillRect(Math.round(place(at)) - 0.5, bottom - 9, 1.5, 9);
    }
  }
}

function drawCaliper(
  context: CanvasRenderingContext2D,
  { x1, y1, x2, y2 }: Caliper,
  { perSecond, perMillivolt, colours }: { perSecond: number; perMillivolt: number; colours: PaperColours },
): void {
  context.strokeStyle = colours.caliper;
  context.fillStyle = colours.caliper;
  context.lineWidth = 1.5;
  context.strokeRect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
  context.globalAlpha = 0.12;
  context.fillRect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
  context.globalAlpha = 1;
  context.font = "600 12px system-ui, sans-serif";
  context.fillText(
    caliperText({ x1, y1, x2, y2 }, perSecond, perMillivolt),
    Math.min(x1, x2) + 4,
    Math.max(y1, y2) + 4,
  );
}

/** What a caliper spans: time, the rate it would be as an RR interval, voltage. */
export function caliperText({ x1, y1, x2, y2 }: Caliper, perSecond: number, perMillivolt: number): string {
  const ms = (1000 * Math.abs(x2 - x1)) / perSecond;
  const rate = ms > 0 ? `, ${Math.round(60_000 / ms)}/min` : "";
  return `${Math.round(ms)} ms${rate}, ${((y1 - y2) / perMillivolt).toFixed(2)} mV`;
}
