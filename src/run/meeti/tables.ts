// The tables MEETI writes: their columns and units by name, one version number for all. Measures nothing.
import type { ParquetCell, ParquetColumn, ParquetType } from "../../formats/parquet/index.ts";
import { WAVE_POINTS } from "../../signal/index.ts";

/** Rises when a column is added or changes its name, unit or meaning. 2: the rhythm's name, pacing, flutter, P waves without QRS. */
export const TABLES_SCHEMA = 2;

/** A row by column name. */
export type Row = Record<string, ParquetCell>;

export interface TableSpec {
  name: string;
  columns: readonly ParquetColumn[];
}

const columns = (type: ParquetType, names: string): ParquetColumn[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => ({ name, type }));

/** `pOnset` → `p_onset_ms` */
export const pointColumn = (point: string) => `${point.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_ms`;

/** What the cart's own program measured, and where we differ; empty where the data has no such table. */
const MACHINE = columns(
  "double",
  "machine_rr_ms machine_p_ms machine_pr_ms machine_qrs_ms machine_qt_ms machine_p_axis_degrees machine_qrs_axis_degrees machine_t_axis_degrees",
);

/** One row a recording. Medians over its usual beats, all leads together. */
export const RECORDS: TableSpec = {
  name: "records",
  columns: [
    ...columns("id", "record_id subject_id"),
    ...columns("text", "recorded_at"),
    ...columns("double", "rate_hz duration_s"),
    ...columns("integer", "leads usable_leads beats"),
    ...columns(
      "double",
      `heart_rate_per_minute rr_mean_ms rr_median_ms rr_least_ms rr_most_ms
       p_ms pr_ms qrs_ms qt_ms jt_ms t_peak_to_end_ms
       qtc_bazett_ms qtc_fridericia_ms qtc_framingham_ms qtc_hodges_ms qt_dispersion_ms
       p_axis_degrees qrs_axis_degrees t_axis_degrees sokolow_lyon_mv cornell_mv`,
    ),
    ...columns("text", "rhythm"),
    ...columns("boolean", "regular fibrillation_likely"),
    ...columns("double", "rr_irregularity p_wave_share"),
    ...columns(
      "integer",
      "ventricular_ectopic_beats atrial_ectopic_beats ventricular_paced_beats atrial_paced_beats p_waves_without_qrs",
    ),
    ...columns("double", "flutter_per_minute"),
    ...columns("double", "sdnn_ms rmssd_ms pnn50_percent"),
    ...columns("text", "not_measured"),
    ...MACHINE,
    ...columns("text", "disagreements text text_source"),
    ...columns("boolean", "text_checked"),
  ],
};

/** One row a recording and lead: the median beat's amplitudes in mV of the unfiltered signal, median intervals, quality. */
export const LEADS: TableSpec = {
  name: "leads",
  columns: [
    ...columns("id", "record_id"),
    ...columns("text", "lead"),
    ...columns("boolean", "usable"),
    ...columns("double", "p_ms pr_ms qrs_ms qt_ms st_ms t_ms p_mv"),
    ...columns("text", "p_form"),
    ...columns("double", "q_mv r_mv s_mv r_prime_mv q_duration_ms r_peak_time_ms"),
    ...columns("text", "qrs_form"),
    ...columns("double", "qrs_net_area_mv_ms j_mv st40_mv st60_mv st80_mv t_mv"),
    ...columns("text", "t_form"),
    ...columns("double", "missing_share flat_share saturated_share kurtosis noise_microvolts baseline_mv"),
  ],
};

/** One row a recording, beat and lead, and one a beat for all leads together (`lead` is `all`). */
export const BEATS: TableSpec = {
  name: "beats",
  columns: [
    ...columns("id", "record_id"),
    ...columns("integer", "beat"),
    ...columns("text", "lead kind"),
    ...columns("double", "rr_ms"),
    ...columns("double", WAVE_POINTS.map(pointColumn).join(" ")),
    ...columns("double", "p_ms pr_ms qrs_ms qt_ms qtc_bazett_ms qtc_fridericia_ms st_ms t_ms p_mv"),
    ...columns("text", "p_form"),
    ...columns("double", "q_mv r_mv s_mv r_prime_mv qrs_mv"),
    ...columns("text", "qrs_form"),
    ...columns("double", "j_mv st60_mv"),
    ...columns("text", "st_form"),
    ...columns("double", "t_mv"),
    ...columns("text", "t_form"),
  ],
};

/** The sentences of the text, each with its rule and the columns its numbers come from. */
export const FINDINGS: TableSpec = {
  name: "findings",
  columns: [
    ...columns("id", "record_id"),
    ...columns("integer", "place"),
    ...columns("text", "section rule sentence cites"),
  ],
};

/** The waveform, one row a lead, in mV as recorded. */
export const WAVEFORMS: TableSpec = {
  name: "waveforms",
  columns: [
    ...columns("id", "record_id"),
    ...columns("text", "lead"),
    ...columns("double", "rate_hz"),
    ...columns("floats", "samples_mv"),
  ],
};

/** FeatureDB's fields of a lead, under its names; amplitudes are of the normalised signal, whatever their name says. */
const FEATURE_DB = [
  ...columns("integer", "HR QT QTc"),
  ...columns("double", "R_T"),
  ...columns("boolean", "P_exist T_exist"),
  ...columns("text", "P_form T_form P_direction T_direction"),
  ...columns("double", "P_amplitude T_amplitude P_duration T_duration"),
  ...columns("double", "QAmplitude RAmplitude R2Amplitude SAmplitude QDuration RDuration R2Duration SDuration"),
  ...columns("text", "QRS_type QRSPrinciple"),
  ...columns("double", "QRSAmplitude QRSDuration Q_R"),
  ...columns("double", "PR_interval"),
  ...columns("text", "PR_form"),
  ...columns("double", "ST_duration ST_amplitude"),
  ...columns("text", "ST_form"),
];

/** Faithful mode: FeatureDB's fields of the average beat. */
export const FAITHFUL_LEADS: TableSpec = {
  name: "leads",
  columns: [...columns("id", "record_id"), ...columns("text", "lead"), ...FEATURE_DB],
};

/** Faithful mode: the same for each beat, in the order of time. */
export const FAITHFUL_BEATS: TableSpec = {
  name: "beats",
  columns: [...columns("id", "record_id"), ...columns("integer", "beat"), ...columns("text", "lead"), ...FEATURE_DB],
};

/** The tables of a mode. */
export function tablesOf(mode: "corrected" | "faithful"): TableSpec[] {
  return mode === "faithful" ? [RECORDS, FAITHFUL_LEADS, FAITHFUL_BEATS, FINDINGS] : [RECORDS, LEADS, BEATS, FINDINGS];
}

/** The cells of a row in the order of the table's columns; what it lacks is null. */
export function cellsOf({ columns: list }: TableSpec, row: Row): ParquetCell[] {
  return list.map(({ name }) => row[name] ?? null);
}
