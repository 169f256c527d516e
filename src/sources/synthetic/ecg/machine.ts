// What the cart's own program says of a recording: intervals with its errors, and lines of report. Knows the truth only.
import type { RandomStream } from "../../../core/random.ts";
import { NOT_MEASURED } from "../../mimic-iv-ecg/machine.ts";
import { gauss, oneOf } from "../draws.ts";
import type { SyntheticEcg } from "./model.ts";

/** The measured columns of machine_measurements. */
export interface MachineReading {
  reports: string[];
  rr_interval: number;
  p_onset: number;
  p_end: number;
  qrs_onset: number;
  qrs_end: number;
  t_end: number;
  p_axis: number;
  qrs_axis: number;
  t_axis: number;
}

/** Where P, or QRS without a P, lies in the cart's averaged beat, ms. */
const P_AT = 40;
const QRS_AT = 170;
/** Standard deviations of the program's errors, ms and degrees; and how often a measurement is grossly wrong or given up. */
const ERRORS = { p: 5, qrs: 4, t: 9, axis: 4, gross: 0.012, givenUp: 0.004, backwards: 0.0008 };

/** Reads a recording as the cart would: whole milliseconds on a grid of 2 ms, with errors. */
export function readByMachine(stream: RandomStream, ecg: SyntheticEcg): MachineReading {
  const { rateBpm, prMs, pMs, qrsMs, qtMs, pAxis, qrsAxis, tAxis } = ecg.intervals;
  const even = (ms: number) => 2 * Math.round(ms / 2);
  const hasP = !Number.isNaN(prMs);
  const wrong = stream.chance(ERRORS.gross) ? 1 + 0.5 * gauss(stream) : 1;
  const qrsOnset = even((hasP ? P_AT + prMs : QRS_AT) + ERRORS.qrs * gauss(stream));
  const qrsEnd = even(qrsOnset + Math.max(40, qrsMs * wrong + ERRORS.qrs * gauss(stream)));
  const reading: MachineReading = {
    reports: reportOf(stream, ecg),
    rr_interval: Number.isNaN(rateBpm) ? 0 : Math.round(60_000 / rateBpm + 2 * gauss(stream)),
    p_onset: hasP ? P_AT : NOT_MEASURED,
    p_end: hasP ? even(P_AT + pMs + ERRORS.p * gauss(stream)) : NOT_MEASURED,
    qrs_onset: qrsOnset,
    qrs_end: qrsEnd,
    t_end: even(qrsOnset + qtMs + ERRORS.t * gauss(stream)),
    p_axis: hasP && !Number.isNaN(pAxis) ? degrees(pAxis + ERRORS.axis * gauss(stream)) : NOT_MEASURED,
    qrs_axis: degrees(qrsAxis + ERRORS.axis * gauss(stream)),
    t_axis: degrees(tAxis + ERRORS.axis * gauss(stream)),
  };
  if (stream.chance(ERRORS.givenUp)) {
    for (const name of ["qrs_onset", "qrs_end", "t_end", "qrs_axis", "t_axis"] as const) reading[name] = NOT_MEASURED;
  } else if (stream.chance(ERRORS.backwards)) {
    [reading.qrs_onset, reading.qrs_end] = [reading.qrs_end, reading.qrs_onset];
  }
  return reading;
}

/** -180 to 180, whole. */
function degrees(angle: number): number {
  return Math.round(((((angle + 180) % 360) + 360) % 360) - 180);
}

/** A statement in words of our own; the last line says whether all is well. */
function reportOf(stream: RandomStream, { rhythm, conduction, intervals }: SyntheticEcg): string[] {
  const { rateBpm, prMs, qrsMs, qtMs, qrsAxis } = intervals;
  const lines = [...rhythmLines(rhythm, rateBpm, qrsMs)];
  const isVentricular = rhythm === "paced" || rhythm === "ventricular-tachycardia";
  if (!isVentricular) {
    if (prMs > 210 && rhythm === "sinus") lines.push("Prolonged PR interval");
    lines.push(...(CONDUCTION_LINES[conduction] ?? []));
    if (conduction !== "left-anterior-block" && qrsAxis < -30) lines.push("Left axis deviation");
    if (qrsAxis > 100) lines.push("Right axis deviation");
    const qtc = qtMs / Math.cbrt(60 / rateBpm);
    if (qtc > 480 && qrsMs < 120) lines.push("Prolonged QT interval");
  }
  // now and then the program sees what is not there, or words it with care
  if (stream.chance(0.03))
    lines.push(
      oneOf(stream, [
        "Possible left atrial abnormality",
        "Possible anterior infarct - age undetermined",
        "Borderline low voltage in frontal leads",
        "No evidence of ventricular tachycardia",
      ]),
    );
  if (stream.chance(0.02)) lines.unshift("--- Warning: Data quality may affect interpretation ---");
  const plain = lines.length === 1 && lines[0] === "Sinus rhythm";
  const harmless = lines.every((line) =>
    /^(Sinus (rhythm|bradycardia|tachycardia)|Possible|Left axis|Borderline|---)/.test(line),
  );
  lines.push(plain ? "Normal ECG" : harmless ? "Borderline ECG" : "Abnormal ECG");
  return lines.slice(0, 18);
}

function rhythmLines(rhythm: SyntheticEcg["rhythm"], rateBpm: number, qrsMs: number): string[] {
  const sinus = rateBpm < 60 ? "Sinus bradycardia" : rateBpm > 100 ? "Sinus tachycardia" : "Sinus rhythm";
  switch (rhythm) {
    case "sinus":
      return [sinus];
    case "sinus-with-pvc":
      return [`${sinus} with PVC(s)`];
    case "sinus-with-pac":
      return [`${sinus} with PAC(s)`];
    case "atrial-fibrillation":
      return [rateBpm > 100 ? "Atrial fibrillation with rapid ventricular response" : "Atrial fibrillation"];
    case "atrial-flutter":
      return ["Atrial flutter"];
    case "supraventricular-tachycardia":
      return [qrsMs >= 120 ? "Wide QRS tachycardia" : "Supraventricular tachycardia"];
    case "junctional":
      return ["Junctional rhythm"];
    case "ventricular-tachycardia":
      return [rateBpm > 150 ? "Ventricular tachycardia" : "Wide QRS tachycardia"];
    case "paced":
      return ["Ventricular-paced rhythm"];
    case "av-block-1":
      return [sinus, "with 1st degree A-V block"];
    case "av-block-2-wenckebach":
      return ["Sinus rhythm", "with 2nd degree A-V block (Mobitz I)"];
    case "av-block-2-mobitz":
      return ["Sinus rhythm", "with 2nd degree A-V block (Mobitz II)"];
    case "av-block-3":
      return ["Complete A-V block", qrsMs >= 120 ? "with wide QRS escape rhythm" : "with junctional escape rhythm"];
  }
}

const CONDUCTION_LINES: Readonly<Record<SyntheticEcg["conduction"], readonly string[]>> = {
  normal: [],
  lbbb: ["Left bundle branch block"],
  rbbb: ["Right bundle branch block"],
  "left-anterior-block": ["Left axis deviation", "Left anterior fascicular block"],
  "left-hypertrophy": ["Left ventricular hypertrophy with repolarization abnormality"],
  "anterior-injury": ["Anterior ST elevation - consider acute infarct", "** ** ACUTE MI ** **"],
  "inferior-injury": ["Inferior ST elevation - consider acute infarct", "** ** ACUTE MI ** **"],
  "lateral-injury": ["Lateral ST elevation - consider acute infarct", "** ** ACUTE MI ** **"],
  "st-depression": ["ST depression, consider ischemia"],
  "t-inversion": ["T wave inversion, consider ischemia"],
  "old-inferior-infarction": ["Inferior infarct - age undetermined"],
  "low-voltage": ["Low QRS voltages"],
};
