// The rows each tree learns from and their weights: bootstrap draws, sample weights, class weights. Knows no trees.
import { randomStream } from "../../core/random.ts";
import type { GrowTask } from "./kernel/index.ts";
import type { ForestSettings } from "./options.ts";

/** Makes the task of tree t, always the same for the same seed. */
export type Sampler = (tree: number) => GrowTask;

/**
 * As scikit-learn 1.9 samples: with bootstrap, rows are drawn with replacement, by their weights where there are any
 * (sample weight times class weight), and then count as often as they were drawn; without, the weights themselves count.
 * `balanced` weighs by total / (classes · weight of the class), over all rows or, as `balanced_subsample`, over the draw.
 */
export function sampler(
  settings: ForestSettings,
  targets: Float64Array,
  classes: number,
  sampleWeights: Float64Array | undefined,
): Sampler {
  const { bootstrap, classWeight, maxSamples, seed } = settings;
  const rows = targets.length;
  const perDraw = classWeight === "balanced_subsample" && bootstrap;
  let weights = sampleWeights;
  if (classWeight !== null && !perDraw) {
    const factors =
      typeof classWeight === "string" ? balanced(targets, classes, (i) => sampleWeights?.[i] ?? 1) : classWeight;
    weights = Float64Array.from(targets, (target, i) => (sampleWeights?.[i] ?? 1) * factors[target]!);
  }
  const size = drawSize(maxSamples, rows, weights);
  const cumulative = bootstrap && weights ? runningSum(weights) : undefined;

  return (tree) => {
    const stream = randomStream(seed, "forest", tree);
    const counts = new Float64Array(rows);
    if (bootstrap) {
      for (let i = 0; i < size; i++)
        counts[cumulative ? drawByWeight(cumulative, stream.uniform()) : stream.below(rows)]!++;
      if (perDraw) {
        const factors = balanced(targets, classes, (i) => counts[i]!);
        for (let i = 0; i < rows; i++) if (counts[i]! > 0) counts[i]! *= factors[targets[i]!]!;
      }
    } else if (weights) counts.set(weights);
    else counts.fill(1);
    let used = 0;
    for (let i = 0; i < rows; i++) if (counts[i]! > 0) used++;
    const task: GrowTask = {
      tree,
      rows: new Uint32Array(used),
      weights: new Float64Array(used),
      seeds: [stream.uint32(), stream.uint32(), stream.uint32()],
    };
    for (let i = 0, at = 0; i < rows; i++) {
      if (!(counts[i]! > 0)) continue;
      task.rows[at] = i;
      task.weights[at++] = counts[i]!;
    }
    return task;
  };
}

/** total / (classes that occur · weight of the class), for each class. */
function balanced(targets: Float64Array, classes: number, weight: (row: number) => number): number[] {
  const sums = new Array<number>(classes).fill(0);
  let total = 0;
  for (let i = 0; i < targets.length; i++) {
    sums[targets[i]!]! += weight(i);
    total += weight(i);
  }
  const present = sums.filter((sum) => sum > 0).length;
  return sums.map((sum) => (sum > 0 ? total / (present * sum) : 0));
}

/** How many rows a tree draws: a share counts over the sum of weights, where there are any. */
function drawSize(maxSamples: number | undefined, rows: number, weights: Float64Array | undefined): number {
  if (maxSamples === undefined) return rows;
  if (maxSamples >= 1) return maxSamples;
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : rows;
  return Math.max(1, Math.floor(maxSamples * total));
}

function runningSum(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** The first row whose running sum exceeds the draw: rows of weight 0 are never drawn. */
function drawByWeight(cumulative: Float64Array, uniform: number): number {
  const wanted = uniform * cumulative[cumulative.length - 1]!;
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
