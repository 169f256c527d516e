// When atria and ventricles are excited: the times of every P wave and QRS complex of a rhythm. Knows no shape of a lead.
import { Bug } from "../../../core/errors.ts";
import type { RandomStream } from "../../../core/random.ts";
import { clamp, gauss } from "../draws.ts";
import type { BeatShapeId, PWaveId } from "./shapes.ts";

export const RHYTHMS = [
  "sinus",
  "sinus-with-pvc",
  "sinus-with-pac",
  "atrial-fibrillation",
  "atrial-flutter",
  "supraventricular-tachycardia",
  "junctional",
  "ventricular-tachycardia",
  "paced",
  "av-block-1",
  "av-block-2-wenckebach",
  "av-block-2-mobitz",
  "av-block-3",
] as const;
export type EcgRhythm = (typeof RHYTHMS)[number];

/** What kind of beat it is, in the letters of WFDB annotations. */
export type BeatKind = "N" | "A" | "V" | "J" | "E" | "/";

/** A ventricular beat. */
export interface Beat {
  /** Seconds to the middle of the QRS complex; may lie before 0 or after the end. */
  time: number;
  kind: BeatKind;
  /** The shape it has; where left out, that of the record's conduction. */
  shape?: BeatShapeId;
  /** The P wave that led to it, by place in `atria`. */
  atrial?: number;
}

/** An atrial beat with a P wave: seconds to its middle. */
export interface Atrial {
  time: number;
  wave: PWaveId;
}

/** A rhythm over the record and a little more on both sides. */
export interface Schedule {
  beats: Beat[];
  atria: Atrial[];
  /** Waves of the atria that never rest: fibrillation without a period, flutter with one (seconds), its phase at 0. */
  fibrillation?: boolean;
  flutter?: { period: number; phase: number };
}

/** What a rhythm is asked for. */
export interface RhythmSettings {
  rhythm: EcgRhythm;
  /** Of the ventricles where they follow the atria; of the sinus node in third-degree block. */
  rateBpm: number;
  /** From the middle of the P wave to the middle of the QRS complex, seconds. */
  delay: number;
  seconds: number;
}

/** Begins so long before the record, and ends so long after it. */
const MARGIN = 2.5;
/** Heart rate variability: breathing and the slower waves of blood pressure (Mayer), as shares of the interval. */
const VARIABILITY = { breathingHz: 0.25, breathing: 0.03, mayerHz: 0.1, mayer: 0.02, rest: 0.008 };

/** The times of a rhythm. Every rhythm draws from `stream` alone. */
export function scheduleRhythm(stream: RandomStream, settings: RhythmSettings): Schedule {
  switch (settings.rhythm) {
    case "sinus":
    case "av-block-1":
      return sinus(stream, settings);
    case "sinus-with-pvc":
      return withPremature(stream, settings, "V");
    case "sinus-with-pac":
      return withPremature(stream, settings, "A");
    case "atrial-fibrillation":
      return fibrillating(stream, settings);
    case "atrial-flutter":
      return fluttering(stream, settings);
    case "supraventricular-tachycardia":
      return regular(stream, settings, { kind: "N", spread: 0.006 });
    case "junctional":
      return junctional(stream, settings);
    case "ventricular-tachycardia":
      return ventricular(stream, settings);
    case "paced":
      return paced(stream, settings);
    case "av-block-2-wenckebach":
      return wenckebach(stream, settings);
    case "av-block-2-mobitz":
      return mobitz(stream, settings);
    case "av-block-3":
      return dissociated(stream, settings);
    default:
      throw new Bug(`There is no rhythm ${String(settings.rhythm)}`);
  }
}

/** Beats of the sinus node: intervals that breathe. */
function sinusTimes(stream: RandomStream, rateBpm: number, seconds: number): number[] {
  const mean = 60 / rateBpm;
  // fast hearts vary less
  const share = clamp((mean - 0.35) / 0.5, 0.1, 1.2);
  const [breath, mayer] = [stream.uniform(), stream.uniform()];
  const times: number[] = [];
  for (let t = -MARGIN - stream.uniform() * mean; t < seconds + MARGIN; ) {
    times.push(t);
    const wave =
      VARIABILITY.breathing * Math.sin(2 * Math.PI * (VARIABILITY.breathingHz * t + breath)) +
      VARIABILITY.mayer * Math.sin(2 * Math.PI * (VARIABILITY.mayerHz * t + mayer)) +
      VARIABILITY.rest * gauss(stream);
    t += mean * (1 + share * wave);
  }
  return times;
}

function sinus(stream: RandomStream, { rateBpm, delay, seconds }: RhythmSettings): Schedule {
  const times = sinusTimes(stream, rateBpm, seconds);
  return {
    atria: times.map((time) => ({ time, wave: "sinus" as const })),
    beats: times.map((time, i) => ({ time: time + delay, kind: "N" as const, atrial: i })),
  };
}

/** Sinus rhythm with premature beats: ventricular with a full compensatory pause, or atrial ones that reset the node. */
function withPremature(stream: RandomStream, settings: RhythmSettings, kind: "V" | "A"): Schedule {
  const { rateBpm, delay, seconds } = settings;
  const times = sinusTimes(stream, rateBpm, seconds);
  const shape = stream.chance(0.5) ? "ventricular-right" : "ventricular-left";
  const atria: Atrial[] = [];
  const beats: Beat[] = [];
  const share = 0.12 + 0.2 * stream.uniform();
  // at least one within the record
  const sure = times.findIndex((time) => time > 1.5 + stream.uniform() * (seconds - 4));
  let premature = false;
  let shift = 0;
  times.forEach((usual, i) => {
    const time = usual + shift;
    const interval = (times[i + 1] ?? usual + 60 / rateBpm) - usual;
    const again = premature;
    premature = !again && i > 0 && (i === sure || stream.chance(share));
    if (!premature) {
      atria.push({ time, wave: "sinus" });
      beats.push({ time: time + delay, kind: "N", atrial: atria.length - 1 });
      return;
    }
    const early = (0.3 + 0.12 * stream.uniform()) * interval;
    if (kind === "V") {
      // the sinus beat falls into the refractory period and leaves a pause; its P wave hides in the complex
      beats.push({ time: time + delay - early, kind: "V", shape });
      return;
    }
    shift -= 0.7 * early;
    atria.push({ time: time - early, wave: "ectopic" });
    beats.push({ time: time - early + delay, kind: "A", atrial: atria.length - 1 });
  });
  return { atria, beats };
}

/** Beats at nearly equal intervals without P waves. */
function regular(
  stream: RandomStream,
  { rateBpm, seconds }: Pick<RhythmSettings, "rateBpm" | "seconds">,
  { kind, spread, shape }: { kind: BeatKind; spread: number; shape?: BeatShapeId },
): Schedule {
  const mean = 60 / rateBpm;
  const beats: Beat[] = [];
  for (let t = -MARGIN - stream.uniform() * mean; t < seconds + MARGIN; t += mean * (1 + spread * gauss(stream))) {
    beats.push({ time: t, kind, ...(shape ? { shape } : {}) });
  }
  return { beats, atria: [] };
}

/** Irregular without memory (interval log-normal, refractory below 0.3 s), the atria never at rest. */
function fibrillating(stream: RandomStream, { rateBpm, seconds }: RhythmSettings): Schedule {
  const mean = 60 / rateBpm;
  const beats: Beat[] = [];
  for (let t = -MARGIN - stream.uniform() * mean; t < seconds + MARGIN; ) {
    beats.push({ time: t, kind: "N" });
    t += Math.max(0.3, mean * Math.exp(0.21 * gauss(stream) - 0.02));
  }
  return { beats, atria: [], fibrillation: true };
}

/** Flutter at 240 to 330 a minute, conducted two, three or four to one, now and then changing. */
function fluttering(stream: RandomStream, { rateBpm, seconds }: RhythmSettings): Schedule {
  const ratio = clamp(Math.round(285 / rateBpm), 2, 5);
  const period = 60 / clamp(ratio * rateBpm, 240, 330);
  const isVariable = stream.chance(0.3);
  const beats: Beat[] = [];
  for (let t = -MARGIN - stream.uniform() * period; t < seconds + MARGIN; ) {
    beats.push({ time: t, kind: "N" });
    t += period * (isVariable && stream.chance(0.4) ? Math.max(2, ratio + (stream.chance(0.5) ? 1 : -1)) : ratio);
  }
  return { beats, atria: [], flutter: { period, phase: stream.uniform() } };
}

/** From the AV junction at 40 to 60 a minute, the atria excited backwards, before, within or after the complex. */
function junctional(stream: RandomStream, settings: RhythmSettings): Schedule {
  const { beats } = regular(stream, settings, { kind: "J", spread: 0.01 });
  const place = stream.uniform();
  if (place < 0.5) return { beats, atria: [] };
  const offset = place < 0.75 ? -0.11 : 0.12;
  return {
    atria: beats.map(({ time }) => ({ time: time + offset, wave: "retrograde" as const })),
    beats: beats.map((beat, i) => (offset < 0 ? { ...beat, atrial: i } : beat)),
  };
}

/** Wide and regular, the atria on their own (or not seen). */
function ventricular(stream: RandomStream, settings: RhythmSettings): Schedule {
  const shape = stream.chance(0.5) ? "ventricular-right" : "ventricular-left";
  const { beats } = regular(stream, settings, { kind: "V", spread: 0.012, shape });
  const seen = stream.chance(0.7);
  const times = seen ? sinusTimes(stream, 70 + 30 * stream.uniform(), settings.seconds) : [];
  return { beats, atria: times.map((time) => ({ time, wave: "sinus" as const })) };
}

/** A pacemaker in the ventricle, after the atria where they beat (dual chamber), or alone. */
function paced(stream: RandomStream, settings: RhythmSettings): Schedule {
  const shape = "ventricular-paced" as const;
  if (stream.chance(0.55)) {
    const times = sinusTimes(stream, settings.rateBpm, settings.seconds);
    return {
      atria: times.map((time) => ({ time, wave: "sinus" as const })),
      beats: times.map((time, i) => ({ time: time + settings.delay, kind: "/" as const, shape, atrial: i })),
    };
  }
  return regular(stream, settings, { kind: "/", spread: 0, shape });
}

/** The delay grows from beat to beat until one is not conducted. */
function wenckebach(stream: RandomStream, { rateBpm, delay, seconds }: RhythmSettings): Schedule {
  const times = sinusTimes(stream, rateBpm, seconds);
  const cycle = 3 + stream.below(3);
  const first = stream.below(cycle);
  const steps = [0, 0.08, 0.12, 0.14, 0.15];
  const beats = times.flatMap((time, i): Beat[] => {
    const place = (i + first) % cycle;
    return place === cycle - 1 ? [] : [{ time: time + delay + steps[place]!, kind: "N", atrial: i }];
  });
  return { beats, atria: times.map((time) => ({ time, wave: "sinus" as const })) };
}

/** The delay stays; every second, third or fourth beat is not conducted. */
function mobitz(stream: RandomStream, { rateBpm, delay, seconds }: RhythmSettings): Schedule {
  const times = sinusTimes(stream, rateBpm, seconds);
  const cycle = 2 + stream.below(3);
  const first = stream.below(cycle);
  const beats = times.flatMap((time, i): Beat[] =>
    (i + first) % cycle === cycle - 1 ? [] : [{ time: time + delay, kind: "N", atrial: i }],
  );
  return { beats, atria: times.map((time) => ({ time, wave: "sinus" as const })) };
}

/** Atria and ventricles each on their own: escape beats from the junction (narrow) or the ventricle (wide). */
function dissociated(stream: RandomStream, { rateBpm, seconds }: RhythmSettings): Schedule {
  const times = sinusTimes(stream, rateBpm, seconds);
  const isWide = stream.chance(0.5);
  const lower = isWide
    ? { rateBpm: 28 + 12 * stream.uniform(), kind: "E" as const, shape: "ventricular-left" as const }
    : { rateBpm: 40 + 12 * stream.uniform(), kind: "J" as const };
  const { beats } = regular(stream, { rateBpm: lower.rateBpm, seconds }, { spread: 0.01, ...lower });
  return { beats, atria: times.map((time) => ({ time, wave: "sinus" as const })) };
}
