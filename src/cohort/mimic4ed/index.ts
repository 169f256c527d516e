// The data set of the MIMIC-IV-ED benchmark: master table, outcomes, cohorts, scores, as the authors made it or mended.
export { buildEdCohort, type EdBuildOptions, edFiles, edTables } from "./build.ts";
export { readAcuity, readScores, type ScoreModel, scoreModels } from "./scores.ts";
export { type EdTask, type EdTaskId, edTasks, findEdTask, isEdTask } from "./tasks.ts";
export { laterVitals, type Vital } from "./vitals.ts";
