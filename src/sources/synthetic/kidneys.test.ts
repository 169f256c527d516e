// Injured kidneys: the risk is what happens and is known from the chart so far, and KDIGO finds the injury when it begins.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { riskOfDyingWithin, SYSTEM_COUNT, SYSTEMS } from "./illness.ts";
import {
  CREATININE_PER_LEVEL,
  drawKidneys,
  FORETOLD,
  type ForetellingSigns,
  measuredCreatinine,
  riskOfInjury,
  urineOf,
} from "./kidneys.ts";
import { drawPerson } from "./person.ts";
import { drawStory } from "./story.ts";
import { drawUnitCourses } from "./unit-course.ts";

const PATIENTS = 3000;
const RENAL = SYSTEMS.indexOf("renal");
const stays = Array.from({ length: PATIENTS }, (_, index) => {
  const stream = randomStream(5, "patient", index);
  const person = drawPerson(stream, index);
  const story = drawStory(stream, person, "icu");
  const courses = drawUnitCourses(randomStream(5, "unit course", index), story);
  return story.admissions.flatMap(({ parts }) =>
    parts.flatMap(({ icu }) =>
      icu
        ? [{ icu, person, course: icu.course, ...courses.get(icu.stayId)!, stream: randomStream(5, icu.stayId) }]
        : [],
    ),
  );
}).flat();

/** Rows that do not share an hour of what they foretell, so that they are independent. */
const rows = stays.flatMap(({ kidneys, signs }) => {
  const { onset } = kidneys;
  const found: { risk: number; begins: boolean }[] = [];
  for (let hour = FORETOLD.lag - 1; hour + FORETOLD.lag < signs.hours - 1; hour += FORETOLD.lag) {
    if (onset !== null && onset <= hour) break;
    found.push({ risk: riskOfInjury(kidneys, hour), begins: onset !== null && onset <= hour + FORETOLD.lag });
  }
  return found;
});

test.each([
  [0, 0.01],
  [0.01, 0.03],
  [0.03, 0.1],
  [0.1, 1],
  [0, 1],
])("as many injuries begin within six hours as the risks from %f to %f say", (low, high) => {
  const group = rows.filter(({ risk }) => risk >= low && risk < high);
  expect(group.length).toBeGreaterThan(300);
  let [difference, variance] = [0, 0];
  for (const { risk, begins } of group) {
    difference += (begins ? 1 : 0) - risk;
    variance += risk * (1 - risk);
  }
  expect(Math.abs(difference) / Math.sqrt(variance)).toBeLessThan(4);
});

test("as many die in the unit within 24 hours of hours 24 and 47 as the risks say", () => {
  for (const hour of [24, 47]) {
    let [difference, variance, there] = [0, 0, 0];
    for (const { course, signs } of stays) {
      if (signs.hours <= hour || course.hours < hour || signs.hours < course.hours) continue;
      const risk = riskOfDyingWithin(course, hour, 24);
      const dies = course.diesHere && course.hours < hour + 24;
      there++;
      difference += (dies ? 1 : 0) - risk;
      variance += risk * (1 - risk);
    }
    expect(there).toBeGreaterThan(1000);
    expect(Math.abs(difference) / Math.sqrt(variance)).toBeLessThan(4);
  }
});

test("the risk of an hour hangs on the signs charted until then, not on later ones", () => {
  const { course, person } = stays.find(({ signs }) => signs.hours > 60)!;
  const hour = 30;
  const signs = (from: number, shift: number): ForetellingSigns => ({
    hours: 60,
    at: (sign, h) =>
      ({ heartRate: 90, meanPressure: 75, breathing: 20 })[sign] + (sign === "meanPressure" && h >= from ? shift : 0),
  });
  const risk = (of: ForetellingSigns) =>
    riskOfInjury(
      drawKidneys(randomStream(1, "kidneys"), { ...course, severity: course.severity.slice() }, person.creatinine, of),
      hour,
    );
  const plain = risk(signs(0, 0));
  expect(risk(signs(hour + 1, -30))).toBe(plain);
  expect(risk(signs(hour, -30))).not.toBe(plain);
  expect(risk(signs(hour - 3, -30))).toBeGreaterThan(plain);
});

describe("creatinine", () => {
  /** As the laboratory notes it, at an hour. */
  const noted = ({ stream, person, course }: (typeof stays)[number], hour: number) =>
    Math.round(
      10 *
        measuredCreatinine(
          stream,
          person.creatinine * Math.exp(CREATININE_PER_LEVEL * course.severity[hour * SYSTEM_COUNT + RENAL]!),
        ),
    ) / 10;
  const ROUNDING = 1e-9;
  const isStaged = (value: number, before: number[]) =>
    before.some((low) => value >= 1.5 * low - ROUNDING || value >= low + 0.3 - ROUNDING);

  test("is in no stage of KDIGO before an injury", () => {
    let looked = 0;
    for (const stay of stays) {
      const last = Math.min(stay.signs.hours, stay.kidneys.onset ?? Number.POSITIVE_INFINITY, 168);
      const before: number[] = [];
      for (let hour = 0; hour < last; hour += 4) {
        const value = noted(stay, hour);
        expect(isStaged(value, before)).toBe(false);
        before.push(value);
        looked++;
      }
    }
    expect(looked).toBeGreaterThan(20_000);
  });

  test("is in a stage from the first hour of an injury", () => {
    const injured = stays.filter(({ kidneys }) => kidneys.onset !== null && kidneys.onset > 0);
    expect(injured.length).toBeGreaterThan(500);
    for (const stay of injured) {
      const onset = stay.kidneys.onset!;
      expect(isStaged(noted(stay, onset), [noted(stay, onset - 1)])).toBe(true);
    }
  });
});

test("urine is in no stage of KDIGO before an injury, whatever hours its volumes are noted for", () => {
  // at worst six hours are charted that the urine of five and a bit is in, against a weight charted an eighth too high
  const worst = 5 / 6 / 1.125;
  for (const { kidneys, course, signs, stream } of stays.slice(0, 1500)) {
    const last = Math.min(signs.hours, kidneys.onset ?? Number.POSITIVE_INFINITY);
    for (let hour = 0; hour < last; hour += 6)
      expect((worst * urineOf(stream, kidneys, course, { hour, over: 6 })) / 6).toBeGreaterThan(0.5);
  }
});

test("injured kidneys make less urine", () => {
  const perHour = (after: number) => {
    const found = stays
      .filter(({ kidneys, signs }) => kidneys.onset !== null && kidneys.onset > 12 && kidneys.onset + 24 < signs.hours)
      .map(({ kidneys, course, stream }) =>
        urineOf(stream, kidneys, course, { hour: kidneys.onset! + after, over: 1 }),
      );
    return found.reduce((sum, volume) => sum + volume, 0) / found.length;
  };
  expect(perHour(12)).toBeLessThan(0.6 * perHour(-6));
});
