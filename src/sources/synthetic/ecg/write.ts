// Writes a patient's recordings in MIMIC-IV-ECG's layout, with rows of the lists and of the truth. Knows no other patient.
import { createReadStream, createWriteStream, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type RandomStream, randomStream } from "../../../core/random.ts";
import { wfdb } from "../../../formats/index.ts";
import { makeFolder } from "../../../store/index.ts";
import type { ColumnSpec } from "../../source.ts";
import { civilFromDays } from "../bytes.ts";
import { below, gauss } from "../draws.ts";
import type { Tables } from "../scribe.ts";
import type { Story } from "../story.ts";
import { chooseEcgs, type EcgEvent } from "./choose.ts";
import { ECG_LEADS } from "./leads.ts";
import { readByMachine } from "./machine.ts";
import { type BeatTruth, type Fiducials, type SyntheticEcg, synthesizeEcg } from "./model.ts";

const int = (name: string): ColumnSpec => ({ name, type: "integer" });
const number = (name: string): ColumnSpec => ({ name, type: "double" });
const text = (name: string): ColumnSpec => ({ name, type: "text" });

const LIMITS: readonly [column: string, field: keyof Fiducials][] = [
  ["p_onset", "pOnset"],
  ["p_peak", "pPeak"],
  ["p_end", "pEnd"],
  ["qrs_onset", "qrsOnset"],
  ["qrs_peak", "qrsPeak"],
  ["qrs_end", "qrsEnd"],
  ["t_onset", "tOnset"],
  ["t_peak", "tPeak"],
  ["t_end", "tEnd"],
];

/** The truth about recordings: what each is, and where every wave begins, peaks and ends. docs/ecg-data.md says how they are defined. */
export const ECG_TRUTH_TABLES: readonly { name: string; columns: readonly ColumnSpec[] }[] = [
  {
    name: "ecg_records",
    columns: [
      int("subject_id"),
      int("study_id"),
      text("rhythm"),
      text("conduction"),
      number("snr_db"),
      number("heart_rate"),
      ...["pr_ms", "p_ms", "qrs_ms", "qt_ms", "p_axis", "qrs_axis", "t_axis"].map(number),
    ],
  },
  {
    name: "ecg_fiducials",
    columns: [
      int("subject_id"),
      int("study_id"),
      int("beat"),
      text("kind"),
      text("lead"),
      ...LIMITS.map(([name]) => number(name)),
    ],
  },
];

const GAIN = 200;
const SECONDS_PER_DAY = 86_400;
const CARTS = 156;
const FIRST_CART = 6_800_000;
/** Defects of a recording: a lead that fell off, a stretch marked invalid. */
const DEFECTS = { flat: 0.004, gap: 0.002 };
/** The cart's clock is off by so many minutes (one standard deviation), now and then by much more. */
const CLOCK = { minutes: 3, far: 0.02, farMinutes: 120 };

/** Where recordings and their rows go. */
export interface EcgWriting {
  tables: Tables;
  /** The folder that `files/` is made in. */
  folder: string;
  seed: number;
}

/** Writes all recordings of a patient. */
export function writeEcgs({ tables, folder, seed }: EcgWriting, story: Story): void {
  const { person } = story;
  const stream = randomStream(seed, "ecg", person.index);
  for (const event of chooseEcgs(stream, story)) {
    const own = randomStream(seed, "ecg", person.index, event.studyId);
    const ecg = synthesizeEcg(own, event.settings);
    const onCart = { ...event, time: cartTime(own, event.time) };
    writeRows(tables, own, person.subjectId, onCart, ecg);
    spoil(own, ecg);
    writeFiles(folder, person.subjectId, onCart, ecg);
  }
}

/** The time by the cart's own clock. */
function cartTime(stream: RandomStream, time: number): number {
  const off = (stream.chance(CLOCK.far) ? CLOCK.farMinutes : CLOCK.minutes) * gauss(stream);
  return time + Math.round(off) * 60;
}

/** `files/p1000/p10000032/s40689238` */
function folderOf(subjectId: number, studyId: number): string {
  return `files/p${String(subjectId).slice(0, 4)}/p${subjectId}/s${studyId}`;
}

function writeRows(
  tables: Tables,
  stream: RandomStream,
  subjectId: number,
  { studyId, time, settings }: EcgEvent,
  ecg: SyntheticEcg,
): void {
  tables["record_list"]?.row(subjectId, studyId, studyId, time, `${folderOf(subjectId, studyId)}/${studyId}`);
  const reading = readByMachine(stream, ecg);
  const { reports, ...measured } = reading;
  const isWide = stream.chance(0.8);
  tables["machine_measurements"]?.row(
    subjectId,
    studyId,
    FIRST_CART + 307 * below(stream, CARTS),
    time,
    ...Array.from({ length: 18 }, (_, i) => reports[i] ?? null),
    isWide ? "0.005-150 Hz" : "0.05-100 Hz",
    isWide ? "60 Hz notch Baseline filter" : null,
    measured.rr_interval,
    measured.p_onset,
    measured.p_end,
    measured.qrs_onset,
    measured.qrs_end,
    measured.t_end,
    measured.p_axis,
    measured.qrs_axis,
    measured.t_axis,
  );
  const { rateBpm, prMs, pMs, qrsMs, qtMs, pAxis, qrsAxis, tAxis } = ecg.intervals;
  const truth = [rateBpm, prMs, pMs, qrsMs, qtMs, pAxis, qrsAxis, tAxis].map(cell);
  tables["ecg_records"]?.row(subjectId, studyId, ecg.rhythm, ecg.conduction, cell(settings.snrDb), ...truth);
  ecg.beats.forEach((beat, i) => {
    writeBeat(tables, subjectId, studyId, i, beat);
  });
}

/** Thousandths of a millisecond are enough. */
function cell(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1000) / 1000;
}

function writeBeat(
  tables: Tables,
  subjectId: number,
  studyId: number,
  place: number,
  { kind, global, leads }: BeatTruth,
): void {
  const row = (lead: string | null, limits: Fiducials) =>
    tables["ecg_fiducials"]?.row(
      subjectId,
      studyId,
      place,
      kind,
      lead,
      ...LIMITS.map(([, field]) => cell(limits[field])),
    );
  row(null, global);
  leads.forEach((limits, i) => {
    row(ECG_LEADS[i]!, limits);
  });
}

/** Now and then an electrode falls off, or the cart marks a stretch as invalid. */
function spoil(stream: RandomStream, { signals }: SyntheticEcg): void {
  if (stream.chance(DEFECTS.flat)) signals[6 + below(stream, 6)]!.fill(0);
  if (!stream.chance(DEFECTS.gap)) return;
  const lead = signals[below(stream, signals.length)]!;
  const from = below(stream, lead.length - 600);
  lead.fill(Number.NaN, from, from + 100 + below(stream, 500));
}

function writeFiles(folder: string, subjectId: number, { studyId, time }: EcgEvent, ecg: SyntheticEcg): void {
  const inside = join(folder, folderOf(subjectId, studyId));
  makeFolder(inside);
  const files = wfdb.writeRecord({
    name: String(studyId),
    rateHz: ecg.rateHz,
    signals: ecg.signals.map((lead, i) => ({
      name: ecg.leads[i]!,
      gain: GAIN,
      digital: wfdb.digitise(lead, { gain: GAIN }),
    })),
    ...clock(time),
    comments: [`<subject_id>: ${subjectId}`],
  });
  for (const [name, bytes] of files) writeFileSync(join(inside, name), bytes);
}

function clock(time: number): { baseTime: string; baseDate: string } {
  const day = Math.floor(time / SECONDS_PER_DAY);
  const { year, month, date } = civilFromDays(day);
  const two = (n: number) => String(n).padStart(2, "0");
  const rest = time - day * SECONDS_PER_DAY;
  return {
    baseTime: `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`,
    baseDate: `${year}-${two(month)}-${two(date)}`,
  };
}

/** The lists of the release are not compressed, unlike the hospital's tables. */
export async function unpackLists(folder: string): Promise<void> {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".csv.gz"))) {
    const path = join(folder, name);
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(path.slice(0, -".gz".length)));
    rmSync(path);
  }
}
