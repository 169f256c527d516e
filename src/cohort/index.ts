// Cohorts: tasks read from YAML, extracted from a store, written as Parquet, with their funnel.
export { type Attrition, type AttritionStep, printFunnel } from "./attrition.ts";
export { type BuildOptions, buildCohort } from "./build.ts";
export { type Cohort, type CohortDescription, type CohortVariable, cohortFiles, openCohort } from "./cohort.ts";
export { parseTask, readTask, type Task, type TaskSummary, taskIds } from "./task.ts";
