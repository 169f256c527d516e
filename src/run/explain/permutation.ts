// How far the AUROC of the held-out rows falls when a feature is shuffled among them, with an interval by patient.
import { Stopped } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { auroc, bootstrapAll, type Statistic } from "../../metrics/index.ts";
import { predict } from "../../trees/index.ts";
import type { Estimate } from "../result.ts";
import type { ExplainedRows } from "./folds.ts";

export interface PermutationSettings {
  seed: number;
  repeats: number;
  resamples: number;
  signal: AbortSignal;
  /** Called with the features done. */
  onColumn(done: number): void;
}

/**
 * The fall for each column: AUROC of all rows less its mean over shuffles. Rows are shuffled within their fold, and the
 * predictions of all folds judged together, as the run's own figures are. Null where only one outcome occurs.
 */
export async function permutationFalls(
  rows: ExplainedRows,
  columns: readonly number[],
  { seed, repeats, resamples, signal, onColumn }: PermutationSettings,
): Promise<(Estimate | null)[]> {
  const { labels, subjects, folds } = rows;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === labels.length) return columns.map(() => null);
  const full = auroc.prepare(labels, shuffledPredictions(rows));
  const falls: Record<string, Statistic> = {};
  for (const [done, column] of columns.entries()) {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new Stopped();
    const shuffled = Array.from({ length: repeats }, (_, repeat) => {
      const orders = folds.map(({ matrix }, fold) =>
        randomStream(seed, "permutation", column, repeat, fold).shuffle(
          Int32Array.from({ length: matrix.rows }, (_, row) => row),
        ),
      );
      return auroc.prepare(labels, shuffledPredictions(rows, column, orders));
    });
    falls[String(column)] = (weights) =>
      full(weights) - shuffled.reduce((sum, statistic) => sum + statistic(weights), 0) / repeats;
    onColumn(done + 1);
  }
  const found = bootstrapAll(falls, subjects, { seed, resamples });
  return columns.map((column) => {
    const { value, low, high } = found[String(column)]!;
    return { value, low, high };
  });
}

/** The predictions of all rows, one column's values in another order of the fold's rows. */
function shuffledPredictions({ folds, labels }: ExplainedRows, column?: number, orders?: Int32Array[]): Float64Array {
  const predictions = new Float64Array(labels.length);
  folds.forEach(({ ensemble, matrix, start }, fold) => {
    let given = matrix;
    if (column !== undefined) {
      given = { ...matrix, data: matrix.data.slice() };
      for (let row = 0; row < matrix.rows; row++) {
        const from = orders![fold]![row]! * matrix.columns + column;
        given.data[row * matrix.columns + column] = matrix.data[from]!;
      }
    }
    predictions.set(predict(ensemble, given), start);
  });
  return predictions;
}
