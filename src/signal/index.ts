// ECG signals: filters, quality, R peaks, waves, measurements, decimation. Runs in a browser; knows no file.
export { detectRPeaks, type RPeakOptions } from "./beats/r-peaks.ts";
export { buildPyramid, type Columns, decimate, type Pyramid } from "./decimate.ts";
export { delineate } from "./delineate/delineate.ts";
export { type Delineation, WAVE_POINTS, type WavePoint, type WaveTimes } from "./delineate/fiducials.ts";
export type { EcgRecord } from "./delineate/prepare.ts";
export { type Band, butterworth, notch, type Sections } from "./filters/butterworth.ts";
export {
  fillGaps,
  lowPass,
  removeBaseline,
  removeMains,
  removeMedianBaseline,
  runningMedian,
} from "./filters/clean.ts";
export { resample, toRate } from "./filters/resample.ts";
export { filterForward, filterZeroPhase } from "./filters/sections.ts";
export type { LeadAmplitudes, WaveForm } from "./measure/amplitudes.ts";
export { frontalAxis } from "./measure/axis.ts";
export type { BeatKind } from "./measure/beat-kinds.ts";
export { type FrequencyHrv, frequencyHrv, type TimeHrv, timeHrv } from "./measure/hrv.ts";
export { type MeasuredEcg, measureEcg, measureEcgInDetail } from "./measure/measure.ts";
export type { BeatMeasurement, EcgMeasurement, LeadMeasurement, QuickQuality } from "./measure/measurement.ts";
export type { MedianBeat } from "./measure/median-beat.ts";
export { qtcBazett, qtcFramingham, qtcFridericia, qtcHodges } from "./measure/qtc.ts";
export type { AtrialAndPaced, EcgRhythmMeasurement } from "./measure/rhythm.ts";
export { nameRhythm, RHYTHM_LIMITS, RHYTHM_NAMES, type RhythmFacts, type RhythmName } from "./measure/rhythm-name.ts";
export * from "./picture/index.ts";
export { type LeadQuality, leadQuality, QUALITY_LIMITS } from "./quality.ts";
export { splineWavelets, type Wavelets } from "./wavelets.ts";
