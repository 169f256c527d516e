// The 17 variables hour by hour as networks take them: values, categories, what was measured and when. Knows no network.
import { type TscanVariable, tscanVariables } from "../../cohort/index.ts";
import type { Mode } from "../../concepts/mode.ts";
import { Bug } from "../../core/errors.ts";
import { fitHourly, type HourlyData, type HourlyRecipe, runsOf, type SequenceSet } from "../../features/index.ts";
import { hourlyData } from "./hourly.ts";
import { checkVariables } from "./variables.ts";
import type { View } from "./view.ts";

/** Hours after which a value counts as old as it can be. */
const OLDEST_HOURS = 24;
/** Windows of 48 hours that a quick run trains TSCAN on: 190 MB. */
const TRAINING_WINDOWS = 6000;
/** Windows predicted at once. */
const WINDOWS_AT_ONCE = 20_000;

/**
 * Names of an hour's numbers. Faithful: 59 values (numbers and one-hot categories, in channel order) and 17 masks. Corrected:
 * one-hot categories, then a number, a mask and the time since the last value of each variable.
 */
export function tscanInputNames(mode: Mode): string[] {
  const variables = tscanVariables(mode);
  const oneHot = ({ name, categories }: TscanVariable) => categories.map(({ title }) => `${name}=${title}`);
  const masks = variables.map(({ name }) => `${name}_measured`);
  if (mode === "faithful") return [...variables.flatMap((v) => (v.categories.length ? oneHot(v) : [v.name])), ...masks];
  return [
    ...variables.flatMap(oneHot),
    ...variables.map(({ name }) => name),
    ...masks,
    ...variables.map(({ name }) => `${name}_hours_since`),
  ];
}

/** Writes the numbers of a stay's hours, of the first `hours` rows from `first` on. */
type Writer = (first: number, hours: number, out: Float32Array, at: number) => void;

/** Faithful: the last value, before the first one the normal value, standardised; masks. */
function faithfulWriter({ grid }: HourlyData, recipe: HourlyRecipe): Writer {
  const variables = tscanVariables("faithful");
  const count = variables.length;
  const width = tscanInputNames("faithful").length;
  return (first, hours, out, at) => {
    let place = 0;
    for (const [v, { categories, normal }] of variables.entries()) {
      const { mean, scale } = recipe.variables[v]!;
      let last = normal;
      for (let hour = 0; hour < hours; hour++) {
        const value = grid.values[(first + hour) * count + v]!;
        const measured = !Number.isNaN(value);
        if (measured) last = value;
        const to = at + hour * width;
        out[to + width - count + v] = measured ? 1 : 0;
        if (categories.length === 0) out[to + place] = mean === null ? 0 : (last - mean) / scale;
        else for (let k = 0; k < categories.length; k++) out[to + place + k] = categories[k]!.code === last ? 1 : 0;
      }
      place += Math.max(1, categories.length);
    }
  };
}

/** Corrected: the last value standardised, 0 (the training mean) before the first one, with what tells such hours apart. */
function correctedWriter({ grid }: HourlyData, recipe: HourlyRecipe): Writer {
  const variables = tscanVariables("corrected");
  const count = variables.length;
  const width = tscanInputNames("corrected").length;
  const numbers = width - 3 * count;
  return (first, hours, out, at) => {
    let place = 0;
    for (const [v, { categories }] of variables.entries()) {
      const { mean, scale } = recipe.variables[v]!;
      let last = Number.NaN;
      let since = OLDEST_HOURS;
      for (let hour = 0; hour < hours; hour++) {
        const value = grid.values[(first + hour) * count + v]!;
        const measured = !Number.isNaN(value);
        if (measured) last = value;
        since = measured ? 0 : Math.min(OLDEST_HOURS, since + 1);
        const to = at + hour * width;
        for (let k = 0; k < categories.length; k++) out[to + place + k] = categories[k]!.code === last ? 1 : 0;
        out[to + numbers + v] = !Number.isNaN(last) && mean !== null ? (last - mean) / scale : 0;
        out[to + numbers + count + v] = measured ? 1 : 0;
        out[to + numbers + 2 * count + v] = since / OLDEST_HOURS;
      }
      place += categories.length;
    }
  };
}

/** The sequences of samples, which come grouped by stay and ascending by hour; each stay up to its last sample. */
function tscanSet(data: HourlyData, rows: ArrayLike<number>, recipe: HourlyRecipe): SequenceSet {
  const { grid, places } = data;
  const runs = runsOf(places, rows);
  const write = recipe.mode === "faithful" ? faithfulWriter(data, recipe) : correctedWriter(data, recipe);
  const scored = runs.map(({ stay, from, to }) =>
    Int32Array.from({ length: to - from }, (_, i) => places.row[rows[from + i]!]! - grid.offsets[stay]!),
  );
  const lengths = Int32Array.from(scored, (hours) => hours.at(-1)! + 1);
  return {
    stays: runs.length,
    lengths,
    inputNames: tscanInputNames(recipe.mode),
    samples: rows.length,
    scored: (s) => scored[s]!,
    fill: (s, out, at) => write(grid.offsets[runs[s]!.stay]!, lengths[s]!, out, at),
  };
}

function sequencesView(id: string, limits: { rowsAtOnce?: number; trainingRows?: number }): View {
  return {
    id,
    async open(scene) {
      const data = await hourlyData(scene);
      return {
        ...limits,
        fit: (trainRows, { mode }) => fitHourly(data, trainRows, { mode }),
        apply(rows, recipe) {
          const known = checkVariables(recipe as HourlyRecipe, data.cohort);
          if (known.variables.length !== tscanVariables(known.mode).length) throw new Bug("no cohort of a TSCAN task");
          return { kind: "sequences", set: tscanSet(data, rows, known) };
        },
      };
    },
  };
}

/** `tscan-sequences`: whole stays, for GRU and Transformer beside TSCAN. */
export const tscanSequences = sequencesView("tscan-sequences", {});
/** `tscan-windows`: the same, of as many samples as windows fit into memory. */
export const tscanWindows = sequencesView("tscan-windows", {
  rowsAtOnce: WINDOWS_AT_ONCE,
  trainingRows: TRAINING_WINDOWS,
});
