import { afterAll, expect, test } from "vitest";
import type { Mode } from "../../concepts/index.ts";
import { scratchFolder } from "../fixture.ts";
import { type Happenings, stepRows } from "./fixture.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const item = {
  ...{ po2: 50821, fio2: 223835, plt: 51265, bili: 50885, map: 220052, crea: 50912, urine: 226559 },
  ...{ eyes: 220739, verbal: 223900, motor: 223901 },
  ...{ dopa: 221662, norepi: 221906, vent: 225792, abx: 225798 },
};
type Options = { mode?: Mode; source?: "mimic-iii" | "mimic-iv" };
const rows = (happenings: Happenings, table: string, options: Options = {}) =>
  stepRows(scratch.path, happenings, { task: "sepsis", table, ...options });
/** By the hour, one column of a table. */
const byHour = async (happenings: Happenings, table: string, column: string, options: Options = {}) =>
  Object.fromEntries((await rows(happenings, table, options)).map((row) => [row["hour"], row[column]]));
const hours = async (happenings: Happenings, table: string, options: Options = {}) =>
  (await rows(happenings, table, options)).map(({ hour }) => hour);
const sofa = (happenings: Happenings, options: Options = {}) => byHour(happenings, "cohort_sofa", "sofa", options);

test("oxygen below 200 mmHg counts as 200 without ventilation, and without inspired oxygen the patient breathes air", async () => {
  const labs: NonNullable<Happenings["labs"]> = [
    [1, item.po2, 90], // on 100 %: 90
    [10, item.po2, 80], // nothing charted for 2 hours: 80 / 21 %
    [20, item.po2, 90],
  ];
  const chart: NonNullable<Happenings["chart"]> = [
    [0, item.fio2, 100],
    [19, item.fio2, 100],
  ];
  const points = await byHour({ labs, chart, procedures: [[18, 22, item.vent]] }, "cohort_sofa_resp", "points");
  expect([points[1], points[10], points[20]]).toEqual([2, 1, 4]);
});

test("on MIMIC-III a sign of ventilation holds to the end charted within 6 hours, else for 6 hours", async () => {
  const chart: NonNullable<Happenings["chart"]> = [
    [10, 682, 500],
    [30, 682, 500],
  ];
  const ended: Happenings = { chart, procedures: [[12.5, 12.5, 227194]] };
  expect(await hours(ended, "cohort_ventilated", { source: "mimic-iii" })).toEqual([
    10, 11, 12, 30, 31, 32, 33, 34, 35, 36,
  ]);
});

test("the original takes the time of such a sign for its length: at hour 30 it holds for 36 hours", async () => {
  const found = await hours({ chart: [[30, 682, 500]], procedures: [[100, 100, 227194]] }, "cohort_ventilated", {
    source: "mimic-iii",
    mode: "faithful",
  });
  expect([found[0], found.at(-1)]).toEqual([30, 66]);
});

test("platelets and bilirubin score by their limits, the worst of an hour", async () => {
  const labs = (name: "plt" | "bili", values: number[]): Happenings => ({
    labs: values.map((value, i) => [i * 30, item[name], value]),
  });
  expect(Object.values(await sofa(labs("plt", [150, 149, 99, 49, 19]))).filter((_, i) => i % 30 === 0)).toEqual([
    0, 1, 2, 3, 4,
  ]);
  expect(Object.values(await sofa(labs("bili", [1.1, 1.2, 2, 6, 12]))).filter((_, i) => i % 30 === 0)).toEqual([
    0, 1, 2, 3, 4,
  ]);
});

test("vasopressors count by their rate, where the infusion lasts an hour or more; else pressure counts", async () => {
  const inputs: NonNullable<Happenings["inputs"]> = [
    [5, 7, item.norepi, 0.05],
    [20, 22, item.norepi, 0.2],
    [30, 30.5, item.norepi, 0.2, 1], // too short
    [40, 40.5, item.dopa, 4, 2], // short, but joined to the next one
    [40.55, 42, item.dopa, 6, 3],
  ];
  const chart: NonNullable<Happenings["chart"]> = [[30, item.map, 60]];
  const points = await byHour({ inputs, chart }, "cohort_sofa_cardio", "points");
  expect(points).toEqual({ 5: 3, 6: 3, 7: 3, 20: 4, 21: 4, 22: 4, 30: 1, 40: 3, 41: 3, 42: 3 });
});

test("a CareVue rate holds until the next one, at most 6 hours, and the last one for an hour", async () => {
  const rates: NonNullable<Happenings["rates"]> = [
    [10, 30047, 0.2, 7],
    [12, 30047, 0.05, 7],
    [30, 30047, 0.05, 7],
  ];
  const points = await byHour({ rates }, "cohort_sofa_cardio", "points", { source: "mimic-iii" });
  expect(points).toEqual({ 10: 4, 11: 4, 12: 3, 13: 3, 14: 3, 15: 3, 16: 3, 17: 3, 30: 3 });
});

test("a rate in another unit is left out in corrected mode only", async () => {
  const inputs: NonNullable<Happenings["inputs"]> = [[5, 7, item.norepi, 0.2, 1, "mg/kg/min"]];
  expect(await byHour({ inputs }, "cohort_sofa_cardio", "points")).toEqual({});
  expect(await byHour({ inputs }, "cohort_sofa_cardio", "points", { mode: "faithful" })).toEqual({ 5: 4, 6: 4, 7: 4 });
});

test("parts of the Glasgow coma scale hold for 6 hours, a missing part is full, and a tube makes all of it full", async () => {
  const chart: NonNullable<Happenings["chart"]> = [
    [0, item.eyes, 2],
    [1, item.motor, 3], // 2 + 5 + 3
    [8, item.verbal, 1], // 4 + 1 + 6: the others are too old
  ];
  expect(await byHour({ chart }, "cohort_sofa_cns", "points")).toEqual({ 0: 1, 1: 2, 8: 2 });
  const withTube: NonNullable<Happenings["chart"]> = [...chart, [8.5, 723, 1, "1.0 ET/Trach"]];
  const points = await byHour({ chart: withTube }, "cohort_sofa_cns", "points", { source: "mimic-iii" });
  expect([points[1], points[8]]).toEqual([2, 0]);
});

test("urine of a day counts once 12 hours are charted, scaled to 24 hours", async () => {
  const outputs: NonNullable<Happenings["outputs"]> = Array.from({ length: 30 }, (_, hour) => [hour, item.urine, 15]);
  const points = await byHour({ outputs }, "cohort_sofa_renal", "points");
  expect([points[10], points[11], points[29]]).toEqual([0, 3, 3]); // 360 mL a day
  const urine = await byHour({ outputs }, "cohort_urine_day", "urine", { mode: "faithful" });
  expect([urine[10], urine[11], urine[29]]).toEqual([null, 360, 360]);
});

test("the worst of 24 hours counts, in the original of 25, and from the first to the last value every hour has a score", async () => {
  const labs: NonNullable<Happenings["labs"]> = [
    [0, item.crea, 2],
    [30, item.crea, 1],
  ];
  const corrected = await sofa({ labs });
  const faithful = await sofa({ labs }, { mode: "faithful" });
  expect(Object.keys(corrected)).toHaveLength(31);
  expect([corrected[23], corrected[24], faithful[24], faithful[25]]).toEqual([2, 0, 2, 0]);
});

const day = (first: number, last: number): NonNullable<Happenings["inputs"]> =>
  Array.from({ length: Math.floor((last - first) / 8) + 1 }, (_, i) => [
    first + 8 * i,
    first + 8 * i + 0.5,
    item.abx,
    null,
    i,
  ]);

test("an antibiotic counts where no gap over 72 hours is longer than a day, or until death", async () => {
  expect(await hours({ inputs: day(10, 82) }, "cohort_antibiotic_on")).toContain(10);
  const stopped = await hours({ inputs: day(10, 40) }, "cohort_antibiotic_on");
  expect(stopped).toEqual([]);
  const one: Happenings = { inputs: [[10, 10.5, item.abx, null]] };
  expect(await hours(one, "cohort_antibiotic_on")).toEqual([]);
  expect(await hours({ ...one, died: 30 }, "cohort_antibiotic_on")).toEqual([10]);
  expect(await hours({ ...one, died: 36 }, "cohort_antibiotic_on")).toEqual([]);
});

test("a suspicion is an antibiotic with a culture within 24 hours, or a culture with an antibiotic within 72; the earlier counts", async () => {
  const inputs = day(40, 140);
  const suspected = (culture: number) => hours({ inputs, cultures: [[culture]] }, "cohort_suspicion");
  expect((await suspected(41))[0]).toBe(40);
  expect((await suspected(30))[0]).toBe(30);
  expect(await suspected(-33)).toEqual([]); // the antibiotic comes 73 hours later
  expect((await suspected(-32))[0]).toBe(-32);
  expect(await hours({ inputs: [], cultures: [[10]] }, "cohort_suspicion")).toEqual([]);
});

test("a culture of which only the day is known was taken at noon", async () => {
  // hour 0 is 16 o'clock of the second day: noon of the third is hour 20
  expect(await hours({ cultures: [[null, 12]] }, "cohort_culture")).toEqual([20]);
});

test("sepsis begins where SOFA has risen by 2 in the window around the suspicion, not outside of it", async () => {
  const rise = (hour: number): Happenings => ({
    inputs: day(60, 160),
    cultures: [[60]],
    labs: [
      [-15, item.crea, 1],
      [hour, item.crea, 2.5],
      [180, item.crea, 1],
    ],
  });
  const onset = async (hour: number) => (await hours(rise(hour), "cohort_sepsis"))[0];
  expect(await onset(70)).toBe(70);
  expect(await onset(84)).toBe(84);
  expect(await onset(85)).toBeUndefined();
  expect(await onset(12)).toBeUndefined(); // the window begins with the raised score
  expect(await onset(13)).toBe(13);
});

test("nothing charted is no sepsis: no antibiotics, no cultures, no values", async () => {
  expect(await hours({}, "cohort_sepsis")).toEqual([]);
});
