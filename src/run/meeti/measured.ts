// A recording's measurement as rows of tables: the record, its leads, its beats. Decides nothing clinical.
import {
  type EcgMeasurement,
  type EcgRecord,
  measureEcgInDetail,
  type PictureMark,
  WAVE_POINTS,
} from "../../signal/index.ts";
import { beatRows } from "./beats.ts";
import type { Row } from "./tables.ts";

/** What a mode gives of a recording. */
export interface MeasuredRecord {
  /** Columns of `records` that the measurement fills. */
  record: Row;
  leads: Row[];
  beats: Row[];
  /** For the picture, all leads together. */
  marks: PictureMark[];
}

/** Measures a recording in corrected mode: intervals from onset to end, mV of the signal as recorded. */
export function measureCorrected(ecg: EcgRecord, id: number): MeasuredRecord {
  const detail = measureEcgInDetail(ecg);
  const { measurement } = detail;
  return {
    record: recordRow(measurement),
    leads: measurement.byLead.map((lead) => ({ record_id: id, ...leadRow(lead) })),
    beats: beatRows(ecg, detail, id),
    marks: marksOf(measurement),
  };
}

/** The columns of `records` that a measurement fills. */
export function recordRow(measurement: EcgMeasurement): Row {
  const { intervals, axes, voltages, rhythm, variability, rrMs, byLead, reasons } = measurement;
  return {
    rate_hz: measurement.rateHz,
    duration_s: measurement.durationSeconds,
    leads: byLead.length,
    usable_leads: byLead.filter(({ quality }) => quality.usable).length,
    beats: measurement.beats,
    heart_rate_per_minute: measurement.heartRatePerMinute,
    rr_mean_ms: rrMs.mean,
    rr_median_ms: rrMs.median,
    rr_least_ms: rrMs.least,
    rr_most_ms: rrMs.most,
    p_ms: intervals.pMs,
    pr_ms: intervals.prMs,
    qrs_ms: intervals.qrsMs,
    qt_ms: intervals.qtMs,
    jt_ms: intervals.jtMs,
    t_peak_to_end_ms: intervals.tPeakToEndMs,
    qtc_bazett_ms: intervals.qtcBazettMs,
    qtc_fridericia_ms: intervals.qtcFridericiaMs,
    qtc_framingham_ms: intervals.qtcFraminghamMs,
    qtc_hodges_ms: intervals.qtcHodgesMs,
    qt_dispersion_ms: intervals.qtDispersionMs,
    p_axis_degrees: axes.pDegrees,
    qrs_axis_degrees: axes.qrsDegrees,
    t_axis_degrees: axes.tDegrees,
    sokolow_lyon_mv: voltages.sokolowLyonMv,
    cornell_mv: voltages.cornellMv,
    rhythm: rhythm.name,
    regular: rhythm.regular,
    fibrillation_likely: rhythm.atrialFibrillationLikely,
    rr_irregularity: rhythm.rrIrregularity,
    p_wave_share: rhythm.pWaveShare,
    ventricular_ectopic_beats: rhythm.ventricularEctopicBeats,
    atrial_ectopic_beats: rhythm.atrialEctopicBeats,
    ventricular_paced_beats: rhythm.ventricularPacedBeats,
    atrial_paced_beats: rhythm.atrialPacedBeats,
    flutter_per_minute: rhythm.flutterPerMinute,
    p_waves_without_qrs: rhythm.pWavesWithoutQrs,
    sdnn_ms: variability.sdnnMs,
    rmssd_ms: variability.rmssdMs,
    pnn50_percent: variability.pnn50Percent,
    not_measured: Object.entries(reasons)
      .map(([path, reason]) => `${path}: ${reason}`)
      .join("; "),
  };
}

function leadRow(lead: EcgMeasurement["byLead"][number]): Row {
  const { quality } = lead;
  return {
    lead: lead.lead,
    usable: quality.usable,
    p_ms: lead.pMs,
    pr_ms: lead.prMs,
    qrs_ms: lead.qrsMs,
    qt_ms: lead.qtMs,
    st_ms: lead.stMs,
    t_ms: lead.tMs,
    p_mv: lead.pMv,
    p_form: lead.pForm,
    q_mv: lead.qMv,
    r_mv: lead.rMv,
    s_mv: lead.sMv,
    r_prime_mv: lead.rPrimeMv,
    q_duration_ms: lead.qDurationMs,
    r_peak_time_ms: lead.rPeakTimeMs,
    qrs_form: lead.qrsForm,
    qrs_net_area_mv_ms: lead.qrsNetAreaMvMs,
    j_mv: lead.jMv,
    st40_mv: lead.st40Mv,
    st60_mv: lead.st60Mv,
    st80_mv: lead.st80Mv,
    t_mv: lead.tMv,
    t_form: lead.tForm,
    missing_share: quality.missingShare,
    flat_share: quality.flatShare,
    saturated_share: quality.saturatedShare,
    kurtosis: quality.kurtosis,
    noise_microvolts: quality.noiseMicrovolts,
    baseline_mv: quality.baselineMv,
  };
}

const WAVE_OF = { p: "P", q: "QRS", r: "QRS", t: "T" } as const;

/** The points of all beats as marks on the sheet. */
export function marksOf({ byBeat }: EcgMeasurement): PictureMark[] {
  return byBeat.flatMap((beat) =>
    WAVE_POINTS.flatMap((point): PictureMark[] => {
      const ms = beat[point];
      if (ms === null) return [];
      const part = point.endsWith("Onset") ? "onset" : point.endsWith("End") ? "end" : "peak";
      return [{ ms, wave: WAVE_OF[point[0] as keyof typeof WAVE_OF], part }];
    }),
  );
}
