// What happens to a patient: visits to the emergency department, admissions, wards, stays in intensive care, death. Writes nothing.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../core/time.ts";
import { type Problem, problems, units } from "./catalog.ts";
import { below, between, clamp, count, gauss, logNormal, weighted } from "./draws.ts";
import { type Course, drawCourse, drawIllness, type Illness } from "./illness.ts";
import { ageAt, type Person } from "./person.ts";
import { logistic, posterior } from "./risk.ts";

/** A visit to the emergency department. */
export interface EdVisit {
  stayId: number;
  start: number;
  end: number;
  problem: Problem;
  /** Emergency severity index as triage gave it, 1 to 5; null where it was not noted. */
  acuity: number | null;
  illness: Illness;
  arrival: string;
  disposition: string;
  /** Probability of being admitted, and of going to intensive care, given problem, age and acuity. */
  riskOfAdmission: number;
  riskOfIntensiveCare: number;
  /** Probability of coming back within 72 hours, for those who go home. */
  riskOfReturn: number;
}

/** A stay in intensive care. */
export interface IcuStay {
  stayId: number;
  start: number;
  end: number;
  firstUnit: string;
  lastUnit: string;
  course: Course;
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
  /** Probability of dying in this admission, given the state on arrival. */
  riskOfDeath: number;
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

/** Ways through the emergency department: home, ward, intensive care. */
const ED_ROUTES = [0.53, 0.38, 0.09];
const DIRECT_TO_ICU = 0.16;
const CONTACTS = 2.1;
/** Visits to the emergency department among contacts. */
const BY_ED = 0.52;
/** Ids of a patient's admissions and stays lie in a stretch of their own. */
const ID_STRIDE = 33;
const FIRST_HADM = 20_000_000;
const FIRST_STAY = 30_000_000;
/** So that ids stay within the stretch. */
const MOST_CONTACTS = 10;
/** Share of stays that the records have seconds long, or ending before they begin. */
const ODD = { seconds: 0.008, backwards: 0.001 };
const READMITTED = 0.08;
const DIES_AFTER_DISCHARGE = 0.12;
/** How far the acuity tells the ways apart, in standard deviations from those who go home. */
const ACUITY_MEANS = [0, 0.9, 2];

/** Draws a patient's story. */
export function drawStory(stream: RandomStream, person: Person): Story {
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
    if (returns || stream.chance(BY_ED)) now = throughEd(stream, story, now);
    else now = admit(stream, story, { start: now, intensive: stream.chance(DIRECT_TO_ICU), ed: null });
    const last = story.edVisits.length > visits ? story.edVisits.at(-1)! : undefined;
    returns = last?.disposition === "HOME" && visits < MOST_CONTACTS && stream.chance(last.riskOfReturn);
  }
  if (
    story.death === null &&
    stream.chance(DIES_AFTER_DISCHARGE * logistic(0.6 * person.chronicRisk + 0.05 * (person.anchorAge - 60)))
  ) {
    story.death = now + logNormal(stream, 200, 1) * SECONDS_PER_DAY;
  }
  return story;
}

function pickProblem(stream: RandomStream, person: Person, age: number, route: number): Problem {
  const weights = problems.map(({ weights, ageSlope, sex }) =>
    sex && !person.female
      ? 0
      : sex && (age < 18 || age > 48)
        ? 0
        : weights[route]! * Math.exp((ageSlope * (age - 60)) / 10),
  );
  return problems[weighted(stream, weights)]!;
}

/** Chances of the ways through the emergency department at an age. */
function edRoutes(age: number): number[] {
  const older = Math.exp(0.025 * (age - 55));
  const odds = [ED_ROUTES[0]!, ED_ROUTES[1]! * older, ED_ROUTES[2]! * older];
  const total = odds[0]! + odds[1]! + odds[2]!;
  return odds.map((odd) => odd / total);
}

/** A visit to the emergency department and, where it leads there, the admission; gives the time it is all over. */
function throughEd(stream: RandomStream, story: Story, start: number): number {
  const { person } = story;
  const age = ageAt(person, start);
  const routes = edRoutes(age);
  const route = weighted(stream, routes);
  const problem = pickProblem(stream, person, age, route);
  const sign = stream.normal(ACUITY_MEANS[route]!);
  const known = posterior(
    routes.map((chance, way) => chance * weightAmong(problem, way)),
    ACUITY_MEANS,
    sign,
  );
  const acuity = sign > 2.6 ? 1 : sign > 0.9 ? 2 : sign > -0.7 ? 3 : sign > -2 ? 4 : 5;
  const left = route === 0 && stream.chance(0.03);
  const visit: EdVisit = {
    stayId: FIRST_STAY + person.index * ID_STRIDE + 22 + story.edVisits.length,
    start,
    end: start + Math.round(logNormal(stream, route === 0 ? 4 : 6.5, 0.45) * 60) * 60,
    problem,
    acuity: stream.chance(0.02) ? null : acuity,
    illness: drawIllness(stream, person, problem, age, route === 2),
    arrival: ["AMBULANCE", "WALK IN", "UNKNOWN", "HELICOPTER"][
      weighted(stream, acuity <= 2 ? [60, 35, 4, 1] : [28, 67, 5, 0.1])
    ]!,
    disposition: left
      ? ["LEFT WITHOUT BEING SEEN", "ELOPED", "LEFT AGAINST MEDICAL ADVICE"][below(stream, 3)]!
      : route === 0
        ? "HOME"
        : "ADMITTED",
    riskOfAdmission: known[1]! + known[2]!,
    riskOfIntensiveCare: known[2]!,
    riskOfReturn: logistic(-3.4 + 0.5 * clamp(person.useOfEd, -2, 2)),
  };
  story.edVisits.push(visit);
  if (route === 0) return visit.end;
  return admit(stream, story, { start: visit.end - below(stream, 90) * 60, intensive: route === 2, ed: visit });
}

/** A problem's share among those of a way in: what makes the probability of each way exact. */
function weightAmong(problem: Problem, route: number): number {
  return problem.weights[route]! / routeTotals[route]!;
}
const routeTotals = [0, 1, 2].map((route) => problems.reduce((sum, { weights }) => sum + weights[route]!, 0));

interface Arrival {
  start: number;
  intensive: boolean;
  ed: EdVisit | null;
}

/** An admission with its wards; gives the time it ends. */
function admit(stream: RandomStream, story: Story, { start, intensive, ed }: Arrival): number {
  const { person } = story;
  const age = ageAt(person, start);
  const problem = ed?.problem ?? pickProblem(stream, person, age, intensive ? 4 : 3);
  const illness = ed?.illness ?? drawIllness(stream, person, problem, age, intensive);
  const admission: Admission = {
    hadmId: FIRST_HADM + person.index * ID_STRIDE + story.admissions.length,
    start,
    end: start,
    problem,
    illness,
    riskOfDeath: logistic(illness.logOdds),
    died: false,
    parts: [],
    ed,
    ...wayIn(stream, problem, ed),
    to: null,
  };
  if (intensive) throughUnits(stream, story, admission);
  else onWard(stream, admission, problem.losDays, stream.chance(admission.riskOfDeath));
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
  const hours = clamp(logNormal(stream, 24 * days, 0.65), 4, 24 * 90);
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
  if (stream.chance(0.3)) {
    const hours = logNormal(stream, 20, 1);
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
    !course.diesHere && oddity < ODD.seconds
      ? seconds + 1 + below(stream, 50)
      : !course.diesHere && oddity < ODD.seconds + ODD.backwards
        ? seconds - 3600
        : seconds + length;
  return {
    stayId: FIRST_STAY + story.person.index * ID_STRIDE + story.icuStays++,
    start: seconds,
    end,
    firstUnit: name,
    lastUnit: stream.chance(0.06) ? others[below(stream, others.length)]! : name,
    course,
  };
}

function minutes(count: number): number {
  return Math.round(count) * 60;
}
