import fc from "fast-check";
import { expect, test } from "vitest";
import type { AttritionStep, RunResult } from "../run/result.ts";
import { runResultFixture } from "./fixture.ts";
import { eventText, shownAttrition, shownModels, shownSplits } from "./guard.ts";

function lent(cohort: Partial<RunResult["cohort"]>): RunResult {
  const full = runResultFixture();
  return { ...full, data: { ...full.data, dataUse: "credentialed" }, cohort: { ...full.cohort, ...cohort } };
}

function funnel(start: number, removals: number[]): RunResult["cohort"]["attrition"] {
  let remaining = start;
  const steps = removals.map((removed, i): AttritionStep => {
    remaining -= removed;
    return { id: `${i}`, title: `criterion ${i}`, hits: removed, removed, remaining };
  });
  return { unit: "ICU stays", start, steps };
}

const removals = fc.array(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 400 })), {
  maxLength: 8,
});

test("no two counts of a guarded funnel differ by 1 to 10, and the numbers still add up", () => {
  fc.assert(
    fc.property(removals, (removed) => {
      const attrition = funnel(5000, removed);
      const shown = shownAttrition(lent({ attrition }));
      let before = shown.start;
      for (const step of shown.steps) {
        expect(step.removed === 0 || step.removed > 10).toBe(true);
        expect(before - step.removed).toBe(step.remaining);
        before = step.remaining;
      }
      expect(before).toBe(attrition.steps.at(-1)?.remaining ?? 5000);
      for (let i = 0; i < removed.length && shown.steps.length; i++)
        expect(shown.steps.some(({ title }) => title.split("; ").includes(`criterion ${i}`))).toBe(true);
    }),
  );
});

test("a funnel of open or made-up records is shown as it is", () => {
  const result = runResultFixture();
  expect(shownAttrition(result)).toBe(result.cohort.attrition);
  expect(shownModels(result, undefined)).toBe(result.models);
});

test("few with the event, or few without, are told as few", () => {
  expect(eventText(lent({}), { stays: 100, positives: 10 })).toBe("1–10");
  expect(eventText(lent({}), { stays: 100, positives: 11 })).toBe("11 (11.0\u00a0%)");
  expect(eventText(lent({}), { stays: 100, positives: 95 })).toBe("withheld");
  expect(eventText(lent({}), { stays: 100, positives: 0 })).toBe("0 (0.0\u00a0%)");
  expect(eventText(runResultFixture(), { stays: 100, positives: 8 })).toBe("8 (8.0\u00a0%)");
});

test("one small part withholds its whole column, so that the total does not give it away", () => {
  const splits = [
    { name: "train", patients: 700, stays: 800, positives: 60 },
    { name: "test", patients: 100, stays: 110, positives: 7 },
  ];
  const shown = shownSplits(lent({ splits }));
  expect(shown.map(({ stays, positives, share }) => [stays, positives, share])).toEqual([
    ["800", "withheld", "withheld"],
    ["110", "withheld", "withheld"],
  ]);
});

test("contributions of few rows are left out of guarded explanations", () => {
  const result = lent({});
  const swarm = result.models[1]!.explanation!.swarms[0]!;
  const all = swarm.bins.length;
  swarm.bins[2]!.rows = 10;
  const shown = shownModels(result, undefined)[1]!.explanation!.swarms[0]!;
  expect(shown.bins).toHaveLength(all - 1);
  expect(shown.bins.every(({ rows }) => rows > 10)).toBe(true);
});
