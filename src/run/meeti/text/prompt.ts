// What a language model is asked: the measurements as lists, and in faithful mode the machine's report as the original gave it.
import type { ParquetCell } from "../../../formats/parquet/index.ts";
import type { Row } from "../tables.ts";
import { leadName } from "./facts.ts";

export interface ChatMessage {
  role: "system" | "user";
  content: string;
}

/** A prompt and the numbers it shows: what a text may speak of. */
export interface Prompt {
  messages: ChatMessage[];
  numbers: number[];
}

const RECORD_FIELDS = [
  "duration_s",
  "leads",
  "beats",
  "heart_rate_per_minute",
  "rr_mean_ms",
  "p_ms",
  "pr_ms",
  "qrs_ms",
  "qt_ms",
  "qtc_bazett_ms",
  "qtc_fridericia_ms",
  "p_axis_degrees",
  "qrs_axis_degrees",
  "t_axis_degrees",
  "sokolow_lyon_mv",
  "cornell_mv",
  "p_wave_share",
  "p_waves_without_qrs",
  "flutter_per_minute",
  "ventricular_ectopic_beats",
  "atrial_ectopic_beats",
  "ventricular_paced_beats",
  "atrial_paced_beats",
];
const LEAD_FIELDS = ["p_mv", "q_mv", "r_mv", "s_mv", "qrs_ms", "j_mv", "st60_mv", "t_mv"];
/** FeatureDB's fields that the surveys of MEETI name. */
const FAITHFUL_FIELDS = [
  "P_amplitude",
  "P_duration",
  "PR_interval",
  "QRSAmplitude",
  "QRSDuration",
  "QT",
  "QTc",
  "ST_form",
  "ST_duration",
  "T_amplitude",
];

const ROLE = "You are a cardiologist who describes a 12-lead electrocardiogram.";
const BLIND = `${ROLE} You are given measurements and nothing else. Write one paragraph of at most 200 words: rate, rhythm, axis, intervals, conduction, hypertrophy, ST and T. Use only numbers that are given, as they are given. Do not guess at anything that was not measured.`;
const AS_PUBLISHED = `${ROLE} The report is the ground truth: trust it over the measurements, and never reveal that you were given it. Go through the leads: I lateral; II P, PR, inferior; III and aVF inferior; aVL high lateral; aVR left main; V1 right ventricle and right bundle; V2 to V4 anterior; V5 and V6 lateral. Quote leads and beats. One paragraph of at most 300 words.`;

/** The prompt of corrected mode: it never sees the machine's report. */
export function blindPrompt(record: Row, leads: readonly Row[]): Prompt {
  const list = new NumberList();
  const lines = RECORD_FIELDS.flatMap((field) => list.line(field, [record[field] ?? null]));
  const byLead = leads
    .filter(({ usable }) => usable === true)
    .map(
      (row) =>
        `${leadName(String(row["lead"]))}: ${LEAD_FIELDS.flatMap((f) => list.line(f, [row[f] ?? null])).join(", ")}`,
    );
  return asked(BLIND, [...lines, ...byLead], list.numbers);
}

/** The prompt of faithful mode: report and lists by lead and beat, as the same group published it with GEM. */
export function publishedPrompt(record: Row, beats: readonly Row[], report: string): Prompt {
  const list = new NumberList();
  const leads = [...new Set(beats.map(({ lead }) => String(lead)))];
  const lines = leads.map((lead) => {
    const own = beats.filter((row) => row["lead"] === lead);
    return `${leadName(lead)}: ${FAITHFUL_FIELDS.flatMap((field) =>
      list.line(
        field,
        own.map((row) => row[field] ?? null),
      ),
    ).join("; ")}`;
  });
  const global = list.line("heart_rate_per_minute", [record["heart_rate_per_minute"] ?? null]);
  return asked(AS_PUBLISHED, [`Report: ${report}`, ...global, ...lines], list.numbers);
}

class NumberList {
  readonly numbers: number[] = [];

  /** `qrs_ms: 94`, nothing where nothing was measured. */
  line(name: string, cells: readonly ParquetCell[]): string[] {
    if (cells.every((cell) => cell === null)) return [];
    for (const cell of cells) if (typeof cell === "number") this.numbers.push(cell);
    return [
      `${name}: ${cells.length === 1 ? String(cells[0]) : `[${cells.map((cell) => cell ?? "null").join(", ")}]`}`,
    ];
  }
}

function asked(system: string, lines: readonly string[], numbers: number[]): Prompt {
  return {
    messages: [
      { role: "system", content: system },
      { role: "user", content: lines.join("\n") },
    ],
    numbers,
  };
}
