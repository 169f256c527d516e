// What is done for a patient in intensive care, hour by hour: ventilation, vasopressors, lines, dialysis. Depends on severity alone.
import type { RandomStream } from "../../core/random.ts";
import type { Problem } from "./catalog.ts";
import { gauss } from "./draws.ts";
import { type Course, SYSTEM_COUNT, SYSTEMS } from "./illness.ts";
import type { IcuStay } from "./story.ts";

const at = (name: (typeof SYSTEMS)[number]) => SYSTEMS.indexOf(name);

/** Severity at which a support starts, and below which it ends. */
interface Threshold {
  on: number;
  off: number;
}
const VENTILATION: Threshold = { on: 1.5, off: 1.0 };
const PRESSORS: Threshold = { on: 1.65, off: 1.1 };
const DIALYSIS: Threshold = { on: 3.2, off: 2.2 };

/** Supports of a stay; arrays hold one value an hour. */
export class Support {
  /** 0, or how strongly vasopressors are used (about 0.3 to 2). */
  readonly pressors: Float32Array;
  readonly ventilated: Uint8Array;
  readonly arterial: Uint8Array;
  /** Nobody is dialysed until `startDialysis` has been called. */
  private dialysis: Uint8Array;
  private readonly caution: number;
  private readonly restrained: boolean;
  private readonly carePlan: boolean;
  private readonly wound: boolean;

  constructor(stream: RandomStream, stay: IcuStay, problem: Problem) {
    const { severity } = stay.course;
    const hours = severity.length / SYSTEM_COUNT;
    this.caution = 0.25 * gauss(stream);
    const level = (system: number, hour: number) => severity[hour * SYSTEM_COUNT + system]! + this.caution;
    // breathing is supported for the lungs' sake or because the patient is too drowsy
    const breathing = (hour: number) => Math.max(level(at("resp"), hour), level(at("neuro"), hour) - 0.5);
    this.ventilated = switched(hours, breathing, VENTILATION);
    const circulation = (hour: number) => level(at("circ"), hour);
    this.pressors = Float32Array.from(switched(hours, circulation, PRESSORS), (on, hour) =>
      on ? Math.max(0.3, circulation(hour) - 1) : 0,
    );
    this.dialysis = new Uint8Array(hours);
    const line = problem.surgical && stream.chance(0.6);
    this.arterial = Uint8Array.from({ length: hours }, (_, hour) =>
      (line && hour < 48) || this.ventilated[hour] || this.pressors[hour] ? 1 : 0,
    );
    this.restrained = stream.chance(0.35);
    this.carePlan = stream.chance(0.36);
    this.wound = problem.surgical || stream.chance(0.2);
  }

  /** Dialysis where the kidneys of the course call for it: once they are drawn, for which the vital signs must be known. */
  startDialysis({ severity }: Course): void {
    const level = (hour: number) => severity[hour * SYSTEM_COUNT + at("renal")]! + this.caution;
    this.dialysis = switched(this.dialysis.length, level, DIALYSIS);
  }

  /** The hours on dialysis: [from, to). */
  get onDialysis(): { from: number; to: number }[] {
    return stretches(this.dialysis);
  }

  /** Whether a round's condition holds at an hour. */
  holds(when: string, hour: number): boolean {
    const place = Math.max(0, Math.min(hour, this.ventilated.length - 1));
    switch (when) {
      case "always":
        return true;
      case "ventilated":
      case "gastricTube":
        return this.ventilated[place] === 1;
      case "restrained":
        return this.restrained && this.ventilated[place] === 1;
      case "arterialLine":
        return this.arterial[place] === 1;
      case "centralLine":
        return this.pressors[place]! > 0 || this.dialysis[place] === 1;
      case "dialysis":
        return this.dialysis[place] === 1;
      case "carePlan":
        return this.carePlan;
      default:
        return this.wound;
    }
  }
}

/** On from one threshold, off below the other. */
function switched(hours: number, level: (hour: number) => number, { on, off }: Threshold): Uint8Array {
  const states = new Uint8Array(hours);
  let state = 0;
  for (let hour = 0; hour < hours; hour++) {
    const here = level(hour);
    if (here >= on) state = 1;
    else if (here < off) state = 0;
    states[hour] = state;
  }
  return states;
}

/** The stretches of hours in which something is on: [from, to). */
export function stretches(states: ArrayLike<number>): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let hour = 0; hour < states.length; hour++) {
    if (!states[hour]) continue;
    const last = found.at(-1);
    if (last?.to === hour) last.to++;
    else found.push({ from: hour, to: hour + 1 });
  }
  return found;
}
