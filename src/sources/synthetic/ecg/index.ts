// Synthetic twelve-lead ECGs: the model of a record, and the records of the synthetic hospital's patients.
export { ECG_LEADS } from "./leads.ts";
export {
  type BeatTruth,
  type EcgIntervals,
  type EcgSettings,
  type Fiducials,
  type SyntheticEcg,
  synthesizeEcg,
} from "./model.ts";
export type { NoiseMix } from "./noise.ts";
export { type BeatKind, type EcgRhythm, RHYTHMS } from "./rhythms.ts";
export { CONDUCTIONS, type EcgConduction } from "./shapes.ts";
