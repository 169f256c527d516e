// Data sets found in folders and imported into a store; the synthetic hospital has a sub-folder of its own.
export { sourceCatalog } from "./catalog.ts";
export { describeImport } from "./describe.ts";
export { type DetectedSource, detectSources } from "./detect.ts";
export * from "./ecg-records/index.ts";
export { type FoundTable, findTables } from "./find.ts";
export { type ImportOptions, importRecords } from "./import.ts";
export { importData } from "./import-data.ts";
export * as meds from "./meds/index.ts";
export type * from "./source.ts";
export {
  CONDUCTIONS,
  type EcgConduction,
  type EcgRhythm,
  type EcgSettings,
  RHYTHMS,
  type SyntheticEcg,
  synthesizeEcg,
} from "./synthetic/ecg/index.ts";
export { notedTruths } from "./truths.ts";
