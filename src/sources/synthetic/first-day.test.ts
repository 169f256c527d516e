// The first day and the risk: any risk can be shown, noise leaves the mean alone, and the risks are what happens.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { type DayMeans, logOddsOfDay, meanOfDay, offsetsFor, steadyNoise } from "./first-day.ts";
import { drawPerson } from "./person.ts";
import { drawStory, MIXES } from "./story.ts";

const means: DayMeans = { heartRate: 92, meanPressure: 71, pulsePressure: 40, breathing: 21, temperature: 99.1 };

test.each([-9, -6, -3.5, -1, 0.5, 2])("the offsets bring the log-odds of a first day to %f", (logOdds) => {
  const offsets = offsetsFor(means, logOdds);
  const there = Object.fromEntries(
    Object.entries(means).map(([name, mean]) => [name, mean + offsets[name as keyof DayMeans]]),
  ) as unknown as DayMeans;
  expect(logOddsOfDay(there)).toBeCloseTo(logOdds, 6);
});

test("a higher risk shows as a faster pulse, faster breathing and a lower pressure", () => {
  const [low, high] = [offsetsFor(means, -4), offsetsFor(means, -2)];
  expect(high.heartRate).toBeGreaterThan(low.heartRate);
  expect(high.breathing).toBeGreaterThan(low.breathing);
  expect(high.meanPressure).toBeLessThan(low.meanPressure);
  expect(high.temperature).toBe(low.temperature);
});

test.each([1, 4])("noise of a sign measured every %d hours does not shift its mean", (every) => {
  const noise = steadyNoise(randomStream(1, "noise", every), every);
  const measured = noise.filter((_, hour) => hour % every === 0);
  expect(measured.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  expect(new Set(noise).size).toBeGreaterThan(20);
});

test("the mean of a day is over the hours a stay has", () => {
  expect(meanOfDay(100, (hour) => hour)).toBe(11.5);
  expect(meanOfDay(2.5, (hour) => hour)).toBe(1);
});

describe.each(MIXES)("in the mix %s", (mix) => {
  const PATIENTS = 12_000;
  const stays = Array.from({ length: PATIENTS }, (_, index) => {
    const stream = randomStream(3, "patient", index);
    const person = drawPerson(stream, index);
    return drawStory(stream, person, mix).admissions.flatMap(({ parts, died }) =>
      parts.flatMap(({ icu }) => (icu ? [{ died, from: icu.start, to: icu.end, ...icu.course }] : [])),
    );
  }).flat();
  const lasting = (hours: number) => stays.filter(({ from, to }) => to - from >= hours * 3600);

  /** Deviations between what happened and the sum of the risks. */
  function off<Stay>(of: Stay[], risk: (stay: Stay) => number, outcome: (stay: Stay) => boolean): number {
    let [difference, variance] = [0, 0];
    for (const stay of of) {
      const p = risk(stay);
      difference += (outcome(stay) ? 1 : 0) - p;
      variance += p * (1 - p);
    }
    return Math.abs(difference) / Math.sqrt(variance);
  }

  test("as many die in the unit after hour 30, and in hospital after hour 48, as their risks say", () => {
    expect(stays.length).toBeGreaterThan(mix === "icu" ? PATIENTS : 1500);
    const [after30, after48] = [lasting(30), lasting(48)];
    expect(
      off(
        after30,
        ({ riskOfDyingHere }) => riskOfDyingHere,
        ({ diesHere }) => diesHere,
      ),
    ).toBeLessThan(4);
    expect(
      off(
        after48,
        ({ riskOfDyingInHospital }) => riskOfDyingInHospital,
        ({ died }) => died,
      ),
    ).toBeLessThan(4);
  });

  test("among those of a high and of a low risk, too", () => {
    for (const [low, high] of [
      [0, 0.02],
      [0.02, 0.1],
      [0.1, 1],
    ] as const) {
      const group = lasting(48).filter(
        (stay) => stay.riskOfDyingInHospital >= low && stay.riskOfDyingInHospital < high,
      );
      expect(
        off(
          group,
          (stay) => stay.riskOfDyingInHospital,
          (stay) => stay.died,
        ),
      ).toBeLessThan(4);
    }
  });

  test("nobody's stay is foretold before hour 48 but by the risk", () => {
    // of stays with about the same risk, those who die and those who live have the same severity on the second day
    const group = lasting(48).filter(({ riskOfDyingHere }) => riskOfDyingHere > 0.1 && riskOfDyingHere < 0.3);
    const of = (dies: boolean) =>
      group.filter(({ diesHere }) => diesHere === dies).map(({ severity }) => severity[47 * 7 + 1]!);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = (values: number[]) =>
      values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);
    const [dying, living] = [of(true), of(false)];
    const error = Math.sqrt(variance(dying) / dying.length + variance(living) / living.length);
    expect(Math.abs(mean(dying) - mean(living))).toBeLessThan(4 * error);
  });
});
