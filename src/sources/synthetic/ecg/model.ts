// Twelve leads of a heart that never beat, with the true limits of every wave. Knows no patient and no file.
// After McSharry, Clifford, Tarassenko, Smith: A dynamical model for generating synthetic electrocardiogram signals, IEEE Trans
// Biomed Eng 2003;50:289 — Gaussian events on a cycle, here of a heart vector and in closed form — and Dower's leads.
import type { RandomStream } from "../../../core/random.ts";
import { clamp, gauss } from "../draws.ts";
import { ECG_LEADS, LEAD_COUNT, PROJECTION } from "./leads.ts";
import { drawNoise, meanPower, type NoiseMix, USUAL_MIX } from "./noise.ts";
import { type Beat, type BeatKind, type EcgRhythm, type Schedule, scheduleRhythm } from "./rhythms.ts";
import {
  BEAT_SHAPES,
  type BeatShape,
  type BeatShapeId,
  type EcgConduction,
  P_WAVES,
  type PWaveId,
  type Wave,
} from "./shapes.ts";
import {
  addStSegment,
  addWaves,
  areaOf,
  frontalAxis,
  type HeartVector,
  measureWaves,
  OVER_ALL,
  type WaveLimits,
} from "./waves.ts";

/** What `synthesizeEcg` is asked for. Everything left out is drawn. */
export interface EcgSettings {
  rhythm: EcgRhythm;
  /** Default `normal`. */
  conduction?: EcgConduction;
  /** Ventricular rate; in third-degree block that of the atria. Drawn as the rhythm has it where left out. */
  rateBpm?: number;
  /** PR interval aimed at, ms. */
  prMs?: number;
  /** QT corrected by Fridericia aimed at, ms. */
  qtcMs?: number;
  /** Signal power over noise power, dB: the mean over the leads of each. Default: no noise. */
  snrDb?: number;
  noise?: NoiseMix;
  /** Default 60. */
  mainsHz?: number;
  /** Default 500. */
  rateHz?: number;
  /** Default 10. */
  seconds?: number;
}

/** Limits in ms from the record's start; NaN where there is no such wave, or it lies outside the record. */
export interface Fiducials {
  pOnset: number;
  pPeak: number;
  pEnd: number;
  qrsOnset: number;
  qrsPeak: number;
  qrsEnd: number;
  tOnset: number;
  tPeak: number;
  tEnd: number;
}

/** A beat as it truly is. */
export interface BeatTruth {
  /** Annotation letter; `P` for a P wave that no complex follows. */
  kind: BeatKind | "P";
  /** Earliest onset and latest end over the leads; peaks of the heart vector's length. */
  global: Fiducials;
  /** By place in `ECG_LEADS`. */
  leads: Fiducials[];
}

/** Medians over the record's usual beats; NaN where there is nothing to measure. */
export interface EcgIntervals {
  rateBpm: number;
  prMs: number;
  pMs: number;
  qrsMs: number;
  qtMs: number;
  pAxis: number;
  qrsAxis: number;
  tAxis: number;
}

export interface SyntheticEcg {
  rhythm: EcgRhythm;
  conduction: EcgConduction;
  rateHz: number;
  /** Names, in MIMIC-IV-ECG's order. */
  leads: readonly string[];
  /** mV, one array a lead, in the order of the names. */
  signals: Float32Array[];
  beats: BeatTruth[];
  intervals: EcgIntervals;
  /** NaN without noise. */
  snrDb: number;
}

/** Ventricular rates that are drawn from where none is asked for. */
const RATES: Record<EcgRhythm, readonly [number, number]> = {
  sinus: [52, 108],
  "sinus-with-pvc": [58, 98],
  "sinus-with-pac": [58, 98],
  "atrial-fibrillation": [60, 145],
  "atrial-flutter": [68, 150],
  "supraventricular-tachycardia": [150, 200],
  junctional: [42, 60],
  "ventricular-tachycardia": [125, 200],
  paced: [60, 80],
  "av-block-1": [55, 90],
  "av-block-2-wenckebach": [60, 90],
  "av-block-2-mobitz": [60, 95],
  "av-block-3": [70, 95],
};

/** A record's own heart: every shape turned, scaled and stretched the same way. */
interface Body {
  turn: readonly number[];
  size: number;
  tSize: number;
  stSize: number;
  pSize: number;
  width: number;
}

/**
 * A record with its truth. The same stream and settings give the same samples.
 * @param stream draws everything that the settings leave open: `randomStream(seed, "ecg", i)`.
 * @example synthesizeEcg(randomStream(1, "ecg"), { rhythm: "sinus", snrDb: 20 }).beats[0].global.qrsOnset
 */
export function synthesizeEcg(stream: RandomStream, settings: EcgSettings): SyntheticEcg {
  const {
    rhythm,
    conduction = "normal",
    rateHz = 500,
    seconds = 10,
    snrDb,
    noise = USUAL_MIX,
    mainsHz = 60,
  } = settings;
  const [low, high] = RATES[rhythm];
  const rateBpm = settings.rateBpm ?? low + (high - low) * stream.uniform();
  const prMs =
    settings.prMs ??
    (rhythm === "av-block-1"
      ? 215 + 110 * stream.uniform()
      : clamp(158 - 0.25 * (rateBpm - 70) + 16 * gauss(stream), 118, 198));
  const qtcMs = settings.qtcMs ?? 408 + 17 * gauss(stream);
  const heart = new Heart(drawBody(stream), conduction, qtcMs);
  const schedule = scheduleRhythm(stream, { rhythm, rateBpm, delay: heart.delayFor(prMs, rhythm), seconds });
  const samples = Math.round(rateHz * seconds);
  const vector: HeartVector = {
    rateHz,
    x: new Float64Array(samples),
    y: new Float64Array(samples),
    z: new Float64Array(samples),
  };
  const beats = heart.beat(vector, schedule, seconds);
  addRestlessAtria(stream, vector, schedule);
  const signals = project(vector);
  if (snrDb !== undefined) {
    const track = drawNoise(stream, { samples, rateHz, mainsHz, mix: noise });
    const factor = Math.sqrt(meanPower(signals) / 10 ** (snrDb / 10));
    signals.forEach((lead, l) => {
      for (let i = 0; i < samples; i++) lead[i] = lead[i]! + factor * track[l]![i]!;
    });
  }
  return {
    rhythm,
    conduction,
    rateHz,
    leads: ECG_LEADS,
    signals,
    beats,
    intervals: heart.intervals(schedule, beats, seconds),
    snrDb: snrDb ?? Number.NaN,
  };
}

function drawBody(stream: RandomStream): Body {
  const angles = [gauss(stream), gauss(stream), gauss(stream)].map((x) => (9 * x * Math.PI) / 180);
  return {
    turn: rotation(angles as [number, number, number]),
    size: Math.exp(0.18 * gauss(stream)),
    tSize: Math.exp(0.22 * gauss(stream)),
    stSize: Math.exp(0.25 * gauss(stream)),
    pSize: Math.exp(0.15 * gauss(stream)),
    width: clamp(1 + 0.05 * gauss(stream), 0.88, 1.14),
  };
}

/** Rotation about the three axes, row by row. */
function rotation([a, b, c]: readonly [number, number, number]): number[] {
  const [ca, sa, cb, sb, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), Math.cos(c), Math.sin(c)];
  return [
    cb * cc,
    sa * sb * cc - ca * sc,
    ca * sb * cc + sa * sc,
    cb * sc,
    sa * sb * sc + ca * cc,
    ca * sb * sc - sa * cc,
    -sb,
    sa * cb,
    ca * cb,
  ];
}

/** A T wave's fall as a share of QT, and how much slower it rises. */
const T_FALL = 0.085;
const T_RISE = 1.5;
/** QT of wide complexes is longer by this share of what QRS exceeds 90 ms. */
const QT_BY_WIDTH = 0.6;
const USUAL_QRS_MS = 90;
const SPIKE_MV = 1.4;
/** The middle of the rise of ST lies so long before the end of QRS, so that it is over where QRS ends. */
const ST_BEFORE_END_MS = 16;

class Heart {
  private readonly body: Body;
  private readonly conduction: EcgConduction;
  private readonly qtcMs: number;
  private readonly known = new Map<string, { waves: Wave[]; limits: WaveLimits }>();

  constructor(body: Body, conduction: EcgConduction, qtcMs: number) {
    this.body = body;
    this.conduction = conduction;
    this.qtcMs = qtcMs;
  }

  private own(vector: readonly [number, number, number], size: number): [number, number, number] {
    const [m, [x, y, z]] = [this.body.turn, vector];
    const row = (r: number) => size * (m[r]! * x + m[r + 1]! * y + m[r + 2]! * z);
    return [row(0), row(3), row(6)];
  }

  private waves(id: string, waves: readonly Wave[], size: number) {
    let found = this.known.get(id);
    if (!found) {
      const { width } = this.body;
      const mine = waves.map(({ at, rise, fall, vector }) => ({
        at: at * width,
        rise: rise * width,
        fall: fall * width,
        vector: this.own(vector, size),
      }));
      found = { waves: mine, limits: measureWaves(mine) };
      this.known.set(id, found);
    }
    return found;
  }

  private qrs(id: BeatShapeId) {
    return this.waves(`qrs ${id}`, BEAT_SHAPES[id].qrs, this.body.size);
  }

  private p(id: PWaveId) {
    return this.waves(`p ${id}`, P_WAVES[id], this.body.pSize);
  }

  /** Seconds from the middle of P to the middle of QRS for a PR interval. */
  delayFor(prMs: number, rhythm: EcgRhythm): number {
    const shape = rhythm === "paced" ? "ventricular-paced" : this.conduction;
    return (prMs - this.qrs(shape).limits.onset[OVER_ALL]! + this.p("sinus").limits.onset[OVER_ALL]!) / 1000;
  }

  /** Adds every wave, and gives the truth about those that lie in the record. */
  beat(vector: HeartVector, { beats, atria }: Schedule, seconds: number): BeatTruth[] {
    const truth: BeatTruth[] = [];
    const led = new Set<number>();
    const meanRr = beats.length > 1 ? (beats.at(-1)!.time - beats[0]!.time) / (beats.length - 1) : 1;
    for (const { time, wave } of atria) addWaves(vector, time, this.p(wave).waves);
    beats.forEach((beat, i) => {
      const rr = i > 0 ? beat.time - beats[i - 1]!.time : meanRr;
      const id = beat.shape ?? this.conduction;
      const { waves, limits } = this.qrs(id);
      const t = this.tWave(id, limits, 0.7 * meanRr + 0.3 * rr);
      addWaves(vector, beat.time, waves);
      addWaves(vector, beat.time, [t]);
      if (beat.kind === "/") addSpike(vector, beat.time + (limits.onset[OVER_ALL]! - 6) / 1000);
      this.addSt(vector, id, beat, limits, t);
      const tLimits = measureWaves([t]);
      const atrial = beat.atrial === undefined ? undefined : atria[beat.atrial]!;
      if (beat.atrial !== undefined) led.add(beat.atrial);
      if (beat.time < 0 || beat.time >= seconds) return;
      truth.push(
        truthOf(beat.kind, seconds, {
          p: atrial && { time: atrial.time, limits: this.p(atrial.wave).limits },
          qrs: { time: beat.time, limits },
          t: { time: beat.time, limits: tLimits },
        }),
      );
    });
    atria.forEach(({ time, wave }, i) => {
      if (led.has(i) || time < 0 || time >= seconds) return;
      truth.push(truthOf("P", seconds, { p: { time, limits: this.p(wave).limits } }));
    });
    return truth.sort((a, b) => middleOf(a) - middleOf(b));
  }

  /** The T wave whose end lies QT after the onset of QRS; QT follows the interval by Fridericia's cube root. */
  private tWave(id: BeatShapeId, limits: WaveLimits, rr: number): Wave {
    const vector = this.own(BEAT_SHAPES[id].t, this.body.tSize);
    const onset = limits.onset[OVER_ALL]!;
    const wide = Math.max(0, limits.end[OVER_ALL]! - onset - USUAL_QRS_MS);
    const qt = this.qtcMs * Math.cbrt(clamp(rr, 0.25, 2)) + QT_BY_WIDTH * wide;
    const fall = T_FALL * qt;
    const wave: Wave = { at: 0, rise: T_RISE * fall, fall, vector };
    const end = measureWaves([wave]).end[OVER_ALL]!;
    return { ...wave, at: onset + qt - (Number.isNaN(end) ? 2 * fall : end) };
  }

  private addSt(vector: HeartVector, id: BeatShapeId, beat: Beat, limits: WaveLimits, t: Wave): void {
    const { st }: BeatShape = BEAT_SHAPES[id];
    if (!st) return;
    addStSegment(vector, {
      from: beat.time + (limits.end[OVER_ALL]! - ST_BEFORE_END_MS) / 1000,
      to: beat.time + t.at / 1000,
      fade: (0.6 * t.fall) / 1000,
      vector: this.own(st, this.body.stSize),
    });
  }

  intervals({ beats, atria }: Schedule, truth: readonly BeatTruth[], seconds: number): EcgIntervals {
    const inside = beats.filter(({ time }) => time >= 0 && time < seconds);
    // the usual beats: the commonest kind
    const kinds = truth.map(({ kind }) => kind).filter((kind) => kind !== "P");
    const usual = [...new Set(kinds)].sort((a, b) => count(kinds, b) - count(kinds, a))[0];
    const these = truth.filter(({ kind }) => kind === usual).map(({ global }) => global);
    const beat = beats.find(({ kind }) => kind === usual);
    const id = beat?.shape ?? this.conduction;
    const atrial = beat?.atrial === undefined ? undefined : atria[beat.atrial];
    const span = inside.length > 1 ? inside.at(-1)!.time - inside[0]!.time : Number.NaN;
    const { limits, waves } = this.qrs(id);
    return {
      rateBpm: (60 * (inside.length - 1)) / span,
      prMs: median(these.map(({ pOnset, qrsOnset }) => qrsOnset - pOnset)),
      pMs: median(these.map(({ pOnset, pEnd }) => pEnd - pOnset)),
      qrsMs: median(these.map(({ qrsOnset, qrsEnd }) => qrsEnd - qrsOnset)),
      qtMs: median(these.map(({ qrsOnset, tEnd }) => tEnd - qrsOnset)),
      pAxis: atrial ? frontalAxis(areaOf(this.p(atrial.wave).waves)) : Number.NaN,
      qrsAxis: frontalAxis(areaOf(waves)),
      tAxis: frontalAxis(areaOf([this.tWave(id, limits, 1)])),
    };
  }
}

const count = (list: readonly string[], item: string) => list.filter((one) => one === item).length;

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length === 0
    ? Number.NaN
    : sorted.length % 2
      ? sorted[middle]!
      : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const middleOf = ({ global }: BeatTruth) => (Number.isNaN(global.qrsPeak) ? global.pPeak : global.qrsPeak);

type Placed = { time: number; limits: WaveLimits } | undefined;

function truthOf(
  kind: BeatTruth["kind"],
  seconds: number,
  { p, qrs, t }: { p?: Placed; qrs?: Placed; t?: Placed },
): BeatTruth {
  const inRecord = (wave: Placed, which: "onset" | "peak" | "end", place: number) => {
    const ms = wave ? 1000 * wave.time + wave.limits[which][place]! : Number.NaN;
    return ms >= 0 && ms < 1000 * seconds ? ms : Number.NaN;
  };
  const at = (place: number): Fiducials => ({
    pOnset: inRecord(p, "onset", place),
    pPeak: inRecord(p, "peak", place),
    pEnd: inRecord(p, "end", place),
    qrsOnset: inRecord(qrs, "onset", place),
    qrsPeak: inRecord(qrs, "peak", place),
    qrsEnd: inRecord(qrs, "end", place),
    tOnset: inRecord(t, "onset", place),
    tPeak: inRecord(t, "peak", place),
    tEnd: inRecord(t, "end", place),
  });
  return { kind, global: at(OVER_ALL), leads: Array.from({ length: LEAD_COUNT }, (_, place) => at(place)) };
}

/** The pacemaker's pulse: one sample. */
function addSpike({ rateHz, x, y, z }: HeartVector, seconds: number): void {
  const i = Math.round(seconds * rateHz);
  if (i < 0 || i >= x.length) return;
  x[i] = x[i]! - 0.4 * SPIKE_MV;
  y[i] = y[i]! - SPIKE_MV;
  z[i] = z[i]! + 0.3 * SPIKE_MV;
}

/** Fibrillation: two waves of changing rate and height, best seen in V1. Flutter: a saw, best seen in II, III and aVF. */
function addRestlessAtria(
  stream: RandomStream,
  { rateHz, x, y, z }: HeartVector,
  { fibrillation, flutter }: Schedule,
): void {
  if (fibrillation) {
    const size = Math.exp(0.3 * gauss(stream));
    for (const [vx, vy, vz] of [
      [-0.035, 0.03, -0.06],
      [0.02, 0.035, -0.02],
    ] as const) {
      const hz = 5 + 2.5 * stream.uniform();
      const [phase, drift, swell] = [stream.uniform(), stream.uniform(), stream.uniform()];
      for (let i = 0; i < x.length; i++) {
        const t = i / rateHz;
        const turn = hz * t + 0.35 * Math.sin(2 * Math.PI * (0.7 * t + drift)) + phase;
        const g =
          size *
          (1 + 0.5 * Math.sin(2 * Math.PI * (0.4 * t + swell))) *
          (Math.sin(2 * Math.PI * turn) + 0.3 * Math.sin(4 * Math.PI * turn));
        x[i] = x[i]! + g * vx;
        y[i] = y[i]! + g * vy;
        z[i] = z[i]! + g * vz;
      }
    }
  }
  if (flutter) {
    for (let i = 0; i < x.length; i++) {
      const turn = 2 * Math.PI * (i / rateHz / flutter.period + flutter.phase);
      const saw = Math.sin(turn) + 0.45 * Math.sin(2 * turn) + 0.2 * Math.sin(3 * turn);
      y[i] = y[i]! + 0.11 * saw;
      z[i] = z[i]! - 0.05 * saw;
    }
  }
}

function project({ x, y, z }: HeartVector): Float32Array[] {
  return Array.from({ length: LEAD_COUNT }, (_, lead) => {
    const [a, b, c] = [PROJECTION[lead * 3]!, PROJECTION[lead * 3 + 1]!, PROJECTION[lead * 3 + 2]!];
    const out = new Float32Array(x.length);
    for (let i = 0; i < out.length; i++) out[i] = a * x[i]! + b * y[i]! + c * z[i]!;
    return out;
  });
}
