import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dataOf, gridOf, randomRows } from "./fixture.ts";
import { fitHourly, hourlyMeanings, hourlyTable, sequenceSet } from "./index.ts";

interface Golden {
  variables: string[];
  train: number[];
  stay: number[];
  hour: number[];
  values: Record<string, (number | null)[]>;
  yaib: Record<string, (number | null)[]>;
  recency: Record<string, (number | null)[]>;
}
const golden: Golden = JSON.parse(readFileSync(new URL("./golden/hourly.json", import.meta.url), "utf8"));

/** The golden grid, a sample an hour, and the rows of its training stays. */
function goldenData() {
  const stays = [...new Set(golden.stay)].map((stay) =>
    golden.stay.flatMap((own, row) =>
      own === stay ? [golden.variables.map((name) => golden.values[name]![row]!)] : [],
    ),
  );
  const data = dataOf(gridOf(stays, golden.variables));
  const train = Int32Array.from(golden.stay.flatMap((stay, row) => (golden.train.includes(stay) ? [row] : [])));
  return { data, train, all: Int32Array.from(golden.stay.keys()) };
}

/** Compares the columns of a table with those of pandas, a missing value with a missing value. */
function expectColumns(
  table: { names: string[]; at(row: number, name: string): number },
  columns: Record<string, (number | null)[]>,
): void {
  for (const [name, values] of Object.entries(columns)) {
    expect(table.names).toContain(name);
    values.forEach((value, row) => {
      const own = table.at(row, name);
      if (value === null) expect(own, `${name}, row ${row}`).toBeNaN();
      else
        expect(Math.abs(own - value), `${name}, row ${row}: ${own}, ${value}`).toBeLessThan(
          2e-5 * (1 + Math.abs(value)),
        );
    });
  }
}

test("every hour's running figures are those that pandas makes by YAIB's recipe", () => {
  const { data, train, all } = goldenData();
  const recipe = fitHourly(data, train, { mode: "faithful" });
  const options = { hourly: true };
  const matrix = hourlyTable(data, all, recipe, options);
  const names = hourlyMeanings(data, recipe, options).map(({ name }) => name);
  expect(matrix.columns).toBe(names.length);
  expect(names).toEqual([...Object.keys(golden.yaib), "age", "sex", "hours_in"]);
  expectColumns({ names, at: (row, name) => matrix.data[row * matrix.columns + names.indexOf(name)]! }, golden.yaib);
  golden.hour.forEach((hour, row) => {
    expect(matrix.data[(row + 1) * matrix.columns - 1]).toBeCloseTo((hour + 1) / 24, 6);
  });
});

test("hours since, slopes and trailing windows are those of pandas", () => {
  const { data, train, all } = goldenData();
  const recipe = fitHourly(data, train, { mode: "corrected", missing: "keep", counts: true });
  const options = { hourly: true, recency: true };
  const matrix = hourlyTable(data, all, recipe, options);
  const meanings = hourlyMeanings(data, recipe, options);
  const names = meanings.map(({ name }) => name);
  const at = (row: number, name: string) => matrix.data[row * matrix.columns + names.indexOf(name)]!;
  expectColumns({ names, at }, golden.recency);
  const { toClinical } = meanings[names.indexOf("hr_last_6h")]!;
  golden.values["hr"]!.forEach((value, row) => {
    if (value !== null) expect(toClinical(at(row, "hr_last_6h"))).toBeCloseTo(value, 3);
  });
});

test("a table of some samples has the rows of the table of all", () => {
  const { data, train, all } = goldenData();
  for (const mode of ["corrected", "faithful"] as const) {
    const recipe = fitHourly(data, train, { mode, counts: true });
    const options = { hourly: true, recency: true };
    const whole = hourlyTable(data, all, recipe, options);
    const some = all.filter((row) => row % 3 === 1);
    const part = hourlyTable(data, some, recipe, options);
    some.forEach((row, i) => {
      const { columns } = whole;
      expect([...part.data.subarray(i * columns, (i + 1) * columns)]).toEqual([
        ...whole.data.subarray(row * columns, (row + 1) * columns),
      ]);
    });
  }
});

test("whatever is deleted or changed after a sample's hour changes none of its features, in no view", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 30 }), fc.boolean(), (seed, deletes) => {
      const rows = randomRows(seed);
      const variables = ["a", "b", "c"];
      const before = dataOf(gridOf(rows, variables));
      const sample = seed % before.samples.stayIds.length;
      const stay = before.places.stay[sample]!;
      const hour = before.samples.hours![sample]!;
      const later = rows.map((own, s) =>
        own.flatMap((values, h) => {
          if (s !== stay || h <= hour) return [values];
          return deletes ? [values.map(() => null)] : [values.map((value, v) => (value ?? 50) * 3 + v)];
        }),
      );
      const after = dataOf(gridOf(later, variables));
      const others = Int32Array.from(before.samples.stayIds.keys()).filter((i) => before.places.stay[i] !== stay);
      const chosen = Int32Array.of(sample);
      for (const mode of ["corrected", "faithful"] as const) {
        for (const missing of [undefined, "keep"] as const) {
          const recipe = fitHourly(before, others, { mode, missing, counts: true });
          for (const recency of [false, true]) {
            const options = { hourly: true, recency };
            expect(hourlyTable(after, chosen, recipe, options)).toEqual(hourlyTable(before, chosen, recipe, options));
          }
          const [one, two] = [before, after].map((data) => {
            const set = sequenceSet(data, chosen, recipe);
            const out = new Float32Array(set.lengths[0]! * set.inputNames.length);
            set.fill(0, out, 0);
            return { lengths: set.lengths, scored: Array.from(set.scored(0)), out };
          });
          expect(two).toEqual(one);
        }
      }
      // nor does what a training stay's hours hold after its last training sample move the scaling
      const upTo = Int32Array.from(before.samples.stayIds.keys()).filter(
        (i) => before.places.stay[i] === stay && before.samples.hours![i]! <= hour,
      );
      const fit = { mode: "corrected", counts: true } as const;
      expect(fitHourly(after, upTo, fit)).toEqual(fitHourly(before, upTo, fit));
    }),
    { numRuns: 60, seed: 5 },
  );
});

test("sequences hold filled values, whether each was missing, and what is known once a stay, up to the last hour asked for", () => {
  const data = dataOf(
    gridOf(
      [
        [[1], [null], [3], [5]],
        [[null], [2]],
      ],
      ["hr"],
    ),
  );
  const recipe = fitHourly(data, Int32Array.from(data.samples.stayIds.keys()), { mode: "corrected" });
  const { mean, scale } = recipe.variables[0]!;
  expect(mean).toBeCloseTo(2.75, 6);
  const set = sequenceSet(data, Int32Array.of(1, 2, 5), recipe);
  expect(set).toMatchObject({ stays: 2, samples: 3, inputNames: ["hr", "hr_missing", "age", "sex"] });
  expect([...set.lengths]).toEqual([3, 2]);
  expect([Array.from(set.scored(0)), Array.from(set.scored(1))]).toEqual([[1, 2], [1]]);
  const out = new Float32Array(12);
  set.fill(0, out, 0);
  const standard = (value: number) => Math.fround((value - mean!) / scale);
  expect([out[0], out[1], out[4], out[5], out[8], out[9]]).toEqual([standard(1), 0, standard(1), 1, standard(3), 0]);
  set.fill(1, out, 0);
  expect([out[0], out[1], out[4], out[5]]).toEqual([0, 1, standard(2), 0]);
});
