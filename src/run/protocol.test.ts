import { expect, test } from "vitest";
import type { Cohort } from "../cohort/index.ts";
import { randomStream } from "../core/random.ts";
import type { Samples } from "../features/index.ts";
import { divide } from "./cross-source.ts";
import { drawRows } from "./draw.ts";
import { planRun, replicatesOf } from "./protocol.ts";

/** Stays of one to three hours each, two stays a patient; one in five has the event. */
function samplesOf(stays: number, outcome: Samples["outcome"] = "event"): Samples {
  const random = randomStream(1, "protocol");
  const ids = Array.from({ length: stays }, (_, s) => Array.from({ length: 1 + (s % 3) }, () => s)).flat();
  return {
    stayIds: Float64Array.from(ids),
    subjectIds: Float64Array.from(ids, (s) => s >> 1),
    hours: Int16Array.from(ids, (s, i) => i - ids.indexOf(s)),
    outcome,
    names: [],
    targets: Float64Array.from(ids, (s) => (outcome === "event" ? (s % 5 === 0 ? 1 : 0) : random.normal())),
  };
}

const cohort = { folder: "somewhere", stays: 0, patients: 0 } as Cohort;
const plan = (stays: number, more: Partial<Parameters<typeof planRun>[2]> = {}) =>
  planRun(samplesOf(stays), cohort, { mode: "corrected", seed: 7, ...more });

test("quick is one split and three seeds, of models that use one; a small cohort has folds and one seed", () => {
  const quick = plan(2400, { protocol: "quick" });
  expect(quick).toMatchObject({ folds: 1, repetitions: 1, seeds: [7, 8, 9], search: "quick" });
  expect(quick.rule).toMatch(/70 % to train.*3 seeds/);
  expect(replicatesOf(quick, true).map(({ suffix }) => suffix)).toEqual(["-seed-7", "-seed-8", "-seed-9"]);
  expect(replicatesOf(quick, false)).toEqual([{ name: "seed 7", suffix: "", seed: 7, parts: [0] }]);
  expect(plan(1200, { protocol: "quick" })).toMatchObject({ folds: 1, seeds: [7, 8, 9] });
  expect(plan(1200, {})).toMatchObject({ folds: 5, seeds: [7] });
  expect(plan(300, { protocol: "quick" })).toMatchObject({ folds: 5, seeds: [7] });
});

test("paper is five times five folds, every row held out once a repetition, never a patient in two parts", () => {
  const paper = plan(300, { protocol: "paper" });
  expect(paper).toMatchObject({ folds: 5, repetitions: 5, seeds: [7], search: "paper" });
  const replicates = replicatesOf(paper, true);
  expect(replicates.map(({ parts }) => parts)).toEqual(
    [0, 5, 10, 15, 20].map((at) => [0, 1, 2, 3, 4].map((f) => at + f)),
  );
  const samples = samplesOf(300);
  const divisions = new Set<string>();
  for (const { parts } of replicates) {
    const held = parts.flatMap((part) => [...paper.split.parts(part).heldOut]).sort((a, b) => a - b);
    expect(held).toEqual([...samples.stayIds.keys()]);
    divisions.add(String(paper.split.parts(parts[0]!).heldOut));
  }
  expect(divisions.size).toBe(5);
});

test("without a protocol a large cohort has one split, a small or faithful one folds, and one seed", () => {
  expect(plan(2400)).toMatchObject({ folds: 1, seeds: [7] });
  expect(plan(300)).toMatchObject({ folds: 5, seeds: [7] });
  expect(plan(2400, { mode: "faithful" })).toMatchObject({ folds: 5 });
  expect(plan(300, { folds: 3 })).toMatchObject({ folds: 3 });
  expect(planRun(samplesOf(40, "number"), cohort, { mode: "corrected", seed: 1 })).toMatchObject({ folds: 5 });
});

test("rows are drawn evenly over the stays, the same for a seed, and all of them where they fit", () => {
  const rows = Int32Array.from({ length: 1000 }, (_, i) => 3 * i);
  const drawn = drawRows(rows, 100, 1, "train");
  expect(drawn).toHaveLength(100);
  drawn.forEach((row, i) => {
    expect(row).toBeGreaterThanOrEqual(30 * i);
    expect(row).toBeLessThan(30 * (i + 1));
    expect(row % 3).toBe(0);
  });
  expect(drawRows(rows, 100, 1, "train")).toEqual(drawn);
  expect(drawRows(rows, 100, 2, "train")).not.toEqual(drawn);
  expect(drawRows(rows, 1000, 1, "train")).toBe(rows);
});

test("stays for training further are of other patients than those judged on, with the event's share; too many are refused", () => {
  const samples = samplesOf(400);
  const { train, tuning, heldOut, stays } = divide(samples, 60, 1, cohort);
  const [a, b, c] = [train, tuning, heldOut].map(
    (rows) => new Set(Array.from(rows, (row) => samples.subjectIds[row]!)),
  );
  for (const subject of c!) expect(a!.has(subject) || b!.has(subject)).toBe(false);
  for (const subject of b!) expect(a!.has(subject)).toBe(false);
  expect(train.length + tuning.length + heldOut.length).toBe(samples.stayIds.length);
  expect(stays).toBeGreaterThanOrEqual(60);
  expect(stays).toBeLessThanOrEqual(63);
  const share = (rows: Int32Array) => rows.reduce((sum, row) => sum + samples.targets[row]!, 0) / rows.length;
  expect(share(train)).toBeGreaterThan(0.1);
  expect(divide(samples, undefined, 1, cohort).heldOut).toHaveLength(samples.stayIds.length);
  expect(() => divide(samples, 300, 1, cohort)).toThrow(/at most half/);
});
