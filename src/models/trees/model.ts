// A trained ensemble of trees as a model like any other: it predicts, describes and saves itself. Knows no trainer.
import type { Matrix } from "../../core/matrix.ts";
import { predict, splitImportance, type TreeEnsemble } from "../../trees/index.ts";
import { badOption, checkFeatureNames } from "../checks.ts";
import type { Model, ModelDescription } from "../model.ts";
import { treesModelToJSON } from "./json.ts";

/** What the ensemble does not know of its own training. */
export interface TreesTraining {
  /** Settings and outcomes, in reading order: learning rate, best round … */
  readonly facts: readonly { readonly name: string; readonly value: string | number | boolean }[];
  /** What the reader has to be told. */
  readonly warnings: readonly string[];
}

/** Trees for one yes/no outcome or one number. */
export interface TreesModel extends Model {
  readonly kind: "trees";
  predict(x: Matrix): Float64Array;
  readonly ensemble: TreeEnsemble;
  readonly training: TreesTraining;
}

/**
 * The model of an ensemble, however it was trained or read. Its predictions take missing values (NaN).
 * @throws BedsideError `models/bad-option` for an ensemble of several outputs: a model gives one number a row.
 * @example treesModel((await trainBoosting({ x, y })).ensemble).predict(x)
 */
export function treesModel(
  ensemble: TreeEnsemble,
  { facts = [], warnings = [] }: Partial<TreesTraining> = {},
): TreesModel {
  if (ensemble.outputs !== 1) {
    throw badOption("outputs", `the trees give ${ensemble.outputs} numbers a row`, "Train for one yes/no outcome");
  }
  const training = Object.freeze({ facts: [...facts], warnings: [...warnings] });
  const model: TreesModel = Object.freeze({
    kind: "trees" as const,
    featureNames: checkFeatureNames(
      ensemble.features.map(({ name }) => name),
      ensemble.features.length,
    ),
    ensemble,
    training,
    predict: (x: Matrix) => predict(ensemble, x),
    describe: () => describeTrees(model),
    toJSON: () => treesModelToJSON(model),
  });
  return model;
}

function describeTrees({ ensemble, featureNames, training }: TreesModel): ModelDescription {
  const { trees, kind } = ensemble;
  const leaves = trees.map(({ feature }) => feature.reduce((count, column) => count + (column < 0 ? 1 : 0), 0));
  const gain = splitImportance(ensemble, { normalise: true });
  const used = splitImportance(ensemble, { by: "splits" }).filter((splits) => splits > 0).length;
  const total = leaves.reduce((sum, count) => sum + count, 0);
  return {
    title: kind === "forest" ? "Random forest" : "Gradient-boosted trees",
    facts: [
      { name: "Trees", value: trees.length },
      { name: "Leaves in all", value: total },
      { name: "Leaves of the largest tree", value: leaves.reduce((most, count) => Math.max(most, count), 0) },
      { name: "Features", value: featureNames.length },
      { name: "Features used", value: used },
      ...training.facts,
    ],
    features: featureNames.map((name, j) => ({ name, weight: gain[j]! })),
    warnings:
      used > 0
        ? training.warnings
        : [...training.warnings, "No split was worth making: everybody is given the same risk"],
  };
}
