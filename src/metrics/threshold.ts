// The choice of a threshold by a stated rule, on tuning data. Knows nothing of the data it will be used on.
import { fail, oneClass, optionWithin, type WeightOptions } from "./inputs.ts";
import { cumulativeCounts } from "./ranking.ts";

/**
 * How a threshold is chosen. Of equally good thresholds the highest wins, for it calls the fewest.
 * - `youden`: most sensitivity + specificity; `f1`, `matthews`: most of these.
 * - `sensitivityAtLeast`: the highest threshold that finds this share of the positives.
 * - `specificityAtLeast`, `ppvAtLeast`: the lowest threshold that keeps to this figure.
 */
export type ThresholdRule =
  | "youden"
  | "f1"
  | "matthews"
  | { sensitivityAtLeast: number }
  | { specificityAtLeast: number }
  | { ppvAtLeast: number };

/** The threshold and the rule that chose it; the two are printed together. */
export interface ChosenThreshold {
  /** A row is called positive at score >= threshold; one of the scores given. */
  threshold: number;
  rule: ThresholdRule;
}

/** Room for the rounding of shares such as 0.9 x 10. */
const ROUNDING = 1e-12;

/**
 * Chooses a threshold on tuning data. Never give it the data on which the result will be reported.
 *
 * @param labels 0 or 1 a row. @param scores any finite numbers, higher meaning more likely.
 * @throws `metrics/one-class`; `metrics/no-threshold` when none keeps to the rule.
 * @example chooseThreshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { rule: { sensitivityAtLeast: 0.9 } }).threshold // 0.35
 */
export function chooseThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { rule = "youden", weights }: { rule?: ThresholdRule } & WeightOptions = {},
): ChosenThreshold {
  const { thresholds, truePositives, falsePositives } = cumulativeCounts(labels, scores, weights);
  const positives = truePositives.at(-1)!;
  const negatives = falsePositives.at(-1)!;
  if (positives === 0) oneClass("A threshold", "positive");
  if (negatives === 0) oneClass("A threshold", "negative");
  const merit = meritOf(rule, positives, negatives);
  let best = -1;
  let bestMerit = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < thresholds.length; i++) {
    const here = merit(truePositives[i]!, falsePositives[i]!);
    if (here > bestMerit + ROUNDING) {
      best = i;
      bestMerit = here;
    }
  }
  if (best < 0) {
    fail("metrics/no-threshold", "No threshold keeps to the rule", {
      where: JSON.stringify(rule),
      fix: "Ask for less, or choose another rule",
    });
  }
  return { threshold: thresholds[best]!, rule };
}

/** What the rule wants most of; -Infinity where a threshold does not keep to it. */
function meritOf(rule: ThresholdRule, positives: number, negatives: number): (tp: number, fp: number) => number {
  const ifKept = (kept: boolean, value: number) => (kept ? value : Number.NEGATIVE_INFINITY);
  if (rule === "youden") return (tp, fp) => tp / positives - fp / negatives;
  if (rule === "f1") return (tp, fp) => (2 * tp) / (positives + tp + fp);
  if (rule === "matthews") {
    const all = positives + negatives;
    return (tp, fp) => {
      const spread = Math.sqrt((tp + fp) * (all - tp - fp)) * Math.sqrt(positives * negatives);
      return spread > 0 ? (tp * negatives - fp * positives) / spread : 0;
    };
  }
  if ("sensitivityAtLeast" in rule) {
    const least = optionWithin("sensitivityAtLeast", rule.sensitivityAtLeast, 0, 1);
    return (tp, fp) => ifKept(tp / positives >= least - ROUNDING, -(tp + fp) / (positives + negatives));
  }
  if ("specificityAtLeast" in rule) {
    const least = optionWithin("specificityAtLeast", rule.specificityAtLeast, 0, 1);
    return (tp, fp) => ifKept(1 - fp / negatives >= least - ROUNDING, (tp + fp) / (positives + negatives));
  }
  const least = optionWithin("ppvAtLeast", rule.ppvAtLeast, 0, 1);
  return (tp, fp) => ifKept(tp / (tp + fp) >= least - ROUNDING, (tp + fp) / (positives + negatives));
}
