import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { bootstrap, calibrationIntercept, calibrationSlope } from "./index.ts";

const logistic = (z: number) => 1 / (1 + Math.exp(-z));

/** Outcomes that follow the scores the more closely the steeper. */
function outcomes(seed: number, rows: number, steepness: number) {
  const stream = randomStream(seed, "recalibration");
  const z = Float64Array.from({ length: rows }, () => stream.normal(-1, 1.5));
  const labels = z.map((value) => (stream.chance(logistic(steepness * value)) ? 1 : 0));
  return { labels, scores: z.map(logistic) };
}

/** How often each row is drawn in a resample. */
function drawn(seed: number, rows: number): Float64Array {
  const stream = randomStream(seed, "draw");
  const times = new Float64Array(rows);
  for (let i = 0; i < rows; i++) times[stream.below(rows)]!++;
  return times;
}

function repeated(values: Float64Array, times: Float64Array): number[] {
  return Array.from(values).flatMap((value, row) => Array<number>(times[row]!).fill(value));
}

function valueOrError(measure: () => number): number | string {
  try {
    return measure();
  } catch (error) {
    return (error as Error).message;
  }
}

test("rows drawn anew give what the same rows written out give, started from elsewhere and near to parted too", () => {
  const seen = { numbers: 0, refusals: 0 };
  for (let study = 0; study < 40; study++) {
    const rows = [12, 25, 80, 400][study % 4]!;
    const { labels, scores } = outcomes(study, rows, [0.3, 1, 3, 12][Math.floor(study / 4) % 4]!);
    for (const metric of [calibrationSlope, calibrationIntercept]) {
      const again = metric.prepare(labels, scores);
      for (let resample = 0; resample < 25; resample++) {
        const weights = drawn(100 * study + resample, rows);
        const quick = valueOrError(() => again(weights));
        const plain = valueOrError(() => metric(repeated(labels, weights), repeated(scores, weights)));
        const both = `study ${study}, resample ${resample}: ${quick} and ${plain}`;
        if (typeof quick === "number" && typeof plain === "number") {
          seen.numbers++;
          expect(Math.abs(quick - plain), both).toBeLessThan(1e-9 * Math.max(1, Math.abs(plain)));
        } else {
          seen.refusals++;
          expect(quick).toBe(plain);
        }
      }
    }
  }
  expect(seen.numbers).toBeGreaterThan(1000);
  expect(seen.refusals).toBeGreaterThan(20);
});

test("resamples whose outcomes a threshold parts are left out and counted", () => {
  const labels = [0, 0, 0, 1, 0, 1, 1, 1];
  const scores = [0.1, 0.2, 0.3, 0.35, 0.4, 0.6, 0.7, 0.8];
  const subjects = labels.map((_, row) => row);
  const slope = calibrationSlope.prepare(labels, scores);
  const interval = bootstrap(slope, subjects, { seed: 1, resamples: 400 });
  expect(interval.value).toBeGreaterThan(1);
  expect(interval.skipped).toBeGreaterThan(100);
});

test("a weight that outshines all others is fitted, far as it lies from the unweighted fit", () => {
  const { labels, scores } = outcomes(3, 50, 1);
  const weights = labels.map((label) => (label === 1 ? 1e6 : 1e-3));
  const shift = calibrationIntercept(labels, scores, { weights });
  const sum = (value: (row: number) => number) =>
    labels.reduce((total, _, row) => total + weights[row]! * value(row), 0);
  const moved = (row: number) => logistic(shift + Math.log(scores[row]! / (1 - scores[row]!)));
  expect(sum((row) => labels[row]! - moved(row)) / sum(() => 1)).toBeCloseTo(0, 14);
  expect(Number.isFinite(calibrationSlope(labels, scores, { weights }))).toBe(true);
});
