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
import type { EdVisit } from "./triage.ts";

const titles = new Map(diagnosisFacts.map(([code, version, title]) => [`${code}/${version}`, title]));
const at = (system: (typeof SYSTEMS)[number]) => SYSTEMS.indexOf(system);

/** Pain as triage wrote it: mostly a number, sometimes words. */
const PAIN_WORDS = ["unable", "UA", "c", "critical", "Critical", "denies", "3-4", "uta", "13", "10+", "sleeping"];

/** How often triage left a field empty or wrote a value no body has. */
const FAULTS = { missing: 0.05, impossible: 0.002, painWords: 0.05 };

/** Writes a visit. */
export function writeEdVisit(scribe: Scribe, stream: RandomStream, story: Story, visit: EdVisit): void {
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
  const signs = () => signsOf(stream, person, visit);
  const first = signs();
  tables["triage"]?.row(
    person.subjectId,
    visit.stayId,
    ...first,
    painOf(stream),
    visit.acuity,
    stream.chance(0.001) ? null : oneOf(stream, visit.problem.complaints),
  );
  const hours = (visit.end - visit.start) / SECONDS_PER_HOUR;
  for (let hour = 0.3; hour < hours; hour += 1 + 2 * stream.uniform()) {
    const time = visit.start + Math.floor(hour * 60) * 60;
    tables["vitalsign"]?.row(
      person.subjectId,
      visit.stayId,
      time,
      ...signs(),
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
function signsOf(stream: RandomStream, person: Person, { illness: { levels } }: EdVisit): (number | null)[] {
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

function painOf(stream: RandomStream): string | null {
  if (stream.chance(FAULTS.missing)) return null;
  if (stream.chance(FAULTS.painWords)) return oneOf(stream, PAIN_WORDS);
  return String(stream.chance(0.4) ? 0 : 1 + below(stream, 10));
}
