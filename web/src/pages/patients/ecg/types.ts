// What the server says of an ECG.

/** What the tables say of it. */
export interface EcgFacts {
  source: string;
  name: string;
  time: number | null;
  seconds: number;
  rateHz: number;
  leads: string[];
  age: number | null;
  sex: "F" | "M" | null;
  report: string[];
  cart: { rrMs: number | null; qrsMs: number | null } | null;
}

/** A stretch of it: samples, or the lowest and highest value of each pixel. */
export interface EcgStretch {
  fromSeconds: number;
  toSeconds: number;
  leads: { name: string; unit: string; kind: "samples" | "ranges"; rateHz: number; values: (number | null)[] }[];
}

/** What was measured of a minute at most. */
export interface EcgMeasurement {
  fromSeconds: number;
  toSeconds: number;
  heartRatePerMinute: number | null;
  beats: number;
  intervals: Record<string, number | null>;
  axes: Record<string, number | null>;
  points: Record<string, (number | null)[]>;
}
