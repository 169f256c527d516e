// What happens to a patient: visits to the emergency department, admissions, wards, stays in intensive care, death. Writes nothing.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../core/time.ts";
import { type Problem, units } from "./catalog.ts";
import { below, between, clamp, count, gauss, logNormal, weighted } from "./draws.ts";
import { type Course, drawCourse, drawIllness, type Illness, ODD_STAYS } from "./illness.ts";
import { ageAt, type Person } from "./person.ts";
import { pickProblem, WAYS } from "./presenting.ts";
import { drawWaiting, logistic } from "./risk.ts";
import { ADMITTED_BEFORE_END, drawEdVisit, type EdVisit, WARD_FIRST } from "./triage.ts";

/** A stay in intensive care. */
export interface IcuStay {
  stayId: number;
  start: number;
  end: number;
  firstUnit: string;
  lastUnit: string;
  course: Course;
  /** Hours of the stay in which nothing was recorded: [from, to). */
  silence: { from: number; to: number } | null;
}

/** A part of an admission on a ward or unit. */
export interface WardPart {
  ward: string;
  start: number;
  end: number;
  icu?: IcuStay;
}

/** An admission. */
export interface Admission {
  hadmId: number;
  start: number;
  end: number;
  problem: Problem;
  illness: Illness;
  /** Probability of dying in this admission, given the state on arrival; null where it is one on paper only. */
  riskOfDeath: number | null;
  died: boolean;
  parts: WardPart[];
  ed: EdVisit | null;
  type: string;
  from: string;
  to: string | null;
}

/** Everything that happens to a patient. */
export interface Story {
  person: Person;
  admissions: Admission[];
  edVisits: EdVisit[];
  /** Stays in intensive care so far. */
  icuStays: number;
  /** Seconds since 1970 of death, in or out of hospital, or null. */
  death: number | null;
}

/** Whom the hospital looks after: everyone who comes, or, as MIMIC-III has it, those who have been in intensive care. */
export const MIXES = ["general", "icu"] as const;
export type Mix = (typeof MIXES)[number];

/** Of admissions past the emergency department, those straight to intensive care. */
const DIRECT_TO_ICU: Record<Mix, number> = { general: 0.185, icu: 0.45 };
const CONTACTS = 2.1;
/** Visits to the emergency department among contacts. */
const BY_ED = 0.52;
/** Ids of a patient's admissions and stays lie in a stretch of their own. */
const ID_STRIDE = 33;
const FIRST_HADM = 20_000_000;
const FIRST_STAY = 30_000_000;
/** A patient's stays in intensive care come before the visits to the emergency department. */
const FIRST_ED_STAY = 22;
/** So that ids stay within the stretch. */
const MOST_CONTACTS = 10;
/** Of the visits that end at home, those with an admission number all the same. */
const OBSERVED = 0.2;
/** Stays in which nothing is recorded for longer than half a day: share, and hours. */
const SILENT = { share: 0.006, hours: 16, first: 4, spread: 14 };
const READMITTED = 0.08;
/** Nobody dies sooner on a ward, so that who is about to die in intensive care dies there (riskOfDyingWithin in illness.ts). */
const DIES_ON_WARD_AFTER = 24;
const DIES_AFTER_DISCHARGE = 0.12;

/** Draws a patient's story. In the mix `icu` it begins with an admission to intensive care. */
export function drawStory(stream: RandomStream, person: Person, mix: Mix = "general"): Story {
  const story: Story = { person, admissions: [], edVisits: [], icuStays: 0, death: null };
  const mean = (CONTACTS - 1) * Math.exp(0.45 * clamp(person.useOfHospital, -2, 2.2) - 0.35);
  let planned = Math.min(MOST_CONTACTS, 1 + count(stream, mean));
  let now = person.start;
  let returns = false;
  for (let first = true; (planned > 0 || returns) && story.death === null; first = false) {
    if (returns) now += between(stream, 6, 70) * SECONDS_PER_HOUR;
    // a planned visit lies later than the return that a visit to the emergency department may call for
    else if (!first) now += 4 * SECONDS_PER_DAY + logNormal(stream, 150, 1.2) * SECONDS_PER_DAY;
    now = Math.round(now / 60) * 60;
    if (!returns) planned--;
    const visits = story.edVisits.length;
    if (mix === "icu" && first) now = admit(stream, story, { start: now, intensive: true, ed: null });
    else if (returns || stream.chance(BY_ED)) now = throughEd(stream, story, now);
    else now = admit(stream, story, { start: now, intensive: stream.chance(DIRECT_TO_ICU[mix]), ed: null });
    const last = story.edVisits.length > visits ? story.edVisits.at(-1)! : undefined;
    returns = last !== undefined && stream.chance(last.riskOfReturn);
  }
  if (
    story.death === null &&
    stream.chance(DIES_AFTER_DISCHARGE * logistic(0.6 * person.chronicRisk + 0.05 * (person.anchorAge - 60)))
  ) {
    story.death = now + logNormal(stream, 200, 1) * SECONDS_PER_DAY;
  }
  return story;
}

/** A visit to the emergency department and, where it leads there, the admission; gives the time it is all over. */
function throughEd(stream: RandomStream, story: Story, start: number): number {
  const { person } = story;
  const visit = drawEdVisit(stream, person, {
    stayId: FIRST_STAY + person.index * ID_STRIDE + FIRST_ED_STAY + story.edVisits.length,
    start,
    age: ageAt(person, start),
    earlier: { visits: story.edVisits, admissions: story.admissions },
    mayReturn: story.edVisits.length < MOST_CONTACTS,
  });
  story.edVisits.push(visit);
  if (visit.way !== WAYS.home) {
    const begins = visit.end - below(stream, ADMITTED_BEFORE_END) * 60;
    return admit(stream, story, { start: begins, intensive: visit.way === WAYS.intensive, ed: visit });
  }
  if (visit.disposition === "HOME" && stream.chance(OBSERVED)) observe(stream, story, visit);
  return visit.end;
}

/** An admission on paper: watched in the department, and home from there. Nobody dies in it. */
function observe(stream: RandomStream, story: Story, visit: EdVisit): void {
  const start = visit.start + Math.floor((visit.end - visit.start) * (0.2 + 0.5 * stream.uniform()));
  story.admissions.push({
    hadmId: FIRST_HADM + story.person.index * ID_STRIDE + story.admissions.length,
    start,
    end: visit.end,
    problem: visit.problem,
    illness: visit.illness,
    riskOfDeath: null,
    died: false,
    parts: [{ ward: "Emergency Department Observation", start, end: visit.end }],
    ed: visit,
    type: "EU OBSERVATION",
    from: "EMERGENCY ROOM",
    to: stream.chance(0.5) ? "HOME" : null,
  });
}

interface Arrival {
  start: number;
  intensive: boolean;
  ed: EdVisit | null;
}

/** An admission with its wards; gives the time it ends. */
function admit(stream: RandomStream, story: Story, { start, intensive, ed }: Arrival): number {
  const { person } = story;
  const age = ageAt(person, start);
  const way = intensive ? WAYS.intensiveDirectly : WAYS.wardDirectly;
  const problem = ed?.problem ?? pickProblem(stream, person, age, way);
  const illness = ed?.illness ?? drawIllness(stream, person, problem, age, intensive ? "icu" : "ward");
  const riskOfDeath = logistic(illness.logOdds);
  const admission: Admission = {
    hadmId: FIRST_HADM + person.index * ID_STRIDE + story.admissions.length,
    start,
    end: start,
    problem,
    illness,
    riskOfDeath,
    died: false,
    parts: [],
    ed,
    ...wayIn(stream, problem, ed),
    to: null,
  };
  if (intensive) throughUnits(stream, story, admission);
  else onWard(stream, admission, problem.losDays, stream.chance(riskOfDeath));
  admission.end = admission.parts.at(-1)!.end;
  admission.to = admission.died ? "DIED" : wayOut(stream, age, illness);
  story.admissions.push(admission);
  if (admission.died) story.death = admission.end;
  return admission.end;
}

function wayIn(stream: RandomStream, problem: Problem, ed: EdVisit | null): { type: string; from: string } {
  if (ed) {
    return {
      type: ["EW EMER.", "OBSERVATION ADMIT", "EU OBSERVATION", "URGENT"][weighted(stream, [62, 22, 10, 6])]!,
      from: ["EMERGENCY ROOM", "PHYSICIAN REFERRAL", "TRANSFER FROM HOSPITAL"][weighted(stream, [82, 8, 10])]!,
    };
  }
  return {
    type: (problem.surgical
      ? ["SURGICAL SAME DAY ADMISSION", "ELECTIVE", "URGENT"]
      : ["URGENT", "DIRECT EMER.", "ELECTIVE"])[weighted(stream, [55, 25, 20])]!,
    from: [
      "PHYSICIAN REFERRAL",
      "TRANSFER FROM HOSPITAL",
      "CLINIC REFERRAL",
      "PROCEDURE SITE",
      "TRANSFER FROM SKILLED NURSING FACILITY",
    ][weighted(stream, [52, 30, 8, 6, 4])]!,
  };
}

function wayOut(stream: RandomStream, age: number, { levels }: Illness): string | null {
  const burden = levels.reduce((sum, level) => sum + level, 0) + 0.06 * (age - 60);
  const places = [
    "HOME",
    "HOME HEALTH CARE",
    "SKILLED NURSING FACILITY",
    "REHAB",
    "CHRONIC/LONG TERM ACUTE CARE",
    "HOSPICE",
    "AGAINST ADVICE",
  ];
  const place = weighted(stream, [
    10,
    5,
    2.2 * Math.exp(0.22 * burden),
    0.8 * Math.exp(0.2 * burden),
    0.2 * Math.exp(0.3 * burden),
    0.08 * Math.exp(0.35 * burden),
    0.3,
  ]);
  return stream.chance(0.1) ? null : places[place]!;
}

/** A ward until discharge or death. */
function onWard(stream: RandomStream, admission: Admission, days: number, dies: boolean): void {
  const start = admission.parts.at(-1)?.end ?? admission.start;
  const hours = clamp(logNormal(stream, 24 * days, 0.65), dies ? DIES_ON_WARD_AFTER : 4, 24 * 90);
  let at = start;
  const moves = 1 + (stream.chance(0.25) ? 1 : 0);
  const wards = ["Medicine", "Med/Surg", "Medicine/Cardiology", "Neurology", "Surgery"];
  for (let i = 0; i < moves; i++) {
    const end = i === moves - 1 ? start + minutes(hours * 60) : at + minutes((hours * 60) / 2);
    admission.parts.push({
      ward: i === 0 ? admission.problem.ward : wards[below(stream, wards.length)]!,
      start: at,
      end,
    });
    at = end;
  }
  admission.died = dies;
}

/** One or more stays in intensive care, with wards before and after. */
function throughUnits(stream: RandomStream, story: Story, admission: Admission): void {
  const { problem } = admission;
  let illness = admission.illness;
  if (stream.chance(WARD_FIRST.share)) {
    const hours = Math.min(WARD_FIRST.most, drawWaiting(stream, WARD_FIRST.hours));
    admission.parts.push({ ward: problem.ward, start: admission.start, end: admission.start + minutes(hours * 60) });
  }
  for (let n = 0; ; n++) {
    const start = admission.parts.at(-1)?.end ?? admission.start;
    const course = drawCourse(stream, illness, problem.losDays);
    const icu = unitStay(stream, story, problem, start, course);
    admission.parts.push({ ward: icu.firstUnit, start, end: icu.end, icu });
    if (course.diesHere) {
      admission.died = true;
      return;
    }
    const again = n < 2 && stream.chance(READMITTED);
    if (!again) {
      // most leave the unit for a ward; some go home from it
      const dies = stream.chance(logistic(course.logOddsAfter));
      if (dies || stream.chance(0.9)) onWard(stream, admission, Math.max(1, problem.losDays * 0.8), dies);
      return;
    }
    const hours = logNormal(stream, 48, 0.8);
    admission.parts.push({ ward: problem.ward, start: icu.end, end: icu.end + minutes(hours * 60) });
    const last = course.severity.length - admission.illness.levels.length;
    illness = {
      levels: Float64Array.from(course.severity.subarray(last), (level) =>
        clamp(level + 0.8 + 0.3 * gauss(stream), 0, 4),
      ),
      logOdds: course.logOddsAfter,
    };
  }
}

/** A stay, with what the records do to some of them: seconds long, or over before it began. */
function unitStay(stream: RandomStream, story: Story, problem: Problem, start: number, course: Course): IcuStay {
  const name = units[problem.unit]!;
  const others = Object.values(units);
  const seconds = start + below(stream, 60);
  const oddity = stream.uniform();
  const length = Math.round(course.hours * SECONDS_PER_HOUR);
  const end =
    !course.diesHere && oddity < ODD_STAYS.seconds
      ? seconds + 1 + below(stream, 50)
      : !course.diesHere && oddity < ODD_STAYS.seconds + ODD_STAYS.backwards
        ? seconds - 3600
        : seconds + length;
  return {
    stayId: FIRST_STAY + story.person.index * ID_STRIDE + story.icuStays++,
    start: seconds,
    end,
    firstUnit: name,
    lastUnit: stream.chance(0.06) ? others[below(stream, others.length)]! : name,
    course,
    silence: silenceOf(stream),
  };
}

function silenceOf(stream: RandomStream): { from: number; to: number } | null {
  if (!stream.chance(SILENT.share)) return null;
  const from = SILENT.first + below(stream, SILENT.spread);
  return { from, to: from + SILENT.hours };
}

/** Whether nothing was recorded at an hour of the stay. */
export function isSilent({ silence }: IcuStay, hour: number): boolean {
  return silence !== null && hour >= silence.from && hour < silence.to;
}

function minutes(count: number): number {
  return Math.round(count) * 60;
}
