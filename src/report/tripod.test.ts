import { expect, test } from "vitest";
import { emptyResultFixture, lentResultFixture, runResultFixture, withEveryText } from "./fixture.ts";
import { hourlyResultFixture, numberResultFixture } from "./fixture-outcomes.ts";
import { all, readPage, rowsOf, textOf } from "./reading.ts";
import { renderReport } from "./report.ts";
import { toBeWritten, tripodItems } from "./tripod.ts";
import { renderTripod } from "./tripod-card.ts";

test("all 27 items are there, each sub-item once, in order", () => {
  const numbers = tripodItems(runResultFixture()).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect([...new Set(numbers.map((number) => Number.parseInt(number, 10)))]).toEqual(
    Array.from({ length: 27 }, (_, i) => i + 1),
  );
  expect(numbers.filter((number) => number.startsWith("12"))).toEqual([
    "12a",
    "12b",
    "12c",
    "12d",
    "12e",
    "12f",
    "12g",
  ]);
});

test("what the run knows is filled in with its place, and what it cannot know is left to the authors", () => {
  const rows = rowsOf(readPage(renderReport(runResultFixture())), "#tripod");
  const item = (number: string) => rows.find(([first]) => first === number)!.at(-1)!;
  expect(item("1")).toContain("Will this patient die in the ICU?");
  expect(item("12a")).toMatch(/By patient.*\(Data split\)/);
  expect(item("15")).toContain("largest Youden index on tuning patients");
  expect(item("18f")).toContain("0.1.0+3fd21c9");
  expect(item("17")).toBe(toBeWritten);
});

test("every section that the checklist points to stands in the report", () => {
  for (const result of [runResultFixture(), hourlyResultFixture(), numberResultFixture()]) {
    const page = readPage(renderReport(result));
    const titles = new Map(all(page, "main > section").map((section) => [section.id, textOf(section, "h2")]));
    for (const { where } of tripodItems(result)) {
      if (where) expect(titles.get(where.id)).toContain(where.title);
    }
  }
});

test("other outcomes have no threshold, and hourly ones tell rows", () => {
  const item = (number: string) => tripodItems(numberResultFixture()).find((each) => each.number === number)!.known;
  expect(item("15")).toBe("A number; no threshold.");
  expect(item("10")).toContain("90,412 hours");
});

test("the checklist of lent records tells no small count, that of an empty run is whole", () => {
  const card = renderTripod(lentResultFixture());
  expect(card).toContain("1–10 with the event");
  expect(card).not.toContain("shorter than 6 hours.");
  expect(renderTripod(emptyResultFixture())).not.toMatch(/undefined|NaN|null/);
});

test("no text of the result breaks the table of tripod-ai.md", () => {
  const attack = "\n| x | <b> | [a](http://b)";
  const full = runResultFixture();
  const hostile = withEveryText(full, attack);
  hostile.data.dataUse = full.data.dataUse;
  const card = renderTripod(hostile);
  expect(card.split("\n").filter((line) => line.startsWith("| ")).length).toBe(tripodItems(full).length + 2);
  expect(card).not.toMatch(/<b>|[^\\]\[a\]/);
});
