// The interpretable integer score of Xie et al. 2020 (AutoScore).
export { AUTOSCORE_SCHEMA_VERSION, autoScoreFromJSON, autoScoreToJSON } from "./json.ts";
export {
  type AutoScoreModel,
  type AutoScoreParts,
  autoScoreModel,
  type ParsimonyPoint,
  probabilityAt,
  type ScoredVariable,
  type ScoreRow,
} from "./model.ts";
export type { AutoScoreOptions, AutoScoreSettings } from "./options.ts";
export { type AutoScoreInput, type AutoScoreRows, trainAutoScore } from "./train.ts";
