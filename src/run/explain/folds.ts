// The held-out rows that are explained, each with the trees of its fold, and what these say of them. Draws no picture.
import { Bug, Stopped } from "../../core/errors.ts";
import { type Matrix, takeRows } from "../../core/matrix.ts";
import { randomStream } from "../../core/random.ts";
import type { ColumnMeaning } from "../../features/index.ts";
import { modelFromJSON, type TreesModel } from "../../models/index.ts";
import { shapValues, type TreeEnsemble } from "../../trees/index.ts";
import type { World } from "../scene.ts";
import type { ModelFile } from "../train.ts";

/** Most rows explained: enough for a picture, few enough to wait for. */
const MOST_ROWS = 2000;
/** Leaves times rows that may be gone through: big forests get fewer rows. */
const MOST_VISITS = 4e8;
const LEAST_ROWS = 250;
/** Rows explained between two looks at whether the user wants to stop. */
const CHUNK = 100;

/** The rows of one fold and its trees. */
export interface ExplainedFold {
  ensemble: TreeEnsemble;
  matrix: Matrix;
  meanings: ColumnMeaning[];
  /** Where its rows begin among all rows explained. */
  start: number;
}

/** All rows explained, fold by fold. */
export interface ExplainedRows {
  folds: ExplainedFold[];
  labels: Uint8Array;
  subjects: Float64Array;
}

interface Input {
  world: Pick<World, "samples" | "view">;
  /** Held-out rows and the model file, by fold. */
  heldOut: readonly Int32Array[];
  files: readonly ModelFile[];
  seed: number;
}

/** Draws the held-out rows and makes their features. */
export async function rowsToExplain({ world, heldOut, files, seed }: Input): Promise<ExplainedRows> {
  const { samples } = world;
  const models = files.map(({ model }) => modelFromJSON(model));
  if (!models.every((model): model is TreesModel => model.kind === "trees")) throw new Bug("not a model of trees");
  const leaves = Math.max(...models.map(({ ensemble }) => leavesOf(ensemble)), 1);
  const most = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_VISITS / leaves)));
  const drawn = draw(heldOut, most, seed);
  const folds: ExplainedFold[] = [];
  let start = 0;
  for (const [fold, rows] of drawn.entries()) {
    const { view: id, recipe } = files[fold]!;
    const view = await world.view(id);
    const input = await view.apply(rows, recipe);
    if (input.kind !== "table" || !view.meanings) throw new Bug("trees are explained by tables");
    folds.push({ ensemble: models[fold]!.ensemble, matrix: input.matrix, meanings: view.meanings(recipe), start });
    start += rows.length;
  }
  const all = drawn.flatMap((rows) => [...rows]);
  return {
    folds: folds.filter(({ matrix }) => matrix.rows > 0),
    labels: Uint8Array.from(all, (row) => samples.targets[row]!),
    subjects: Float64Array.from(all, (row) => samples.subjectIds[row]!),
  };
}

function leavesOf({ trees }: TreeEnsemble): number {
  return trees.reduce((sum, { feature }) => sum + (feature.length + 1) / 2, 0);
}

/** Held-out rows drawn at random, by fold, each fold in order. */
function draw(heldOut: readonly Int32Array[], most: number, seed: number): Int32Array[] {
  const all = heldOut.flatMap((rows, fold) => Array.from(rows, (row) => ({ row, fold })));
  const drawn = randomStream(seed, "explained rows").shuffle(all).slice(0, most);
  return heldOut.map((_, fold) =>
    Int32Array.from(drawn.filter((entry) => entry.fold === fold).map(({ row }) => row)).sort(),
  );
}

/** By feature, the contribution to each row; all rows side by side. */
export async function contributions(
  { folds, labels }: ExplainedRows,
  { signal, onRows }: { signal: AbortSignal; onRows(done: number): void },
): Promise<Float64Array[]> {
  const features = folds[0]!.meanings.length;
  const found = Array.from({ length: features }, () => new Float64Array(labels.length));
  for (const { ensemble, matrix, start } of folds) {
    for (let first = 0; first < matrix.rows; first += CHUNK) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw new Stopped();
      const rows = Array.from({ length: Math.min(CHUNK, matrix.rows - first) }, (_, i) => first + i);
      const { values } = shapValues(ensemble, takeRows(matrix, rows));
      rows.forEach((row, i) => {
        for (let j = 0; j < features; j++) found[j]![start + row] = values[i * features + j]!;
      });
      onRows(start + first + rows.length);
    }
  }
  return found;
}

/** Digits that a value keeps, so that a number scaled there and back is the same again. */
const DIGITS = 7;

/** The values of a feature in the unit a clinician knows, NaN where missing. */
export function clinicalValues({ folds, labels }: ExplainedRows, column: number): Float64Array {
  const values = new Float64Array(labels.length);
  for (const { matrix, meanings, start } of folds) {
    for (let row = 0; row < matrix.rows; row++) {
      const value = meanings[column]!.toClinical(matrix.data[row * matrix.columns + column]!);
      values[start + row] = Number(value.toPrecision(DIGITS)) + 0;
    }
  }
  return values;
}
