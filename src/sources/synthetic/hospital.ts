// The hospital's own tables: patients, admissions, transfers, services, codes, measurements outside, cultures.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../core/time.ts";
import { conditions, type Problem } from "./catalog.ts";
import { below, clamp, gauss, oneOf } from "./draws.ts";
import { type Illness, SYSTEMS, type System } from "./illness.ts";
import { anchorGroups, type Person, realYear } from "./person.ts";
import { provider, type Scribe } from "./scribe.ts";
import type { Admission, Story } from "./story.ts";
import type { UnitCourses } from "./unit-course.ts";

/** Codes changed from ICD-9 to ICD-10 in the United States on 1 October 2015. */
export const ICD10_FROM = 2015.75;
/** How long after the last discharge a death is known: the state's records are looked at for a year. */
const DEATH_KNOWN_DAYS = 365;

/** The patient's row. */
export function writePatient({ tables }: Scribe, { person, death, admissions, edVisits }: Story): void {
  const last = Math.max(person.start, ...admissions.map(({ end }) => end), ...edVisits.map(({ end }) => end));
  const known = death !== null && death <= last + DEATH_KNOWN_DAYS * SECONDS_PER_DAY ? death : null;
  tables["patients"]?.row(
    person.subjectId,
    person.female ? "F" : "M",
    person.anchorAge,
    person.anchorYear,
    anchorGroups[person.group]!,
    known,
  );
}

/** Everything of an admission but laboratory, orders and intensive care. */
export function writeAdmission(
  scribe: Scribe,
  stream: RandomStream,
  person: Person,
  admission: Admission,
  courses: UnitCourses,
): void {
  const { tables } = scribe;
  const { hadmId, start, end, died, ed } = admission;
  // a death is sometimes noted a little before or after the discharge
  const deathtime = died ? end - (stream.chance(0.15) ? below(stream, 30) * 60 : 0) : null;
  tables["admissions"]?.row(
    person.subjectId,
    hadmId,
    start,
    end,
    deathtime,
    admission.type,
    provider(stream),
    admission.from,
    admission.to,
    person.insurance,
    person.language,
    person.marital,
    person.race,
    ed ? ed.start : null,
    ed ? ed.end : null,
    died ? 1 : 0,
  );
  writeTransfers(scribe, person, admission);
  tables["services"]?.row(person.subjectId, hadmId, start + 120, null, admission.problem.service);
  if (stream.chance(0.08))
    tables["services"]?.row(
      person.subjectId,
      hadmId,
      start + 8 * SECONDS_PER_HOUR,
      admission.problem.service,
      oneOf(stream, ["MED", "SURG", "CMED"]),
    );
  writeCodes(scribe, stream, person, admission, courses);
  writeCultures(scribe, stream, person, admission, courses);
}

function writeTransfers({ tables, counters }: Scribe, person: Person, { hadmId, parts, ed, end }: Admission): void {
  const table = tables["transfers"];
  if (ed) table?.row(person.subjectId, hadmId, ed.stayId, "ED", "Emergency Department", ed.start, ed.end);
  parts.forEach(({ ward, start, end: until, icu }, i) => {
    const from = icu ? icu.start : start;
    // a part ends when the next one begins
    const to = parts[i + 1]?.icu?.start ?? (icu ? icu.end : until);
    const id = icu ? icu.stayId : counters.transfer++;
    table?.row(person.subjectId, hadmId, id, i === 0 ? "admit" : "transfer", ward, from, Math.max(from, to));
  });
  table?.row(person.subjectId, hadmId, counters.transfer++, "discharge", null, end, null);
}

/** Diagnoses, procedures, groups for payment. */
function writeCodes(
  { tables }: Scribe,
  stream: RandomStream,
  person: Person,
  admission: Admission,
  courses: UnitCourses,
): void {
  const { hadmId, problem, start, illness, died, parts } = admission;
  const version = realYear(person, start) >= ICD10_FROM ? 10 : 9;
  const codes = diagnosesOf(stream, person, problem, illness, version);
  const injured = parts.some(({ icu }) => icu && courses.get(icu.stayId)!.kidneys.onset !== null);
  if (injured && stream.chance(CODED.complication)) codes.push(INJURED_KIDNEYS[version === 10 ? 1 : 0]);
  [...new Set(codes)].forEach((code, i) => {
    tables["diagnoses_icd"]?.row(person.subjectId, hadmId, i + 1, code, version);
  });
  const procedures = version === 10 ? problem.procedures10 : problem.procedures9;
  procedures
    .filter(() => stream.chance(0.6))
    .forEach((code, i) => {
      tables["procedures_icd"]?.row(
        person.subjectId,
        hadmId,
        i + 1,
        start + below(stream, 2) * SECONDS_PER_DAY,
        code,
        version,
      );
    });
  const burden = clamp(
    Math.round(illness.levels.reduce((sum, level) => sum + level, 0) / 2 + 0.5 + 0.5 * gauss(stream)),
    1,
    4,
  );
  if (problem.hcfa.length === 2)
    tables["drgcodes"]?.row(person.subjectId, hadmId, "HCFA", problem.hcfa[0]!, problem.hcfa[1]!, null, null);
  if (problem.apr.length === 2)
    tables["drgcodes"]?.row(
      person.subjectId,
      hadmId,
      "APR",
      problem.apr[0]!,
      problem.apr[1]!,
      burden,
      died ? Math.max(burden, 2) : burden,
    );
  if (admission.type.includes("OBSERVATION"))
    tables["hcpcsevents"]?.row(person.subjectId, hadmId, start, "G0378", 1, "Hospital observation per hr");
}

/** Acute kidney failure, ICD-9 and ICD-10. */
const INJURED_KIDNEYS = ["5849", "N179"] as const;
/** What severe illness of an organ system is coded as, over a level; [system, level, ICD-9, ICD-10]. */
const COMPLICATIONS: readonly [System, number, string, string][] = [
  ["resp", 1.3, "51881", "J9601"],
  ["renal", 0.9, ...INJURED_KIDNEYS],
  ["renal", 1.6, "2767", "E875"],
  ["circ", 1.1, "2762", "E872"],
  ["neuro", 1.2, "78097", "R4182"],
  ["coag", 1.1, "2875", "D696"],
  ["coag", 0.8, "2851", "D62"],
  ["infl", 1.4, "5990", "N390"],
  ["renal", 0.6, "2761", "E871"],
];
const CODED = { secondary: 0.7, condition: 0.9, complication: 0.75, another: 0.35 };

/** The problem first, what goes with it and with severe illness, then chronic conditions. */
export function diagnosesOf(
  stream: RandomStream,
  person: Person,
  problem: Problem,
  { levels }: Illness,
  version: number,
): string[] {
  const of = (nine: string[], ten: string[]) => (version === 10 ? ten : nine);
  const codes = [
    oneOf(stream, of(problem.icd9, problem.icd10)),
    ...of(problem.secondary9, problem.secondary10).filter(() => stream.chance(CODED.secondary)),
  ];
  for (const [system, level, nine, ten] of COMPLICATIONS) {
    if (levels[SYSTEMS.indexOf(system)]! > level && stream.chance(CODED.complication))
      codes.push(version === 10 ? ten : nine);
  }
  conditions.forEach(({ icd9, icd10 }, i) => {
    const list = of(icd9, icd10);
    if (!person.has[i] || list.length === 0 || !stream.chance(CODED.condition)) return;
    codes.push(oneOf(stream, list));
    if (stream.chance(CODED.another)) codes.push(oneOf(stream, list));
  });
  return [...new Set(codes)];
}

/** Measurements at visits to the hospital's practices. */
export function writeOutpatient({ tables }: Scribe, stream: RandomStream, { person, death }: Story): void {
  const visits = below(stream, 9);
  for (let i = 0; i < visits; i++) {
    const date = person.start + below(stream, 900) * SECONDS_PER_DAY;
    const weight = person.weightKg * (1 + 0.04 * gauss(stream));
    const rows: [string, string][] = [
      ["Weight (Lbs)", (weight / 0.45359237).toFixed(1)],
      ["Height (Inches)", (person.heightCm / 2.54).toFixed(1)],
      ["BMI (kg/m2)", (weight / (person.heightCm / 100) ** 2).toFixed(1)],
      [
        "Blood Pressure",
        `${Math.round(person.meanPressure + 0.67 * person.pulsePressure)}/${Math.round(person.meanPressure - person.pulsePressure / 3)}`,
      ],
    ];
    for (const [name, value] of rows)
      if (stream.chance(0.7) && (death === null || date < death))
        tables["omr"]?.row(person.subjectId, date, 1, name, value);
  }
}

const BLOOD = { spec: 70012, type: "BLOOD CULTURE", test: 90201, name: "Blood Culture, Routine" };
const SPECIMENS = [
  BLOOD,
  { spec: 70079, type: "URINE", test: 90039, name: "URINE CULTURE" },
  { spec: 70062, type: "SPUTUM", test: 90055, name: "RESPIRATORY CULTURE" },
  { spec: 70091, type: "MRSA SCREEN", test: 90189, name: "MRSA SCREEN" },
];
/** Cultures of an admission are planned within so many days. */
const CULTURES_WITHIN_DAYS = 6;
const ORGANISMS: readonly [number, string][] = [
  [80002, "ESCHERICHIA COLI"],
  [80023, "STAPH AUREUS COAG +"],
  [80004, "KLEBSIELLA PNEUMONIAE"],
  [80026, "PSEUDOMONAS AERUGINOSA"],
  [80053, "ENTEROCOCCUS SP."],
  [80075, "YEAST"],
];
const SENSITIVITIES: readonly [number, string][] = [
  [90012, "GENTAMICIN"],
  [90008, "TRIMETHOPRIM/SULFA"],
  [90029, "MEROPENEM"],
  [90028, "CEFEPIME"],
  [90019, "CIPROFLOXACIN"],
  [90018, "CEFTRIAXONE"],
];

function writeCultures(
  { tables, counters }: Scribe,
  stream: RandomStream,
  person: Person,
  { hadmId, start, end, problem, parts }: Admission,
  courses: UnitCourses,
): void {
  const table = tables["microbiologyevents"];
  const suspected = stream.chance(problem.infection) || (parts.some(({ icu }) => icu) && stream.chance(0.3));
  const cultures = suspected ? 4 + below(stream, 6) : stream.chance(0.35) ? 1 + below(stream, 2) : 0;
  const planned = Array.from({ length: cultures }, () => {
    const specimen = oneOf(stream, SPECIMENS);
    // most soon after arrival; those planned for later than the discharge are not taken
    const time = Math.floor((start + stream.uniform() ** 2 * CULTURES_WITHIN_DAYS * SECONDS_PER_DAY) / 60) * 60;
    return { specimen, time, isGrown: suspected };
  });
  for (const { icu } of parts) {
    const infection = icu && courses.get(icu.stayId)!.infection;
    if (!infection) continue;
    const time = Math.floor(icu.start / 60) * 60 + infection.suspected * SECONDS_PER_HOUR + below(stream, 60) * 60;
    planned.push({ specimen: BLOOD, time, isGrown: true });
  }
  for (const { specimen: taken, time, isGrown } of planned) {
    const { spec, type, test, name } = taken;
    if (time > end) continue;
    const day = Math.floor(time / SECONDS_PER_DAY) * SECONDS_PER_DAY;
    const specimen = counters.specimen++;
    const orderedBy = provider(stream);
    // now and then only the day is noted
    const charttime = stream.chance(0.05) ? null : time;
    const stored = day + 3 * SECONDS_PER_DAY;
    const put = (
      grown: {
        organism?: readonly [number, string];
        drug?: readonly [number, string];
        dilution?: number;
        verdict?: string;
      },
      comment: string | null,
    ) =>
      table?.row(
        counters.microEvent++,
        person.subjectId,
        hadmId,
        specimen,
        orderedBy,
        day,
        charttime,
        spec,
        type,
        1,
        stored,
        stored + 36_000,
        test,
        name,
        grown.organism?.[0] ?? null,
        grown.organism?.[1] ?? null,
        grown.organism ? 1 : null,
        null,
        grown.drug?.[0] ?? null,
        grown.drug?.[1] ?? null,
        grown.dilution === undefined ? null : `<=${grown.dilution}`,
        grown.dilution === undefined ? null : "<=",
        grown.dilution ?? null,
        grown.verdict ?? null,
        comment,
      );
    if (!stream.chance(isGrown ? 0.32 : 0.12)) {
      put({}, "NO GROWTH.");
      continue;
    }
    const organism = oneOf(stream, ORGANISMS);
    for (const drug of SENSITIVITIES) {
      if (stream.chance(0.6))
        put(
          { organism, drug, dilution: 2 ** below(stream, 6), verdict: oneOf(stream, ["S", "S", "S", "R", "I"]) },
          null,
        );
    }
  }
}
