import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { auroc, averagePrecision, bootstrap, bootstrapAll, brier, mae, pairedBootstrap } from "./index.ts";

/** Rows of patients with one to four rows each, outcome and score alike within a patient. */
function patientRows(patients: number, seed = 1) {
  const stream = randomStream(seed, "rows");
  const labels: number[] = [];
  const scores: number[] = [];
  const rivals: number[] = [];
  const subjects: string[] = [];
  for (let p = 0; p < patients; p++) {
    const ill = stream.chance(0.3) ? 1 : 0;
    const risk = stream.uniform() * 0.7 + 0.3 * ill;
    for (let rows = 1 + stream.below(4); rows > 0; rows--) {
      labels.push(ill);
      scores.push(Math.min(1, risk + 0.05 * stream.uniform()));
      rivals.push(stream.uniform());
      subjects.push(`p${p}`);
    }
  }
  return { labels, scores, rivals, subjects };
}

test("the interval is that of metrics on drawn patients with all their rows, repeated as drawn", () => {
  const { labels, scores, subjects } = patientRows(30);
  const ids = [...new Set(subjects)].sort();
  const values: number[] = [];
  for (let i = 0; i < 200; i++) {
    const stream = randomStream(5, "bootstrap", i);
    const rows = ids.flatMap(() => {
      const drawn = ids[stream.below(ids.length)]!;
      return subjects.flatMap((subject, row) => (subject === drawn ? [row] : []));
    });
    values.push(
      auroc(
        rows.map((row) => labels[row]!),
        rows.map((row) => scores[row]!),
      ),
    );
  }
  values.sort((a, b) => a - b);
  const interval = bootstrap(auroc.prepare(labels, scores), subjects, { seed: 5, resamples: 200, level: 0.9 });
  const between = (a: number, b: number, share: number) => a + (b - a) * share;
  expect(interval.value).toBe(auroc(labels, scores));
  expect(interval.low).toBeCloseTo(between(values[9]!, values[10]!, 0.95), 12);
  expect(interval.high).toBeCloseTo(between(values[189]!, values[190]!, 0.05), 12);
  expect(interval).toMatchObject({ level: 0.9, resamples: 200, skipped: 0 });
});

test("the prepared metric and the metric called with weights give the same interval", () => {
  const { labels, scores, subjects } = patientRows(40);
  const slow = bootstrap((weights) => auroc(labels, scores, { weights }), subjects, { seed: 3, resamples: 100 });
  expect(bootstrap(auroc.prepare(labels, scores), subjects, { seed: 3, resamples: 100 })).toEqual(slow);
});

test("the same seed gives the same interval, whatever the order of the rows; another seed another", () => {
  const { labels, scores, subjects } = patientRows(50);
  const options = { seed: 8, resamples: 100 };
  const interval = bootstrap(auroc.prepare(labels, scores), subjects, options);
  const backwards = bootstrap(auroc.prepare(labels.toReversed(), scores.toReversed()), subjects.toReversed(), options);
  expect(backwards).toEqual(interval);
  expect(bootstrap(auroc.prepare(labels, scores), subjects, { ...options, seed: 9 }).low).not.toBe(interval.low);
});

test("the draws of a seed never change between releases", () => {
  const { labels, scores, subjects } = patientRows(60);
  expect(bootstrap(auroc.prepare(labels, scores), subjects, { seed: 42 })).toMatchInlineSnapshot(`
    {
      "high": 0.9820618558692192,
      "level": 0.95,
      "low": 0.7246128641121922,
      "resamples": 1000,
      "skipped": 0,
      "value": 0.8701923076923077,
    }
  `);
});

test("many figures at once have the intervals they have alone", () => {
  const { labels, scores, subjects } = patientRows(40);
  const options = { seed: 2, resamples: 100 };
  const both = bootstrapAll(
    { auroc: auroc.prepare(labels, scores), ap: averagePrecision.prepare(labels, scores) },
    subjects,
    options,
  );
  expect(both.auroc).toEqual(bootstrap(auroc.prepare(labels, scores), subjects, options));
  expect(both.ap).toEqual(bootstrap(averagePrecision.prepare(labels, scores), subjects, options));
});

test("ids may be numbers, words or big integers, of one kind or mixed", () => {
  const { labels, scores } = patientRows(40);
  const statistic = auroc.prepare(labels, scores);
  const options = { seed: 2, resamples: 50 };
  const numbers = labels.map((_, row) => 100 + row);
  const expected = bootstrap(statistic, numbers, options);
  expect(bootstrap(statistic, Int32Array.from(numbers), options)).toEqual(expected);
  expect(bootstrap(statistic, BigInt64Array.from(numbers.map(BigInt)), options)).toEqual(expected);
  expect(bootstrap(statistic, numbers.map(String), options)).toEqual(expected);
  const mixed = numbers.map((id) => (id % 2 ? id : String(id)));
  expect(bootstrap(statistic, mixed, options).skipped).toBe(0);
});

test("resamples of one class are left out and counted", () => {
  const labels = [1, 1, 0, 0, 0, 0];
  const scores = [0.9, 0.3, 0.2, 0.6, 0.4, 0.1];
  const interval = bootstrap(auroc.prepare(labels, scores), [1, 2, 3, 4, 5, 6], { seed: 1, resamples: 2000 });
  const expected = 2000 * ((4 / 6) ** 6 + (2 / 6) ** 6);
  expect(interval.skipped).toBeGreaterThan(expected * 0.7);
  expect(interval.skipped).toBeLessThan(expected * 1.3);
  expect(interval.low).not.toBeNull();
});

test("too few resamples or patients give no interval", () => {
  const rare = auroc.prepare([1, 0, 0, 0], [0.9, 0.1, 0.2, 0.3]);
  const nothing = { low: null, high: null };
  expect(bootstrap(rare, [1, 2, 2, 2], { seed: 1, resamples: 200 }).low).toBe(1);
  const one = bootstrap(rare, [1, 1, 1, 1], { seed: 1 });
  expect(one).toEqual({ value: 1, ...nothing, level: 0.95, resamples: 1000, skipped: 0 });
  expect(bootstrap(rare, [1, 2, 3, 4], { seed: 1, resamples: 39 })).toMatchObject(nothing);
  expect(bootstrap(mae.prepare([1, 2], [1, 3]), [1, 2], { seed: 1, resamples: 40 }).low).not.toBeNull();
  let calls = 0;
  const mostlyUndefined = () => (calls++ % 5 < 3 && calls > 1 ? Number.NaN : calls);
  const interval = bootstrap(mostlyUndefined, [1, 2], { seed: 1, resamples: 500 });
  expect(interval).toEqual({ value: 1, ...nothing, level: 0.95, resamples: 500, skipped: 300 });
});

test("a paired difference of a model with itself is nothing, and narrower than the two apart", () => {
  const { labels, scores, rivals, subjects } = patientRows(80);
  const options = { seed: 4, resamples: 300 };
  const model = brier.prepare(labels, scores);
  expect(pairedBootstrap(model, model, subjects, options)).toMatchObject({ value: 0, low: 0, high: 0 });
  const near = brier.prepare(
    labels,
    scores.map((score) => score * 0.9),
  );
  const difference = pairedBootstrap(model, near, subjects, options);
  const alone = bootstrap(model, subjects, options);
  expect(difference.value).toBeCloseTo(model() - near(), 14);
  expect(difference.high! - difference.low!).toBeLessThan((alone.high! - alone.low!) / 2);
  const rival = pairedBootstrap(auroc.prepare(labels, scores), auroc.prepare(labels, rivals), subjects, options);
  expect(rival.low).toBeGreaterThan(0);
});

test("drawing patients gives a wider interval than drawing their rows as if they were strangers", () => {
  const { labels, scores, subjects } = patientRows(100);
  const statistic = auroc.prepare(labels, scores);
  const byPatient = bootstrap(statistic, subjects, { seed: 6, resamples: 400 });
  const byRow = bootstrap(
    statistic,
    subjects.map((_, row) => row),
    { seed: 6, resamples: 400 },
  );
  expect(byPatient.high! - byPatient.low!).toBeGreaterThan((byRow.high! - byRow.low!) * 1.2);
});

test("an interval of 90 % holds the truth about nine times in ten", () => {
  let held = 0;
  for (let study = 0; study < 300; study++) {
    const stream = randomStream(study, "coverage");
    const values = Array.from({ length: 60 }, () => stream.normal(0, 1));
    const zeros = values.map(() => 0);
    const meanOf = (weights?: ArrayLike<number>) => {
      let sum = 0;
      let total = 0;
      values.forEach((value, i) => {
        sum += value * (weights?.[i] ?? 1);
        total += weights?.[i] ?? 1;
      });
      return sum / total;
    };
    const { low, high } = bootstrap(
      meanOf,
      zeros.map((_, i) => i),
      { seed: study, resamples: 150, level: 0.9 },
    );
    if (low! <= 0 && high! >= 0) held++;
  }
  expect(held / 300).toBeGreaterThan(0.84);
  expect(held / 300).toBeLessThan(0.94);
});

test("wrong options and wrong rows are refused, in a resample too", () => {
  const statistic = mae.prepare([1, 2], [1, 3]);
  const refused = (options: object, message: string, subjects = [1, 2]) =>
    expect(() => bootstrap(statistic, subjects, { seed: 1, ...options })).toThrow(message);
  for (const level of [0, 1, Number.NaN]) refused({ level }, "level is not between 0 and 1");
  for (const resamples of [0, 1.5]) refused({ resamples }, "resamples is not a whole number");
  refused({ seed: Number.NaN }, "seed is out of range");
  refused({}, "no patient to draw", []);
  refused({}, "3 weights, 2 labels", [1, 2, 3]);
  expect(() => bootstrap(auroc.prepare([1, 1], [0.1, 0.2]), [1, 2], { seed: 1 })).toThrow("no row is negative");
});
