// MEETI as a run: every recording's waveform, picture, measurements and text under one id, shard by shard.
export type { Agreement } from "./agreement.ts";
export type { Compared } from "./machine.ts";
export type { MeasuredRecord } from "./measured.ts";
export { measureCorrected } from "./measured.ts";
export { type MeetiOptions, runMeeti } from "./pipeline.ts";
export type * from "./result.ts";
export type { Ruling } from "./ruling.ts";
export {
  type MeetiFaults,
  type MeetiMode,
  PICTURE_FORMATS,
  type PictureFormat,
  type TextModel,
  WAVEFORM_FORMATS,
  type WaveformFormat,
} from "./settings.ts";
export { TABLES_SCHEMA, type TableSpec, tablesOf, WAVEFORMS } from "./tables.ts";
export { unsupportedNumbers } from "./text/check.ts";
export { Facts } from "./text/facts.ts";
export { type Finding, interpret, textOf } from "./text/interpret.ts";
export { LIMITS } from "./text/limits.ts";
