// The cohorts of the TSCAN tasks on MIMIC-IV and MIMIC-III.
export { buildTscanCohort, tscanTables } from "./build.ts";
export { findTscanTask, isTscanTask, type TscanTask, type TscanTaskId, tscanTasks } from "./tasks.ts";
export { type TscanCategory, type TscanVariable, tscanVariables } from "./variables.ts";
