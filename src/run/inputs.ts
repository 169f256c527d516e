// What a run's models are given of each stay: a row of the table, or its hours in sequence. Knows no model.

import { Bug } from "../core/errors.ts";
import {
  applySequences,
  applyTabular,
  type StaySequences,
  type StaySummary,
  sequenceInputs,
  type Tabular,
  type TabularRecipe,
} from "../features/index.ts";

/** `table`: one row of features a stay. `sequence`: its hours, one after the other. */
export type InputKind = "table" | "sequence";

/** What is known of every stay. */
export interface StayInputs {
  summary: StaySummary;
  /** Read when a model asks for sequences. */
  sequences?: StaySequences | undefined;
}

/** The matrix of the rows chosen, and the names of what stands in it (for sequences: of one hour's numbers). */
export function inputsOf(
  kind: InputKind,
  { summary, sequences }: StayInputs,
  rows: Int32Array,
  recipe: TabularRecipe,
): Tabular {
  if (kind === "table") return applyTabular(summary, rows, recipe);
  if (!sequences) throw new Bug("sequences were not read");
  const names = sequenceInputs(recipe);
  return { matrix: applySequences(sequences, summary, rows, recipe), names, titles: names };
}
