// The vital signs of a stay in intensive care as its chart has them, hour by hour. Writes nothing.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_HOUR } from "../../core/time.ts";
import { clamp, gauss } from "./draws.ts";
import { DAY_HOURS, type DayMeans, meanOfDay, offsetsFor, steadyNoise } from "./first-day.ts";
import { SYSTEM_COUNT, SYSTEMS } from "./illness.ts";
import type { Person } from "./person.ts";
import { logit } from "./risk.ts";
import type { IcuStay } from "./story.ts";
import type { Support } from "./support.ts";

const at = (name: (typeof SYSTEMS)[number]) => SYSTEMS.indexOf(name);
const [RESP, CIRC, INFL] = [at("resp"), at("circ"), at("infl")];

/** A vital sign; those of `DayMeans` say what the first day tells of the risk of death. */
export type VitalSign = keyof DayMeans;

/** How far a vital sign scatters from hour to hour. */
const SCATTER: Record<VitalSign, number> = {
  heartRate: 6,
  meanPressure: 6,
  pulsePressure: 6,
  breathing: 2.6,
  temperature: 0.5,
};
/** What is charted lies between. */
const BOUNDS: Record<VitalSign, readonly [low: number, high: number]> = {
  heartRate: [25, 210],
  meanPressure: [28, 150],
  pulsePressure: [12, 100],
  breathing: [4, 60],
  temperature: [80, 110],
};
/** Hours between measurements of the temperature. */
export const TEMPERATURE_EVERY = 4;
/** Charts may begin so many hours before the stay, and go on an hour after it. */
const BEFORE = 4;

/** The signs of one stay. */
export class VitalSigns {
  /** Hours that have begun before the stay ends. */
  readonly hours: number;
  private readonly person: Person;
  private readonly stay: IcuStay;
  private readonly support: Support;
  private readonly noise: Record<VitalSign, Float64Array>;
  /** What the patient's signs differ by from those of the organ systems, so that the first day shows the true risk. */
  private readonly own: DayMeans;

  constructor(stream: RandomStream, person: Person, stay: IcuStay, support: Support) {
    this.person = person;
    this.stay = stay;
    this.support = support;
    this.hours = Math.max(0, Math.ceil((stay.end - stay.start) / SECONDS_PER_HOUR));
    const noise = (every = 1) => {
      const all = Float64Array.from({ length: BEFORE + Math.max(this.hours, DAY_HOURS) + 1 }, () => gauss(stream));
      all.set(steadyNoise(stream, every), BEFORE);
      return all;
    };
    this.noise = {
      heartRate: noise(),
      meanPressure: noise(),
      pulsePressure: noise(),
      breathing: noise(),
      temperature: noise(TEMPERATURE_EVERY),
    };
    this.own = this.offsets();
  }

  /** A sign as it is measured at an hour of the stay, or a little before or after it; temperature in Fahrenheit. */
  at(sign: VitalSign, hour: number): number {
    const [low, high] = BOUNDS[sign];
    const noise = this.noise[sign];
    const scatter = noise[clamp(hour + BEFORE, 0, noise.length - 1)]!;
    return clamp(this.expected(sign, hour) + this.own[sign] + SCATTER[sign] * scatter, low, high);
  }

  private offsets(): DayMeans {
    const { hours, riskOfDyingHere } = this.stay.course;
    const mean = (sign: VitalSign) => meanOfDay(hours, (hour) => this.expected(sign, hour));
    const means: DayMeans = {
      heartRate: mean("heartRate"),
      meanPressure: mean("meanPressure"),
      pulsePressure: mean("pulsePressure"),
      breathing: mean("breathing"),
      temperature: mean("temperature"),
    };
    return offsetsFor(means, logit(riskOfDyingHere));
  }

  private level(system: number, hour: number): number {
    const { severity } = this.stay.course;
    return severity[clamp(hour, 0, severity.length / SYSTEM_COUNT - 1) * SYSTEM_COUNT + system]!;
  }

  /** What the organ systems and the patient's set points make a sign at an hour. */
  private expected(sign: VitalSign, hour: number): number {
    const { person } = this;
    const [resp, circ, infl] = [this.level(RESP, hour), this.level(CIRC, hour), this.level(INFL, hour)];
    switch (sign) {
      case "heartRate":
        return person.heartRate + 10 * circ + 7 * infl + 3.5 * resp;
      case "meanPressure": {
        const pressors = this.support.pressors[clamp(hour, 0, this.support.pressors.length - 1)]!;
        return person.meanPressure - 9.5 * circ - 2 * infl + 6 * pressors;
      }
      case "pulsePressure":
        return person.pulsePressure - 3 * circ;
      case "breathing":
        return person.breathing + 3.4 * resp + 1.6 * infl;
      case "temperature":
        return person.temperatureF + 0.9 * infl - 0.3 * circ;
    }
  }
}
