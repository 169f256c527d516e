// One row of features a stay, from its summary: YAIB's classical features, or the emergency benchmark's. Knows no model.
import { applyTabular, columnMeanings, fitTabular, summariseStays, type TabularRecipe } from "../../features/index.ts";
import type { View } from "./view.ts";

/** `table`: a row a stay. */
export const table: View = {
  id: "table",
  async open({ db, cohort, mode, progress }) {
    const summary = await summariseStays(db, cohort.folder, cohort, { mode, progress });
    return {
      fit: (trainRows, options) => fitTabular(summary, trainRows, options),
      apply: (rows, recipe) => ({ kind: "table", ...applyTabular(summary, rows, recipe as TabularRecipe) }),
      meanings: (recipe) => columnMeanings(summary, recipe as TabularRecipe),
    };
  },
};
