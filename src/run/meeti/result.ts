// What a run of MEETI tells of itself: `manifest.json`. Holds counts, hashes and versions, no row of any patient.
import type { Agreement } from "./agreement.ts";
import type { Ruling } from "./ruling.ts";
import type { MeetiFaults, MeetiMode, PictureFormat, TextModel, WaveformFormat } from "./settings.ts";

export interface MeetiManifest {
  schema: 1;
  system: "meeti";
  mode: MeetiMode;
  codeVersion: string;
  environment: { node: string; platform: string; cpus: number; duckdb: string };
  command: string;
  startedAt: string;
  data: { id: string; title: string; version: string; dataUse: "open" | "credentialed" | "synthetic" };
  settings: { waveforms: WaveformFormat; pictures: PictureFormat; fiducials: boolean; seed: number };
  /** Of the tables' columns. */
  tablesSchema: number;
  records: {
    /** In the data set's list. */
    listed: number;
    /** Asked for, with `--limit`. */
    asked: number;
    written: number;
    patients: number;
    /** Written, but without a beat that was found. */
    withoutBeats: number;
  };
  faults: MeetiFaults;
  rows: Record<string, number>;
  text: { source: "rules" | "model"; model?: TextModel; ruling?: Ruling; rejected: number };
  agreement: Agreement[];
  /** Recordings each rule spoke of. */
  findings: { rule: string; records: number }[];
  /** Recordings measured by the last process that measured any, and the seconds it took. */
  speed?: { records: number; seconds: number; workers: number };
  /** By shard: recordings, SHA-256 of its tables, and one SHA-256 over all its files (names and hashes, in order). */
  shards: { shard: string; records: number; tables: Record<string, string>; sha256: string }[];
}

/** A picture for the report, of open or made-up data only. */
export interface ExamplePicture {
  /** PNG as base64. */
  png: string;
  width: number;
  height: number;
  text: string;
}

/** What a run gives. */
export interface MeetiResult {
  manifest: MeetiManifest;
  examples: ExamplePicture[];
  /** Recordings measured in this process, and the seconds it took. */
  measured: { records: number; seconds: number; workers: number };
}
