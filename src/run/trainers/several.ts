// One model a class or a label, for families that say yes or no: linear models and trees. Knows no family.
import { takeRows } from "../../core/matrix.ts";
import { type ConstantModel, logisticPath, type Model, severalModel } from "../../models/index.ts";
import { type Trained, type Trainer, type TrainingData, type TrainingRows, tableOf } from "./trainer.ts";

/** Rows with a label, and without it, that a model of it needs. */
const FEWEST = 3;
/** Boosting's settings where one search a label would take too long: small steps of small trees on shares of the columns. */
const boosting = {
  numLeaves: 15,
  learningRate: 0.1,
  minDataInLeaf: 20,
  columnFraction: 0.3,
  rowFraction: 0.8,
  lambdaL2: 1,
};

/** Penalties of a linear model that has to be chosen for every label: squares alone, as the benchmark's. */
const penalties = { cs: [0.001, 0.01, 0.1], l1Ratios: [0] } as const;
/** Rows that linear models of many classes or labels are trained on at most in a quick run, evenly drawn. */
const LINEAR_ROWS = 4000;

/** Columns from which on a whole path of penalties takes too long. */
const WIDE = 500;

async function trainLinear({ train, tuning, signal, onProgress }: TrainingData): Promise<Trained> {
  const { x, y, names } = tableOf(train);
  const { model, table, chosen } = await logisticPath(x, y, {
    featureNames: names,
    tuning: tableOf(tuning),
    signal,
    by: "logLoss",
    ...penalties,
    onProgress: (done, total) => onProgress(done / total, `penalty ${done} of ${total}`),
  });
  return {
    model,
    chosen: { C: table[chosen]!.c },
    coefficients: Object.fromEntries(model.describe().features.map(({ name, weight }) => [name, weight])),
  };
}

/**
 * A trainer of events that predicts classes and labels too: one model for each, against all others. Settings are fixed
 * for boosting; a linear model chooses its penalty for each, and of wide tables among few.
 */
export function overSeveral(trainer: Trainer): Trainer {
  return {
    ...trainer,
    outcomes: [...trainer.outcomes, "classes", "labels"],
    train: (data) =>
      data.target.outcome === "classes" || data.target.outcome === "labels"
        ? trainSeveral(trainer, data, data.target.outcome)
        : isWide(trainer, data)
          ? trainLinear(data)
          : trainer.train(data),
  };
}

function isWide({ isTrees }: Trainer, { train: { x } }: TrainingData): boolean {
  return !isTrees && x.kind === "table" && x.matrix.columns > WIDE;
}

/** Every so-manieth row, so that there are not too many. */
function evenly({ x, y }: TrainingRows, width: number): TrainingRows {
  if (x.kind !== "table" || x.matrix.rows <= LINEAR_ROWS) return { x, y };
  const rows = Int32Array.from({ length: LINEAR_ROWS }, (_, i) => Math.floor((i * x.matrix.rows) / LINEAR_ROWS));
  return {
    x: { ...x, matrix: takeRows(x.matrix, rows) },
    y: Float64Array.from(
      { length: rows.length * width },
      (_, i) => y[rows[Math.floor(i / width)]! * width + (i % width)]!,
    ),
  };
}

async function trainSeveral(trainer: Trainer, data: TrainingData, outcome: "classes" | "labels"): Promise<Trained> {
  const { target, onProgress } = data;
  const count = target.names.length;
  const width = outcome === "classes" ? 1 : count;
  const isCut = !trainer.isTrees && data.search !== "paper";
  const [train, tuning] = isCut ? [evenly(data.train, width), evenly(data.tuning, width)] : [data.train, data.tuning];
  const only = (y: Float64Array, k: number) =>
    outcome === "classes"
      ? Float64Array.from(y, (label) => (label === k ? 1 : 0))
      : Float64Array.from({ length: y.length / count }, (_, row) => y[row * count + k]!);
  const models: (Model | ConstantModel)[] = [];
  let names: readonly string[] = [];
  if (train.x.kind === "table") names = train.x.names;
  for (let k = 0; k < count; k++) {
    const [y, other] = [only(train.y, k), only(tuning.y, k)];
    const positives = y.reduce((sum, label) => sum + label, 0);
    if (Math.min(positives, y.length - positives) < FEWEST) {
      models.push({ kind: "constant", probability: (positives + 1) / (y.length + 2) });
      continue;
    }
    const hit = other.reduce((sum, label) => sum + label, 0);
    // nothing can be chosen by tuning rows that all have the label, or all lack it
    const judge = hit > 0 && hit < other.length ? { x: tuning.x, y: other } : { x: train.x, y };
    const one: TrainingData = {
      ...data,
      train: { x: train.x, y },
      tuning: judge,
      target: { outcome: "event", names: [], unit: "" },
      search: "fixed",
      ...(trainer.isTrees ? { settings: boosting } : {}),
      onProgress: (share, note) => onProgress((k + share) / count, `${k + 1} of ${count}, ${note}`),
    };
    onProgress(k / count, `${k + 1} of ${count}`);
    models.push((await (trainer.isTrees ? trainer.train(one) : trainLinear(one))).model);
  }
  const title = outcome === "classes" ? "models, one a class" : "models, one a label";
  return {
    model: severalModel(outcome, names, models),
    chosen: { [title]: models.filter(({ kind }) => kind !== "constant").length },
  };
}
