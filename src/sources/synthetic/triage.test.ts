// Visits to the emergency department: the risks can be worked out from what is written down, and are what happens.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { evidenceOf, lastSigns, logOddsOfSigns, type Standing, standingOf } from "./ed-signs.ts";
import { logOddsBeforeAcuity, logOddsOfAcuity } from "./outlook.ts";
import { ageAt, drawPerson } from "./person.ts";
import { toldBy, WAYS } from "./presenting.ts";
import { shares } from "./risk.ts";
import { drawStory } from "./story.ts";

const PATIENTS = 16_000;
const DAY = 86_400;
const visits = Array.from({ length: PATIENTS }, (_, index) => {
  const stream = randomStream(5, "patient", index);
  const story = drawStory(stream, drawPerson(stream, index));
  return story.edVisits.map((visit, i) => {
    const admission = story.admissions.find(({ ed }) => ed === visit);
    const icu = admission?.parts.find((part) => part.icu)?.icu;
    const soon = icu !== undefined && icu.start <= visit.end + DAY / 2;
    const next = story.edVisits[i + 1];
    return {
      visit,
      story,
      admitted: visit.way !== WAYS.home,
      critical: visit.way !== WAYS.home && (soon || admission!.died),
      back: next !== undefined && next.start - visit.end < 3 * DAY && next.start > visit.end,
    };
  });
}).flat();

/** Deviations between what happened and the sum of the risks. */
function off(group: typeof visits, risk: "riskOfAdmission" | "riskOfCritical" | "riskAtDeparture" | "riskOfReturn") {
  const outcome = { riskOfAdmission: "admitted", riskOfReturn: "back" } as const;
  const name = risk in outcome ? outcome[risk as keyof typeof outcome] : "critical";
  let [difference, variance] = [0, 0];
  for (const one of group) {
    const p = one.visit[risk];
    difference += Number(one[name]) - p;
    variance += p * (1 - p);
  }
  return Math.abs(difference) / Math.sqrt(variance);
}

describe.each(["riskOfAdmission", "riskOfCritical", "riskAtDeparture", "riskOfReturn"] as const)("%s", (risk) => {
  test("is what happens: in all, and among those of low, middling and high risk", () => {
    const sorted = visits.map(({ visit }) => visit[risk]).sort((a, b) => a - b);
    const limits = [0, sorted[Math.floor(sorted.length * 0.6)]!, sorted[Math.floor(sorted.length * 0.9)]!, 1.1];
    expect(off(visits, risk)).toBeLessThan(4);
    for (let i = 0; i < 3; i++) {
      const group = visits.filter(({ visit }) => visit[risk] >= limits[i]! && visit[risk] < limits[i + 1]!);
      expect(group.length).toBeGreaterThan(500);
      expect(off(group, risk)).toBeLessThan(4);
    }
  });

  test("leaves nothing to what triage does not record: the problem, chronic conditions, how the patient uses the hospital", () => {
    const groups: (typeof visits)[] = [
      visits.filter(({ visit }) => visit.problem.risk > 0.3),
      visits.filter(({ story }) => story.person.chronicRisk > 0.3),
      visits.filter(({ story }) => story.person.useOfEd > 1),
    ];
    for (const group of groups) {
      expect(group.length).toBeGreaterThan(300);
      expect(off(group, risk)).toBeLessThan(4.5);
    }
  });
});

test("the risk of admission can be worked out from the record", () => {
  for (const { visit, story } of visits.slice(0, 300)) {
    const before = (list: readonly { start: number }[], days: number) =>
      list.filter(({ start }) => start < visit.start && start >= visit.start - days * DAY).length;
    const written = visit.pain ?? "";
    const number = written === "3-4" ? 3.5 : /^\d+$/.test(written) && Number(written) <= 10 ? Number(written) : null;
    const recorded = {
      age: ageAt(story.person, visit.start),
      female: story.person.female,
      signs: standingOf(visit.signs.first),
      told: toldBy(visit.complaint),
      pain: number,
      earlier: {
        visits30: before(story.edVisits, 30),
        visits365: before(story.edVisits, 365),
        admissions365: before(story.admissions, 365),
      },
    };
    const [home] = shares(
      [0, 1, 2].map((way) => logOddsBeforeAcuity(recorded, way) + logOddsOfAcuity(visit.acuity, way)),
    );
    expect(visit.riskOfAdmission).toBeCloseTo(1 - home!, 12);
  }
});

test("shares are near those of the benchmark's paper", () => {
  const share = (of: (one: (typeof visits)[number]) => boolean) => visits.filter(of).length / visits.length;
  expect(share(({ admitted }) => admitted)).toBeCloseTo(0.46, 1);
  expect(Math.abs(share(({ critical }) => critical) - 0.06)).toBeLessThan(0.012);
  const home = visits.filter(({ admitted }) => !admitted);
  expect(Math.abs(home.filter(({ back }) => back).length / home.length - 0.035)).toBeLessThan(0.01);
  expect(share(({ visit }) => visit.acuity === 3)).toBeGreaterThan(0.45);
});

describe("the last vital signs", () => {
  const first: Standing = { deviations: [0.4, 1.5, -0.7, -1.2], lack: 5 };

  test.each([WAYS.ward, WAYS.intensive])(
    "tell, added to those of triage, what does not depend on those of triage (way %i)",
    (way) => {
      const last: Standing = { deviations: [1, -0.4, 2, 0.3], lack: 7 };
      const other: Standing = { deviations: [-2, 0.2, 1.1, 0.9], lack: 1 };
      const known = (of: Standing) => logOddsOfSigns(of, way) + evidenceOf(last, of, way);
      expect(known(first)).toBeCloseTo(known(other), 10);
    },
  );

  test("weigh as their likelihoods do: the mean ratio is one for those who go home", () => {
    const stream = randomStream(2, "last signs");
    let sum = 0;
    const draws = 40_000;
    for (let i = 0; i < draws; i++) {
      sum += Math.exp(evidenceOf(standingOf(lastSigns(stream, first, WAYS.home)), first, WAYS.intensive));
    }
    expect(Math.abs(sum / draws - 1)).toBeLessThan(0.06);
  });

  test("of values that no body has tell nothing", () => {
    expect(standingOf([984, 880, 178, 970, 1330, 700])).toEqual(standingOf([null, null, null, null, null, null]));
  });
});

test("words of a complaint add up, whatever their case, each once", () => {
  const sum = (text: string) => toldBy(text).ward;
  expect(sum("DYSPNEA, fever")).toBeCloseTo(sum("Dyspnea") + sum("Fever"), 12);
  expect(sum("Dyspnea, Dyspnea on exertion")).toBe(sum("Dyspnea"));
  expect(toldBy("UNKNOWN-CC")).toEqual({ ward: 0, intensive: 0, back: 0 });
});
