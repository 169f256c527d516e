// Cohorts: tasks read from YAML, extracted from a store, written as Parquet, with their funnel.
export { type Attrition, type AttritionStep, printFunnel } from "./attrition.ts";
export { type BuildOptions, buildCohort } from "./build.ts";
export { cardioTasks, FLIPPED_SHARE, isCardioTask } from "./cardioforest/index.ts";
export {
  type Cohort,
  type CohortDescription,
  type CohortLabel,
  type CohortVariable,
  cohortFiles,
  openCohort,
} from "./cohort.ts";
export { compareModes, type ModeRow, printModes } from "./compare.ts";
export { type CohortTask, cohortTask } from "./extract.ts";
export { refusesMeds } from "./meds-only.ts";
export {
  edTasks,
  isEdTask,
  laterVitals,
  readAcuity,
  readScores,
  type ScoreModel,
  scoreModels,
  type Vital,
} from "./mimic4ed/index.ts";
export { parseTask, readTask, type Task, type TaskSummary, taskIds, taskText } from "./task.ts";
export { readTaskScores, type TaskScore } from "./task-scores.ts";
export { isTscanTask, type TscanCategory, type TscanVariable, tscanTasks, tscanVariables } from "./tscan/index.ts";
