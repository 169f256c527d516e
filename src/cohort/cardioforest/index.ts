// The cohorts of CardioForest on MIMIC-IV-ECG's machine measurements.
export { buildCardioCohort, cardioTables, readRule } from "./build.ts";
export { ruleOf } from "./labels.ts";
export {
  AUTHORS_WIDE_MS,
  type CardioTask,
  type CardioTaskId,
  cardioTasks,
  FLIPPED_SHARE,
  findCardioTask,
  isCardioTask,
} from "./tasks.ts";
