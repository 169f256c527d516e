// Tables of hourly samples: a row each, made of what is known up to its hour by a recipe of the training samples. Knows no model.
import type { Matrix } from "../../core/matrix.ts";
import type { ColumnMeaning } from "../preprocess.ts";
import { type FeatureColumn, staticColumns } from "../preprocess-columns.ts";
import { type Block, recencyBlock, runningBlock } from "./columns.ts";
import type { HourlyData, HourlyRecipe } from "./fit.ts";
import { History } from "./history.ts";
import { runsOf } from "./samples.ts";

export interface TableOptions {
  /** Adds hours since, slopes and trailing windows. Default false. */
  recency?: boolean;
  /** Adds the hours since admission, where samples are hours. */
  hourly: boolean;
}

const HOURS_IN_DAY = 24;

/** The blocks of a variable. */
function blocksOf(recipe: HourlyRecipe, v: number, { recency = false }: TableOptions): Block[] {
  const variable = recipe.variables[v]!;
  return [runningBlock(variable, recipe), ...(recency ? [recencyBlock(variable, recipe)] : [])];
}

/** What the columns mean, in their order. */
export function hourlyMeanings(
  { statics }: Pick<HourlyData, "statics">,
  recipe: HourlyRecipe,
  options: TableOptions,
): ColumnMeaning[] {
  const made = recipe.variables.flatMap(({ name, title }, v) =>
    blocksOf(recipe, v, options).flatMap(({ columns }) =>
      columns.map(({ suffix, words, kind, toClinical, fromClinical }) => ({
        name: suffix ? `${name}_${suffix}` : name,
        title: `${title}, ${words}`,
        variable: name,
        kind,
        toClinical,
        fromClinical,
      })),
    ),
  );
  const fixed = staticsOf(statics, recipe).map(({ at: _, ...meaning }) => meaning);
  const clock: ColumnMeaning = {
    name: "hours_in",
    title: "Time since admission",
    variable: "hours_in",
    kind: "hours",
    toClinical: (days) => days * HOURS_IN_DAY,
    fromClinical: (hours) => hours / HOURS_IN_DAY,
  };
  return [...made, ...fixed, ...(options.hourly ? [clock] : [])];
}

function staticsOf(statics: HourlyData["statics"], recipe: HourlyRecipe): FeatureColumn[] {
  return recipe.static.flatMap((own, i) => staticColumns(statics[i]!, own, recipe));
}

/**
 * The rows of the samples chosen, in their order, which is by stay and then by hour. Each is made of the stay's hours up
 * to the sample's own, which is over when the prediction is made; 32-bit numbers.
 */
export function hourlyTable(
  data: HourlyData,
  rows: ArrayLike<number>,
  recipe: HourlyRecipe,
  options: TableOptions,
): Matrix {
  const { grid, places, statics } = data;
  const { offsets, values, variables, firstHour } = grid;
  const blocks = recipe.variables.map((_, v) => blocksOf(recipe, v, options));
  const fixed = staticsOf(statics, recipe);
  const ofVariables = blocks.flat().reduce((sum, { columns }) => sum + columns.length, 0);
  const columns = ofVariables + fixed.length + (options.hourly ? 1 : 0);
  const out = new Float32Array(rows.length * columns);
  const history = new History();
  for (const { stay, from, to } of runsOf(places, rows)) {
    const first = offsets[stay]!;
    let start = 0;
    for (const [v, own] of blocks.entries()) {
      history.begin(values, first * variables.length + v, variables.length);
      for (let i = from; i < to; i++) {
        const row = places.row[rows[i]!]!;
        while (history.hours <= row - first) history.advance();
        let at = i * columns + start;
        for (const block of own) {
          block.write(history, out, at);
          at += block.columns.length;
        }
      }
      for (const block of own) start += block.columns.length;
    }
    for (let i = from; i < to; i++) {
      let at = i * columns + start;
      for (const column of fixed) out[at++] = column.at(stay);
      if (options.hourly) out[at] = (firstHour[stay]! + places.row[rows[i]!]! - first + 1) / HOURS_IN_DAY;
    }
  }
  return { rows: rows.length, columns, data: out };
}
