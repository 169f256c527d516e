// Who has an electrocardiogram when, and what it shows: rhythm and conduction tied to illness and age. Makes no sample.
import type { RandomStream } from "../../../core/random.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../core/time.ts";
import { clamp, gauss, weighted } from "../draws.ts";
import { type Illness, SYSTEMS } from "../illness.ts";
import { ageAt, hasCondition, type Person } from "../person.ts";
import type { Story } from "../story.ts";
import type { EcgSettings } from "./model.ts";
import type { EcgRhythm } from "./rhythms.ts";
import type { EcgConduction } from "./shapes.ts";

/** A recording that was made. */
export interface EcgEvent {
  studyId: number;
  /** Seconds since 1970 as the hospital's clock has it. */
  time: number;
  settings: EcgSettings & { snrDb: number };
}

/** Why one comes to hospital, as far as it matters to whether a recording is made: heart, chest or breath; faint; other. */
const CARDIAC = new Set([
  "infarction",
  "chest-pain",
  "arrhythmia",
  "heart-failure",
  "cardiac-arrest",
  "cardiac-surgery",
]);
const LIKELY = new Set([
  "syncope",
  "embolism",
  "stroke",
  "sepsis",
  "respiratory-failure",
  "overdose",
  "ketoacidosis",
  "confusion",
  "kidney-failure",
  "pneumonia",
  "copd",
  "vascular-surgery",
  "major-trauma",
  "brain-bleed",
]);
const RECORDED = { cardiac: 0.95, likely: 0.7, other: 0.3 };
/** Another one is made in hospital with this chance, a day or so after the one before. */
const AGAIN = { cardiac: 0.45, other: 0.18 };
const MOST_A_VISIT = 4;
const MOST_A_PATIENT = 20;
const FIRST_STUDY = 40_000_000;

/** What a patient's heart always is, drawn once: recordings of a patient resemble each other. */
interface Usual {
  conduction: EcgConduction;
  fibrillates: boolean;
  paced: boolean;
  firstDegree: boolean;
  qtcMs: number;
}

/** The recordings of a patient, in order of time. */
export function chooseEcgs(stream: RandomStream, story: Story): EcgEvent[] {
  const { person, edVisits, admissions } = story;
  const usual = drawUsual(stream, person);
  const events: EcgEvent[] = [];
  const record = (time: number, problem: string, illness: Illness) => {
    if (events.length >= MOST_A_PATIENT) return;
    const studyId = FIRST_STUDY + person.index * MOST_A_PATIENT + events.length;
    events.push({
      studyId,
      time: Math.floor(time / 60) * 60,
      settings: drawSettings(stream, usual, person, problem, illness, time),
    });
  };
  for (const { start, end, problem, illness } of edVisits) {
    const first = start + (5 + 40 * stream.uniform()) * 60;
    if (stream.chance(chanceOf(problem.id)) && first < end) record(first, problem.id, illness);
  }
  for (const { start, end, problem, illness, ed } of admissions) {
    let time = start + (1 + 10 * stream.uniform()) * SECONDS_PER_HOUR;
    // those who came through the emergency department were recorded there
    let chance = ed ? AGAIN.other : chanceOf(problem.id);
    for (let n = 0; n < MOST_A_VISIT && time < end && stream.chance(chance); n++) {
      record(time, problem.id, illness);
      time += (0.4 + 1.5 * stream.uniform()) * SECONDS_PER_DAY;
      chance = CARDIAC.has(problem.id) ? AGAIN.cardiac : AGAIN.other;
    }
  }
  return events.sort((a, b) => a.time - b.time);
}

function chanceOf(problem: string): number {
  return CARDIAC.has(problem) ? RECORDED.cardiac : LIKELY.has(problem) ? RECORDED.likely : RECORDED.other;
}

function drawUsual(stream: RandomStream, person: Person): Usual {
  const decades = (person.anchorAge - 60) / 10;
  const heart = hasCondition(person, "coronary") || hasCondition(person, "heartFailure");
  const often = (base: number) => clamp(base * Math.exp(0.35 * decades) * (heart ? 2.2 : 1), 0, 0.3);
  const conductions: [EcgConduction, number][] = [
    ["lbbb", often(0.012)],
    ["rbbb", often(0.03)],
    ["left-anterior-block", often(0.025)],
    ["left-hypertrophy", hasCondition(person, "hypertension") ? 0.07 : 0.015],
    ["old-inferior-infarction", hasCondition(person, "coronary") ? 0.12 : 0.004],
    ["low-voltage", hasCondition(person, "obesity") || hasCondition(person, "copd") ? 0.05 : 0.012],
    ["t-inversion", heart ? 0.06 : 0.02],
  ];
  const rest = 1 - conductions.reduce((sum, [, share]) => sum + share, 0);
  const place = weighted(stream, [...conductions.map(([, share]) => share), rest]);
  return {
    conduction: conductions[place]?.[0] ?? "normal",
    fibrillates: hasCondition(person, "fibrillation") && stream.chance(0.6),
    paced: stream.chance(often(0.012)),
    firstDegree: stream.chance(often(0.04)),
    qtcMs: 410 + 18 * gauss(stream) + (person.female ? 8 : 0) + (heart ? 12 : 0),
  };
}

/** Signal to noise over the recordings, dB: most are good, some are of people who shake. */
const SNR = { mean: 22, deviation: 5, least: 4, most: 38 };

function drawSettings(
  stream: RandomStream,
  usual: Usual,
  person: Person,
  problem: string,
  illness: Illness,
  time: number,
): EcgEvent["settings"] {
  const level = (system: (typeof SYSTEMS)[number]) => illness.levels[SYSTEMS.indexOf(system)]!;
  const rhythm = drawRhythm(stream, usual, person, problem);
  const strain = 7 * level("circ") + 6 * level("infl") + 4 * level("resp");
  const rate = clamp(person.heartRate + strain + 9 * gauss(stream), 42, 165);
  const injury = problem === "infarction" ? drawInjury(stream) : undefined;
  const strained =
    usual.conduction === "normal" && level("circ") > 1.2 && stream.chance(0.25) ? "st-depression" : undefined;
  const conduction = injury ?? strained ?? usual.conduction;
  const snrDb = clamp(SNR.mean + SNR.deviation * gauss(stream), SNR.least, SNR.most);
  const ageing = ageAt(person, time) > 75 ? 6 : 0;
  return {
    rhythm,
    conduction,
    snrDb,
    qtcMs: clamp(usual.qtcMs + ageing + 8 * gauss(stream), 350, 560),
    ...rateFor(rhythm, rate, stream),
  };
}

/** Rates of rhythms that follow the body's needs; the others draw their own. */
function rateFor(rhythm: EcgRhythm, rate: number, stream: RandomStream): { rateBpm?: number } {
  switch (rhythm) {
    case "sinus":
    case "sinus-with-pvc":
    case "sinus-with-pac":
      return { rateBpm: rate };
    case "av-block-1":
      return { rateBpm: Math.min(rate, 100) };
    case "atrial-fibrillation":
      return { rateBpm: clamp(1.15 * rate + 18 * gauss(stream), 45, 175) };
    default:
      return {};
  }
}

function drawInjury(stream: RandomStream): EcgConduction | undefined {
  const kinds: (EcgConduction | undefined)[] = [
    "anterior-injury",
    "inferior-injury",
    "lateral-injury",
    "st-depression",
    "t-inversion",
    undefined,
  ];
  return kinds[weighted(stream, [20, 22, 6, 22, 15, 15])];
}

function drawRhythm(stream: RandomStream, usual: Usual, person: Person, problem: string): EcgRhythm {
  if (usual.paced) return "paced";
  if (usual.fibrillates && stream.chance(0.85)) return "atrial-fibrillation";
  const old = clamp((person.anchorAge - 45) / 40, 0.1, 1.3);
  const arrhythmia =
    problem === "arrhythmia"
      ? 9
      : problem === "cardiac-arrest"
        ? 5
        : problem === "syncope"
          ? 2.5
          : CARDIAC.has(problem)
            ? 1.6
            : 1;
  const rare: [EcgRhythm, number][] = [
    ["atrial-fibrillation", 0.022 * old * arrhythmia],
    ["atrial-flutter", 0.007 * old * arrhythmia],
    ["supraventricular-tachycardia", 0.004 * arrhythmia],
    ["ventricular-tachycardia", 0.0025 * old * arrhythmia],
    ["junctional", 0.005 * old],
    ["av-block-2-wenckebach", 0.002 * old * arrhythmia],
    ["av-block-2-mobitz", 0.0015 * old * arrhythmia],
    ["av-block-3", 0.002 * old * arrhythmia],
    ["sinus-with-pvc", 0.04 * old],
    ["sinus-with-pac", 0.03 * old],
    ["av-block-1", usual.firstDegree ? 0.9 : 0],
  ];
  const sum = rare.reduce((all, [, share]) => all + share, 0);
  const place = weighted(stream, [...rare.map(([, share]) => share), Math.max(0.05, 1 - sum)]);
  return rare[place]?.[0] ?? "sinus";
}
