// Chart events of a stay in intensive care: vital signs, neurology, ventilator, nursing rounds, with what goes wrong in real charts.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_HOUR } from "../../core/time.ts";
import { field, fields, type RowBytes } from "./bytes.ts";
import { itemFacts, type RoundItem, rounds } from "./catalog.ts";
import { below, clamp, gauss } from "./draws.ts";
import { SYSTEM_COUNT, SYSTEMS } from "./illness.ts";
import type { Person } from "./person.ts";
import { caregivers } from "./scribe.ts";
import { type IcuStay, isSilent } from "./story.ts";
import type { Support } from "./support.ts";
import { TEMPERATURE_EVERY, type VitalSigns } from "./vital-signs.ts";

const [RESP, NEURO] = [SYSTEMS.indexOf("resp"), SYSTEMS.indexOf("neuro")];

const HEART_RATE = 220045;
const RHYTHM = 220048;
const BREATHS = 220210;
const SATURATION = 220277;
const PRESSURES = { arterial: [220050, 220051, 220052], cuff: [220179, 220180, 220181] } as const;
const ARTERIAL_MEAN_OTHER = 225312;
const FAHRENHEIT = 223761;
const CELSIUS = 223762;
const INSPIRED_OXYGEN = 223835;
const COMA_SCALE = { eyes: 220739, words: 223900, movement: 223901 };
const HEIGHT_INCHES = 226707;
const HEIGHT_CM = 226730;
const WEIGHT_ADMISSION_KG = 226512;
const WEIGHT_ADMISSION_LB = 226531;
const WEIGHT_DAILY_KG = 224639;

const unitBytes = new Map<number, Uint8Array>(itemFacts.map(([id, , , , , unit]) => [id, field(unit ?? "")]));
const rhythms = [
  "SR (Sinus Rhythm)",
  "ST (Sinus Tachycardia)",
  "AF (Atrial Fibrillation)",
  "SB (Sinus Bradycardia)",
].map(field);

/** Rounds are charted this much closer together than the plan says: nurses chart again when something changes. */
const CLOSER = 0.72;

/** A round with its texts as bytes. */
const compiled = rounds.map(({ name, everyHours, when, items }) => ({
  name,
  everyHours: everyHours * CLOSER,
  when,
  items: items.map((item) => ({
    item,
    texts: item.values?.map((value) => {
      const bar = value.indexOf("|");
      const number = bar < 0 ? Number.NaN : Number(value.slice(0, bar));
      return { bytes: field(bar < 0 ? value : value.slice(bar + 1)), number };
    }),
  })),
}));
type Compiled = (typeof compiled)[number]["items"][number];

/** How often the charts of real units have these faults. */
const FAULTS = { twice: 0.002, outside: 0.01, sparse: 0.006, fraction: 0.02, missing: 0.02 };

/** What a chart is of. */
interface Charted {
  person: Person;
  hadmId: number;
  stay: IcuStay;
  support: Support;
  signs: VitalSigns;
}

/** One stay's chart. */
export class Chart {
  private readonly to: RowBytes;
  private readonly stream: RandomStream;
  private readonly person: Person;
  private readonly stay: IcuStay;
  private readonly support: Support;
  private readonly prefix: Uint8Array;
  private readonly signs: VitalSigns;
  private nurse = 0;

  constructor(to: RowBytes, stream: RandomStream, { person, hadmId, stay, support, signs }: Charted) {
    this.to = to;
    this.stream = stream;
    this.person = person;
    this.stay = stay;
    this.support = support;
    this.prefix = fields(person.subjectId, hadmId, stay.stayId);
    this.signs = signs;
  }

  write(): void {
    const { stream, stay } = this;
    const hours = Math.ceil((stay.end - stay.start) / SECONDS_PER_HOUR);
    const last = stream.chance(FAULTS.sparse) ? 2 : hours;
    const celsius = stream.chance(0.1);
    const offset = compiled.map(({ everyHours }) => stream.uniform() * everyHours);
    this.measurements();
    if (stream.chance(FAULTS.outside)) this.vitals(-1 - below(stream, 3), stay.start - (1 + below(stream, 170)) * 60);
    for (let hour = 0; hour < last; hour++) {
      if (hour % 12 === 0) this.nurse = caregivers[below(stream, caregivers.length)]!;
      if (isSilent(stay, hour)) continue;
      const start = stay.start + hour * SECONDS_PER_HOUR;
      this.vitals(hour, start + below(stream, 20) * 60);
      if (hour % TEMPERATURE_EVERY === 0 || stream.chance(0.08))
        this.temperature(hour, start + below(stream, 50) * 60, celsius);
      if (hour % 4 === 1) this.comaScale(hour, start + below(stream, 50) * 60);
      if (hour % 3 === 0) this.oxygen(hour, start + below(stream, 50) * 60);
      compiled.forEach((round, i) => {
        if (!this.support.holds(round.when, hour)) return;
        const due =
          Math.floor((hour + offset[i]!) / round.everyHours) !== Math.floor((hour - 1 + offset[i]!) / round.everyHours);
        if (due || round.everyHours <= 1) this.round(round.items, hour, start + below(stream, 60) * 60);
      });
    }
    if (stream.chance(FAULTS.outside)) this.vitals(hours, stay.end + (1 + below(stream, 120)) * 60);
  }

  private level(system: number, hour: number): number {
    const { severity } = this.stay.course;
    const last = severity.length / SYSTEM_COUNT - 1;
    return severity[clamp(hour, 0, last) * SYSTEM_COUNT + system]!;
  }

  private vitals(hour: number, time: number): void {
    if (
      time >= this.stay.end &&
      hour >= 0 &&
      this.stay.end - this.stay.start > SECONDS_PER_HOUR &&
      hour < (this.stay.end - this.stay.start) / SECONDS_PER_HOUR
    )
      return;
    const { stream, person } = this;
    const seen = () => !stream.chance(FAULTS.missing);
    const rate = this.signs.at("heartRate", hour);
    if (seen()) this.whole(HEART_RATE, time, rate);
    const mean = this.signs.at("meanPressure", hour);
    const pulse = this.signs.at("pulsePressure", hour);
    const arterial = this.support.arterial[clamp(hour, 0, this.support.arterial.length - 1)] === 1;
    if (seen()) {
      const [systolic, diastolic, middle] = arterial ? PRESSURES.arterial : PRESSURES.cuff;
      this.whole(systolic, time, mean + (2 / 3) * pulse);
      this.whole(diastolic, time, mean - pulse / 3);
      this.whole(middle, time, mean);
      if (arterial && stream.chance(0.03)) this.whole(ARTERIAL_MEAN_OTHER, time, mean + 2 * gauss(stream));
    }
    if (seen()) this.whole(BREATHS, time, this.signs.at("breathing", hour));
    const saturation = person.saturation - 1.5 * this.level(RESP, hour) + 1.3 * gauss(stream);
    if (seen()) this.whole(SATURATION, time, clamp(saturation, 60, 100));
    if (hour % 4 === 0) this.text(RHYTHM, time, rhythms[rate > 105 ? 1 : stream.chance(0.12) ? 2 : rate < 58 ? 3 : 0]!);
  }

  private temperature(hour: number, time: number, celsius: boolean): void {
    const fahrenheit = this.signs.at("temperature", hour);
    if (celsius) this.number(CELSIUS, time, ((fahrenheit - 32) * 5) / 9, 1);
    else this.number(FAHRENHEIT, time, fahrenheit, 1);
  }

  private comaScale(hour: number, time: number): void {
    const { stream } = this;
    const neuro = this.level(NEURO, hour) + (this.support.holds("ventilated", hour) ? 0.8 : 0);
    const points = (most: number, slope: number) =>
      clamp(Math.round(most - slope * Math.max(0, neuro - 0.5) + 0.4 * gauss(stream)), 1, most);
    this.scored(COMA_SCALE.eyes, time, points(4, 0.9), ["None", "To Pain", "To Speech", "Spontaneously"]);
    if (this.support.holds("ventilated", hour)) this.scored(COMA_SCALE.words, time, 1, ["No Response-ETT"]);
    else
      this.scored(COMA_SCALE.words, time, points(5, 1.2), [
        "No Response",
        "Incomprehensible sounds",
        "Inappropriate Words",
        "Confused",
        "Oriented",
      ]);
    this.scored(COMA_SCALE.movement, time, points(6, 1.2), [
      "No response",
      "Abnormal extension",
      "Abnormal Flexion",
      "Flex-withdraws",
      "Localizes Pain",
      "Obeys Commands",
    ]);
  }

  private oxygen(hour: number, time: number): void {
    const { stream } = this;
    const ventilated = this.support.holds("ventilated", hour);
    const resp = this.level(RESP, hour);
    if (!ventilated && !(resp > 1.2 && stream.chance(0.3))) return;
    const percent = clamp(Math.round((30 + 11 * resp + 4 * gauss(stream)) / 5) * 5, 21, 100);
    if (stream.chance(FAULTS.fraction)) this.number(INSPIRED_OXYGEN, time, percent / 100, 2);
    else this.whole(INSPIRED_OXYGEN, time, percent);
  }

  /** Height and weight, charted once. */
  private measurements(): void {
    const { stream, person, stay } = this;
    this.nurse = caregivers[below(stream, caregivers.length)]!;
    const soon = () => stay.start + below(stream, 300) * 60;
    if (stream.chance(0.55)) {
      const time = soon();
      this.whole(HEIGHT_INCHES, time, person.heightCm / 2.54);
      this.whole(HEIGHT_CM, time, person.heightCm);
    }
    const kilograms = person.weightKg * (1 + 0.03 * gauss(stream));
    if (stream.chance(0.86)) {
      const time = soon();
      this.number(WEIGHT_ADMISSION_KG, time, kilograms, 1);
      if (stream.chance(0.4)) this.number(WEIGHT_ADMISSION_LB, time, kilograms / 0.45359237, 1);
    }
    const days = Math.floor((stay.end - stay.start) / (24 * SECONDS_PER_HOUR));
    for (let day = 1; day <= days; day++) {
      if (stream.chance(0.6))
        this.number(
          WEIGHT_DAILY_KG,
          stay.start + (24 * day - below(stream, 6)) * SECONDS_PER_HOUR,
          kilograms * (1 + 0.02 * gauss(stream)),
          1,
        );
    }
  }

  private round(items: Compiled[], hour: number, time: number): void {
    const { stream } = this;
    for (const { item, texts } of items) {
      const times = item.times ?? 1;
      for (let n = 0; n < times; n++) {
        if (!stream.chance(item.p)) continue;
        if (texts) {
          // the first texts of a list are the usual ones
          const { bytes, number } = texts[Math.floor(texts.length * stream.uniform() ** 2)]!;
          this.event(item.id, time, bytes, number, 0);
        } else if (item.checkbox !== undefined) this.whole(item.id, time, stream.chance(item.checkbox) ? 1 : 0);
        else this.special(item, hour, time);
      }
    }
  }

  private special(item: RoundItem, hour: number, time: number): void {
    const { stream, person } = this;
    const set = clamp(Math.round(16 + 2 * this.level(RESP, hour) + gauss(stream)), 8, 36);
    switch (item.special) {
      case "rass": {
        const score = clamp(Math.round(-this.level(NEURO, hour) + 0.6 * gauss(stream) + 0.4), -5, 3);
        this.whole(item.id, time, score);
        return;
      }
      case "oxygen":
        this.text(
          item.id,
          time,
          this.support.holds("ventilated", hour) ? endotracheal : this.level(RESP, hour) > 1 ? cannula : roomAir,
        );
        return;
      case "respSet":
        this.whole(item.id, time, set);
        return;
      case "respSpontaneous":
        this.whole(item.id, time, stream.chance(0.5) ? 0 : below(stream, 14));
        return;
      case "respTotal":
        this.whole(item.id, time, clamp(person.breathing + 2.4 * this.level(RESP, hour) + 2 * gauss(stream), set, 60));
        return;
      default: {
        let value = item.mean! + item.sd! * gauss(stream);
        if (item.step) value = Math.round(value / item.step) * item.step;
        this.number(
          item.id,
          time,
          clamp(value, item.lo ?? Number.NEGATIVE_INFINITY, item.hi ?? Number.POSITIVE_INFINITY),
          item.decimals ?? 0,
        );
      }
    }
  }

  private whole(item: number, time: number, value: number): void {
    this.number(item, time, Math.round(value), 0);
  }

  private number(item: number, time: number, value: number, decimals: number): void {
    this.begin(item, time);
    this.to.number(value, decimals);
    this.to.number(value, decimals);
    this.finish(item);
    if (this.stream.chance(FAULTS.twice)) this.number(item, time, value, decimals);
  }

  private scored(item: number, time: number, score: number, words: string[]): void {
    this.event(item, time, field(words[score - 1]!), score, 0);
  }

  private text(item: number, time: number, value: Uint8Array): void {
    this.event(item, time, value, Number.NaN, 0);
  }

  private event(item: number, time: number, value: Uint8Array, number: number, decimals: number): void {
    this.begin(item, time);
    this.to.text(value);
    if (Number.isNaN(number)) this.to.none();
    else this.to.number(number, decimals);
    this.finish(item);
  }

  private begin(item: number, time: number): void {
    const { to } = this;
    to.text(this.prefix);
    to.int(this.nurse);
    to.time(time);
    to.time(time + (1 + below(this.stream, 40)) * 60);
    to.int(item);
  }

  private finish(item: number): void {
    this.to.text(unitBytes.get(item) ?? nothing);
    this.to.int(0);
    this.to.end();
  }
}

const nothing = new Uint8Array(0);
const endotracheal = field("Endotracheal tube");
const cannula = field("Nasal cannula");
const roomAir = field("None");
