import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import type { SequenceSet } from "../../features/index.ts";
import { meanLoss, rankCorrelation } from "./index.ts";
import { joined, shuffled, variableOf } from "./shuffled.ts";

const lengths = Int32Array.of(2, 3, 5, 4);
const set: SequenceSet = {
  stays: 4,
  lengths,
  inputNames: ["hr", "hr_measured", "gcs_eye=None"],
  samples: 4,
  scored: (s) => [lengths[s]! - 1],
  fill(s, out, at) {
    for (let i = 0; i < lengths[s]! * 3; i++) out[at + i] = 100 * s + i;
  },
};

test("a number of an hour belongs to its variable", () => {
  expect(["hr", "hr_measured", "hr_hours_since", "gcs_eye=None"].map(variableOf)).toEqual([
    "hr",
    "hr",
    "hr",
    "gcs_eye",
  ]);
});

test("shuffling takes one variable from other stays, the last hours by the last hours, and leaves the others", () => {
  const mixed = shuffled(set, ["hr"], randomStream(3, "test"));
  const from = new Set<number>();
  for (let s = 0; s < 4; s++) {
    const out = new Float32Array(lengths[s]! * 3);
    mixed.fill(s, out, 0);
    const last = lengths[s]! - 1;
    const source = Math.floor(out[last * 3]! / 100);
    from.add(source);
    expect(out[last * 3]).toBe(100 * source + (lengths[source]! - 1) * 3);
    expect(out[last * 3 + 1]).toBe(out[last * 3]! + 1);
    expect(out[last * 3 + 2]).toBe(100 * s + last * 3 + 2);
  }
  expect(from.size).toBe(4);
});

test("joined sets are each set's stays, one set after the other", () => {
  const both = joined([set, shuffled(set, ["hr"], randomStream(3, "test"))]);
  expect([both.stays, both.samples, ...both.lengths]).toEqual([8, 8, ...lengths, ...lengths]);
  expect(Array.from(both.scored(6))).toEqual([4]);
  const out = new Float32Array(15);
  both.fill(2, out, 0);
  expect(out[4]).toBe(204);
  both.fill(6, out, 0);
  expect(out[5]).toBe(205);
});

test("the loss is that of the event, of the true class, or the mean over labels", () => {
  const samples = (outcome: "event" | "classes" | "labels", names: string[]) =>
    ({ outcome, names }) as unknown as Parameters<typeof meanLoss>[2];
  expect(meanLoss([0.8, 0.4], [1, 0], samples("event", []))).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12);
  expect(meanLoss([0.2, 0.5, 0.3], [1], samples("classes", ["a", "b", "c"]))).toBeCloseTo(-Math.log(0.5), 12);
  expect(meanLoss([0.5, 0.5], [1, 0], samples("labels", ["a", "b"]))).toBeCloseTo(Math.log(2), 12);
});

test("the rank correlation is 1 in the same order, −1 in the opposite one, and none where all is alike", () => {
  expect(rankCorrelation([1, 2, 9], [0, 5, 6])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 9], [3, 2, 1])).toBeCloseTo(-1, 12);
  expect(rankCorrelation([1, 1, 1], [3, 2, 1])).toBeNull();
});
