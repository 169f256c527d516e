// An infection caught in the unit: late enough to leave the first day alone, seen in the organ systems before it is suspected.
import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { SECONDS_PER_HOUR } from "../../core/time.ts";
import { SYSTEM_COUNT, SYSTEMS } from "./illness.ts";
import { catchInfection } from "./infection.ts";
import { drawPerson } from "./person.ts";
import { drawStory } from "./story.ts";

const stays = Array.from({ length: 2500 }, (_, index) => {
  const stream = randomStream(9, "patient", index);
  return drawStory(stream, drawPerson(stream, index), "icu").admissions.flatMap(({ parts }) =>
    parts.flatMap(({ icu }) => {
      if (!icu) return [];
      const before = icu.course.severity.slice();
      const hours = (icu.end - icu.start) / SECONDS_PER_HOUR;
      const infection = catchInfection(randomStream(9, "infection", icu.stayId), icu.course, hours);
      return [{ hours, before, after: icu.course.severity, infection, dies: icu.course.diesHere }];
    }),
  );
}).flat();
const infected = stays.filter(({ infection }) => infection !== null);

test("some of those who stay longer than a day and a half catch one, and are treated in the stay", () => {
  const long = stays.filter(({ hours }) => hours > 48);
  expect(infected.length / long.length).toBeGreaterThan(0.1);
  expect(infected.length / long.length).toBeLessThan(0.35);
  for (const { infection, hours } of infected) {
    expect(infection!.suspected).toBeGreaterThanOrEqual(36);
    expect(infection!.treated).toBeGreaterThanOrEqual(infection!.suspected);
    expect(infection!.treated).toBeLessThan(hours + 1);
  }
});

test("nothing changes until some hours before it is suspected; then the circulation gets worse, before and after", () => {
  const circ = SYSTEMS.indexOf("circ");
  for (const { infection, before, after } of infected) {
    const first = infection!.suspected - 8;
    expect(after.subarray(0, first * SYSTEM_COUNT)).toEqual(before.subarray(0, first * SYSTEM_COUNT));
    const rise = (hour: number) => after[hour * SYSTEM_COUNT + circ]! - before[hour * SYSTEM_COUNT + circ]!;
    expect(rise(infection!.suspected)).toBeGreaterThan(0.3);
    const worst = Math.min(infection!.suspected + 9, after.length / SYSTEM_COUNT - 1);
    expect(rise(worst)).toBeGreaterThan(0);
  }
  for (const { before, after } of stays.filter(({ infection }) => infection === null)) expect(after).toEqual(before);
});

test("those who die catch it no more often in the same hours than those who live", () => {
  const byDeath = [false, true].map((dies) => {
    // within the hours 36 to 60 of stays that last longer than that
    const there = stays.filter((stay) => stay.dies === dies && stay.hours > 63);
    return {
      n: there.length,
      k: there.filter(({ infection }) => infection !== null && infection.suspected < 60).length,
    };
  });
  const [living, dying] = byDeath.map(({ n, k }) => k / n) as [number, number];
  const error = Math.sqrt(byDeath.reduce((sum, { n, k }) => sum + ((k / n) * (1 - k / n)) / n, 0));
  // the lungs' severity on arrival goes with both a little
  expect(Math.abs(dying - living)).toBeLessThan(4 * error + 0.03);
});
