// A record measured whole: beats, waves, intervals, axes, amplitudes, rhythm, quality.

import { delineatePrepared } from "../delineate/delineate.ts";
import { type Delineation, WAVE_POINTS, type WavePoint, type WaveTimes } from "../delineate/fiducials.ts";
import { type EcgRecord, type PreparedEcg, prepareEcg, SAMPLE_MS } from "../delineate/prepare.ts";
import { kurtosisOf, lineFaults, QUALITY_LIMITS } from "../quality.ts";
import { medianOf, rounded, sortedKnown } from "../statistics.ts";
import { type BeatPoints, type LeadAmplitudes, leadAmplitudes } from "./amplitudes.ts";
import { atrialActivity } from "./atria.ts";
import { frontalAxis, leadAvf, leadOne } from "./axis.ts";
import { classifyBeats } from "./beat-kinds.ts";
import { timeHrv } from "./hrv.ts";
import { type MeanQrs, meanQrs } from "./mean-qrs.ts";
import type { EcgMeasurement, LeadIntervals, LeadMeasurement, QuickQuality } from "./measurement.ts";
import { levelBeforeQrs, type MedianBeat, medianBeat } from "./median-beat.ts";
import { findPacing } from "./pacing.ts";
import { qtcBazett, qtcFramingham, qtcFridericia, qtcHodges } from "./qtc.ts";
import { type AtrialAndPaced, measureRhythm, P_PRESENT_SHARE } from "./rhythm.ts";
import { nameRhythm } from "./rhythm-name.ts";

/** A record's measurement with what it was made from, for pictures and tables of beats. */
export interface MeasuredEcg {
  measurement: EcgMeasurement;
  delineation: Delineation;
  medianBeat: MedianBeat;
}

/**
 * Measures a record: rate, intervals, axes, amplitudes and ST levels by lead, rhythm, ectopy, quality.
 * @param record Any leads in any order, named; signals in mV; at least 100 samples a second.
 * @returns Numbers fit for JSON. What cannot be measured is null, with the reason in `reasons`.
 * @throws BedsideError `signal/leads` where the leads differ in length or there is none; `signal/rates` for an odd rate.
 * @example measureEcg({ leads: ["II"], rateHz: 500, signals: [lead] }).intervals.qtMs
 */
export function measureEcg(record: EcgRecord): EcgMeasurement {
  return measureEcgInDetail(record).measurement;
}

/** `measureEcg`, with the delineation of every beat and lead and the median beat besides. */
export function measureEcgInDetail(record: EcgRecord): MeasuredEcg {
  const ecg = prepareEcg(record);
  const delineation = delineatePrepared(ecg);
  const { global, byLead } = delineation;
  const classes = classifyBeats(ecg, delineation);
  const { alignedMs } = classes;
  const rrMs = alignedMs.map((at, b) => (b ? at - alignedMs[b - 1]! : Number.NaN));
  const seen = atriaAndPacing(ecg, global);
  const hasP = Array.from(global.pPeak, (at) => Number.isFinite(at) && !seen.atrialFlutterLikely);
  const { rhythm, kinds, nnMs } = measureRhythm(rrMs, classes.kinds, hasP, seen);
  // A few P-like humps among many beats without one are no P waves, nor are flutter waves.
  if (!(rhythm.pWaveShare! >= P_PRESENT_SHARE)) for (const times of [global, ...byLead]) dropPWaves(times);
  const beat = medianBeat(ecg, delineation, classes.usual);
  const usual = classes.usual.flatMap((take, b) => (take ? [b] : []));
  const reasons: Record<string, string> = {};
  const points = pointsOf(global, usual, beat);
  const qualities = record.leads.map((_, l) => quickQuality(record, ecg, delineation, l));
  const qrs = qrsLimits(ecg, delineation, classes.usual, usual, qualities);
  const leads = record.leads.map((lead, l): LeadMeasurement => {
    const quality = qualities[l]!;
    const amplitudes = leadAmplitudes(beat.signals[l]!, pointsOf(byLead[l]!, usual, beat, points), SAMPLE_MS);
    const intervals = leadIntervals(byLead[l]!, usual, qrs.byLead[l]!);
    if (quality.usable) return { lead, ...amplitudes, ...intervals, quality };
    reasons[`byLead.${l}`] = "the lead is flat, saturated or missing";
    return { lead, ...blank(amplitudes), ...blank(intervals), quality };
  });
  const intervals = globalIntervals(global, usual, rrMs, qrs);
  intervals.qtDispersionMs = dispersion(leads);
  const axes = measureAxes(leads, beat, points);
  explain(reasons, ecg.beats.length, rhythm, intervals, axes);
  const hrv = timeHrv(nnMs);
  const sortedRr = sortedKnown(rrMs);
  const meanRr = sortedRr.length ? sortedRr.reduce((sum, rr) => sum + rr, 0) / sortedRr.length : Number.NaN;
  const heartRatePerMinute = rounded(60000 / meanRr, 1);
  const name = nameRhythm({
    beats: ecg.beats.length,
    ratePerMinute: heartRatePerMinute ?? Number.NaN,
    qrsMs: intervals.qrsMs ?? Number.NaN,
    pAxisDegrees: axes.pDegrees ?? Number.NaN,
    pWaveShare: rhythm.pWaveShare ?? 0,
    lonePWaves: rhythm.pWavesWithoutQrs ?? 0,
    pacedBeats: rhythm.ventricularPacedBeats ?? 0,
    isFlutter: rhythm.atrialFlutterLikely,
    isFibrillation: rhythm.atrialFibrillationLikely === true,
  });
  const measurement: EcgMeasurement = {
    durationSeconds: record.signals[0]!.length / record.rateHz,
    rateHz: record.rateHz,
    leads: [...record.leads],
    beats: ecg.beats.length,
    heartRatePerMinute,
    rrMs: {
      mean: rounded(meanRr, 1),
      median: rounded(medianOf(sortedRr), 1),
      least: sortedRr[0] ?? null,
      most: sortedRr.at(-1) ?? null,
    },
    intervals,
    axes,
    voltages: measureVoltages(leads),
    rhythm: { name: name ?? null, ...rhythm },
    variability: {
      intervals: hrv.intervals,
      sdnnMs: rounded(hrv.sdnnMs, 1),
      rmssdMs: rounded(hrv.rmssdMs, 1),
      pnn50Percent: rounded(hrv.pnn50Percent, 1),
    },
    byLead: leads,
    byBeat: kinds.map((kind, b) => ({
      ...(Object.fromEntries(WAVE_POINTS.map((point) => [point, rounded(global[point][b]!, 1)])) as Record<
        WavePoint,
        number | null
      >),
      kind,
      rrMs: rounded(rrMs[b]!, 1),
    })),
    reasons,
  };
  return { measurement, delineation, medianBeat: beat };
}

function atriaAndPacing(ecg: PreparedEcg, global: WaveTimes): AtrialAndPaced {
  const { flutterLikely, flutterPerMinute, lonePMs } = atrialActivity(ecg, global);
  const pacing = findPacing(ecg, global);
  const count = (list: readonly boolean[] | undefined) => list?.filter(Boolean).length ?? null;
  const hasP = global.pPeak.filter(Number.isFinite).length > 1;
  return {
    atrialFlutterLikely: flutterLikely,
    flutterPerMinute: flutterLikely ? rounded(flutterPerMinute, 0) : null,
    pWavesWithoutQrs: hasP && !flutterLikely ? lonePMs.length : null,
    ventricularPacedBeats: count(pacing?.ventricular),
    atrialPacedBeats: count(pacing?.atrial),
  };
}

function dropPWaves(times: WaveTimes): void {
  for (const point of ["pOnset", "pPeak", "pEnd"] as const) times[point].fill(Number.NaN);
}

/** The median over beats of the time from one point to another. */
function span(times: WaveTimes, beats: readonly number[], from: WavePoint, to: WavePoint): number {
  return medianOf(beats.map((b) => times[to][b]! - times[from][b]!));
}

/** Below this noise (µV, the median of the leads) the limits of QRS are the beats' own, … */
const QUIET_MICROVOLTS = 30;
/** … above this those of the mean beat, and between the two in between. */
const LOUD_MICROVOLTS = 60;

/** The limits of QRS from R: the medians of the beats' own where the record is quiet, those of the mean beat where it is noisy. */
function qrsLimits(
  ecg: PreparedEcg,
  { global, byLead }: Delineation,
  chosen: readonly boolean[],
  usual: readonly number[],
  qualities: readonly QuickQuality[],
): MeanQrs {
  const own = (times: WaveTimes) => ({
    onsetMs: medianOf(usual.map((b) => times.qrsOnset[b]! - global.rPeak[b]!)),
    endMs: medianOf(usual.map((b) => times.qrsEnd[b]! - global.rPeak[b]!)),
  });
  const beats = { ...own(global), byLead: byLead.map(own) };
  const noise = medianOf(
    qualities.map(({ usable, noiseMicrovolts }) => (usable ? (noiseMicrovolts ?? 0) : Number.NaN)),
  );
  const share = Math.min(1, (noise - QUIET_MICROVOLTS) / (LOUD_MICROVOLTS - QUIET_MICROVOLTS));
  const mean = share > 0 ? meanQrs(ecg, chosen) : undefined;
  if (!mean) return beats;
  const between = (a: { onsetMs: number; endMs: number }, b: { onsetMs: number; endMs: number }) => ({
    onsetMs: a.onsetMs + share * (b.onsetMs - a.onsetMs),
    endMs: a.endMs + share * (b.endMs - a.endMs),
  });
  return { ...between(beats, mean), byLead: beats.byLead.map((lead, l) => between(lead, mean.byLead[l]!)) };
}

function globalIntervals(
  times: WaveTimes,
  beats: readonly number[],
  rrMs: Float64Array,
  qrs: Pick<MeanQrs, "onsetMs" | "endMs">,
): EcgMeasurement["intervals"] {
  const ms = (from: WavePoint, to: WavePoint) => rounded(span(times, beats, from, to), 1);
  const fromR = (point: WavePoint) => medianOf(beats.map((b) => times[point][b]! - times.rPeak[b]!));
  const qt = fromR("tEnd") - qrs.onsetMs;
  const known = sortedKnown(rrMs);
  const rr = known.reduce((sum, value) => sum + value, 0) / known.length / 1000;
  return {
    pMs: ms("pOnset", "pEnd"),
    prMs: rounded(qrs.onsetMs - fromR("pOnset"), 1),
    qrsMs: rounded(qrs.endMs - qrs.onsetMs, 1),
    qtMs: rounded(qt, 1),
    jtMs: rounded(fromR("tEnd") - qrs.endMs, 1),
    tPeakToEndMs: ms("tPeak", "tEnd"),
    qtcBazettMs: rounded(qtcBazett(qt, rr), 1),
    qtcFridericiaMs: rounded(qtcFridericia(qt, rr), 1),
    qtcFraminghamMs: rounded(qtcFramingham(qt, rr), 1),
    qtcHodgesMs: rounded(qtcHodges(qt, rr), 1),
    qtDispersionMs: null,
  };
}

function leadIntervals(times: WaveTimes, beats: readonly number[], qrs: MeanQrs["byLead"][number]): LeadIntervals {
  const ms = (from: WavePoint, to: WavePoint) => rounded(span(times, beats, from, to), 1);
  return {
    pMs: ms("pOnset", "pEnd"),
    prMs: ms("pOnset", "qrsOnset"),
    qrsMs: rounded(qrs.endMs - qrs.onsetMs, 1),
    qtMs: ms("qrsOnset", "tEnd"),
    stMs: ms("qrsEnd", "tOnset"),
    tMs: ms("tOnset", "tEnd"),
  };
}

function dispersion(leads: readonly LeadMeasurement[]): number | null {
  const known = sortedKnown(leads.map(({ qtMs }) => qtMs ?? Number.NaN));
  return known.length >= 6 ? rounded(known.at(-1)! - known[0]!, 1) : null;
}

/** The points' places in the median beat; where a lead lacks one, that of all leads. */
function pointsOf(times: WaveTimes, beats: readonly number[], beat: MedianBeat, otherwise?: BeatPoints): BeatPoints {
  const place = (point: keyof BeatPoints) => {
    const ms = medianOf(beats.map((b) => times[point][b]! - times.rPeak[b]!));
    return Number.isFinite(ms) ? beat.rSample + ms / SAMPLE_MS : (otherwise?.[point] ?? Number.NaN);
  };
  return {
    pOnset: place("pOnset"),
    pEnd: place("pEnd"),
    qrsOnset: place("qrsOnset"),
    qrsEnd: place("qrsEnd"),
    tOnset: place("tOnset"),
    tEnd: place("tEnd"),
  };
}

/** Half the width over which the levels beside a P wave are averaged, samples of 2 ms. */
const LINE_SAMPLES = 4;

function levelAround(signal: Float32Array, at: number): number {
  const middle = Math.max(LINE_SAMPLES, Math.min(signal.length - 1 - LINE_SAMPLES, Math.round(at)));
  let sum = 0;
  for (let i = middle - LINE_SAMPLES; i <= middle + LINE_SAMPLES; i++) sum += signal[i]!;
  return sum / (2 * LINE_SAMPLES + 1);
}

/** Axes from areas; that of P is taken over the line between the levels before and after it. */
function measureAxes(leads: readonly LeadMeasurement[], beat: MedianBeat, points: BeatPoints): EcgMeasurement["axes"] {
  const index = new Map(leads.map(({ lead, quality }, l) => [lead.toUpperCase(), quality.usable ? l : -1]));
  const axis = (from: number, to: number, isFromLine = false) => {
    const area = (lead: string) => {
      const l = index.get(lead) ?? -1;
      if (l < 0 || !(to > from)) return undefined;
      const signal = beat.signals[l]!;
      let [start, slope] = [0, 0];
      if (isFromLine) {
        start = levelAround(signal, from - LINE_SAMPLES);
        slope = (levelAround(signal, to + LINE_SAMPLES) - start) / (to - from);
      }
      let sum = 0;
      const last = Math.min(signal.length - 1, to);
      for (let i = Math.max(0, Math.round(from)); i <= last; i++) sum += signal[i]! - start - slope * (i - from);
      return sum;
    };
    const one = leadOne(area);
    const foot = leadAvf(area);
    return one === undefined || foot === undefined ? null : rounded(frontalAxis(one, foot), 1);
  };
  return {
    pDegrees: axis(points.pOnset, points.pEnd, true),
    qrsDegrees: axis(points.qrsOnset, points.qrsEnd),
    tDegrees: axis(points.tOnset, points.tEnd),
  };
}

function measureVoltages(leads: readonly LeadMeasurement[]): EcgMeasurement["voltages"] {
  const named = new Map(leads.map((lead) => [lead.lead.toUpperCase(), lead]));
  const up = (lead: string) =>
    named.get(lead)?.qrsForm ? Math.max(named.get(lead)!.rMv ?? 0, named.get(lead)!.rPrimeMv ?? 0) : Number.NaN;
  const down = (lead: string) => {
    const found = named.get(lead);
    return found?.qrsForm ? -(found.qrsForm === "QS" ? found.qMv! : (found.sMv ?? 0)) : Number.NaN;
  };
  return {
    sokolowLyonMv: rounded(down("V1") + Math.max(up("V5"), up("V6")), 3),
    cornellMv: rounded(up("AVL") + down("V3"), 3),
  };
}

function quickQuality(record: EcgRecord, ecg: PreparedEcg, { global }: Delineation, l: number): QuickQuality {
  const faults = lineFaults(record.signals[l]!, record.rateHz);
  // The fastest wavelet (31–125 Hz), here and there.
  const fast = ecg.wavelets[l]!.smooth[1]!;
  const step = Math.max(1, fast.length >> 9);
  const some = new Float32Array(Math.max(1, Math.floor((fast.length - 1) / step)));
  for (let i = 0; i < some.length; i++) some[i] = 2 * Math.abs(fast[i * step + 1]! - fast[Math.max(0, i * step - 1)]!);
  const noise = 1.48 * some.sort()[some.length >> 1]!;
  const levels = sortedKnown(Array.from(global.qrsOnset, (ms) => levelBeforeQrs(ecg.signals[l]!, ms / SAMPLE_MS)));
  const at = (share: number) => levels[Math.min(levels.length - 1, Math.floor(share * levels.length))]!;
  const usable =
    faults.missingShare <= QUALITY_LIMITS.missingShare &&
    faults.flatShare <= QUALITY_LIMITS.flatShare &&
    faults.saturatedShare <= QUALITY_LIMITS.saturatedShare &&
    ecg.weights[l]! > 0;
  return {
    ...faults,
    kurtosis: rounded(kurtosisOf(ecg.signals[l]!, 4), 2),
    noiseMicrovolts: rounded(1000 * noise, 1),
    baselineMv: levels.length ? rounded(at(0.95) - at(0.05), 3) : null,
    usable,
  };
}

/** The same fields, all null. */
function blank<T extends LeadAmplitudes | LeadIntervals>(fields: T): T {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, null])) as unknown as T;
}

function explain(
  reasons: Record<string, string>,
  beats: number,
  { pWaveShare, atrialFlutterLikely }: Pick<EcgMeasurement["rhythm"], "pWaveShare" | "atrialFlutterLikely">,
  intervals: EcgMeasurement["intervals"],
  axes: EcgMeasurement["axes"],
): void {
  const why = (path: string, value: number | null, reason: string) => {
    if (value === null) reasons[path] = beats === 0 ? "no beat was found" : reason;
  };
  const noP = atrialFlutterLikely
    ? "there are flutter waves instead of P waves"
    : pWaveShare
      ? "P waves were found before too few beats"
      : "no P wave was found";
  why("intervals.pMs", intervals.pMs, noP);
  why("intervals.prMs", intervals.prMs, noP);
  why("intervals.qrsMs", intervals.qrsMs, "the limits of the QRS complex were not found");
  why("intervals.qtMs", intervals.qtMs, "no T wave was found");
  why(
    "intervals.qtcBazettMs",
    intervals.qtcBazettMs,
    beats < 2 ? "there are fewer than two beats" : "no T wave was found",
  );
  why("intervals.qtDispersionMs", intervals.qtDispersionMs, "fewer than six leads have a QT interval");
  for (const axis of ["pDegrees", "qrsDegrees", "tDegrees"] as const) {
    why(`axes.${axis}`, axes[axis], "the wave or two limb leads are missing");
  }
  if (beats < 2) reasons["heartRatePerMinute"] = beats ? "there is one beat only" : "no beat was found";
}
