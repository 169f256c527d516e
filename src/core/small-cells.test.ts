import { expect, test } from "vitest";
import { isSmall, type RowCounts, withholdSmallCells } from "./small-cells.ts";

/** Counts of groups in which every patient has one row. */
const cell = (positives: number, negatives: number): RowCounts => ({
  patients: positives + negatives,
  rows: positives + negatives,
  positives,
  positivePatients: positives,
  negativePatients: negatives,
});
const total = (groups: RowCounts[]) =>
  cell(
    groups.reduce((sum, { positives }) => sum + positives, 0),
    groups.reduce((sum, { negativePatients }) => sum + negativePatients, 0),
  );

function withhold(groups: RowCounts[], limit: number) {
  return withholdSmallCells(total(groups), groups, (hidden) => total(groups.filter((_, g) => hidden[g])), limit);
}

test("nothing is withheld where every count is large or zero", () => {
  const { size, outcome } = withhold([cell(20, 100), cell(11, 11), cell(0, 40)], 10);
  expect([size, outcome]).toEqual(Array(2).fill({ overall: false, groups: [false, false, false] }));
});

test("a single small group takes the next larger one along", () => {
  const { size, outcome } = withhold([cell(200, 900), cell(2, 6), cell(30, 90), cell(50, 200)], 10);
  expect(size.groups).toEqual([false, true, true, false]);
  expect(outcome.groups).toEqual([false, true, true, false]);
});

test("a group with few positives keeps its size and loses its outcome, with the smaller groups", () => {
  const { size, outcome } = withhold([cell(200, 900), cell(40, 60), cell(9, 110), cell(50, 200)], 10);
  expect(size.groups).toEqual([false, false, false, false]);
  expect(outcome.groups).toEqual([false, true, true, false]);
});

test("withheld groups that are few together take a further one along", () => {
  const { size } = withhold([cell(0, 3), cell(0, 4), cell(30, 70), cell(300, 700)], 10);
  expect(size.groups).toEqual([true, true, true, false]);
});

test("a positive count left over that is small takes a further group along", () => {
  const { outcome } = withhold([cell(4, 100), cell(5, 120), cell(100, 200), cell(100, 300)], 10);
  expect(outcome.groups).toEqual([true, true, true, false]);
});

test("few patients in all, or hardly more than groups, withhold everything", () => {
  const all = { overall: true, groups: [true, true] };
  expect(withhold([cell(3, 2), cell(1, 2)], 10)).toEqual({ size: all, outcome: all });
  const crowd = withhold(
    Array.from({ length: 12 }, () => cell(0, 1)),
    10,
  );
  expect(crowd.size.overall).toBe(true);
});

test("few positives in all withhold every outcome but not the sizes", () => {
  const { size, outcome } = withhold([cell(3, 200), cell(4, 300)], 10);
  expect(size).toEqual({ overall: false, groups: [false, false] });
  expect(outcome).toEqual({ overall: true, groups: [true, true] });
});

// A reader who knows the rules could go through all tables that would have been published in the same way. Here that is
// done: every division of a number of patients over groups and outcomes, with a smaller limit so that there are not too many.
test.each([
  [2, 22, 2],
  [2, 16, 3],
  [3, 14, 2],
  [3, 12, 3],
  [4, 10, 2],
])("of %i groups and up to %i patients nobody can work out a count of 1 to %i", (groupCount, mostPatients, limit) => {
  const sameTable = new Map<string, number[][]>();
  const visit = (cells: number[], left: number): void => {
    if (cells.length < 2 * groupCount) {
      for (let count = 0; count <= left; count++) visit([...cells, count], left - count);
      return;
    }
    const groups = Array.from({ length: groupCount }, (_, g) => cell(cells[2 * g]!, cells[2 * g + 1]!));
    if (groups.some(({ patients }) => patients === 0)) return;
    const { size, outcome } = withhold(groups, limit);
    const all = total(groups);
    const shown = JSON.stringify([
      size.overall ? null : all.patients,
      outcome.overall ? null : all.positives,
      groups.map(({ patients, positives }, g) => [
        size.groups[g] ? null : patients,
        outcome.groups[g] ? null : positives,
      ]),
    ]);
    const tables = sameTable.get(shown) ?? [];
    tables.push(cells);
    sameTable.set(shown, tables);
  };
  visit([], mostPatients);

  let secrets = 0;
  const workedOut: string[] = [];
  for (const [shown, tables] of sameTable) {
    for (let g = 0; g < groupCount; g++) {
      const positives = new Set(tables.map((cells) => cells[2 * g]!));
      const negatives = new Set(tables.map((cells) => cells[2 * g + 1]!));
      const patients = new Set(tables.map((cells) => cells[2 * g]! + cells[2 * g + 1]!));
      for (const possible of [positives, negatives, patients]) {
        if (![...possible].some((count) => isSmall(count, limit))) continue;
        secrets++;
        if (possible.size === 1) workedOut.push(shown);
      }
    }
  }
  expect(secrets).toBeGreaterThan(100);
  expect(workedOut).toEqual([]);
});
