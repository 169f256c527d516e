// Ranks the columns by what a random forest gains from them. Knows no cut-off and no score.
import type { Matrix } from "../../core/matrix.ts";
import { splitImportance, trainForest } from "../../trees/index.ts";
import { type AutoScoreOptions, knownNames } from "./options.ts";

/** A column and its share of the forest's decrease of impurity; null where nobody measured it. */
export interface RankedVariable {
  readonly name: string;
  readonly importance: number | null;
}

/**
 * AutoScore's module 1: the columns in descending order of the mean decrease of Gini impurity in a random forest on the
 * training rows (equal ones in the order of the table), or the caller's own order. Missing values are told from others.
 */
export async function rankVariables(
  x: Matrix,
  y: ArrayLike<number>,
  featureNames: readonly string[],
  { ranking, variables, forest, seed = 1, signal, progress }: AutoScoreOptions,
): Promise<RankedVariable[]> {
  const given = ranking ?? (typeof variables === "object" ? variables : undefined);
  if (ranking) knownNames("ranking", ranking, featureNames);
  if (typeof variables === "object") knownNames("variables", variables, ranking ?? featureNames);
  if (given) return given.map((name) => ({ name, importance: null }));
  const { ensemble } = await trainForest(
    { x, y, featureNames },
    { ...forest, seed, ...(signal ? { signal } : {}), ...(progress ? { progress } : {}) },
  );
  const gain = splitImportance(ensemble, { normalise: true });
  return featureNames.map((name, j) => ({ name, importance: gain[j]! })).sort((a, b) => b.importance - a.importance);
}
