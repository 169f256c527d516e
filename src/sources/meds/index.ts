// MEDS: any imported MIMIC as a relation of events, written as a MEDS data set, and MEDS data sets of others read.
export { type ExportOptions, exportMeds, type MedsExport } from "./export.ts";
export { isMedsFolder, type MedsFolder, medsEvents, readMeds } from "./find.ts";
export { importMeds, type MedsImportOptions } from "./import.ts";
export {
  type CodeFilter,
  EVENT_COLUMNS,
  eventCounts,
  eventsRelation,
  narrowedEvents,
  type RelationOptions,
} from "./relation.ts";
export type { CodeStyle } from "./rules.ts";
export {
  LABEL_COLUMNS,
  MEDS_PATHS,
  MEDS_SPLITS,
  type MedsColumn,
  type MedsVersion,
  medsType,
  PREDICTION_COLUMNS,
} from "./schema.ts";
