// What every network over the hours of a stay is given: ragged sequences, and at which hours it is asked. Knows no network.
import { type FeatureColumn, staticColumns } from "../preprocess-columns.ts";
import type { HourlyData, HourlyRecipe } from "./fit.ts";
import { runsOf } from "./samples.ts";

/** Sequences of stays, hour after hour, and the hours that are scored; one label a stay is a set with its last hour scored. */
export interface SequenceSet {
  stays: number;
  /** Hours of each stay: up to the last one scored. */
  lengths: Int32Array;
  /** Numbers an hour, by name. */
  inputNames: readonly string[];
  /** Writes the inputs of stay s, hour after hour (`lengths[s] * inputNames.length` numbers), into `out` at `at`. */
  fill(s: number, out: Float32Array, at: number): void;
  /** The hours of stay s (0-based in its sequence, ascending) at which a prediction is asked for. Samples are numbered stay by stay, hour by hour. */
  scored(s: number): ArrayLike<number>;
  samples: number;
}

/** Names of what a network is given at every hour: values, whether each is missing, what is known once a stay. */
export function sequenceNames(recipe: HourlyRecipe): string[] {
  return [
    ...recipe.variables.map(({ name }) => name),
    ...recipe.variables.map(({ name }) => `${name}_missing`),
    ...recipe.static.map(({ name }) => name),
  ];
}

/**
 * The sequences of the samples chosen, which come grouped by stay and ascending by hour. As YAIB (van de Water et al. 2023):
 * values standardised by the training samples' hours, whether each was missing, then filled forward, and with the training
 * mean (0) before the first; what is known once a stay stands at every hour.
 */
export function sequenceSet(data: HourlyData, rows: ArrayLike<number>, recipe: HourlyRecipe): SequenceSet {
  const { grid, places, statics } = data;
  const { offsets, variables, values } = grid;
  const runs = runsOf(places, rows);
  const inputNames = sequenceNames(recipe);
  const count = variables.length;
  const width = inputNames.length;
  const fixed = staticInputs(statics, recipe);
  const scored = runs.map(({ stay, from, to }) =>
    Int32Array.from({ length: to - from }, (_, i) => places.row[rows[from + i]!]! - offsets[stay]!),
  );
  const lengths = Int32Array.from(scored, (hours) => hours.at(-1)! + 1);
  const scales = recipe.variables.map(({ mean, scale }) => ({ mean: mean ?? 0, scale, known: mean !== null }));
  return {
    stays: runs.length,
    lengths,
    inputNames,
    samples: rows.length,
    scored: (s) => scored[s]!,
    fill(s, out, at) {
      const { stay } = runs[s]!;
      const first = offsets[stay]!;
      for (let v = 0; v < count; v++) {
        const { mean, scale, known } = scales[v]!;
        let last = 0;
        for (let hour = 0; hour < lengths[s]!; hour++) {
          const value = values[(first + hour) * count + v]!;
          const missing = Number.isNaN(value);
          if (!missing && known) last = (value - mean) / scale;
          out[at + hour * width + v] = last;
          out[at + hour * width + count + v] = missing ? 1 : 0;
        }
      }
      for (const [i, column] of fixed.entries()) {
        const value = column.at(stay);
        for (let hour = 0; hour < lengths[s]!; hour++) out[at + hour * width + 2 * count + i] = value;
      }
    },
  };
}

/** What is known once a stay, filled where it is missing. */
function staticInputs(statics: HourlyData["statics"], { static: own, mode }: HourlyRecipe): FeatureColumn[] {
  return own.map((recipe, i) => staticColumns(statics[i]!, recipe, { mode })[0]!);
}
