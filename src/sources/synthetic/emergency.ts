// The emergency department's six tables. Knows nothing of what follows a visit but its disposition.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_HOUR } from "../../core/time.ts";
import { diagnosisFacts, edDrugs, homeDrugs } from "./catalog.ts";
import { below, clamp, gauss, oneOf } from "./draws.ts";
import { diagnosesOf, ICD10_FROM } from "./hospital.ts";
import { SYSTEMS } from "./illness.ts";
import { type Person, realYear } from "./person.ts";
import type { Scribe } from "./scribe.ts";
import type { Story } from "./story.ts";
import { drawTrend, type EdVisit, riskAtDeparture } from "./triage.ts";

const titles = new Map(diagnosisFacts.map(([code, version, title]) => [`${code}/${version}`, title]));
const at = (system: (typeof SYSTEMS)[number]) => SYSTEMS.indexOf(system);

/** Pain as triage wrote it: mostly a number, sometimes words. */
const PAIN_WORDS = ["unable", "UA", "c", "critical", "Critical", "denies", "3-4", "uta", "13", "10+", "sleeping"];

/** How often triage left a field empty or wrote a value no body has. */
const FAULTS = { missing: 0.05, impossible: 0.002, painWords: 0.05 };

/** The trend counts in full after so many hours, and then moves the severity of three systems by so much. */
const TREND = { hours: 4, step: 0.8, systems: ["resp", "circ", "infl"] } as const;

/** What a nurse adds to the complaint of a severely ill patient: the system, from which severity, how often, the words. */
const SEVERE_WORDS: readonly [system: (typeof SYSTEMS)[number], from: number, chance: number, words: string][] = [
  ["resp", 1.2, 0.4, "Dyspnea"],
  ["circ", 1.4, 0.4, "Hypotension"],
  ["neuro", 1.2, 0.45, "Altered mental status"],
  ["infl", 1.4, 0.4, "Fever"],
];
/** How complaints are written: all in capitals, or with a letter left out. */
const WRITING = { capitals: 0.12, slip: 0.04 };

/**
 * Writes a visit and its risk at departure. What changes over the visit, and words beside the main complaint, come from a
 * stream of their own.
 */
export function writeEdVisit(
  scribe: Scribe,
  { stream, course }: { stream: RandomStream; course: RandomStream },
  story: Story,
  visit: EdVisit,
): void {
  const { tables } = scribe;
  const { person, admissions } = story;
  const hadm = admissions.find(({ ed }) => ed === visit)?.hadmId ?? null;
  tables["edstays"]?.row(
    person.subjectId,
    hadm,
    visit.stayId,
    visit.start,
    visit.end,
    person.female ? "F" : "M",
    person.race,
    visit.arrival,
    visit.disposition,
  );
  if (hadm === null)
    tables["transfers"]?.row(
      person.subjectId,
      null,
      visit.stayId,
      "ED",
      "Emergency Department",
      visit.start,
      visit.end,
    );
  const trend = drawTrend(course, visit);
  tables["ed_critical_departure"]?.row(person.subjectId, visit.stayId, riskAtDeparture(visit, trend));
  const first = signsOf(stream, person, visit.illness.levels);
  tables["triage"]?.row(
    person.subjectId,
    visit.stayId,
    ...first,
    painOf(stream),
    visit.acuity,
    stream.chance(0.001) ? null : complaintOf(course, oneOf(stream, visit.problem.complaints), visit),
  );
  const hours = (visit.end - visit.start) / SECONDS_PER_HOUR;
  for (let hour = 0.3; hour < hours; hour += 1 + 2 * stream.uniform()) {
    const time = visit.start + Math.floor(hour * 60) * 60;
    tables["vitalsign"]?.row(
      person.subjectId,
      visit.stayId,
      time,
      ...signsOf(stream, person, levelsAt(visit, trend, hour)),
      stream.chance(0.05) ? oneOf(stream, ["Sinus Rhythm", "Atrial Fibrillation", "Sinus Tachycardia"]) : null,
      painOf(stream),
    );
  }
  const version = realYear(person, visit.start) >= ICD10_FROM ? 10 : 9;
  diagnosesOf(stream, person, visit.problem, visit.illness, version)
    .slice(0, 1 + below(stream, 4))
    .forEach((code, i) => {
      tables["diagnosis"]?.row(
        person.subjectId,
        visit.stayId,
        i + 1,
        code,
        version,
        (titles.get(`${code}/${version}`) ?? code).toUpperCase(),
      );
    });
  const conditions = person.has.reduce((sum, one) => sum + one, 0);
  for (const [name, gsn, ndc, etc, code, text] of homeDrugs.filter(() =>
    stream.chance(Math.min(0.3, 0.03 * conditions)),
  )) {
    tables["medrecon"]?.row(person.subjectId, visit.stayId, visit.start + 1200, name, gsn, ndc, etc, code, text);
  }
  edDrugs
    .filter(() => stream.chance(0.1))
    .forEach(([name, gsn], i) => {
      tables["pyxis"]?.row(
        person.subjectId,
        visit.stayId,
        visit.start + (30 + below(stream, 200)) * 60,
        i + 1,
        name,
        1,
        gsn,
      );
    });
}

/** Temperature in °F, heart rate, breaths, saturation, systolic and diastolic pressure. */
function signsOf(stream: RandomStream, person: Person, levels: ArrayLike<number>): (number | null)[] {
  const level = (system: (typeof SYSTEMS)[number]) => levels[at(system)]!;
  const mean = person.meanPressure + 8 - 6 * level("circ") + 9 * gauss(stream);
  const pulse = person.pulsePressure + 8 * gauss(stream);
  const values = [
    Math.round((person.temperatureF + 0.8 * level("infl") + 0.5 * gauss(stream)) * 10) / 10,
    Math.round(clamp(person.heartRate + 8 + 7 * level("circ") + 5 * level("infl") + 11 * gauss(stream), 30, 200)),
    Math.round(clamp(person.breathing + 0.5 + 2.2 * level("resp") + 2 * gauss(stream), 6, 60)),
    Math.round(clamp(person.saturation - 1.5 * level("resp") + 1.4 * gauss(stream), 55, 100)),
    Math.round(clamp(mean + (2 / 3) * pulse, 50, 250)),
    Math.round(clamp(mean - pulse / 3, 25, 150)),
  ];
  return values.map((value) =>
    stream.chance(FAULTS.missing) ? null : stream.chance(FAULTS.impossible) ? value * 10 : value,
  );
}

/** Severity by system so many hours after arrival. */
function levelsAt({ illness: { levels } }: EdVisit, trend: number, hour: number): Float64Array {
  const moved = levels.slice();
  for (const system of TREND.systems) moved[at(system)]! += TREND.step * trend * Math.min(1, hour / TREND.hours);
  return moved;
}

/** The main complaint with what severe illness adds to it. */
function complaintOf(course: RandomStream, main: string, { illness: { levels } }: EdVisit): string {
  const more = SEVERE_WORDS.filter(([system, from, chance, words]) => {
    const isTold = course.chance(chance) && levels[at(system)]! > from;
    return isTold && !main.toLowerCase().includes(words.toLowerCase());
  });
  const text = [main, ...more.map(([, , , words]) => words)].join(", ");
  if (course.chance(WRITING.capitals)) return text.toUpperCase();
  if (!course.chance(WRITING.slip)) return text;
  const place = 1 + below(course, text.length - 1);
  return text.slice(0, place) + text.slice(place + 1);
}

function painOf(stream: RandomStream): string | null {
  if (stream.chance(FAULTS.missing)) return null;
  if (stream.chance(FAULTS.painWords)) return oneOf(stream, PAIN_WORDS);
  return String(stream.chance(0.4) ? 0 : 1 + below(stream, 10));
}
