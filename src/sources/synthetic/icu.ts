// What is given to, taken from and done to a patient in intensive care, beside the chart itself.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../core/time.ts";
import type { Problem } from "./catalog.ts";
import { below, between, gauss, logNormal, oneOf } from "./draws.ts";
import type { Infection } from "./infection.ts";
import { type Kidneys, urineOf } from "./kidneys.ts";
import type { Person } from "./person.ts";
import { caregiver, type Scribe } from "./scribe.ts";
import { type IcuStay, isSilent } from "./story.ts";
import { type Support, stretches } from "./support.ts";

/** A drug as the pumps give it. */
interface Infusion {
  item: number;
  unit: string;
  rateUnit: string;
  /** Usual rate at strength 1. */
  rate: number;
  /** Whether the rate is for each kilogram. */
  perKg: boolean;
  /** Units of the amount in one unit of the rate: micrograms in a milligram. */
  divide: number;
  /** Minutes the rate's unit of time has. */
  perMinutes: number;
}

const NOREPINEPHRINE: Infusion = {
  item: 221906,
  unit: "mg",
  rateUnit: "mcg/kg/min",
  rate: 0.12,
  perKg: true,
  divide: 1000,
  perMinutes: 1,
};
const VASOPRESSIN: Infusion = {
  item: 222315,
  unit: "units",
  rateUnit: "units/hour",
  rate: 2.4,
  perKg: false,
  divide: 1,
  perMinutes: 60,
};
const PHENYLEPHRINE: Infusion = {
  item: 221749,
  unit: "mg",
  rateUnit: "mcg/kg/min",
  rate: 1,
  perKg: true,
  divide: 1000,
  perMinutes: 1,
};
const DOPAMINE: Infusion = {
  item: 221662,
  unit: "mg",
  rateUnit: "mcg/kg/min",
  rate: 6,
  perKg: true,
  divide: 1000,
  perMinutes: 1,
};
const DOBUTAMINE: Infusion = {
  item: 221653,
  unit: "mg",
  rateUnit: "mcg/kg/min",
  rate: 4,
  perKg: true,
  divide: 1000,
  perMinutes: 1,
};
const EPINEPHRINE: Infusion = {
  item: 221289,
  unit: "mg",
  rateUnit: "mcg/kg/min",
  rate: 0.06,
  perKg: true,
  divide: 1000,
  perMinutes: 1,
};
const PROPOFOL: Infusion = {
  item: 222168,
  unit: "mg",
  rateUnit: "mcg/kg/min",
  rate: 30,
  perKg: true,
  divide: 1000,
  perMinutes: 1,
};
const FENTANYL: Infusion = {
  item: 221744,
  unit: "mg",
  rateUnit: "mcg/hour",
  rate: 75,
  perKg: false,
  divide: 1000,
  perMinutes: 60,
};
const MIDAZOLAM: Infusion = {
  item: 221668,
  unit: "mg",
  rateUnit: "mg/hour",
  rate: 3,
  perKg: false,
  divide: 1,
  perMinutes: 60,
};
const SALINE: Infusion = {
  item: 225158,
  unit: "mL",
  rateUnit: "mL/hour",
  rate: 80,
  perKg: false,
  divide: 1,
  perMinutes: 60,
};
const HEPARIN: Infusion = {
  item: 225152,
  unit: "units",
  rateUnit: "units/hour",
  rate: 1000,
  perKg: false,
  divide: 1,
  perMinutes: 60,
};

const ANTIBIOTICS = [225798, 225893, 225883, 225859, 225855, 225850];
const DRINK = 226452;
const INSULIN = 223258;
const RED_CELLS = 225168;
const DEXTROSE = 220949;
const POTASSIUM = 225166;
const PROPHYLAXIS = 225975;
const TUBE_DRUGS = 225799;
const TUBE_WATER = 226453;
const FOLEY = 226559;
const VOID = 226560;
const RESIDUAL = 227510;
const DRAINS = [226588, 226573, 226599];
const WATER = 220490;
const PROCEDURES = {
  ventilation: 225792,
  mask: 225794,
  arterial: 225752,
  central: 224263,
  peripheral: 224275,
  film: 225459,
  cardiogram: 225402,
  culture: 225401,
  crrt: 225802,
  scan: 221214,
};
const LINE_DATES = {
  arterial: [224288, 224290, 224287],
  central: [224280, 224282, 224279],
  peripheral: [225754, 225755],
};
const LINES_SEEN_EVERY_HOURS = 8;
const INSERTION = "Date";

interface Bedside {
  scribe: Scribe;
  stream: RandomStream;
  person: Person;
  hadmId: number;
  stay: IcuStay;
  support: Support;
  kidneys: Kidneys;
  infection: Infection | null;
  problem: Problem;
}

/** Writes the stay and all its tables but the chart. */
export function writeIcuStay(bedside: Bedside): void {
  const { scribe, person, hadmId, stay } = bedside;
  const days = (stay.end - stay.start) / SECONDS_PER_DAY;
  scribe.tables["icustays"]?.row(
    person.subjectId,
    hadmId,
    stay.stayId,
    stay.firstUnit,
    stay.lastUnit,
    stay.start,
    stay.end,
    days,
  );
  if (days <= 0) return;
  writeInputs(bedside);
  writeOutputs(bedside);
  writeProcedures(bedside);
}

function writeInputs(bedside: Bedside): void {
  const { stream, stay, support, infection, problem } = bedside;
  const hours = (stay.end - stay.start) / SECONDS_PER_HOUR;
  const first = stream.chance(0.72)
    ? NOREPINEPHRINE
    : stream.chance(0.6)
      ? PHENYLEPHRINE
      : stream.chance(0.5)
        ? DOPAMINE
        : EPINEPHRINE;
  for (const { from, to } of stretches(support.pressors)) {
    const strength = (hour: number) => support.pressors[hour]!;
    infuse(bedside, first, from, to, strength, "01-Drips");
    // added when the first drug has become strong, never for what is still to come
    const second = support.pressors.findIndex((strong, hour) => hour >= from && hour < to && strong > 1.6);
    if (second >= 0) infuse(bedside, VASOPRESSIN, second, to, () => 1, "01-Drips");
    const weak = support.pressors.findIndex((strong, hour) => hour >= from && hour < to && strong > 1);
    if (weak >= 0 && stream.chance(0.12)) infuse(bedside, DOBUTAMINE, weak, to, strength, "01-Drips");
  }
  for (const { from, to } of stretches(support.ventilated)) {
    const sedative = stream.chance(0.75) ? PROPOFOL : MIDAZOLAM;
    infuse(bedside, sedative, from, to, () => 0.6 + 0.8 * stream.uniform(), "01-Drips");
    if (stream.chance(0.7)) infuse(bedside, FENTANYL, from, to, () => 0.5 + stream.uniform(), "01-Drips");
  }
  if (stream.chance(0.75))
    infuse(bedside, SALINE, 0, Math.min(Math.ceil(hours), 8 + below(stream, 40)), () => 1, "02-Fluids (Crystalloids)");
  if (problem.kits.includes("heparin"))
    infuse(bedside, HEPARIN, 1, Math.min(Math.ceil(hours), 60), () => 0.7 + 0.6 * stream.uniform(), "01-Drips");
  if (stream.chance(problem.infection) || stream.chance(0.12)) {
    const drugs = ANTIBIOTICS.filter(() => stream.chance(0.3)).concat(oneOf(stream, ANTIBIOTICS));
    for (const drug of new Set(drugs)) {
      const every = oneOf(stream, [6, 8, 12, 24]);
      for (let hour = stream.uniform() * 8; hour < Math.min(hours, 24 * 8); hour += every)
        carried(bedside, drug, "dose", 1, hour, "08-Antibiotics (IV)");
    }
  }
  if (infection) {
    const drug = oneOf(stream, ANTIBIOTICS);
    for (let hour = infection.treated; hour < hours; hour += 8)
      carried(bedside, drug, "dose", 1, hour, "08-Antibiotics (IV)");
  }
  const thinner = !problem.kits.includes("heparin") && stream.chance(0.6);
  for (let hour = stream.uniform() * 8; hour < hours; hour += between(stream, 6, 10)) {
    if (thinner) bolus(bedside, PROPHYLAXIS, "dose", 1, hour, "11-Prophylaxis (Non IV)");
    if (stream.chance(0.3)) carried(bedside, POTASSIUM, "mEq", 20, hour, "02-Fluids (Crystalloids)");
  }
  for (let hour = stream.uniform() * 4; hour < hours; hour += between(stream, 2, 5)) {
    if (isSilent(stay, Math.floor(hour))) continue;
    if (support.holds("ventilated", Math.floor(hour))) {
      bolus(bedside, TUBE_DRUGS, "mL", 10 * (1 + below(stream, 8)), hour, "14-Oral/Gastric Intake");
      bolus(bedside, TUBE_WATER, "mL", 30, hour, "14-Oral/Gastric Intake");
      continue;
    }
    if (stream.chance(0.5)) continue;
    bolus(bedside, DRINK, "mL", Math.round(between(stream, 60, 300) / 10) * 10, hour, "14-Oral/Gastric Intake");
    if (stream.chance(0.25)) bolus(bedside, INSULIN, "units", 2 + below(stream, 8), hour, "06-Insulin (Non IV)");
  }
  if (problem.kits.includes("bleed") || stream.chance(0.1))
    bolus(bedside, RED_CELLS, "mL", 350, Math.min(hours * 0.5, 6), "07-Blood Products");
}

/** A running infusion: a row for each stretch with one rate, as the pumps report it. */
function infuse(
  bedside: Bedside,
  drug: Infusion,
  from: number,
  to: number,
  strength: (hour: number) => number,
  category: string,
): void {
  const { scribe, stream, person, stay } = bedside;
  const order = scribe.counters.order++;
  const last = Math.min(to, (stay.end - stay.start) / SECONDS_PER_HOUR);
  for (let hour = from; hour < last; ) {
    const until = Math.min(last, hour + 1 + below(stream, 3));
    const rate = drug.rate * Math.max(0.1, strength(Math.floor(hour)) * (1 + 0.15 * gauss(stream)));
    const minutes = (until - hour) * 60;
    const amount = (rate * (drug.perKg ? person.weightKg : 1) * minutes) / drug.perMinutes / drug.divide;
    const done = until >= last;
    input(bedside, {
      item: drug.item,
      start: stay.start + Math.round(hour * 60) * 60,
      end: stay.start + Math.round(until * 60) * 60,
      amount,
      unit: drug.unit,
      rate,
      rateUnit: drug.rateUnit,
      order,
      category,
      kind: drug.unit === "mL" ? "Continuous IV" : "Continuous Med",
      status: done ? "FinishedRunning" : "ChangeDose/Rate",
    });
    hour = until;
  }
}

/** A drug in its carrier: two rows, as the pumps report them. */
function carried(bedside: Bedside, item: number, unit: string, amount: number, hour: number, category: string): void {
  bolus(bedside, item, unit, amount, hour, category);
  bolus(bedside, DEXTROSE, "mL", 50 * (1 + below(bedside.stream, 3)), hour, "02-Fluids (Crystalloids)");
}

function bolus(bedside: Bedside, item: number, unit: string, amount: number, hour: number, category: string): void {
  const { scribe, stay } = bedside;
  const start = stay.start + Math.floor(hour * 60) * 60;
  input(bedside, {
    item,
    start,
    end: start + 60,
    amount,
    unit,
    rate: null,
    rateUnit: null,
    order: scribe.counters.order++,
    category,
    kind: "Drug Push",
    status: "FinishedRunning",
  });
}

interface Input {
  item: number;
  start: number;
  end: number;
  amount: number;
  unit: string;
  rate: number | null;
  rateUnit: string | null;
  order: number;
  category: string;
  kind: string;
  status: string;
}

function input({ scribe, stream, person, hadmId, stay }: Bedside, given: Input): void {
  const who = caregiver(stream);
  const { item, start, end, amount, unit, rate, rateUnit, order, category, kind, status } = given;
  scribe.tables["inputevents"]?.row(
    person.subjectId,
    hadmId,
    stay.stayId,
    who,
    start,
    end,
    end + 60,
    item,
    rounded(amount),
    unit,
    rate === null ? null : rounded(rate),
    rateUnit,
    order,
    order,
    category,
    category === "01-Drips" ? "02-Fluids (Crystalloids)" : null,
    "Main order parameter",
    kind,
    rounded(person.weightKg),
    rounded(amount * 1.2),
    unit,
    0,
    0,
    status,
    rounded(amount),
    rate === null ? rounded(amount) : rounded(rate),
  );
  const water = unit === "mL" ? amount : 50;
  scribe.tables["ingredientevents"]?.row(
    person.subjectId,
    hadmId,
    stay.stayId,
    who,
    start,
    end,
    end + 60,
    WATER,
    rounded(water),
    "mL",
    null,
    null,
    order,
    order,
    status,
    0,
    rounded(water),
  );
}

function writeOutputs({ scribe, stream, person, hadmId, stay, support, kidneys, problem }: Bedside): void {
  const table = scribe.tables["outputevents"];
  const hours = (stay.end - stay.start) / SECONDS_PER_HOUR;
  let catheter = stream.chance(0.55);
  const put = (hour: number, item: number, volume: number) => {
    const time = stay.start + Math.floor(hour * 60) * 60;
    table?.row(
      person.subjectId,
      hadmId,
      stay.stayId,
      caregiver(stream),
      time,
      time + 600,
      item,
      Math.round(volume),
      "mL",
    );
  };
  let before = 0;
  for (let hour = stream.uniform(); hour < hours; ) {
    const over = hour - before;
    if (over > 0 && !isSilent(stay, Math.floor(hour))) {
      const volume = person.weightKg * urineOf(stream, kidneys, stay.course, { hour: Math.floor(hour), over });
      put(hour, catheter ? FOLEY : VOID, Math.min(volume, 1800));
      before = hour;
    }
    catheter ||= support.holds("ventilated", Math.floor(hour));
    hour += catheter ? (stream.chance(0.75) ? 1 : 2) : between(stream, 2, 7);
  }
  for (let hour = 6; hour < hours; hour += 8) {
    if (!support.holds("ventilated", hour) || !stream.chance(0.3) || isSilent(stay, hour)) continue;
    put(hour, RESIDUAL, between(stream, 0, 120));
  }
  if (problem.surgical)
    for (let hour = 2; hour < Math.min(hours, 96); hour += 4)
      if (!isSilent(stay, hour)) put(hour, oneOf(stream, DRAINS), logNormal(stream, 40, 0.8));
}

function writeProcedures({ scribe, stream, person, hadmId, stay, support }: Bedside): void {
  const hours = (stay.end - stay.start) / SECONDS_PER_HOUR;
  const put = (item: number, from: number, to: number, category: string, site: string | null = null) => {
    const start = stay.start + Math.floor(from * 60) * 60;
    const end = Math.max(start + 60, stay.start + Math.floor(Math.min(to, hours) * 60) * 60);
    const order = scribe.counters.order++;
    const minutes = (end - start) / 60;
    scribe.tables["procedureevents"]?.row(
      person.subjectId,
      hadmId,
      stay.stayId,
      caregiver(stream),
      start,
      end,
      end + 300,
      item,
      minutes,
      "min",
      site,
      site ? "Invasive Line" : null,
      order,
      order,
      category,
      minutes > 60 ? "ContinuousProcess" : "Task",
      rounded(person.weightKg),
      0,
      0,
      "FinishedRunning",
      minutes,
      0,
    );
  };
  const dates = (items: readonly number[], hour: number) => {
    if (!isSilent(stay, hour)) for (const item of items) date(item, hour);
  };
  const date = (item: number, hour: number) => {
    const time = stay.start + Math.floor(hour * 60) * 60;
    scribe.tables["datetimeevents"]?.row(
      person.subjectId,
      hadmId,
      stay.stayId,
      caregiver(stream),
      time,
      time + 900,
      item,
      Math.floor(stay.start / SECONDS_PER_DAY) * SECONDS_PER_DAY,
      INSERTION,
      0,
    );
  };
  for (const { from, to } of stretches(support.ventilated)) put(PROCEDURES.ventilation, from, to, "Ventilation");
  for (const { from, to } of stretches(support.arterial)) {
    put(PROCEDURES.arterial, from, to, "Invasive Lines", "Left Radial.");
    for (let hour = from; hour < Math.min(to, hours); hour += LINES_SEEN_EVERY_HOURS) dates(LINE_DATES.arterial, hour);
  }
  const central = support.pressors.findIndex((strength) => strength > 0);
  if (central >= 0) {
    put(PROCEDURES.central, central, hours, "Invasive Lines", "Right IJ");
    for (let hour = central; hour < hours; hour += LINES_SEEN_EVERY_HOURS) dates(LINE_DATES.central, hour);
  }
  for (const { from, to } of support.onDialysis) put(PROCEDURES.crrt, from, to, "Dialysis");
  put(PROCEDURES.peripheral, 0, Math.min(hours, 72), "Peripheral Lines", "Right Hand");
  for (let hour = 1; hour < hours; hour += LINES_SEEN_EVERY_HOURS) dates(LINE_DATES.peripheral, hour);
  for (let hour = stream.uniform() * 12; hour < hours; hour += 24) put(PROCEDURES.film, hour, hour, "Imaging");
  if (stream.chance(0.5)) put(PROCEDURES.cardiogram, 1, 1, "Procedures");
  if (stream.chance(0.3)) put(PROCEDURES.scan, Math.min(hours, 5) * stream.uniform(), 0, "Imaging");
  if (stream.chance(0.3)) put(PROCEDURES.culture, Math.min(hours, 10) * stream.uniform(), 0, "Procedures");
}

const FOUR_DECIMALS = 10_000;
function rounded(value: number): number {
  return Math.round(value * FOUR_DECIMALS) / FOUR_DECIMALS;
}
