// Random ragged grids for the tests of hourly features. Used by nothing else.
import { randomStream } from "../../core/random.ts";
import type { Samples } from "../labels.ts";
import type { HourlyData } from "./fit.ts";
import type { HourlyGrid } from "./grid.ts";
import { placeSamples } from "./samples.ts";

const plain = (name: string) => ({ name, title: name.toUpperCase(), unit: "u", aggregate: "median" });

/** A grid of rows given as numbers or nulls, stay after stay. */
export function gridOf(
  stays: readonly (readonly (readonly (number | null)[])[])[],
  variables: readonly string[],
): HourlyGrid {
  const offsets = new Int32Array(stays.length + 1);
  stays.forEach((rows, s) => {
    offsets[s + 1] = offsets[s]! + rows.length;
  });
  return {
    stays: stays.length,
    stayIds: Float64Array.from(stays, (_, s) => 100 + s),
    offsets,
    firstHour: new Int16Array(stays.length),
    variables,
    values: Float32Array.from(stays.flat(2), (value) => value ?? Number.NaN),
  };
}

/** The data of a grid with a sample an hour from `fromHour` on. */
export function dataOf(grid: HourlyGrid, { fromHour = 0 } = {}): HourlyData & { samples: Samples } {
  const stay: number[] = [];
  const hours: number[] = [];
  for (let s = 0; s < grid.stays; s++) {
    for (let hour = fromHour; hour < grid.offsets[s + 1]! - grid.offsets[s]!; hour++) {
      stay.push(grid.stayIds[s]!);
      hours.push(hour);
    }
  }
  const samples: Samples = {
    stayIds: Float64Array.from(stay),
    subjectIds: Float64Array.from(stay),
    hours: Int16Array.from(hours),
    outcome: "event",
    names: [],
    targets: new Float64Array(stay.length),
  };
  const ages = Float64Array.from({ length: grid.stays }, (_, s) => (s % 3 === 2 ? Number.NaN : 40 + s));
  const sexes = Array.from({ length: grid.stays }, (_, s) => (s % 4 === 3 ? null : s % 2 ? "Male" : "Female"));
  return {
    grid,
    samples,
    places: placeSamples(grid, samples),
    cohort: { dynamic: grid.variables.map(plain), static: ["age", "sex"].map(plain) },
    statics: [
      { name: "age", title: "Age", kind: "number", values: ages },
      { name: "sex", title: "Sex", kind: "text", values: sexes },
    ],
  };
}

/** Stays of 1 to `longest` hours of random values, many of them missing. */
export function randomRows(seed: number, { stays = 6, longest = 40, variables = 3 } = {}): (number | null)[][][] {
  const random = randomStream(seed, "ragged grid");
  return Array.from({ length: stays }, () =>
    Array.from({ length: 1 + random.below(longest) }, () =>
      Array.from({ length: variables }, (_, v) => (random.chance(0.2 + 0.25 * v) ? random.normal(50, 10) : null)),
    ),
  );
}
