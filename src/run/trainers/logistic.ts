// Elastic-net logistic regression: settings by mode, chosen on tuning patients.
import { logisticPath } from "../../models/index.ts";
import { type Trainer, tableOf, tabularView } from "./trainer.ts";
import { isLarge } from "./tuned.ts";

/** Of a large table where the search is to be brief: few penalties, over YAIB's range. */
const MANY_CELLS = 300_000;
const LARGE = { cs: [1e-3, 1e-2, 0.1, 1], l1Ratios: [0, 1] };

/**
 * Elastic-net logistic regression. Faithful mode does as YAIB does: balanced class weights, chosen by AUROC. Balanced
 * weights make the probabilities far too high for a rare outcome, so corrected mode trains without and chooses by log loss.
 */
export const logistic: Trainer = {
  id: "lr",
  title: "Logistic regression",
  isTrees: false,
  view: tabularView,
  outcomes: ["event"],
  usesSeed: false,
  async train({ train, tuning, brief = false, mode, signal, onProgress }) {
    const faithful = mode === "faithful";
    const { x, y, names } = tableOf(train);
    const { model, chosen, by, table } = await logisticPath(x, y, {
      featureNames: names,
      tuning: tableOf(tuning),
      signal,
      ...(isLarge({ train, brief }, MANY_CELLS) ? LARGE : {}),
      by: faithful ? "auroc" : "logLoss",
      ...(faithful ? { classWeight: "balanced" as const } : {}),
      onProgress: (done, total) => onProgress(done / total, `penalty ${done} of ${total}`),
    });
    const row = table[chosen]!;
    return {
      model,
      chosen: { C: row.c, "l1 ratio": row.l1Ratio },
      path: table.map((candidate, i) => ({
        c: candidate.c,
        l1Ratio: candidate.l1Ratio,
        nonZero: candidate.nonZero,
        score: by === "auroc" ? candidate.auroc : candidate.logLoss,
        chosen: i === chosen,
      })),
      coefficients: Object.fromEntries(model.describe().features.map(({ name, weight }) => [name, weight])),
    };
  },
};
