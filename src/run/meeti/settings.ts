// What a run of MEETI is asked for, in a form that threads can be sent.

export type MeetiMode = "corrected" | "faithful";
export type WaveformFormat = "parquet" | "npy";
export type PictureFormat = "png" | "svg" | "none";

export const WAVEFORM_FORMATS: readonly WaveformFormat[] = ["parquet", "npy"];
export const PICTURE_FORMATS: readonly PictureFormat[] = ["png", "svg", "none"];

/** A language model at an OpenAI-compatible address. */
export interface TextModel {
  /** `http://127.0.0.1:8080/v1` */
  url: string;
  name: string;
}

/** What decides the bytes of a shard, besides its recordings. */
export interface MeetiSettings {
  mode: MeetiMode;
  format: WaveformFormat;
  pictures: PictureFormat;
  /** Onsets, peaks and ends drawn on the picture. */
  fiducials: boolean;
  seed: number;
  textModel?: TextModel | undefined;
}

/** The recordings of a shard, in the order of its tables. */
export interface ShardWork {
  shard: number;
  ids: Float64Array;
  subjectIds: Float64Array;
  /** Seconds since 1970 on the cart's clock; NaN where not noted. */
  times: Float64Array;
  /** Paths of the headers, without ending. */
  paths: string[];
  /** The cart's measurements, `MACHINE_FIELDS` numbers a recording; NaN where there is none. */
  machine?: Float64Array | undefined;
  /** The machine's report of each; only where the faithful prompt needs it. */
  reports?: string[] | undefined;
  /** SHA-256 of the settings and of what stands above. */
  key: string;
}

/** Everything a shard needs that is not its recordings. */
export interface ShardPlace {
  /** The run's folder. */
  out: string;
  settings: MeetiSettings;
  /** The key for the text model, where it wants one. Never written anywhere. */
  apiKey?: string | undefined;
}

/** Why recordings are not in the tables, by count. */
export interface MeetiFaults {
  /** A file is not there. */
  missing: number;
  /** The header or the samples cannot be read. */
  unreadable: number;
  /** No lead in millivolts, no sample, or a rate that cannot be measured. */
  unmeasurable: number;
  /** Faithful mode: fewer than three beats, on which the original stops. */
  fewBeats: number;
}

/** What a finished shard says of itself: `shard.json`. */
export interface ShardNote {
  schema: 1;
  shard: number;
  key: string;
  records: number;
  faults: MeetiFaults;
  /** Recordings in which no beat was found; they are in the tables. */
  withoutBeats: number;
  /** Texts of a language model that held a number no table has; the rules' text stands instead. */
  textsRejected: number;
  rows: Record<string, number>;
  /** SHA-256 and size by name. */
  files: Record<string, { sha256: string; bytes: number }>;
}

export const noFaults = (): MeetiFaults => ({ missing: 0, unreadable: 0, unmeasurable: 0, fewBeats: 0 });

/** `shards/00012` */
export const shardName = (shard: number): string => String(shard).padStart(5, "0");
