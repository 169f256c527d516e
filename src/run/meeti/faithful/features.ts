// FeatureDB's fields of one beat by its own definitions, faults included: QT from the QRS complex's end, sums for biphasic waves.
import type { Row } from "../tables.ts";
import { RATE_HZ } from "./prepare.ts";

const MS = 1000 / RATE_HZ;
/** Lobes below this are dropped, in units of the normalised signal. */
const LEAST = 0.05;
/** Peaks this near to the ends of the QRS complex are dropped where they are small. */
const EDGE_MS = 20;

/** Samples of a beat's points in the signal given; NaN where absent. */
export interface FeaturePoints {
  pOnset: number;
  pEnd: number;
  qrsOnset: number;
  qrsEnd: number;
  tOnset: number;
  tEnd: number;
}

const r3 = (value: number) => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null);

/** The fields of a beat; undefined where its QRS complex has no limits. */
export function beatFeatures(signal: ArrayLike<number>, points: FeaturePoints, rrMs: number): Row | undefined {
  const at = (point: keyof FeaturePoints) =>
    Number.isFinite(points[point]) ? Math.min(signal.length - 1, Math.max(0, Math.round(points[point]))) : Number.NaN;
  const [pOn, pEnd, on, end, tOn, tEnd] = [
    at("pOnset"),
    at("pEnd"),
    at("qrsOnset"),
    at("qrsEnd"),
    at("tOnset"),
    at("tEnd"),
  ];
  if (!(end > on)) return undefined;
  const zero = signal[on]!;
  const qrs = qrsFields(signal, on, end, zero);
  const p = waveFields(signal, pOn, pEnd, zero);
  const t = waveFields(signal, tOn, tEnd, zero);
  const hasP = pEnd > pOn;
  const hasT = tEnd > tOn;
  // the fault: from the end of the QRS complex
  const qt = (tEnd - end) * MS;
  const top = Math.max(Number(qrs["RAmplitude"] ?? 0), Number(qrs["R2Amplitude"] ?? 0));
  const pr = segment(signal, pEnd, on);
  const st = segment(signal, end, tOn);
  return {
    HR: Number.isFinite(rrMs) ? Math.trunc(60_000 / rrMs) : null,
    QT: hasT ? Math.trunc(qt) : null,
    QTc: hasT && rrMs > 0 ? Math.trunc(qt / Math.sqrt(rrMs / 1000)) : null,
    R_T: hasT && t.amplitude > 0 ? r3(top / t.amplitude) : null,
    P_exist: hasP,
    T_exist: hasT,
    P_form: p.form,
    T_form: t.form,
    P_direction: p.direction,
    T_direction: t.direction,
    P_amplitude: r3(p.amplitude),
    T_amplitude: r3(t.amplitude),
    P_duration: hasP ? r3((pEnd - pOn) * MS) : null,
    // the fault: with the ST segment
    T_duration: hasT ? r3(qt) : null,
    ...qrs,
    QRSDuration: r3((end - on) * MS),
    PR_interval: hasP ? r3((on - pOn) * MS) : null,
    PR_form: hasP ? (pr?.form ?? null) : null,
    ST_duration: st ? r3((tOn - end) * MS) : null,
    ST_form: st?.form ?? null,
    ST_amplitude: st ? r3(st.extreme) : null,
  };
}

/** Signs and size of a wave: the size of one lobe, or the SUM of two. */
function waveFields(
  signal: ArrayLike<number>,
  from: number,
  to: number,
  zero: number,
): { form: string | null; direction: string | null; amplitude: number } {
  if (!(to > from)) return { form: null, direction: null, amplitude: Number.NaN };
  let [high, low] = [from, from];
  for (let i = from; i <= to; i++) {
    if (signal[i]! > signal[high]!) high = i;
    if (signal[i]! < signal[low]!) low = i;
  }
  const up = signal[high]! - zero;
  const down = zero - signal[low]!;
  // the fault: the test takes the baseline off twice
  const hasUp = up > 0 && up - zero >= LEAST;
  const hasDown = down > 0 && down + zero >= LEAST;
  const direction = up >= down ? "+" : "-";
  if (hasUp && hasDown) return { form: high < low ? "+-" : "-+", direction, amplitude: up + down };
  if (hasUp) return { form: "+", direction, amplitude: up };
  if (hasDown) return { form: "-", direction, amplitude: down };
  return { form: null, direction, amplitude: Math.max(up, down) };
}

function qrsFields(signal: ArrayLike<number>, on: number, end: number, zero: number): Row {
  const peaks = qrsPeaks(signal, on, end, zero);
  const edges = [on, ...peaks.slice(1).map((peak, i) => between(peaks[i]!, peak)), end];
  const named = nameWaves(peaks);
  const cells: Row = {};
  let letters = "";
  named.forEach((name, i) => {
    if (!name) return;
    const size = Math.abs(peaks[i]!.height);
    cells[`${name}Amplitude`] = r3(size);
    cells[`${name}Duration`] = Math.trunc((edges[i + 1]! - edges[i]!) * MS);
    letters += name === "R2" ? "r'" : name.toLowerCase();
  });
  if (peaks.length === 1 && peaks[0]!.height < 0) {
    // the fault: one peak is both Q and S
    const size = r3(-peaks[0]!.height);
    Object.assign(cells, {
      QAmplitude: size,
      SAmplitude: size,
      QDuration: Math.trunc((end - peaks[0]!.at) * MS),
      SDuration: Math.trunc((peaks[0]!.at - on) * MS),
    });
    letters = "qs";
  }
  const size = (name: string) => Number(cells[`${name}Amplitude`] ?? 0);
  const up = Math.max(size("R"), size("R2"));
  const down = Math.max(size("Q"), size("S"));
  return {
    ...cells,
    QRS_type: capitals(letters, { q: size("Q"), r: size("R"), s: size("S"), "r'": size("R2") }),
    QRSPrinciple: up >= down ? "+" : "-",
    QRSAmplitude: r3(up + down),
    Q_R: size("R") > 0 ? r3(size("Q") / size("R")) : null,
  };
}

interface Peak {
  at: number;
  height: number;
}

/** Turning points inside the complex; small ones near its ends left out, at most four kept, the largest. */
function qrsPeaks(signal: ArrayLike<number>, on: number, end: number, zero: number): Peak[] {
  const all: Peak[] = [];
  for (let i = on + 1; i < end; i++) {
    const [a, b, c] = [signal[i - 1]!, signal[i]!, signal[i + 1]!];
    if (!((b > a && b >= c && b > zero) || (b < a && b <= c && b < zero))) continue;
    const height = b - zero;
    const isEdge = (i - on) * MS < EDGE_MS || (end - i) * MS < EDGE_MS;
    if (isEdge && Math.abs(height) < LEAST) continue;
    const before = all.at(-1);
    // of neighbours on one side of the baseline the larger stands
    if (before && Math.sign(before.height) === Math.sign(height)) {
      if (Math.abs(height) > Math.abs(before.height)) all[all.length - 1] = { at: i, height };
    } else all.push({ at: i, height });
  }
  while (all.length > 4) {
    const smallest = all.reduce((least, peak) => (Math.abs(peak.height) < Math.abs(least.height) ? peak : least));
    all.splice(all.indexOf(smallest), 1);
  }
  return all;
}

/** Between two peaks, split in proportion to their heights. */
function between(a: Peak, b: Peak): number {
  const [left, right] = [Math.abs(a.height), Math.abs(b.height)];
  return a.at + ((b.at - a.at) * left) / (left + right);
}

/** Q, R, S and R' (here R2) for the peaks in order; undefined for what has no name. */
function nameWaves(peaks: readonly Peak[]): (string | undefined)[] {
  const used = new Set<string>();
  return peaks.map(({ height }) => {
    const name = height > 0 ? (used.has("R") ? "R2" : "R") : used.has("R") ? "S" : "Q";
    if (used.has(name)) return undefined;
    used.add(name);
    return name;
  });
}

/** Capitals for the largest wave. */
function capitals(letters: string, sizes: Record<string, number>): string {
  if (letters === "qs") return "QS";
  const largest = Object.entries(sizes).sort(([, a], [, b]) => b - a)[0]?.[0];
  return letters.replace(/r'|[qrs]/g, (letter) => (letter === largest ? letter.toUpperCase() : letter));
}

/** Form and largest departure of a segment. */
function segment(signal: ArrayLike<number>, from: number, to: number): { form: string; extreme: number } | undefined {
  if (!(to > from)) return undefined;
  const start = signal[from]!;
  let [low, high, extreme] = [start, start, 0];
  for (let i = from; i <= to; i++) {
    low = Math.min(low, signal[i]!);
    high = Math.max(high, signal[i]!);
    if (Math.abs(signal[i]! - start) > Math.abs(extreme)) extreme = signal[i]! - start;
  }
  if (high - low < LEAST) return { form: "horizontal", extreme };
  return { form: signal[to]! > start ? "upslope" : "declination", extreme };
}
