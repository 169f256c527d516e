// The evidence of classes in order: agreement, how far off, who is taken for what. Knows no model.
import { accuracy, classDeviation, macroAuroc, oneHot, type Statistic, weightedKappa } from "../../metrics/index.ts";
import type { Confusion } from "../result.ts";
import { SMALLEST_SHOWN } from "./calibration.ts";
import { conformalSetsOf } from "./conformal.ts";
import type { EvaluationOptions, HeldOutClasses } from "./held-out.ts";
import type { Evidence } from "./index.ts";
import { type MetricSpec, perSeed, seedIntervals, seedTable } from "./intervals.ts";
import { noCurves } from "./none.ts";

/** Everything the report shows of predicted classes. The class called is the likeliest, the lower one of two as likely. */
export function evaluateClasses(held: HeldOutClasses, options: EvaluationOptions): Evidence {
  const { truth, probabilities, subjectIds, seeds, names } = held;
  const metrics = classMetrics(held);
  const { values, skipped } = seedIntervals(metrics, truth, perSeed(probabilities, seeds), subjectIds, options);
  const table = seedTable(metrics, truth, seeds);
  return {
    metrics: values,
    ...noCurves(),
    confusion: confusionOf(truth, likeliest(probabilities, names.length), { ...held, ...options }),
    ...(table ? { seeds: table } : {}),
    ...(held.tuning && options.conformal
      ? { conformal: conformalSetsOf(held, held.tuning, { ...options, names, promised: options.conformal }) }
      : {}),
    skipped,
  };
}

/** The figures of the main table; scores are rows x classes. */
export function classMetrics({
  names,
  representatives,
  unit,
}: Pick<HeldOutClasses, "names" | "representatives" | "unit">): MetricSpec[] {
  const classes = names.length;
  const called =
    (prepare: (truth: ArrayLike<number>, calls: Uint8Array) => Statistic): MetricSpec["prepare"] =>
    (truth, probabilities) =>
      prepare(truth, likeliest(probabilities, classes));
  const metrics: MetricSpec[] = [
    {
      id: "kappa_linear",
      title: "Cohen's kappa, linear weights",
      higherIsBetter: true,
      prepare: called((truth, calls) => weightedKappa.prepare(truth, calls, { classes })),
    },
    {
      id: "kappa_quadratic",
      title: "Cohen's kappa, quadratic weights",
      higherIsBetter: true,
      prepare: called((truth, calls) => weightedKappa.prepare(truth, calls, { classes, weighting: "quadratic" })),
    },
    {
      id: "accuracy",
      title: "Accuracy",
      higherIsBetter: true,
      prepare: called((truth, calls) => {
        const right = Uint8Array.from(calls, (call, row) => (call === truth[row] ? 1 : 0));
        // every row is "positive"; those called rightly score 1
        return accuracy.prepare(new Uint8Array(right.length).fill(1), right, { threshold: 0.5 });
      }),
    },
    {
      id: "macro_auroc",
      title: "Macro AUROC, each class against the rest",
      higherIsBetter: true,
      prepare: (truth, probabilities) =>
        macroAuroc.prepare(oneHot(truth, classes), probabilities, { columns: classes }),
    },
  ];
  if (representatives) {
    metrics.splice(2, 0, {
      id: "class_deviation",
      title: `Mean absolute deviation${unit ? ` (${unit})` : ""}`,
      higherIsBetter: false,
      prepare: called((truth, calls) => classDeviation.prepare(truth, calls, { representatives })),
    });
  }
  return metrics;
}

/** The likeliest class of each row. */
export function likeliest(probabilities: ArrayLike<number>, classes: number): Uint8Array {
  const calls = new Uint8Array(probabilities.length / classes);
  for (let row = 0; row < calls.length; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (probabilities[row * classes + k]! > probabilities[row * classes + best]!) best = k;
    }
    calls[row] = best;
  }
  return calls;
}

function confusionOf(
  truth: ArrayLike<number>,
  calls: Uint8Array,
  { names, subjectIds, withholdsFew = false }: Pick<HeldOutClasses, "names" | "subjectIds"> & EvaluationOptions,
): Confusion {
  const patients = names.map(() => names.map(() => new Set<number>()));
  const counts = names.map(() => names.map(() => 0));
  for (let row = 0; row < calls.length; row++) {
    counts[truth[row]!]![calls[row]!]!++;
    patients[truth[row]!]![calls[row]!]!.add(subjectIds[row]!);
  }
  const isFew = (t: number, p: number) => patients[t]![p]!.size > 0 && patients[t]![p]!.size < SMALLEST_SHOWN;
  return {
    names: [...names],
    counts: counts.map((row, t) => row.map((count, p) => (withholdsFew && isFew(t, p) ? null : count))),
  };
}
