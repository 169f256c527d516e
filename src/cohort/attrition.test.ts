import { expect, test } from "vitest";
import { printFunnel } from "./attrition.ts";

test("the funnel lines up what remains and what was removed, and tells all hits where they differ", () => {
  const steps = [
    { id: "a", title: "Too short", hits: 1200, removed: 1200, remaining: 34 },
    { id: "b", title: "Too young", hits: 3, removed: 1, remaining: 33 },
    { id: "c", title: "None", hits: 0, removed: 0, remaining: 33 },
  ];
  expect(printFunnel({ unit: "ICU stays", start: 1234, steps })).toEqual([
    "1,234          ICU stays",
    "   34  −1,200  Too short",
    "   33      −1  Too young (3 in all)",
    "   33       0  None",
  ]);
});

test("a funnel without steps is its start", () => {
  expect(printFunnel({ unit: "ICU stays", start: 3, steps: [] })).toEqual(["3  ICU stays"]);
});
