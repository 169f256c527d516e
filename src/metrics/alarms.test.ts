import fc from "fast-check";
import { expect, test } from "vitest";
import { alarmFigures, chooseAlarmThreshold, prepareAlarms } from "./index.ts";

/** One stay after the other, an hour a row; `labels` and `scores` by stay. */
function rowsOf(...stays: { labels: number[]; scores: number[]; from?: number }[]) {
  return {
    labels: stays.flatMap(({ labels }) => labels),
    scores: stays.flatMap(({ scores }) => scores),
    stays: stays.flatMap(({ labels }, stay) => labels.map(() => 100 + stay)),
    hours: stays.flatMap(({ labels, from = 0 }) => labels.map((_, i) => from + i)),
  };
}

const withEvent = { labels: [0, 0, 1, 1, 1, 1], scores: [0.9, 0.1, 0.2, 0.8, 0.9, 0.1] };
const without = { labels: [0, 0, 0, 0], scores: [0.1, 0.7, 0.8, 0.1] };

test("an alarm silences those that follow, and only one outside an event is false", () => {
  const scorer = prepareAlarms(rowsOf(withEvent, without), { silenceHours: 2, beforeHours: 3, afterHours: 0 });
  const counts = scorer.at(0.7);
  expect([...counts.alarms]).toEqual([2, 1]); // hour 0 and hour 3; hour 4 is silent; hour 1, then hour 2 silent
  expect([...counts.falseAlarms]).toEqual([1, 1]);
  expect([...counts.found]).toEqual([1, 0]);
  expect(counts.leads).toEqual([2]); // onset at hour 5 (3 after the first positive hour), alarm at hour 3
  expect([...scorer.events]).toEqual([1, 0]);
  expect([...scorer.hours]).toEqual([6, 4]);
});

test("an alarm just before the event silences it, and the event is missed", () => {
  const scorer = prepareAlarms(rowsOf({ labels: [0, 1, 1], scores: [0.9, 0.9, 0.9] }), { silenceHours: 5 });
  expect([...scorer.at(0.5).found]).toEqual([0]);
});

test("a run that begins with the stay takes its onset from its end", () => {
  const options = { silenceHours: 0, beforeHours: 6, afterHours: 2 };
  const cut = prepareAlarms(rowsOf({ labels: [1, 1, 1, 1, 1], scores: [1, 0, 0, 0, 0], from: 3 }), options);
  expect(cut.at(0.5).leads).toEqual([2]); // positive hours 3 to 7, onset at 5
});

test("where the rows end before the onset, a run cut off at its beginning has its onset in the hour after its last", () => {
  const options = { silenceHours: 0, beforeHours: 24, afterHours: -1 };
  const cut = prepareAlarms(rowsOf({ labels: [1, 1, 1], scores: [0, 1, 0], from: 3 }), options);
  expect(cut.at(0.5).leads).toEqual([2]); // positive hours 3 to 5, onset at 6
  expect([...cut.at(0.5).inTime]).toEqual([1]);
});

test("an event found only after its onset is found, but not in time", () => {
  const late = rowsOf({ labels: [0, 1, 1, 1], scores: [0, 0, 0, 1] });
  const counts = prepareAlarms(late, { silenceHours: 0, beforeHours: 1, afterHours: 1 }).at(0.5);
  expect([...counts.found, ...counts.inTime]).toEqual([1, 0]);
  expect(counts.leads).toEqual([-1]);
});

test("the figures are shares of events, of alarms, and false alarms a day", () => {
  const scorer = prepareAlarms(rowsOf(withEvent, without), { silenceHours: 2, beforeHours: 3 });
  expect(alarmFigures(scorer, 0.7)).toEqual({
    threshold: 0.7,
    recall: 1,
    precision: 1 - 2 / 3,
    falsePerDay: (24 * 2) / 10,
  });
  expect(alarmFigures(scorer, 2)).toEqual({ threshold: 2, recall: 0, precision: null, falsePerDay: 0 });
});

test("the threshold chosen keeps to the precision, and finds as many events as any that does", () => {
  const scorer = prepareAlarms(rowsOf(withEvent, without, withEvent), { silenceHours: 0 });
  const chosen = chooseAlarmThreshold(scorer, { precision: 0.4 })!;
  expect(chosen.precision).toBeGreaterThanOrEqual(0.4);
  for (const threshold of scorer.candidates()) {
    const { precision, recall } = alarmFigures(scorer, threshold);
    if ((precision ?? 0) >= 0.4) expect(chosen.recall).toBeGreaterThanOrEqual(recall!);
  }
  expect(chooseAlarmThreshold(scorer, { precision: 1 })).toBeNull();
});

test("without silence every hour at or above the threshold is an alarm, right where the label is 1", () => {
  const stay = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 10 })), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(stay, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 10 }), (stays, threshold) => {
      const rows = rowsOf(
        ...stays.map((each) => ({ labels: each.map(([l]) => (l ? 1 : 0)), scores: each.map(([, s]) => s) })),
      );
      const counts = prepareAlarms(rows, { silenceHours: 0 }).at(threshold);
      const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
      const called = rows.scores.filter((score) => score >= threshold).length;
      const wrong = rows.scores.filter((score, i) => score >= threshold && rows.labels[i] === 0).length;
      expect([sum(counts.alarms), sum(counts.falseAlarms)]).toEqual([called, wrong]);
    }),
  );
});

test("rows of a stay that lie apart, or whose hours fall, are refused", () => {
  const apart = { labels: [0, 0, 0], scores: [0, 0, 0], stays: [1, 2, 1], hours: [0, 0, 1] };
  expect(() => prepareAlarms(apart)).toThrow(/lie apart/);
  expect(() => prepareAlarms({ ...apart, stays: [1, 1, 1], hours: [0, 2, 1] })).toThrow(/lie apart/);
  expect(() => prepareAlarms({ ...apart, hours: [0] })).toThrow(/differ in number/);
});
