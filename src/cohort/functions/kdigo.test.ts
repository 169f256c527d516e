import { afterAll, expect, test } from "vitest";
import { scratchFolder } from "../fixture.ts";
import { type Happenings, stepRows } from "./fixture.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const item = { crea: 50912, urine: 226559, weight: 226512 };
const crea = (...values: [number, number][]): Happenings => ({
  labs: values.map(([hour, value]) => [hour, item.crea, value]),
});
/** Urine of so many mL every so many hours, and the weight. */
const urine = (every: number, volume: number, kg: number | null = 80): Happenings => ({
  outputs: Array.from({ length: Math.floor(48 / every) }, (_, i) => [(i + 1) * every + 0.5, item.urine, volume]),
  chart: kg === null ? [] : [[1, item.weight, kg]],
});
const rows = (happenings: Happenings, table: string, mode: "faithful" | "corrected" = "corrected") =>
  stepRows(scratch.path, happenings, { task: "aki", table, mode });
const stages = async (happenings: Happenings, table: string, mode: "faithful" | "corrected" = "corrected") =>
  Object.fromEntries((await rows(happenings, table, mode)).map(({ hour, stage }) => [hour, stage]));
const onset = async (happenings: Happenings, mode: "faithful" | "corrected" = "corrected") =>
  (await rows(happenings, "cohort_kdigo", mode))[0]?.["hour"];

test("a rise of 0.3 mg/dL within 48 hours is stage 1, over a longer time it is none", async () => {
  expect(await stages(crea([0, 1], [40, 1.3]), "cohort_kdigo_crea")).toEqual({ 0: 0, 40: 1 });
  expect(await stages(crea([0, 1], [48, 1.3]), "cohort_kdigo_crea")).toEqual({ 0: 0, 48: 0 });
});

test("creatinine at 1.5, 2 and 3 times the lowest of a week is stage 1, 2 and 3", async () => {
  expect(await stages(crea([-10, 1], [60, 1.5], [100, 2], [150, 3]), "cohort_kdigo_crea")).toEqual({
    "-10": 0,
    60: 1,
    100: 2,
    150: 3,
  });
});

test("4 mg/dL is stage 3 only where it rose", async () => {
  expect(await stages(crea([0, 4.1], [10, 4.2]), "cohort_kdigo_crea")).toEqual({ 0: 0, 10: 0 });
  expect(await stages(crea([0, 3.7], [10, 4.1]), "cohort_kdigo_crea")).toEqual({ 0: 0, 10: 3 });
});

test("a rise that decimal numbers round below the limit still counts, in corrected mode only", async () => {
  const rise = crea([0, 1.1], [10, 1.4]); // 1.1 + 0.3 is 1.4000000000000001
  expect(await stages(rise, "cohort_kdigo_crea")).toEqual({ 0: 0, 10: 1 });
  expect(await stages(rise, "cohort_kdigo_crea", "faithful")).toEqual({ 0: 0, 10: 0 });
});

test("urine is total volume / hours / weight: however often it is charted, the stages are the same", async () => {
  // 80 kg at 0.4 mL/kg/h: stage 1 after 6 hours, stage 2 after 12, no stage 3
  for (const every of [1, 2, 3, 6]) {
    const found = await stages(urine(every, 32 * every), "cohort_kdigo_urine");
    const hours = Object.keys(found).map(Number);
    const first = (stage: number) => hours.find((hour) => found[hour]! >= stage);
    // the first volume covers its own hour only, whatever it holds
    expect([first(1)! >= 6, first(1)! <= 6 + 2 * every], `every ${every}`).toEqual([true, true]);
    expect([first(2)! >= 12, first(2)! <= 12 + 2 * every, first(3)], `every ${every}`).toEqual([true, true, undefined]);
  }
});

test("less than 0.3 mL/kg/h over 24 hours, or none over 12, is stage 3", async () => {
  expect(Math.max(...Object.values(await stages(urine(1, 20), "cohort_kdigo_urine")).map(Number))).toBe(3);
  const none = await stages(urine(1, 0), "cohort_kdigo_urine");
  expect([none[5], none[6], none[11], none[12]]).toEqual([0, 1, 1, 3]);
});

test("enough urine is no stage, and without a weight urine is not judged", async () => {
  expect(new Set(Object.values(await stages(urine(2, 100), "cohort_kdigo_urine")))).toEqual(new Set([0]));
  expect(await stages(urine(1, 0, null), "cohort_kdigo_urine")).toEqual({});
});

test("the original sums hourly rates: 0.4 mL/kg/h charted by the hour is no injury there, and mL stand for mL/kg without a weight", async () => {
  expect(await onset(urine(1, 32))).toBe(6);
  expect(await onset(urine(1, 32), "faithful")).toBeUndefined();
  // every value is halved (gap + 1): six of them make 0.5 mL/kg at 13.3 mL and less
  expect(await onset(urine(1, 13), "faithful")).toBe(7);
  expect(await onset(urine(1, 13, null), "faithful")).toBeUndefined();
});

test("the onset is the first hour of either part, also before admission", async () => {
  expect(await onset({ ...urine(1, 32), ...crea([-15, 1], [-5, 2]) })).toBe(-5);
  expect(await onset({ ...urine(1, 32), ...crea([-15, 1], [30, 2]) })).toBe(6);
});
