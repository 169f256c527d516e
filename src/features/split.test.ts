import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { type SplitParts, splitPatients } from "./split.ts";

/** Stays of patients with one to four stays each; a fifth of the patients dies in the last of theirs. */
function someLabels(seed: number, patients: number) {
  const random = randomStream(seed, "split test");
  const rows = Array.from({ length: patients }, (_, patient) => {
    const stays = 1 + random.below(4);
    const dies = patient < 5 || random.chance(0.2);
    return Array.from({ length: stays }, (_, i) => ({ patient, label: dies && i === stays - 1 ? 1 : 0 }));
  }).flat();
  random.shuffle(rows);
  return {
    subjectIds: Float64Array.from(rows, ({ patient }) => 10_000 - patient),
    labels: Uint8Array.from(rows, ({ label }) => label),
  };
}

const sizes = ({ train, tuning, heldOut }: SplitParts) => [train.length, tuning.length, heldOut.length];
const together = ({ train, tuning, heldOut }: SplitParts) => [...train, ...tuning, ...heldOut].sort((a, b) => a - b);

test.each([1, 2, 5, 10])("with %i folds every row is in one part, and no patient in two", (folds) => {
  const labels = someLabels(folds, 200);
  const plan = splitPatients(labels, { seed: 3, by: "patient", folds });
  expect(plan.folds).toBe(folds);
  for (let fold = 0; fold < folds; fold++) {
    const parts = plan.parts(fold);
    expect(together(parts)).toEqual([...labels.labels.keys()]);
    const patients = [parts.train, parts.tuning, parts.heldOut].map(
      (rows) => new Set(Array.from(rows, (row) => labels.subjectIds[row])),
    );
    expect(patients[0]!.size + patients[1]!.size + patients[2]!.size).toBe(new Set(labels.subjectIds).size);
    for (const rows of Object.values(parts)) expect([...rows]).toEqual([...rows].sort((a, b) => a - b));
  }
});

test("cross-validation holds every row out once", () => {
  const labels = someLabels(1, 100);
  const plan = splitPatients(labels, { seed: 3, by: "patient", folds: 5 });
  const held = Array.from({ length: 5 }, (_, fold) => [...plan.parts(fold).heldOut]).flat();
  expect(held.sort((a, b) => a - b)).toEqual([...labels.labels.keys()]);
});

test("one split is 70, 15 and 15 %, with the same share of patients with the event in each", () => {
  const n = 2000;
  const labels = {
    subjectIds: Float64Array.from({ length: n }, (_, i) => i),
    labels: Uint8Array.from({ length: n }, (_, i) => (i < 200 ? 1 : 0)),
  };
  const parts = splitPatients(labels, { seed: 9, by: "patient", folds: 1 }).parts(0);
  expect(sizes(parts)).toEqual([1400, 300, 300]);
  const events = (rows: Int32Array) => rows.filter((row) => labels.labels[row] === 1).length;
  expect([events(parts.train), events(parts.tuning), events(parts.heldOut)]).toEqual([140, 30, 30]);
});

test("with three patients of each outcome every part has both, alone and in three folds", () => {
  const labels = {
    subjectIds: Float64Array.of(1, 2, 3, 4, 5, 6),
    labels: Uint8Array.of(1, 0, 1, 0, 1, 0),
  };
  for (const folds of [1, 3]) {
    const plan = splitPatients(labels, { seed: 1, by: "patient", folds });
    for (let fold = 0; fold < folds; fold++) {
      for (const rows of Object.values(plan.parts(fold))) {
        expect(new Set(Array.from(rows as Int32Array, (row) => labels.labels[row]))).toEqual(new Set([0, 1]));
      }
    }
  }
});

test("the seed alone decides: same seed same parts, other seed other parts, and the order of the rows plays no part", () => {
  const labels = someLabels(4, 80);
  const heldOut = (seed: number, of = labels) =>
    new Set(
      Array.from(splitPatients(of, { seed, by: "patient", folds: 1 }).parts(0).heldOut, (row) => of.subjectIds[row]),
    );
  expect(heldOut(5)).toEqual(heldOut(5));
  expect(heldOut(6)).not.toEqual(heldOut(5));
  const reversed = { subjectIds: labels.subjectIds.toReversed(), labels: labels.labels.toReversed() };
  expect(heldOut(5, reversed)).toEqual(heldOut(5));
});

test("by stay, as YAIB splits, a patient's stays may part, and the rule says so", () => {
  const labels = { subjectIds: new Float64Array(50).fill(7), labels: Uint8Array.from({ length: 50 }, (_, i) => i % 2) };
  const plan = splitPatients(labels, { seed: 1, by: "stay", folds: 5 });
  expect(sizes(plan.parts(0))).toEqual([32, 8, 10]);
  expect(plan.rule).toMatch(/^Stays \(not patients\) were divided into 5 folds/);
  expect(splitPatients(labels, { seed: 1, by: "stay", folds: 1 }).rule).toContain("70 % to train");
});

test("too few patients are refused with what to do", () => {
  const labels = { subjectIds: Float64Array.of(1, 1, 2), labels: Uint8Array.of(0, 1, 0) };
  expect(() => splitPatients(labels, { seed: 1, by: "patient", folds: 5 })).toThrow(
    /too few patients to divide into 5 folds[\s\S]*the cohort has 2 patients[\s\S]*fewer folds/,
  );
  expect(() => splitPatients(labels, { seed: 1, by: "patient", folds: 1 })).toThrow(/three parts/);
});
