// Orders, prescriptions, the pharmacy and what was given at the bedside. Depends on problem and length of stay, not on outcome.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../core/time.ts";
import { type DrugFact, drugFacts } from "./catalog.ts";
import { below, clamp, count, oneOf, weighted } from "./draws.ts";
import type { Person } from "./person.ts";
import { provider, type Scribe } from "./scribe.ts";
import type { Admission } from "./story.ts";

/** Drugs that most patients get, and those that go with a kit of the problem, by the beginning of their names. */
const USUAL = [
  "Acetaminophen",
  "Heparin",
  "Docusate",
  "Senna",
  "Ondansetron",
  "Pantoprazole",
  "Sodium Chloride 0.9%",
  "Insulin",
  "Bisacodyl",
  "Potassium",
  "Magnesium",
  "Simethicone",
];
const INFECTION = [
  "Vancomycin",
  "Piperacillin",
  "CeftriaXONE",
  "CefePIME",
  "Meropenem",
  "Azithromycin",
  "MetRONIDAZOLE",
  "Ciprofloxacin",
];
const KITS: Record<string, string[]> = {
  infection: INFECTION,
  sepsis: [...INFECTION, "NORepinephrine", "Lactated"],
  fluids: ["Lactated", "Sodium Chloride 0.9%", "Calcium", "Potassium"],
  cardiac: [
    "Aspirin",
    "Atorvastatin",
    "Metoprolol",
    "Furosemide",
    "Clopidogrel",
    "Carvedilol",
    "Amiodarone",
    "Lisinopril",
  ],
  lung: ["Albuterol", "Ipratropium", "PredniSONE", "MethylPREDNIS", "Azithromycin"],
  pain: ["OxyCODONE", "HYDROmorphone", "Morphine", "Gabapentin"],
  postoperative: ["CefazoLIN", "HYDROmorphone", "OxyCODONE", "Polyethylene", "Famotidine"],
  sedation: ["Propofol", "Fentanyl", "Midazolam", "NORepinephrine"],
  neuro: ["LevETIRAcetam", "Lorazepam", "Haloperidol", "QUEtiapine"],
  liver: ["Lactulose", "Spironolactone", "Furosemide", "CeftriaXONE"],
  alcohol: ["Thiamine", "FoLIC", "Multivitamins", "Diazepam", "Lorazepam"],
  heparin: ["Heparin", "Warfarin"],
  bleed: ["Pantoprazole"],
  insulin: ["Insulin", "Potassium"],
  psychiatry: ["QUEtiapine", "Haloperidol", "Lorazepam", "TraZODone"],
  oncology: ["Ondansetron", "Allopurinol", "PredniSONE"],
  immune: ["Tacrolimus", "PredniSONE", "MethylPREDNIS"],
  obstetric: ["Docusate", "OxyCODONE", "Simethicone"],
};
const HOME = [
  "Lisinopril",
  "Amlodipine",
  "Atorvastatin",
  "Levothyroxine",
  "Omeprazole",
  "Gabapentin",
  "TraZODone",
  "Metoprolol",
  "Allopurinol",
  "Warfarin",
  "Digoxin",
  "Torsemide",
  "Losartan",
];
/** Chance that a drug is ordered on the first day, by why it is; and orders of drugs on each later day. */
const FIRST_DAY = { usual: 0.5, kit: 0.5, home: 0.16, broad: 0.6 };
const LATER_ORDERS_A_DAY = 3.5;
const LONGEST_DAYS = 60;
/** Share of drugs that stay until the end, and the most hours the others run. */
const UNTIL_END = 0.15;
const OTHERS_RUN_HOURS = 60;

const byBeginning = (name: string): DrugFact | undefined => drugFacts.find(([drug]) => drug.startsWith(name));

const OTHER_ORDERS: readonly [string, string | null, number][] = [
  ["Lab", null, 0.5],
  ["General Care", "Other", 0.1],
  ["IV therapy", "IV fluids", 0.08],
  ["General Care", "Tubes/Drains", 0.06],
  ["Radiology", "General Xray", 0.06],
  ["Nutrition", "Diet Order", 0.06],
  ["General Care", "Vitals/Monitoring", 0.05],
  ["General Care", "Telemetry", 0.04],
  ["Respiratory", "Oxygen Therapy", 0.02],
  ["Consults", "Physical Therapy", 0.02],
  ["Radiology", "CT Scan", 0.01],
];
const otherShares = OTHER_ORDERS.map(([, , share]) => share);
const FREQUENCIES = ["DAILY", "BID", "TID", "Q6H", "Q8H", "Q4H:PRN", "ASDIR", "ONCE"];
const DOSES_A_DAY: Record<string, number> = {
  DAILY: 1,
  BID: 2,
  TID: 3,
  Q6H: 4,
  Q8H: 3,
  "Q4H:PRN": 2,
  ASDIR: 1,
  ONCE: 1,
};
const ORDERS_A_DAY = 12;

/** Running numbers of one patient. */
interface Numbers {
  order: number;
  given: number;
}

/** Writes all orders of a patient's admissions. */
export function writeOrders(
  scribe: Scribe,
  stream: RandomStream,
  person: Person,
  admissions: readonly Admission[],
): void {
  const numbers: Numbers = { order: 1, given: 1 };
  for (const admission of admissions) {
    admit(scribe, stream, person, admission, numbers);
    for (const { drug, hour } of drugsOf(stream, admission))
      prescribe(scribe, stream, person, admission, drug, hour, numbers);
    const days = (admission.end - admission.start) / SECONDS_PER_DAY;
    for (let n = count(stream, clamp(ORDERS_A_DAY * days, 1, 400)); n > 0; n--) {
      const kind = OTHER_ORDERS[weighted(stream, otherShares)]!;
      order(
        scribe,
        stream,
        person,
        admission,
        numbers,
        kind[0],
        kind[1],
        admission.start + stream.uniform() * (admission.end - admission.start),
      );
    }
    order(scribe, stream, person, admission, numbers, "ADT orders", "Discharge", admission.end - 2 * SECONDS_PER_HOUR);
  }
}

function admit(scribe: Scribe, stream: RandomStream, person: Person, admission: Admission, numbers: Numbers): void {
  const seq = numbers.order;
  const id = order(scribe, stream, person, admission, numbers, "ADT orders", "Admit", admission.start + 600);
  scribe.tables["poe_detail"]?.row(
    id,
    seq,
    person.subjectId,
    "Admit category",
    admission.type.includes("OBSERVATION") ? "Place in observation" : "Admit to inpatient",
  );
  scribe.tables["poe_detail"]?.row(
    id,
    seq,
    person.subjectId,
    "Admit to",
    admission.problem.service.includes("SURG") ? "Surgery" : "Medicine",
  );
}

function order(
  scribe: Scribe,
  stream: RandomStream,
  person: Person,
  { hadmId }: Admission,
  numbers: Numbers,
  type: string,
  subtype: string | null,
  time: number,
): string {
  const seq = numbers.order++;
  const id = `${person.subjectId}-${seq}`;
  scribe.tables["poe"]?.row(
    id,
    seq,
    person.subjectId,
    hadmId,
    Math.floor(time / 60) * 60,
    type,
    subtype,
    stream.chance(0.1) ? "Change" : "New",
    null,
    null,
    provider(stream),
    "Inactive",
  );
  return id;
}

/** Drugs and the hour of the admission at which they start; what is ordered on a day does not depend on later days. */
function drugsOf(stream: RandomStream, { problem, end, start }: Admission): { drug: DrugFact; hour: number }[] {
  const hours = (end - start) / SECONDS_PER_HOUR;
  const kit = problem.kits.flatMap((name) => KITS[name] ?? []);
  const infected = stream.chance(problem.infection);
  const first = [
    ...USUAL.filter(() => stream.chance(FIRST_DAY.usual)),
    ...kit.filter(() => stream.chance(FIRST_DAY.kit)),
    ...HOME.filter(() => stream.chance(FIRST_DAY.home)),
    ...(infected ? [oneOf(stream, INFECTION)] : []),
    ...(infected && stream.chance(FIRST_DAY.broad) ? ["Vancomycin"] : []),
  ];
  const planned = [...new Set(first)].map((name) => ({ name, hour: 24 * stream.uniform() ** 2 }));
  const later = [...USUAL, ...kit, ...kit];
  for (let day = 1; day < Math.min(hours / 24, LONGEST_DAYS); day++) {
    for (let n = count(stream, LATER_ORDERS_A_DAY); n > 0; n--)
      planned.push({ name: oneOf(stream, later), hour: 24 * (day + stream.uniform()) });
  }
  return planned.filter(({ hour }) => hour < hours).map(({ name, hour }) => ({ drug: byBeginning(name)!, hour }));
}

function prescribe(
  scribe: Scribe,
  stream: RandomStream,
  person: Person,
  admission: Admission,
  drug: DrugFact,
  hour: number,
  numbers: Numbers,
): void {
  const { tables, counters } = scribe;
  const { hadmId, start, end } = admission;
  const [name, code, gsn, ndc, strength, form, dose, unit, route, often] = drug;
  const from = start + Math.floor(hour) * SECONDS_PER_HOUR;
  const to = stream.chance(UNTIL_END)
    ? Math.max(from, Math.floor(end / SECONDS_PER_HOUR) * SECONDS_PER_HOUR)
    : Math.min(end, from + below(stream, OTHERS_RUN_HOURS) * SECONDS_PER_HOUR);
  const seq = numbers.order;
  const poe = order(scribe, stream, person, admission, numbers, "Medications", null, from - 1800);
  const pharmacy = counters.pharmacy++;
  const frequency = oneOf(stream, FREQUENCIES);
  const daily = often ?? DOSES_A_DAY[frequency]!;
  tables["prescriptions"]?.row(
    person.subjectId,
    hadmId,
    pharmacy,
    poe,
    seq,
    provider(stream),
    from,
    to,
    "MAIN",
    name,
    code,
    gsn,
    ndc,
    strength,
    form,
    dose,
    unit,
    dose,
    unit,
    daily,
    route,
  );
  tables["pharmacy"]?.row(
    person.subjectId,
    hadmId,
    pharmacy,
    poe,
    from,
    to,
    name,
    route === "IV" ? "IV Piggyback" : "Unit Dose",
    "Discontinued via patient discharge",
    from - 1200,
    from - 600,
    route,
    frequency,
    null,
    route === "IV" ? "C" : null,
    null,
    null,
    null,
    null,
    daily,
    null,
    "Ongoing",
    36,
    "Hours",
    null,
    "Omnicell",
    "1",
  );
  const gap = SECONDS_PER_DAY / Math.max(1, daily);
  const until = Math.min(to, end, from + 14 * SECONDS_PER_DAY);
  for (let due = from; due <= until; due += gap) {
    const id = `${person.subjectId}-${numbers.given}`;
    const event = stream.chance(0.87) ? "Administered" : oneOf(stream, ["Not Given", "Flushed", "Confirmed"]);
    const time = Math.min(end, Math.round(due + (below(stream, 60) - 20) * 60));
    tables["emar"]?.row(
      person.subjectId,
      hadmId,
      id,
      numbers.given,
      poe,
      pharmacy,
      provider(stream),
      time,
      name,
      event,
      Math.round(due),
      time + 60,
    );
    const given = event === "Administered" ? dose : "0";
    tables["emar_detail"]?.row(
      person.subjectId,
      id,
      numbers.given,
      null,
      "Standard Maintenance Medication",
      pharmacy,
      null,
      null,
      event === "Administered" ? "No" : null,
      dose,
      unit,
      given,
      unit,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    );
    tables["emar_detail"]?.row(
      person.subjectId,
      id,
      numbers.given,
      "1.1",
      null,
      pharmacy,
      "if",
      null,
      null,
      null,
      null,
      given,
      unit,
      "No",
      given,
      unit,
      code,
      name,
      null,
      null,
      null,
      null,
      null,
      null,
      route,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    );
    numbers.given++;
  }
}
