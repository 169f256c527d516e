import { expect, test } from "vitest";
import type { RecordStore } from "../store/index.ts";
import { cohortTask } from "./extract.ts";
import { isMedsOnly, refusesMeds } from "./meds-only.ts";

const storeOf = (...ids: string[]) => ({ manifest: { sources: ids.map((id) => ({ id })) } }) as unknown as RecordStore;

test("a store is of MEDS alone where it has a MEDS data set and no other", () => {
  expect(isMedsOnly(storeOf("meds"))).toBe(true);
  expect(isMedsOnly(storeOf("mimic-iv"))).toBe(false);
  expect(isMedsOnly(storeOf())).toBe(false);
});

test("the refusal names the task, its tables and the folder, and says what to give instead", () => {
  const { id, tables } = cohortTask("yaib/aki");
  expect(refusesMeds(id, tables, "/data/meds").problem).toMatchObject({
    code: "cohort/needs-tables",
    what: expect.stringContaining("yaib/aki"),
    where: "/data/meds",
    why: expect.stringContaining("icustays, admissions, patients, chartevents and labevents"),
    fix: expect.stringMatching(/MIMIC.*ACES/),
  });
});

test("the emergency benchmark names the tables of both its data sets", () => {
  expect(cohortTask("mimic4ed/critical").tables).toEqual(expect.arrayContaining(["admissions", "edstays", "triage"]));
});
