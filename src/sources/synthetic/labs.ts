// Laboratory results of an admission or a visit: which panels, when, and what they show. Knows no order system.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_HOUR } from "../../core/time.ts";
import { field } from "./bytes.ts";
import { type LabItem, labItems } from "./catalog.ts";
import { below, gauss } from "./draws.ts";
import { SYSTEM_COUNT, SYSTEMS } from "./illness.ts";
import { CREATININE_PER_LEVEL, measuredCreatinine } from "./kidneys.ts";
import type { Person } from "./person.ts";
import { provider, type Scribe } from "./scribe.ts";
import { type Admission, isSilent } from "./story.ts";
import type { UnitCourses } from "./unit-course.ts";

/** A panel: hours between draws in intensive care and on a ward, the chance of one without a fixed rhythm, and its reason. */
interface Panel {
  icu: number;
  ward: number;
  /** A system whose severity must exceed the level for the panel to be drawn. */
  because?: { system: (typeof SYSTEMS)[number]; over: number };
  /** Chance that it is drawn when due. */
  chance?: number;
}

const PANELS: Record<string, Panel> = {
  chemistry: { icu: 13, ward: 22 },
  minerals: { icu: 14, ward: 26 },
  count: { icu: 14, ward: 24 },
  differential: { icu: 34, ward: 96, chance: 0.45 },
  coagulation: { icu: 14, ward: 60, chance: 0.75 },
  fibrinogen: { icu: 24, ward: 200, because: { system: "coag", over: 1 }, chance: 0.5 },
  liver: { icu: 24, ward: 80, chance: 0.45 },
  albumin: { icu: 60, ward: 150, chance: 0.35 },
  bilirubin: { icu: 48, ward: 200, because: { system: "hep", over: 1 }, chance: 0.3 },
  tissue: { icu: 40, ward: 150, chance: 0.4 },
  heart: { icu: 14, ward: 90, because: { system: "circ", over: 0.9 }, chance: 0.4 },
  bnp: { icu: 100, ward: 200, because: { system: "circ", over: 0.8 }, chance: 0.3 },
  inflammation: { icu: 70, ward: 150, because: { system: "infl", over: 0.8 }, chance: 0.2 },
  gas: { icu: 7, ward: 400, because: { system: "resp", over: 0.75 } },
  gasOxygen: { icu: 20, ward: 400, because: { system: "resp", over: 1.2 }, chance: 0.6 },
  gasGlucose: { icu: 16, ward: 400, because: { system: "resp", over: 1.2 }, chance: 0.6 },
  lactate: { icu: 7, ward: 120, because: { system: "circ", over: 0.6 }, chance: 0.9 },
  calcium: { icu: 9, ward: 400, because: { system: "circ", over: 0.75 }, chance: 0.85 },
  methemoglobin: { icu: 200, ward: 900, because: { system: "resp", over: 1.5 }, chance: 0.2 },
  occasional: { icu: 200, ward: 200, chance: 0.15 },
  urine: { icu: 70, ward: 100, chance: 0.3 },
};

/** Drawn this much closer together than the plan says, as wards do. */
const CLOSER = 0.7;

/** How far a patient's usual value lies from the middle, and how far results scatter about it, in spreads of the item. */
const SCATTER = { patient: 0.65, result: 0.7 };
/** Scale of what severity does to results. */
const EFFECT = 1.25;

interface Compiled {
  item: LabItem;
  /** Place in `labItems`. */
  place: number;
  effects: Float64Array;
  unit: Uint8Array;
}

const panels = Object.entries(PANELS).map(([name, panel]) => ({
  ...panel,
  system: panel.because ? SYSTEMS.indexOf(panel.because.system) : -1,
  items: labItems
    .filter((item) => item.panel === name)
    .map(
      (item): Compiled => ({
        item,
        place: labItems.indexOf(item),
        effects: Float64Array.from(SYSTEMS, (system) => EFFECT * (item.effects[system] ?? 0)),
        unit: field(item.unit ?? ""),
      }),
    ),
}));

const chemistry = panels[Object.keys(PANELS).indexOf("chemistry")]!.items;
const RENAL = SYSTEMS.indexOf("renal");
const CREATININE = 50912;
const BICARBONATE = 50882;
const CARBON_DIOXIDE = 50818;
const MASKED = "___";
const routine = field("ROUTINE");
const stat = field("STAT");
const abnormal = field("abnormal");

/** How often the laboratory's files have these faults. */
const FAULTS = { noAdmission: 0.02, noValue: 0.006, masked: 0.004, twice: 0.001 };

interface Sample {
  subjectId: number;
  hadmId: number | null;
  time: number;
  levels: ArrayLike<number>;
  /** Where the levels of the hour begin. */
  offset: number;
  urgent: boolean;
  /** No result of it is missing or masked. */
  whole?: boolean;
}

/**
 * Draws of an admission: on the wards by the state on arrival or that of leaving intensive care, in the units by the hour's.
 * An injury of the kidneys shows in creatinine within its first hour.
 */
export function writeAdmissionLabs(
  scribe: Scribe,
  stream: RandomStream,
  person: Person,
  admission: Admission,
  courses: UnitCourses,
): void {
  const usual = usualOf(stream);
  let resting: ArrayLike<number> = admission.illness.levels;
  for (const { start, end, icu } of admission.parts) {
    const hours = Math.max(0, (end - start) / SECONDS_PER_HOUR);
    const levels = icu ? icu.course.severity : resting;
    if (icu) resting = icu.course.severity.subarray(icu.course.severity.length - SYSTEM_COUNT);
    const injured = icu ? courses.get(icu.stayId)!.kidneys.onset : null;
    if (icu && injured !== null && !isSilent(icu, injured)) {
      writeSample(scribe, stream, person, usual, chemistry, {
        subjectId: person.subjectId,
        hadmId: admission.hadmId,
        time: icu.start + injured * SECONDS_PER_HOUR + below(stream, 60) * 60,
        levels,
        offset: injured * SYSTEM_COUNT,
        urgent: true,
        whole: true,
      });
    }
    for (const panel of panels) {
      const every = (icu ? panel.icu : panel.ward) * CLOSER;
      // whoever comes to intensive care has a chemistry in the first hour: what the kidneys do later is seen against it
      const isArrival = icu !== undefined && panel.items === chemistry;
      const first = isArrival ? stream.uniform() : every * stream.uniform() * 0.6;
      for (let hour = first; hour < hours; hour += every * (0.7 + 0.6 * stream.uniform())) {
        if (icu && isSilent(icu, hour)) continue;
        const offset = icu ? Math.floor(hour) * SYSTEM_COUNT : 0;
        if (panel.because && levels[offset + panel.system]! < panel.because.over && !stream.chance(0.12)) continue;
        if (panel.chance !== undefined && !stream.chance(panel.chance)) continue;
        const whole = isArrival && hour === first;
        const sample: Sample = {
          subjectId: person.subjectId,
          hadmId: stream.chance(FAULTS.noAdmission) && !whole ? null : admission.hadmId,
          time: start + Math.floor(hour * 60) * 60,
          levels,
          offset,
          urgent: icu !== undefined,
          whole,
        };
        writeSample(scribe, stream, person, usual, panel.items, sample);
      }
    }
  }
}

/** Blood taken on a visit that does not lead to an admission: no admission number. */
export function writeVisitLabs(
  scribe: Scribe,
  stream: RandomStream,
  person: Person,
  time: number,
  levels: Float64Array,
): void {
  const usual = usualOf(stream);
  for (const name of ["chemistry", "count", "urine"]) {
    if (!stream.chance(0.45)) continue;
    const items = panels[Object.keys(PANELS).indexOf(name)]!.items;
    writeSample(scribe, stream, person, usual, items, {
      subjectId: person.subjectId,
      hadmId: null,
      time,
      levels,
      offset: 0,
      urgent: true,
    });
  }
}

function writeSample(
  scribe: Scribe,
  stream: RandomStream,
  person: Person,
  usual: Float64Array,
  items: readonly Compiled[],
  sample: Sample,
): void {
  const to = scribe.tables["labevents"]?.bytes;
  if (!to) return;
  const { counters } = scribe;
  const specimen = counters.specimen++;
  const orderedBy = provider(stream);
  const stored = sample.time + (25 + below(stream, 120)) * 60;
  for (const { item, place, effects, unit } of items) {
    const value = resultOf(stream, person, item, usual[place]!, effects, sample);
    const copies = stream.chance(FAULTS.twice) ? 2 : 1;
    const fault = sample.whole ? 1 : stream.uniform();
    for (let copy = 0; copy < copies; copy++) {
      to.int(counters.labEvent++);
      to.int(sample.subjectId);
      if (sample.hadmId === null) to.none();
      else to.int(sample.hadmId);
      to.int(specimen);
      to.int(item.id);
      to.word(orderedBy);
      to.time(sample.time);
      to.time(stored);
      const tooLow = item.floor !== undefined && value < item.floor;
      const tooHigh = item.above !== undefined && value > item.above;
      if (fault < FAULTS.noValue) to.none(2);
      else if (fault < FAULTS.noValue + FAULTS.masked) {
        to.word(MASKED);
        to.none();
      } else if (tooLow || tooHigh) {
        to.word(tooLow ? `<${item.floor}` : `>${item.above}`);
        to.none();
      } else {
        to.fixed(value, item.decimals);
        to.number(value, item.decimals);
      }
      to.text(unit);
      for (const limit of [item.low, item.high]) {
        if (limit === null) to.none();
        else to.number(limit, 3);
      }
      if ((item.low !== null && value < item.low) || (item.high !== null && value > item.high)) to.text(abnormal);
      else to.none();
      to.text(sample.urgent ? stat : routine);
      if (stream.chance(0.03)) to.word(MASKED);
      else to.none();
      to.end();
    }
  }
}

/** How far the usual value of each item lies from the middle for this patient, this time. */
function usualOf(stream: RandomStream): Float64Array {
  return Float64Array.from(labItems, ({ spread }) => SCATTER.patient * spread * gauss(stream));
}

function resultOf(
  stream: RandomStream,
  person: Person,
  item: LabItem,
  usual: number,
  effects: Float64Array,
  { levels, offset }: Sample,
): number {
  if (item.id === CREATININE) {
    const shift = usual + CREATININE_PER_LEVEL * levels[offset + RENAL]!;
    return measuredCreatinine(stream, person.creatinine * Math.exp(shift));
  }
  let shift = usual + SCATTER.result * item.spread * gauss(stream);
  for (let k = 0; k < SYSTEM_COUNT; k++) shift += effects[k]! * levels[offset + k]!;
  const mid = item.id === BICARBONATE ? person.bicarbonate : item.id === CARBON_DIOXIDE ? person.pco2 : item.mid;
  const value = item.log ? mid * Math.exp(shift) : mid + shift;
  return item.low !== null && item.low >= 0 ? Math.max(value, item.decimals > 0 ? 10 ** -item.decimals : 0) : value;
}
