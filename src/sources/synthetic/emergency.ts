// The emergency department's six tables. Knows nothing of what follows a visit but its disposition.
import type { RandomStream } from "../../core/random.ts";
import { diagnosisFacts, edDrugs, homeDrugs } from "./catalog.ts";
import { below, oneOf } from "./draws.ts";
import { signsBetween } from "./ed-signs.ts";
import { diagnosesOf, ICD10_FROM } from "./hospital.ts";
import { realYear } from "./person.ts";
import type { Scribe } from "./scribe.ts";
import type { Story } from "./story.ts";
import { type EdVisit, hoursOf, painOf } from "./triage.ts";

const titles = new Map(diagnosisFacts.map(([code, version, title]) => [`${code}/${version}`, title]));

/** How complaints are written: all in capitals, or with a letter left out. */
const WRITING = { capitals: 0.12, slip: 0.04 };

/** Writes a visit and its risk at departure. Signs between the first and the last, and slips of writing, come from `course`. */
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
  tables["ed_critical_departure"]?.row(person.subjectId, visit.stayId, visit.riskAtDeparture);
  tables["triage"]?.row(
    person.subjectId,
    visit.stayId,
    ...visit.signs.first,
    visit.pain,
    visit.acuity,
    stream.chance(0.001) ? null : written(course, visit.complaint),
  );
  const times = chartingTimes(stream, hoursOf(visit));
  for (const [i, hour] of times.entries()) {
    const { first, last } = visit.signs;
    tables["vitalsign"]?.row(
      person.subjectId,
      visit.stayId,
      visit.start + Math.floor(hour * 60) * 60,
      ...(i === times.length - 1 ? last : signsBetween(course, first, last, (i + 1) / times.length)),
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

/** Hours at which signs are charted, one to three hours apart. */
function chartingTimes(stream: RandomStream, hours: number): number[] {
  const times: number[] = [];
  for (let hour = 0.3; hour < hours || times.length === 0; hour += 1 + 2 * stream.uniform()) {
    times.push(Math.min(hour, hours));
  }
  return times;
}

/** A complaint as it stands in the record. */
function written(course: RandomStream, text: string): string {
  if (course.chance(WRITING.capitals)) return text.toUpperCase();
  if (!course.chance(WRITING.slip)) return text;
  const place = 1 + below(course, text.length - 1);
  return text.slice(0, place) + text.slice(place + 1);
}
