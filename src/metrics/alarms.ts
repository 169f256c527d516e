// Hourly predictions as bedside alarms: events found, false alarms, lead time. Knows nothing of how predictions are made.
import { binaryRows, fail, optionWithin } from "./inputs.ts";

/** Hourly rows; rows of a stay lie together, hours rising. */
export interface AlarmRows {
  /** 1 in the hours in which an alarm counts as of the event. */
  labels: ArrayLike<number>;
  scores: ArrayLike<number>;
  /** The stay of each row. */
  stays: ArrayLike<number>;
  hours: ArrayLike<number>;
}

/**
 * - An **alarm** sounds in an hour whose score is at or above the threshold, unless one sounded in the `silenceHours` before.
 * - An **event** is a run of rows with label 1 in a stay. It is **found** when an alarm sounds in its rows, and found **in
 *   time** when one does before its onset.
 * - The **onset** is `beforeHours` after the run's first hour; where the run begins with the stay's first row, so that its
 *   beginning may be cut off, it is `afterHours` before the run's last hour, but not before its first.
 * - An alarm in no event's rows is **false**. (Event recall, alarm precision and silencing as in Hyland et al. 2020.)
 */
export interface AlarmOptions {
  /** Hours without a further alarm after one; default 6. */
  silenceHours?: number;
  /** Hours before the onset from which the label is 1; default 6. */
  beforeHours?: number;
  /** Hours after the onset until which the label is 1, -1 where the rows end before it; default 6. */
  afterHours?: number;
}

/** What a threshold does, stay by stay. */
export interface AlarmCounts {
  threshold: number;
  found: Float64Array;
  inTime: Float64Array;
  alarms: Float64Array;
  falseAlarms: Float64Array;
  /** Of each found event, hours from its first alarm to its onset; negative where the alarm was late. */
  leads: number[];
}

/** Hourly rows made ready to try thresholds on. */
export interface AlarmScorer {
  /** Stays in order of appearance: the first row of each. */
  firstRows: Uint32Array;
  /** Events and watched hours of each stay. */
  events: Float64Array;
  hours: Float64Array;
  /** Candidate thresholds, falling: scores at which at most `count` shares of the rows are called. */
  candidates(count?: number): number[];
  at(threshold: number): AlarmCounts;
}

const DEFAULT_HOURS = 6;

/**
 * Makes ready hourly rows.
 * @throws `metrics/bad-label`; `metrics/bad-order` when rows of a stay lie apart or hours do not rise.
 * @example prepareAlarms({ labels: [0, 1, 1], scores: [0.1, 0.2, 0.9], stays: [7, 7, 7], hours: [0, 1, 2] }).events // [1]
 */
export function prepareAlarms(rows: AlarmRows, options: AlarmOptions = {}): AlarmScorer {
  const silence = hoursOf("silenceHours", options.silenceHours);
  const { labels, scores } = binaryRows(rows.labels, rows.scores);
  const firstRows = firstRowsOf(rows, labels.length);
  const stays = firstRows.length;
  const endOf = (stay: number) => (stay + 1 < stays ? firstRows[stay + 1]! : labels.length);
  const runs = findRuns(labels, rows.hours, firstRows, endOf, options);
  const events = new Float64Array(stays);
  for (const stay of runs.stay) events[stay]!++;
  return {
    firstRows,
    events,
    hours: Float64Array.from(firstRows, (first, stay) => endOf(stay) - first),
    candidates: (count = 120) => candidatesOf(scores, count),
    at: (threshold) => {
      const [found, inTime, alarms, falseAlarms] = Array.from({ length: 4 }, () => new Float64Array(stays));
      const firstAlarm = new Float64Array(runs.onset.length).fill(Number.NaN);
      for (let stay = 0; stay < stays; stay++) {
        let last = Number.NEGATIVE_INFINITY;
        for (let row = firstRows[stay]!; row < endOf(stay); row++) {
          if (scores[row]! < threshold || rows.hours[row]! <= last + silence) continue;
          last = rows.hours[row]!;
          alarms![stay]!++;
          const event = runs.ofRow[row]!;
          if (event < 0) falseAlarms![stay]!++;
          else if (Number.isNaN(firstAlarm[event]!)) firstAlarm[event] = last;
        }
      }
      const leads: number[] = [];
      firstAlarm.forEach((hour, event) => {
        if (Number.isNaN(hour)) return;
        const lead = runs.onset[event]! - hour;
        found![runs.stay[event]!]!++;
        if (lead > 0) inTime![runs.stay[event]!]!++;
        leads.push(lead);
      });
      return { threshold, found: found!, inTime: inTime!, alarms: alarms!, falseAlarms: falseAlarms!, leads };
    },
  };
}

/** A point of the curve of alarms over all stays. */
export interface AlarmFigures {
  threshold: number;
  /** Share of events found; null without events. */
  recall: number | null;
  /** Share of alarms that are not false; null without alarms. */
  precision: number | null;
  /** False alarms for each 24 watched hours. */
  falsePerDay: number;
}

/**
 * The figures of a threshold over all stays.
 * @example alarmFigures(prepareAlarms({ labels: [0, 1], scores: [0.9, 0.8], stays: [7, 7], hours: [0, 1] }, { silenceHours: 0 }), 0.5).recall // 1
 */
export function alarmFigures(scorer: AlarmScorer, threshold: number): AlarmFigures {
  const { found, alarms, falseAlarms } = scorer.at(threshold);
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  const [events, sounded, wrong] = [total(scorer.events), total(alarms), total(falseAlarms)];
  return {
    threshold,
    recall: events > 0 ? total(found) / events : null,
    precision: sounded > 0 ? 1 - wrong / sounded : null,
    falsePerDay: (24 * wrong) / total(scorer.hours),
  };
}

/**
 * The threshold that finds most events among those whose alarms are right at least as often as asked; of equals the
 * highest, for it alarms least. Null where none is. Choose it on tuning data only.
 * @example chooseAlarmThreshold(prepareAlarms({ labels: [0, 1], scores: [0.1, 0.8], stays: [7, 7], hours: [0, 1] }), { precision: 0.9 })?.threshold // 0.8
 */
export function chooseAlarmThreshold(scorer: AlarmScorer, { precision }: { precision: number }): AlarmFigures | null {
  optionWithin("precision", precision, 0, 1);
  let best: AlarmFigures | null = null;
  for (const threshold of scorer.candidates()) {
    const figures = alarmFigures(scorer, threshold);
    if (figures.recall === null || (figures.precision ?? 0) < precision) continue;
    if (!best || figures.recall > (best.recall ?? 0)) best = figures;
  }
  return best;
}

function hoursOf(name: string, value = DEFAULT_HOURS): number {
  return optionWithin(name, value, 0, Number.MAX_SAFE_INTEGER);
}

function firstRowsOf({ stays, hours }: AlarmRows, count: number): Uint32Array {
  const wrong = (where: string) =>
    fail("metrics/bad-order", "The rows of a stay lie apart, or their hours do not rise", {
      where,
      fix: "Sort the rows by stay and hour",
    });
  if (stays.length !== count || hours.length !== count) {
    fail("metrics/sizes-differ", "Labels, stays and hours differ in number", {
      where: `${count} labels, ${stays.length} stays, ${hours.length} hours`,
    });
  }
  const seen = new Set<number>();
  const first: number[] = [];
  for (let row = 0; row < count; row++) {
    if (row > 0 && stays[row] === stays[row - 1]) {
      if (!(hours[row]! > hours[row - 1]!)) wrong(`row ${row}`);
      continue;
    }
    if (seen.has(stays[row]!)) wrong(`row ${row}`);
    seen.add(stays[row]!);
    first.push(row);
  }
  return Uint32Array.from(first);
}

/** The events: the stay and onset of each, and of each row its event, or -1. */
function findRuns(
  labels: Float64Array,
  hours: ArrayLike<number>,
  firstRows: Uint32Array,
  endOf: (stay: number) => number,
  options: AlarmOptions,
): { stay: number[]; onset: number[]; ofRow: Int32Array } {
  const before = hoursOf("beforeHours", options.beforeHours);
  const after = optionWithin("afterHours", options.afterHours ?? DEFAULT_HOURS, -1, Number.MAX_SAFE_INTEGER);
  const ofRow = new Int32Array(labels.length).fill(-1);
  const stay: number[] = [];
  const onset: number[] = [];
  firstRows.forEach((first, s) => {
    for (let row = first; row < endOf(s); row++) {
      if (labels[row] !== 1) continue;
      const begin = row;
      while (row < endOf(s) && labels[row] === 1) ofRow[row++] = stay.length;
      const [from, to] = [hours[begin]!, hours[row - 1]!];
      onset.push(begin === first ? Math.max(from, Math.min(from + before, to - after)) : from + before);
      stay.push(s);
    }
  });
  return { stay, onset, ofRow };
}

/** Scores at shares of the rows that grow by a constant factor, the highest scores close together. */
function candidatesOf(scores: Float64Array, count: number): number[] {
  const falling = Float64Array.from(scores).sort().reverse();
  const places = Array.from({ length: count }, (_, i) =>
    Math.min(falling.length - 1, Math.round(falling.length ** (i / (count - 1))) - 1),
  );
  return [...new Set(places.map((place) => falling[place]!))];
}
