import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RecordStore, type Sql, sql } from "../../store/index.ts";
import { tinyStore } from "./fixture.ts";
import { eventCounts, eventsRelation, narrowedEvents, regexStart } from "./relation.ts";
import { MEDS_SOURCES, rulesOf } from "./rules.ts";
import { firstNumber, literalStart, mayMake, readTemplate } from "./template.ts";

let root: string;
let store: RecordStore;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "bedside-meds-"));
  store = await tinyStore(root);
});
afterAll(() => {
  store.close();
  rmSync(root, { recursive: true });
});

/** `subject time code number text` of each event, sorted. */
async function rows(events: Sql): Promise<string[]> {
  const found = await store.db.rows<{ row: string }>(sql`
    select concat_ws(' ', subject_id, coalesce(strftime(time, '%Y-%m-%d %H:%M'), 'static'), code, numeric_value, text_value) as row
    from ${events} as e order by subject_id, time nulls first, rule, code, row`);
  return found.map(({ row }) => row);
}

test("every rule names tables and columns that the data sets have", () => {
  for (const source of MEDS_SOURCES) expect(rulesOf(source).length).toBeGreaterThan(15);
});

test("the records are seen as events, birth and death by their reserved codes, sex as a static fact", async () => {
  expect(await rows(eventsRelation(store))).toEqual([
    "1 static GENDER//F",
    "1 2090-01-01 00:00 MEDS_BIRTH",
    "1 2150-01-01 08:00 ED_REGISTRATION",
    "1 2150-01-01 10:00 HOSPITAL_ADMISSION//URGENT//CLINIC",
    "1 2150-01-01 10:30 ED_OUT",
    "1 2150-01-01 11:00 ICU_ADMISSION//MICU",
    "1 2150-01-01 12:00 LAB//SPECIMEN_COLLECTED//50912",
    "1 2150-01-01 12:00 LAB//SPECIMEN_COLLECTED//50912",
    "1 2150-01-01 12:00 LAB//SPECIMEN_COLLECTED//51000",
    "1 2150-01-01 12:00 LAB//220045//bpm 88.0 88",
    "1 2150-01-01 12:00 LAB//220045//bpm 88.0 88",
    "1 2150-01-01 13:00 LAB//RESULT//50912//mg/dL 1.3 1.3",
    "1 2150-01-01 13:00 LAB//RESULT//50912//mg/dL 1.3 1.3",
    "1 2150-01-02 12:00 LAB//223900//UNK 1.0 No Response",
    "1 2150-01-03 11:00 ICU_DISCHARGE//SICU",
    "1 2150-01-09 12:00 HOSPITAL_DISCHARGE//HOME",
    "1 2150-01-09 12:00 DIAGNOSIS//ICD//10//E8731",
    "1 2150-01-09 12:00 DIAGNOSIS//ICD//9//40390",
    "1 2151-02-01 10:00 HOSPITAL_ADMISSION//URGENT//UNK",
    "1 2151-02-20 12:00 MEDS_DEATH",
    "1 2151-02-20 12:00 HOSPITAL_DISCHARGE//UNK",
    "2 static GENDER//M",
    "2 2069-01-01 00:00 MEDS_BIRTH",
    "2 2160-05-01 00:00 HOSPITAL_ADMISSION//ELECTIVE//UNK",
    "2 2160-05-03 00:00 HOSPITAL_DISCHARGE//HOME",
    "3 static GENDER//M",
    "3 2110-01-01 00:00 MEDS_BIRTH",
  ]);
});

test("the older generation of codes has labs at the time of the sample, whether they have a result or not", async () => {
  const labs = (await rows(eventsRelation(store, { style: "0.0.1" }))).filter((row) => row.includes("LAB//5"));
  expect(labs).toEqual([
    "1 2150-01-01 12:00 LAB//50912//mg/dL 1.3 1.3",
    "1 2150-01-01 12:00 LAB//50912//mg/dL 1.3 1.3",
    "1 2150-01-01 12:00 LAB//51000//UNK POS",
  ]);
});

test("a record written twice is one event where asked for, but two entries of a chart stay two", async () => {
  const once = await rows(eventsRelation(store, { once: true }));
  expect(once.filter((row) => row.includes("RESULT//50912"))).toHaveLength(1);
  expect(once.filter((row) => row.includes("LAB//220045"))).toHaveLength(2);
});

test("events know the admission and the ICU stay they belong to", async () => {
  const { n } = await store.db.row<{ n: bigint }>(
    sql`select count(*) as n from ${eventsRelation(store)} where code like 'LAB//2%' and hadm_id = 11 and icustay_id = 111`,
  );
  expect(n).toBe(3n);
});

test("the narrowed view has every event of the codes asked for, and few others", async () => {
  const all = eventsRelation(store);
  const filters = [
    { filter: { equal: "LAB//220045//bpm" }, where: sql`code = 'LAB//220045//bpm'` },
    { filter: { equal: "MEDS_DEATH" }, where: sql`code = 'MEDS_DEATH'` },
    { filter: { equal: "NOTHING" }, where: sql`code = 'NOTHING'` },
    {
      filter: { any: ["LAB//RESULT//50912//mg/dL", "LAB//223900//UNK"] },
      where: sql`code in ('LAB//RESULT//50912//mg/dL', 'LAB//223900//UNK')`,
    },
    { filter: { regex: "^ICU_ADMISSION//.*" }, where: sql`regexp_matches(code, '^ICU_ADMISSION//.*')` },
    { filter: { regex: "DEATH|BIRTH" }, where: sql`regexp_matches(code, 'DEATH|BIRTH')` },
  ];
  for (const { filter, where } of filters) {
    const narrow = narrowedEvents(store, filter);
    expect(await rows(sql`(select * from ${narrow} where ${where})`)).toEqual(
      await rows(sql`(select * from ${all} where ${where})`),
    );
  }
  expect(await rows(narrowedEvents(store, { equal: "LAB//220045//bpm" }))).toHaveLength(2);
  expect(await rows(narrowedEvents(store, { equal: "NOTHING" }))).toEqual([]);
});

test("the size of each subject is counted from the tables alone", async () => {
  const sizes = await store.db.rows<{ subject_id: number; n: bigint }>(
    sql`select subject_id, cast(sum(n) as bigint) as n from ${eventCounts(store)} group by subject_id order by 1`,
  );
  expect(sizes.map(({ subject_id }) => Number(subject_id))).toEqual([1, 2, 3]);
  expect(sizes[0]!.n).toBeGreaterThan(sizes[2]!.n);
});

test("a template tells the codes it can make and the item they name", () => {
  const lab = readTemplate("LAB//{itemid|UNK}//{valueuom|UNK}");
  expect(literalStart(lab)).toBe("LAB//");
  expect(mayMake(lab, "LAB//1//x")).toBe(true);
  expect(mayMake(readTemplate("MEDS_DEATH"), "MEDS_DEATH//1")).toBe(false);
  expect(firstNumber(lab, "LAB//50912//mg/dL")).toEqual({ column: "itemid", value: 50912 });
  expect(firstNumber(lab, "LAB//UNK//mg/dL")).toBeUndefined();
  expect(() => readTemplate("LAB//{itemid")).toThrow("cannot be read");
});

test("the literal start of a regex ends before the first sign that means something", () => {
  expect(regexStart("^ICU_ADMISSION//.*")).toBe("ICU_ADMISSION//");
  expect(regexStart("^ADMISSION*")).toBe("ADMISSIO");
  expect(regexStart("^A|B")).toBe("");
  expect(regexStart("LAB")).toBe("");
  expect(regexStart("(?i)^lab")).toBe("");
});
