// What is known hour by hour, as a row a sample or as sequences; the grid is read once for all of them. Knows no model.
import {
  fitHourly,
  type HourlyData,
  type HourlyRecipe,
  hourlyMeanings,
  hourlyTable,
  placeSamples,
  readHourlyGrid,
  readStatics,
  sequenceSet,
} from "../../features/index.ts";
import { checkVariables } from "./variables.ts";
import type { View, ViewScene } from "./view.ts";

/** Numbers of a table that stand in memory at once: 32 MB. */
const CELLS_AT_ONCE = 8_000_000;
/** Numbers that a quick run trains on: 80 MB, of which boosting makes one byte each. */
const TRAINING_CELLS = 20_000_000;
const MOST_TRAINING_ROWS = 50_000;

const read = new WeakMap<ViewScene["samples"], Promise<HourlyData>>();

/** The grid of a cohort with its samples' places, read when first asked for. */
export function hourlyData(scene: ViewScene): Promise<HourlyData> {
  let data = read.get(scene.samples);
  if (!data) {
    data = readHourlyData(scene);
    read.set(scene.samples, data);
  }
  return data;
}

async function readHourlyData({ db, cohort, samples, progress }: ViewScene): Promise<HourlyData> {
  const grid = await readHourlyGrid(db, cohort.folder, cohort, { progress });
  const statics = await readStatics(db, cohort.folder, grid.stayIds, cohort.static);
  return { grid, places: placeSamples(grid, samples), cohort, statics };
}

function tableView(id: string, recency: boolean): View {
  return {
    id,
    async open(scene) {
      const data = await hourlyData(scene);
      const options = { recency, hourly: scene.samples.hours !== undefined };
      const known = (recipe: unknown) => checkVariables(recipe as HourlyRecipe, data.cohort);
      const width = hourlyMeanings(data, fitHourly(data, [], { mode: scene.mode }), options).length;
      return {
        fit: (trainRows, { mode, missing }) => fitHourly(data, trainRows, { mode, missing, counts: true }),
        apply(rows, recipe) {
          const meanings = hourlyMeanings(data, known(recipe), options);
          return {
            kind: "table",
            matrix: hourlyTable(data, rows, known(recipe), options),
            names: meanings.map(({ name }) => name),
            titles: meanings.map(({ title }) => title),
          };
        },
        meanings: (recipe) => hourlyMeanings(data, known(recipe), options),
        rowsAtOnce: Math.max(1, Math.floor(CELLS_AT_ONCE / width)),
        trainingRows: Math.min(MOST_TRAINING_ROWS, Math.floor(TRAINING_CELLS / width)),
      };
    },
  };
}

/** `hourly-table`: running figures since admission, a row a sample. */
export const hourlyTableView = tableView("hourly-table", false);
/** `recency`: the same, and time since measured, slopes, trailing windows. */
export const recency = tableView("recency", true);

/** `sequences`: every hour up to the samples, for networks. */
export const sequences: View = {
  id: "sequences",
  async open(scene) {
    const data = await hourlyData(scene);
    return {
      fit: (trainRows, { mode }) => fitHourly(data, trainRows, { mode }),
      apply: (rows, recipe) => ({
        kind: "sequences",
        set: sequenceSet(data, rows, checkVariables(recipe as HourlyRecipe, data.cohort)),
      }),
    };
  },
};
