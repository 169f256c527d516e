import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tscanInputNames } from "./tscan.ts";
import { statistics, subperiods, writeStatistics } from "./tscan-statistics.ts";

const cases = JSON.parse(readFileSync(new URL("golden/statistics.json", import.meta.url), "utf8")) as {
  times: number[];
  values: number[];
  statistics: (number | null)[];
}[];

test("the 42 statistics of a variable are scipy's, and missing in a part without values", () => {
  for (const { times, values, statistics: expected } of cases) {
    const out = new Float32Array(subperiods.length * statistics.length);
    writeStatistics(times, values, out, 0);
    for (const [i, value] of expected.entries()) {
      if (value === null) expect(out[i]).toBeNaN();
      else expect(Math.abs(out[i]! - value)).toBeLessThan(1e-4);
    }
  }
});

test("17 variables have 59 values and 17 masks as in the original, one category an answer in corrected mode", () => {
  const faithful = tscanInputNames("faithful");
  expect(faithful).toHaveLength(76);
  expect(faithful.filter((name) => name.endsWith("_measured"))).toHaveLength(17);
  const corrected = tscanInputNames("corrected");
  expect(corrected).toHaveLength(31 + 3 * 17);
  expect(new Set(corrected).size).toBe(corrected.length);
});
