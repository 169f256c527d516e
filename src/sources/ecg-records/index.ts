// Recordings of electrocardiograms on the disk, by number and by path.
export { type EcgFile, type EcgSignal, openEcgFile } from "./file.ts";
export {
  type EcgEntry,
  type EcgFaults,
  type EcgRecords,
  type EcgSource,
  type OpenEcgOptions,
  openEcgRecords,
} from "./records.ts";
