// Prepares curves for drawing: steps of a precision-recall curve, and fewer points where the eye sees no difference.
import type { Curve } from "../../run/result.ts";

export interface Point {
  x: number;
  y: number;
}

/** The points of a curve that have both coordinates. */
export function pointsOf({ x, y }: Curve): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (Number.isFinite(x[i]) && Number.isFinite(y[i])) points.push({ x: x[i]!, y: y[i]! });
  }
  return points;
}

/**
 * The steps of a precision-recall curve, in order of rising recall. Between two recalls the precision is the one at the
 * higher recall, so that the area under the steps is the average precision; a straight line would promise too much
 * (Davis and Goadrich, ICML 2006).
 */
export function recallSteps(curve: Curve): Point[] {
  const points = pointsOf(curve);
  if (points.length > 1 && points[0]!.x > points.at(-1)!.x) points.reverse();
  const steps: Point[] = [];
  for (const point of points) {
    const last = steps.at(-1);
    if (last && last.x !== point.x) steps.push({ x: last.x, y: point.y });
    steps.push(point);
  }
  return steps;
}

/**
 * Leaves out points that lie within `tolerance` of the line through their neighbours (Ramer–Douglas–Peucker). With axes
 * from 0 to 1 the default moves no line by more than a sixth of a pixel.
 */
export function thin(points: Point[], tolerance = 0.0005): Point[] {
  if (points.length < 3) return points;
  const kept = new Uint8Array(points.length);
  kept[0] = 1;
  kept[points.length - 1] = 1;
  const open: [number, number][] = [[0, points.length - 1]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span;
    const a = points[from]!;
    const b = points[to]!;
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    let farthest = -1;
    let distance = tolerance;
    for (let i = from + 1; i < to; i++) {
      const p = points[i]!;
      const off =
        length === 0
          ? Math.hypot(p.x - a.x, p.y - a.y)
          : Math.abs((b.x - a.x) * (a.y - p.y) - (a.x - p.x) * (b.y - a.y)) / length;
      if (off > distance) {
        farthest = i;
        distance = off;
      }
    }
    if (farthest > 0) {
      kept[farthest] = 1;
      open.push([from, farthest], [farthest, to]);
    }
  }
  return points.filter((_, i) => kept[i]);
}

/** The part of a curve at or above `floor`, cut where it crosses, as runs without gaps. */
export function above(points: Point[], floor: number): Point[][] {
  const runs: Point[][] = [];
  let run: Point[] = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before && before.y >= floor !== point.y >= floor) {
      const share = (floor - before.y) / (point.y - before.y);
      run.push({ x: before.x + share * (point.x - before.x), y: floor });
    }
    if (point.y >= floor) run.push(point);
    else if (run.length) {
      runs.push(run);
      run = [];
    }
  });
  if (run.length) runs.push(run);
  return runs;
}
