// Every beat measured by itself in every lead: points, intervals, amplitudes against its own level before QRS.
import {
  type EcgRecord,
  fillGaps,
  type MeasuredEcg,
  qtcBazett,
  qtcFridericia,
  toRate,
  WAVE_POINTS,
  type WaveTimes,
} from "../../signal/index.ts";
import { leadAmplitudes } from "../../signal/measure/amplitudes.ts";
import { levelBeforeQrs } from "../../signal/measure/median-beat.ts";
import { pointColumn, type Row } from "./tables.ts";

/** Delineation's rate; amplitudes are read at it. */
const WORK_HZ = 500;
const SAMPLE_MS = 1000 / WORK_HZ;
/** Samples kept around a beat, for levels at its edges: ST is read up to 80 ms after QRS. */
const AROUND = 45;
/** An ST segment whose level changes by less from J to 60 ms after it is horizontal: half a millimetre of paper. */
const LEVEL_MV = 0.05;

/** Rows of `beats`: a row a beat for all leads together, then one a lead. */
export function beatRows(ecg: EcgRecord, { measurement, delineation }: MeasuredEcg, id: number): Row[] {
  const signals = ecg.signals.map((signal) => prepared(signal, ecg.rateHz));
  return measurement.byBeat.flatMap(({ kind, rrMs }, b): Row[] => {
    const head = { record_id: id, beat: b + 1, kind, rr_ms: rrMs };
    return [
      { ...head, lead: "all", ...timesOf(delineation.global, b, rrMs) },
      ...ecg.leads.map((lead, l) => {
        const times = delineation.byLead[l]!;
        return { ...head, lead, ...timesOf(times, b, rrMs), ...amplitudesOf(signals[l]!, times, b) };
      }),
    ];
  });
}

interface Prepared {
  /** mV at 500 a second, gaps bridged. */
  values: Float32Array;
  /** The signal as recorded, for its gaps. */
  recorded: Float32Array;
  rateHz: number;
}

function prepared(recorded: Float32Array, rateHz: number): Prepared {
  const hasGap = recorded.some((value) => !Number.isFinite(value));
  const whole = hasGap ? Float32Array.from(fillGaps(recorded)) : recorded;
  return { values: toRate(whole, rateHz, WORK_HZ), recorded, rateHz };
}

const tenth = (value: number) => (Number.isFinite(value) ? Math.round(value * 10) / 10 : null);

function timesOf(times: WaveTimes, b: number, rrMs: number | null): Row {
  const span = (from: keyof WaveTimes, to: keyof WaveTimes) => tenth(times[to][b]! - times[from][b]!);
  const qt = times.tEnd[b]! - times.qrsOnset[b]!;
  const rrSeconds = (rrMs ?? Number.NaN) / 1000;
  return {
    ...Object.fromEntries(WAVE_POINTS.map((point) => [pointColumn(point), tenth(times[point][b]!)])),
    p_ms: span("pOnset", "pEnd"),
    pr_ms: span("pOnset", "qrsOnset"),
    qrs_ms: span("qrsOnset", "qrsEnd"),
    qt_ms: span("qrsOnset", "tEnd"),
    qtc_bazett_ms: tenth(qtcBazett(qt, rrSeconds)),
    qtc_fridericia_ms: tenth(qtcFridericia(qt, rrSeconds)),
    st_ms: span("qrsEnd", "tOnset"),
    t_ms: span("tOnset", "tEnd"),
  };
}

/** Nothing where the lead has no QRS limits there, or a gap lies in the beat. */
function amplitudesOf({ values, recorded, rateHz }: Prepared, times: WaveTimes, b: number): Row {
  const [onset, end] = [times.qrsOnset[b]!, times.qrsEnd[b]!];
  if (!(end > onset)) return {};
  const known = WAVE_POINTS.map((point) => times[point][b]!).filter(Number.isFinite);
  const from = Math.max(0, Math.floor(Math.min(...known) / SAMPLE_MS) - AROUND);
  const to = Math.min(values.length, Math.ceil(Math.max(...known) / SAMPLE_MS) + AROUND);
  const scale = rateHz / WORK_HZ;
  for (let i = Math.floor(from * scale); i < Math.min(recorded.length, Math.ceil(to * scale)); i++) {
    if (!Number.isFinite(recorded[i]!)) return {};
  }
  const level = levelBeforeQrs(values, onset / SAMPLE_MS);
  const beat = Float32Array.from({ length: to - from }, (_, i) => values[from + i]! - level);
  const place = (point: keyof WaveTimes) => times[point][b]! / SAMPLE_MS - from;
  const found = leadAmplitudes(
    beat,
    {
      pOnset: place("pOnset"),
      pEnd: place("pEnd"),
      qrsOnset: place("qrsOnset"),
      qrsEnd: place("qrsEnd"),
      tOnset: place("tOnset"),
      tEnd: place("tEnd"),
    },
    SAMPLE_MS,
  );
  const { qMv, rMv, sMv, rPrimeMv, jMv, st60Mv } = found;
  const up = Math.max(rMv ?? 0, rPrimeMv ?? 0);
  const down = Math.min(qMv ?? 0, sMv ?? 0);
  return {
    p_mv: found.pMv,
    p_form: found.pForm,
    q_mv: qMv,
    r_mv: rMv,
    s_mv: sMv,
    r_prime_mv: rPrimeMv,
    qrs_mv: Math.round((up - down) * 1e4) / 1e4,
    qrs_form: found.qrsForm,
    j_mv: jMv,
    st60_mv: st60Mv,
    st_form: jMv === null || st60Mv === null ? null : slope(st60Mv - jMv),
    t_mv: found.tMv,
    t_form: found.tForm,
  };
}

function slope(mv: number): string {
  if (Math.abs(mv) < LEVEL_MV) return "horizontal";
  return mv > 0 ? "rising" : "falling";
}
