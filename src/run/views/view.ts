// How a family of models sees the samples of a cohort: fitted on training rows alone, applied to any rows. Knows no family.
import type { Cohort } from "../../cohort/index.ts";
import type { Mode } from "../../concepts/mode.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Progress } from "../../core/progress.ts";
import type { ColumnMeaning, Samples, SequenceSet } from "../../features/index.ts";
import type { Database } from "../../store/index.ts";

/** What a view is opened on. */
export interface ViewScene {
  db: Database;
  cohort: Cohort;
  samples: Samples;
  mode: Mode;
  progress: Progress;
  /** Memory to work within, as `800MB`. */
  memory: string;
}

export interface FitOptions {
  mode: Mode;
  /** `keep`: what is missing stays NaN, for models that take missing values (trees, in corrected mode). */
  missing?: "keep" | undefined;
}

/** What a model is given of some samples. */
export type ModelInput =
  | {
      kind: "table";
      /** A row a sample. */
      matrix: Matrix;
      names: readonly string[];
      titles: readonly string[];
      /** JSON that a model may need of the columns: how many are codes, hours … */
      layout?: unknown;
    }
  | { kind: "sequences"; set: SequenceSet };

/** A view of one cohort's samples. */
export interface OpenView {
  /**
   * Fits what is to be fitted, on the training rows alone; gives plain JSON that the model file keeps, and that fits
   * another cohort of the same task as well.
   * @param trainRows numbers of samples, ascending
   */
  fit(trainRows: Int32Array, options: FitOptions): unknown;
  /** The rows as models take them. `rows` number the samples, ascending; so they come by stay, and then by hour. */
  apply(rows: Int32Array, recipe: unknown): Promise<ModelInput> | ModelInput;
  /** What the columns of a table mean, where trees can be explained by it. */
  meanings?(recipe: unknown): ColumnMeaning[];
  /** Rows that stand in memory at once: predictions are made so many at a time. Default: all. */
  rowsAtOnce?: number;
  /** Training rows taken at most in a quick run, drawn at random over the stays, and as many for tuning as their share. Default: all. */
  trainingRows?: number;
}

/** A way to see samples. */
export interface View {
  /** The word in a model file and in a trainer: `table`. */
  id: string;
  open(scene: ViewScene): Promise<OpenView>;
}
