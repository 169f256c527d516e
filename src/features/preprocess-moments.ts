// Means and standard deviations as scikit-learn's StandardScaler finds them, missing values left out. Runs in a browser too.
import type { Scaling } from "./preprocess.ts";
import type { StaySummary } from "./stay-summary.ts";

/** Of the numbers that are not NaN. */
export function momentsOf(values: Float64Array): Scaling {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  const mean = sum / count;
  let spread = 0;
  for (const value of values) if (!Number.isNaN(value)) spread += (value - mean) ** 2;
  return scalingOf(count, mean, spread);
}

/** Of all observed hours of the stays chosen, pooled from the summary of each. */
export function pooledMoments(summary: StaySummary, variable: number, rows: ArrayLike<number>): Scaling {
  const offset = variable * summary.stays;
  let count = 0;
  let sum = 0;
  for (let i = 0; i < rows.length; i++) {
    count += summary.observed[offset + rows[i]!]!;
    sum += summary.sum[offset + rows[i]!]!;
  }
  const mean = sum / count;
  let spread = 0;
  for (let i = 0; i < rows.length; i++) {
    const cell = offset + rows[i]!;
    const observed = summary.observed[cell]!;
    if (observed > 0) spread += summary.spread[cell]! + observed * (summary.sum[cell]! / observed - mean) ** 2;
  }
  return scalingOf(count, mean, spread);
}

/** A spread within rounding error of none counts as none (scikit-learn 1.x, `_is_constant_feature`): scale 1. */
export function scalingOf(count: number, mean: number, spread: number): Scaling {
  if (count === 0) return { mean: null, scale: 1 };
  const variance = spread / count;
  const roundingError = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return { mean, scale: variance <= roundingError ? 1 : Math.sqrt(variance) };
}
