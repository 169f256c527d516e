// Several yes/no models side by side, one a class or a label: what linear models and trees say of classes and labels.
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Model, ModelDescription, ModelJson } from "../model.ts";

/** Models of the same columns, each with a probability of its own. */
export interface SeveralModel extends Model {
  readonly kind: "several";
  readonly outcome: "classes" | "labels";
  readonly models: readonly (Model | ConstantModel)[];
  /** Rows × models: the probability of each label, or of each class, scaled to sum to 1. */
  predict(x: Matrix): Promise<Float64Array>;
}

/** Says the same of every row: of a class that the training rows lack, or that all of them have. */
export interface ConstantModel {
  readonly kind: "constant";
  readonly probability: number;
}

/** Puts models side by side, in the order of the names of the classes or labels. */
export function severalModel(
  outcome: SeveralModel["outcome"],
  featureNames: readonly string[],
  models: readonly (Model | ConstantModel)[],
): SeveralModel {
  const whole = models.filter((model): model is Model => model.kind !== "constant");
  const model: SeveralModel = {
    kind: "several",
    outcome,
    featureNames,
    models,
    async predict(x) {
      const all = new Float64Array(x.rows * models.length);
      for (const [k, each] of models.entries()) {
        const values = "probability" in each ? undefined : await each.predict(x);
        for (let row = 0; row < x.rows; row++) {
          all[row * models.length + k] = values ? values[row]! : (each as ConstantModel).probability;
        }
      }
      if (outcome === "classes") scaleRows(all, models.length);
      return all;
    },
    describe: (): ModelDescription => ({
      title: `${whole[0]?.describe().title ?? "Constant"}, one for each of ${models.length} ${outcome}`,
      facts: [{ name: "Constant", value: models.length - whole.length }],
      features: [],
      warnings: [
        ...(whole.length < models.length
          ? [
              `${models.length - whole.length} ${outcome} had too few training rows with or without them: one probability for all.`,
            ]
          : []),
        ...new Set(whole.flatMap((each) => each.describe().warnings)),
      ],
    }),
    toJSON: (): ModelJson => ({
      kind: "several",
      schemaVersion: 1,
      outcome,
      featureNames,
      models: models.map((each) => ("probability" in each ? each : each.toJSON())),
    }),
  };
  return Object.freeze(model);
}

function scaleRows(values: Float64Array, width: number): void {
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    const total = row.reduce((sum, value) => sum + value, 0);
    for (let k = 0; k < width; k++) row[k] = total > 0 ? row[k]! / total : 1 / width;
  }
}

/**
 * Reads saved models side by side.
 * @param read reads one of them
 * @throws BedsideError `models/bad-file`, or what `read` throws.
 */
export function severalFromJSON(value: unknown, read: (value: unknown) => Model): SeveralModel {
  const { schemaVersion, outcome, featureNames, models } = value as {
    schemaVersion?: unknown;
    outcome?: SeveralModel["outcome"];
    featureNames?: string[];
    models?: ({ kind?: unknown; probability?: unknown } | null)[];
  };
  const fits = schemaVersion === 1 && (outcome === "classes" || outcome === "labels");
  if (!fits || !Array.isArray(featureNames) || !Array.isArray(models)) {
    throw new BedsideError({
      code: "models/bad-file",
      what: "The saved models cannot be read",
      where: "schemaVersion, outcome, featureNames, models",
      fix: "train the model again",
    });
  }
  return severalModel(
    outcome,
    featureNames,
    models.map((each) =>
      each?.kind === "constant" && typeof each.probability === "number"
        ? { kind: "constant" as const, probability: each.probability }
        : read(each),
    ),
  );
}
