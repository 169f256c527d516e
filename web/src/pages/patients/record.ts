// What happened to a patient, unpacked from the server's bytes: one series a kind of event, each by time. Knows no drawing.

export type EventKind = "vital" | "lab" | "drug" | "procedure" | "output" | "microbiology" | "note" | "ecg";

export interface Stay {
  kind: "hospital" | "icu" | "ed";
  label: string;
  /** Minutes since the first event. */
  start: number;
  end: number | null;
  id: string;
}

/** All events of one kind: a range of the arrays. */
export interface Series {
  kind: EventKind;
  title: string;
  unit: string;
  /** The range of its events in the arrays of the record. */
  first: number;
  after: number;
  /** Whether most of its events have a number. */
  isNumeric: boolean;
  /** Whether its events last. */
  isSpan: boolean;
  /** The range of numbers a picture shows: all but the outermost hundredth on either side. */
  low: number;
  high: number;
}

export interface PatientRecord {
  /** Milliseconds of the data set's calendar at minute 0. */
  base: number;
  count: number;
  stays: Stay[];
  series: Series[];
  time: Int32Array;
  end: Int32Array;
  value: Float32Array;
  /** The last minute of anything. */
  lastMinute: number;
}

export const NO_END = -2147483648;

/** Reads the bytes of /api/patients/{id}/events. */
export function unpack(bytes: ArrayBuffer): PatientRecord {
  const length = new DataView(bytes).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as {
    base: number;
    count: number;
    stays: Stay[];
    codes: { kind: EventKind; title: string; unit: string; count: number }[];
  };
  const { base, count, stays, codes } = head;
  let at = Math.ceil((4 + length) / 8) * 8;
  const time = new Int32Array(bytes, at, count);
  at += 4 * count;
  const end = new Int32Array(bytes, at, count);
  at += 4 * count;
  const value = new Float32Array(bytes, at, count);
  at += 4 * count;
  const code = new Uint16Array(bytes, at, count);
  const series: Series[] = [];
  let first = 0;
  while (first < count) {
    let after = first + 1;
    while (after < count && code[after] === code[first]) after++;
    const { kind, title, unit } = codes[code[first]!]!;
    series.push({ kind, title, unit, first, after, ...shapeOf({ end, value }, first, after) });
    first = after;
  }
  let lastMinute = 1;
  for (let i = 0; i < count; i++) lastMinute = Math.max(lastMinute, time[i]!, end[i]!);
  for (const stay of stays) lastMinute = Math.max(lastMinute, stay.end ?? stay.start);
  return { base, count, stays, series, time, end, value, lastMinute };
}

function shapeOf({ end, value }: Pick<PatientRecord, "end" | "value">, first: number, after: number) {
  const numbers = value
    .subarray(first, after)
    .filter((number) => !Number.isNaN(number))
    .sort();
  const isSpan = end.subarray(first, after).some((minute) => minute !== NO_END);
  const isNumeric = !isSpan && numbers.length >= (after - first) / 2;
  const at = (share: number) => numbers[Math.floor(share * (numbers.length - 1))] ?? 0;
  let [low, high] = [at(0.01), at(0.99)];
  if (high - low < 1e-9) [low, high] = [low - 1, high + 1];
  const margin = (high - low) * 0.08;
  return { isSpan, isNumeric, low: low - margin, high: high + margin };
}

/** The first event of a series at or after a minute. */
export function firstAt({ time }: Pick<PatientRecord, "time">, { first, after }: Series, minute: number): number {
  let [low, high] = [first, after];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! < minute) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What clinicians look at first, in this order. */
const looked = [
  /^heart rate( \(ed\))?$/i,
  /arterial blood pressure (mean|systolic)|^(non invasive blood pressure (mean|systolic))|^systolic blood pressure/i,
  /^respiratory rate/i,
  /o2 saturation pulseoxymetry|^oxygen saturation|^spo2/i,
  /^temperature (fahrenheit|celsius)|^temperature \(ed\)/i,
  /^creatinine$/i,
  /^lactate$/i,
  /^hemoglobin$/i,
  /^white blood cells$/i,
  /^potassium$/i,
  /^glucose$/i,
];

/** The series shown before the user has chosen: the usual measurements, the most given drugs, notes and ECGs. */
export function usualSeries(record: PatientRecord): Set<number> {
  const chosen = new Set<number>();
  const sizes = record.series.map(({ first, after }) => after - first);
  for (const pattern of looked) {
    const fits = record.series
      .map((series, i) => ({ series, i }))
      .filter(({ series }) => series.isNumeric && pattern.test(series.title))
      .sort((a, b) => sizes[b.i]! - sizes[a.i]!);
    for (const { i } of fits.slice(0, 1)) chosen.add(i);
  }
  const most = (kind: EventKind, count: number) =>
    record.series
      .map((series, i) => ({ series, i }))
      .filter(({ series }) => series.kind === kind)
      .sort((a, b) => sizes[b.i]! - sizes[a.i]!)
      .slice(0, count);
  for (const kind of ["drug", "procedure"] as const) for (const { i } of most(kind, 6)) chosen.add(i);
  for (const kind of ["microbiology", "note", "ecg"] as const) for (const { i } of most(kind, 2)) chosen.add(i);
  return chosen;
}
