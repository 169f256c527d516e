// Hourly event predictions as alarms, at thresholds chosen on tuning patients, with intervals by patient.
import {
  type AlarmScorer,
  alarmFigures,
  bootstrapAll,
  chooseAlarmThreshold,
  type Interval,
  prepareAlarms,
  ratioOf,
  type Statistic,
} from "../../metrics/index.ts";
import { quantile } from "../../metrics/sums.ts";
import type { AlarmPoint, Alarms, Estimate } from "../result.ts";
import { SMALLEST_SHOWN } from "./calibration.ts";
import type { EvaluationOptions, HeldOutEvent } from "./held-out.ts";
import { definedOrNull } from "./intervals.ts";

const DEFAULTS = { silenceHours: 6, beforeHours: 6, afterHours: 6, precisions: [0.1, 0.2, 0.3] };
/** Points of the curve; a picture shows no more. */
const CURVE_POINTS = 80;

/**
 * What alarms would do, or undefined for rows without hours or without an event.
 *
 * Thresholds: that of the run (the mean over folds), and for each precision asked for the one that finds most events on
 * the tuning patients of all folds while so many alarms are right there; a precision no threshold reaches is left out.
 */
export function evaluateAlarms(held: HeldOutEvent, options: EvaluationOptions): Alarms | undefined {
  const { hours, tuning } = held;
  if (!hours) return undefined;
  const { silenceHours, beforeHours, afterHours, precisions } = { ...DEFAULTS, ...options.alarms };
  const settings = { silenceHours, beforeHours, afterHours };
  const scorer = scorerOf({ ...held, hours }, settings);
  const events = scorer.events.reduce((sum, count) => sum + count, 0);
  if (events === 0) return undefined;
  const subjects = Float64Array.from(scorer.firstRows, (row) => held.subjectIds[row]!);
  const patientsWithEvent = new Set([...subjects].filter((_, stay) => scorer.events[stay]! > 0)).size;
  const isHidden = (options.withholdsFew ?? false) && patientsWithEvent < SMALLEST_SHOWN;
  const chosen = [
    {
      rule: options.thresholdRule,
      threshold: held.thresholds.reduce((sum, value) => sum + value, 0) / held.thresholds.length,
    },
    ...(tuning?.hours && tuning.stayIds
      ? tunedThresholds({ ...tuning, hours: tuning.hours, stayIds: tuning.stayIds }, settings, precisions)
      : []),
  ];
  return {
    ...{ silenceHours, beforeHours },
    events: isHidden ? "withheld" : events,
    patientDays: scorer.hours.reduce((sum, hour) => sum + hour, 0) / 24,
    points: isHidden ? [] : chosen.map((point) => pointOf(scorer, point, subjects, options)),
    curve: isHidden ? [] : curveOf(scorer),
  };
}

interface HourlyRows {
  labels: Uint8Array;
  probabilities: Float64Array;
  stayIds: Float64Array;
  hours: Int16Array;
  fold: Int32Array;
}

type Settings = Required<Pick<typeof DEFAULTS, "silenceHours" | "beforeHours" | "afterHours">>;

/** Rows by stay and hour; a stay that is a tuning stay of several folds counts once for each. */
function scorerOf({ labels, probabilities, stayIds, hours, fold }: HourlyRows, settings: Settings): AlarmScorer {
  const isSorted = stayIds.every(
    (stay, row) =>
      row === 0 ||
      (stay === stayIds[row - 1]! && fold[row] === fold[row - 1] && hours[row]! > hours[row - 1]!) ||
      fold[row]! > fold[row - 1]! ||
      (fold[row] === fold[row - 1] && stay > stayIds[row - 1]!),
  );
  const order = Uint32Array.from(labels.keys());
  if (!isSorted) order.sort((a, b) => fold[a]! - fold[b]! || stayIds[a]! - stayIds[b]! || hours[a]! - hours[b]!);
  const numbers = new Float64Array(order.length);
  order.forEach((row, i) => {
    const before = order[i - 1]!;
    const isSame = i > 0 && stayIds[row] === stayIds[before] && fold[row] === fold[before];
    numbers[i] = i === 0 ? 0 : numbers[i - 1]! + (isSame ? 0 : 1);
  });
  const scorer = prepareAlarms(
    {
      labels: order.map((row) => labels[row]!),
      scores: Float64Array.from(order, (row) => probabilities[row]!),
      stays: numbers,
      hours: Float64Array.from(order, (row) => hours[row]!),
    },
    settings,
  );
  return { ...scorer, firstRows: scorer.firstRows.map((row) => order[row]!) };
}

function tunedThresholds(tuning: HourlyRows, settings: Settings, precisions: readonly number[]) {
  if (tuning.labels.length === 0) return [];
  const scorer = scorerOf(tuning, settings);
  return precisions.flatMap((precision) => {
    const found = chooseAlarmThreshold(scorer, { precision });
    const rule = `${Math.round(100 * precision)} % of alarms right on tuning patients`;
    return found ? [{ rule, threshold: found.threshold }] : [];
  });
}

type Ratio = "recall" | "inTime" | "precision" | "falsePerDay";

function pointOf(
  scorer: AlarmScorer,
  { rule, threshold }: { rule: string; threshold: number },
  subjects: Float64Array,
  options: EvaluationOptions,
): AlarmPoint {
  const { found, inTime, alarms, falseAlarms, leads } = scorer.at(threshold);
  const right = alarms.map((count, stay) => count - falseAlarms[stay]!);
  const days = scorer.hours.map((hour) => hour / 24);
  const ratios: Record<Ratio, Statistic> = {
    recall: ratioOf(found, scorer.events),
    inTime: ratioOf(inTime, scorer.events),
    precision: ratioOf(right, alarms),
    falsePerDay: ratioOf(falseAlarms, days),
  };
  const known = Object.entries(ratios).filter(([, ratio]) => definedOrNull(() => ratio()) !== null);
  const drawn: Record<string, Interval> = bootstrapAll(Object.fromEntries(known), subjects, options);
  const estimate = (name: Ratio): Estimate => {
    const { value, low, high } = drawn[name] ?? { value: Number.NaN, low: null, high: null };
    return { value, low, high };
  };
  const sorted = Float64Array.from(leads).sort();
  return {
    ...{ rule, threshold },
    recall: estimate("recall"),
    inTime: estimate("inTime"),
    precision: estimate("precision"),
    falsePerDay: estimate("falsePerDay"),
    lead:
      sorted.length < SMALLEST_SHOWN
        ? null
        : { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) },
  };
}

function curveOf(scorer: AlarmScorer): Alarms["curve"] {
  return scorer.candidates(CURVE_POINTS).flatMap((threshold) => {
    const { recall, precision, falsePerDay } = alarmFigures(scorer, threshold);
    return recall === null || precision === null ? [] : [{ threshold, recall, precision, falsePerDay }];
  });
}
