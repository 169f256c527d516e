// From a cohort folder to what models take: labels, splits, summaries of stays, the preprocessing recipe, table one.

export type { CohortShape, VariableShape } from "./cohort-shape.ts";
export { ageBand, ethnicityFamily, subgroupFamilies } from "./families.ts";
export * from "./hourly/index.ts";
export {
  countSamples,
  type Descriptions,
  eventLabels,
  type LabelShape,
  type Labels,
  type Outcome,
  outcomeOf,
  readDescriptions,
  readLabels,
  readSamples,
  type Samples,
  targetsOf,
  targetWidth,
} from "./labels.ts";
export { type Missingness, missingness } from "./missingness.ts";
export {
  applyTabular,
  type ColumnMeaning,
  columnMeanings,
  fitTabular,
  type Scaling,
  type StaticRecipe,
  type Tabular,
  type TabularRecipe,
  type VariableRecipe,
} from "./preprocess.ts";
export { applySequences, readSequences, type StaySequences, sequenceInputs } from "./sequences.ts";
export {
  type Divided,
  divisionOf,
  type SplitOptions,
  type SplitParts,
  type SplitPlan,
  splitPatients,
} from "./split.ts";
export type { StaticSummary, StaySummary } from "./stay-summary.ts";
export { readStatics, type SummariseOptions, summariseStays } from "./summarise.ts";
export { type TableOne, type TableOneRow, tableOne } from "./table-one.ts";
