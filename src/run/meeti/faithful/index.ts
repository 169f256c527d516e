// A recording as the original measures it: the average beat and every beat of each lead by FeatureDB's fields.
import { type EcgRecord, measureEcgInDetail, removeMains, type WaveTimes } from "../../../signal/index.ts";
import { type MeasuredRecord, marksOf } from "../measured.ts";
import type { Row } from "../tables.ts";
import { beatFeatures, type FeaturePoints } from "./features.ts";
import { beatBand, prepareLead, RATE_HZ } from "./prepare.ts";

const MS = 1000 / RATE_HZ;
/** The original's notch; MIMIC's mains are at 60. */
const NOTCH_HZ = 50;
/** Of the median RR interval: how much of it before and after R belongs to a beat. */
const BEFORE = 0.35;
const AFTER = 0.8;
const LEAST_BEATS = 3;
const POINTS = ["pOnset", "pEnd", "qrsOnset", "qrsEnd", "tOnset", "tEnd"] as const;

/**
 * Measures a recording in faithful mode; undefined with fewer than three beats, where the original stops. Beats and their
 * points are found by Bedside's own delineation behind the original's 50 Hz notch; everything after that is the original's.
 */
export function measureFaithful(ecg: EcgRecord, id: number): MeasuredRecord | undefined {
  const notched = ecg.signals.map((signal) =>
    Float32Array.from(removeMains(signal, { rateHz: ecg.rateHz, mainsHz: NOTCH_HZ })),
  );
  const { measurement, delineation } = measureEcgInDetail({ ...ecg, signals: notched });
  const { beats, global, byLead } = delineation;
  if (beats < LEAST_BEATS) return undefined;
  const rrMs = measurement.rrMs.median ?? Number.NaN;
  const leads: Row[] = [];
  const rows: Row[] = [];
  ecg.leads.forEach((lead, l) => {
    const signal = beatBand(prepareLead(ecg.signals[l]!, ecg.rateHz));
    const average = averageBeat(signal, global.rPeak, rrMs);
    const middle = average && beatFeatures(average.beat, medianPoints(byLead[l]!, global, average.r), rrMs);
    leads.push({ record_id: id, lead, ...middle });
    for (let b = 0; b < beats; b++) {
      const points = pointsOf((point) => byLead[l]![point][b]! / MS);
      const own = measurement.byBeat[b]!.rrMs ?? Number.NaN;
      rows.push({ record_id: id, beat: b + 1, lead, ...beatFeatures(signal, points, own) });
    }
  });
  return { record: globalRow(ecg, leads, rrMs, beats), leads, beats: rows, marks: marksOf(measurement) };
}

function pointsOf(place: (point: (typeof POINTS)[number]) => number): FeaturePoints {
  return Object.fromEntries(POINTS.map((point) => [point, place(point)])) as unknown as FeaturePoints;
}

/** The mean of all beats but the first and last, ectopic ones among them. */
function averageBeat(
  signal: Float64Array,
  rPeaksMs: Float64Array,
  rrMs: number,
): { beat: Float64Array; r: number } | undefined {
  const [before, after] = [Math.round((BEFORE * rrMs) / MS), Math.round((AFTER * rrMs) / MS)];
  if (!(before > 0)) return undefined;
  const beat = new Float64Array(before + after);
  let count = 0;
  for (const ms of rPeaksMs.subarray(1, -1)) {
    const from = Math.round(ms / MS) - before;
    if (from < 0 || from + beat.length > signal.length) continue;
    count++;
    for (let i = 0; i < beat.length; i++) beat[i]! += signal[from + i]!;
  }
  return count ? { beat: beat.map((sum) => sum / count), r: before } : undefined;
}

/** The points of the average beat: each at its median distance from R. */
function medianPoints(times: WaveTimes, global: WaveTimes, r: number): FeaturePoints {
  return pointsOf((point) => {
    const away = [...times[point]]
      .map((ms, b) => ms - global.rPeak[b]!)
      .filter(Number.isFinite)
      .sort((x, y) => x - y);
    return away.length ? r + away[away.length >> 1]! / MS : Number.NaN;
  });
}

/** What the original tells of a recording as a whole: lead II for intervals, I and III for the axis. */
function globalRow(ecg: EcgRecord, leads: readonly Row[], rrMs: number, beats: number): Row {
  const named = new Map(leads.map((row) => [String(row["lead"]).toUpperCase(), row]));
  const two = named.get("II") ?? leads[0]!;
  const number = (name: string) => (typeof two[name] === "number" ? (two[name] as number) : null);
  const known = leads.map(({ QT }) => QT).filter((value): value is number => typeof value === "number");
  return {
    rate_hz: ecg.rateHz,
    duration_s: ecg.signals[0]!.length / ecg.rateHz,
    leads: leads.length,
    beats,
    heart_rate_per_minute: number("HR"),
    rr_median_ms: Number.isFinite(rrMs) ? rrMs : null,
    p_ms: number("P_duration"),
    pr_ms: number("PR_interval"),
    qrs_ms: number("QRSDuration"),
    qt_ms: number("QT"),
    qtc_bazett_ms: number("QTc"),
    qt_dispersion_ms: known.length > 1 ? Math.max(...known) - Math.min(...known) : null,
    qrs_axis_degrees: originalAxis(named.get("I"), named.get("III")),
  };
}

/** From net amplitudes of I and III, a QS complex counted twice as in the original. */
function originalAxis(one: Row | undefined, three: Row | undefined): number | null {
  if (!one || !three || one["QRSDuration"] === undefined || three["QRSDuration"] === undefined) return null;
  const size = (row: Row, name: string) => Number(row[name] ?? 0);
  const net = (row: Row) => size(row, "RAmplitude") - size(row, "QAmplitude") - size(row, "SAmplitude");
  const foot = net(three) + net(one) / 2;
  const degrees = (Math.atan2((2 / Math.sqrt(3)) * foot, net(one)) * 180) / Math.PI;
  return Number.isFinite(degrees) ? Math.round(degrees * 10) / 10 : null;
}
