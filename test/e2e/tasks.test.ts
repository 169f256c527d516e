// The other verbs end to end on a synthetic hospital: every cohort, both modes, the task language, MEDS there and back.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { taskIds } from "../../src/cohort/task.ts";
import { openDatabase } from "../../src/store/database.ts";
import { hashFile } from "../../src/store/files.ts";
import { sql } from "../../src/store/sql.ts";
import { bedside, scratch } from "./command.ts";

const folder = scratch();
afterAll(() => folder.remove());
const store = folder.at("store");

const TASK = `
predicates:
  icu_admission: { code: { regex: "^ICU_ADMISSION//.*" } }
  icu_discharge: { code: { regex: "^ICU_DISCHARGE//.*" } }
  death: { code: { regex: "MEDS_DEATH.*" } }
  leaves: { expr: "or(icu_discharge, death)" }
trigger: icu_admission
windows:
  input: { start: null, end: trigger + 24h, start_inclusive: true, end_inclusive: true, index_timestamp: end }
  stay: { start: trigger, end: start + 30h, start_inclusive: false, end_inclusive: true, has: { leaves: "(None, 0)" } }
  target: { start: stay.end, end: start -> leaves, start_inclusive: false, end_inclusive: true, label: death }
`;

beforeAll(async () => {
  const hospital = folder.at("hospital");
  for (const args of [
    ["synth", "--patients", "400", "--seed", "9", "--out", hospital, "--quiet"],
    ["import", "--data", hospital, "--out", store, "--quiet"],
  ]) {
    const { code, err } = await bedside(args);
    expect(code, err).toBe(0);
  }
  writeFileSync(folder.at("task.yaml"), TASK);
});

async function succeeds(...args: string[]): Promise<string> {
  const { code, out, err } = await bedside([...args, "--quiet"]);
  expect(code, err).toBe(0);
  return out;
}

describe("bedside cohort", () => {
  const ids = [
    ...taskIds(),
    "mimic4ed/hospitalization",
    "mimic4ed/critical",
    "mimic4ed/critical-disposition",
    "mimic4ed/ed-revisit-72h",
  ];

  test.each(ids)("%s makes both modes and prints them side by side", async (id) => {
    const out = folder.at("both", id);
    const said = await succeeds("cohort", id, "--compare", "--data", store, "--out", out);
    expect(said).toMatch(/faithful +corrected/);
    for (const mode of ["faithful", "corrected"]) {
      expect(readdirSync(join(out, mode))).toEqual(
        expect.arrayContaining(["labels.parquet", "static.parquet", "attrition.json"]),
      );
      const { start, steps } = JSON.parse(readFileSync(join(out, mode, "attrition.json"), "utf8"));
      const removed = steps.reduce((sum: number, step: { removed: number }) => sum + step.removed, 0);
      expect(steps.at(-1).remaining).toBe(start - removed);
    }
  });

  test("takes a task file, and the same labels come from the records and from their MEDS data set", async () => {
    const said = await succeeds("cohort", folder.at("task.yaml"), "--data", store, "--out", folder.at("labels"));
    expect(said).toMatch(/\d+ rows of \d+ subjects, \d+ with the event/);
    expect(await succeeds("meds", "export", "--data", store, "--out", folder.at("meds"))).toMatch(/400 subjects/);
    await succeeds("cohort", folder.at("task.yaml"), "--data", folder.at("meds"), "--out", folder.at("labels-meds"));
    expect(await hashFile(folder.at("labels-meds", "labels.parquet"))).toBe(
      await hashFile(folder.at("labels", "labels.parquet")),
    );
  });

  test("points at the line of a faulty task file, and suggests the name", async () => {
    writeFileSync(folder.at("faulty.yaml"), TASK.replace("start: stay.end", "start: sty.end"));
    const { code, err } = await bedside([
      "cohort",
      folder.at("faulty.yaml"),
      "--data",
      store,
      "--out",
      folder.at("none"),
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(/faulty\.yaml, line 11/);
    expect(err).toMatch(/did you mean "stay"/);
  });
});

test("bedside run on the emergency benchmark sets the clinical scores beside the model", async () => {
  const out = folder.at("run");
  await succeeds("run", "mimic4ed/hospitalization", "--data", store, "--out", out, "--resamples", "100");
  const { models } = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
  const ids = models.map(({ id }: { id: string }) => id);
  expect(ids[0]).toBe("lr");
  expect(existsSync(join(out, "predictions.meds.parquet"))).toBe(true);
  expect(ids).toEqual(
    expect.arrayContaining(["score-esi", "score-news2", "score-mews", "score-rems", "score-cart", "score-cci"]),
  );
  for (const { metrics } of models)
    expect(metrics[0]).toMatchObject({ id: "auroc", low: expect.any(Number), high: expect.any(Number) });
});

describe("a MEDS folder where a task reads tables", () => {
  const data = folder.at("meds-tables");
  beforeAll(async () => {
    await succeeds("meds", "export", "--data", store, "--out", data);
  });

  test.each([
    ["cohort", "yaib/mortality24", /icustays, admissions, patients and chartevents;/],
    ["cohort", "mimic4ed/critical", /edstays, triage/],
    ["run", "yaib/mortality24", /icustays/],
    ["run", "mimic4ed/hospitalization", /edstays/],
    ["demo", "", /icustays/],
  ])("bedside %s %s refuses it by name before importing it, and says what to give", async (verb, task, tables) => {
    const out = folder.at("refused", verb, task);
    const { code, err } = await bedside([verb, ...(task ? [task] : []), "--data", data, "--out", out, "--quiet"]);
    expect(code).toBe(1);
    expect(err).toContain(data);
    expect(err).toMatch(/cannot be made from a MEDS data set/);
    expect(err).toMatch(tables);
    expect(err).toMatch(/give the folder of the MIMIC release/);
    expect(existsSync(join(out, "store", "store.json"))).toBe(false);
  });

  test("so does a store that was made of one", async () => {
    const made = folder.at("meds-store");
    await succeeds("import", "--data", data, "--out", made);
    for (const task of ["yaib/aki", "mimic4ed/hospitalization"]) {
      const { code, err } = await bedside(["cohort", task, "--data", made, "--out", folder.at("refused-store", task)]);
      expect(code).toBe(1);
      expect(err).toMatch(/cannot be made from a MEDS data set/);
    }
  });
});

test("bedside meds export --codes 0.0.1 gives the codes of the official release of the demo", async () => {
  const labsOf = async (out: string, ...more: string[]) => {
    await succeeds("meds", "export", "--data", store, "--out", out, ...more);
    const db = await openDatabase({ folders: [out], tempFolder: folder.at("temp") });
    try {
      const rows = await db.rows<{ kind: string }>(sql`
        select distinct regexp_extract(code, '^LAB//[A-Z_]*') as kind
        from read_parquet(${join(out, "metadata/codes.parquet")}) where starts_with(code, 'LAB//') order by kind`);
      return rows.map(({ kind }) => kind);
    } finally {
      db.close();
    }
  };
  expect(await labsOf(folder.at("codes-new"))).toEqual(["LAB//", "LAB//RESULT", "LAB//SPECIMEN_COLLECTED"]);
  expect(await labsOf(folder.at("codes-old"), "--codes", "0.0.1")).toEqual(["LAB//"]);
});

test("bedside meds refuses what it does not know", async () => {
  for (const args of [
    ["meds", "exprt", "--data", store, "--out", folder.at("x")],
    ["meds", "export", "--meds-version", "9", "--data", store, "--out", folder.at("x")],
    ["meds", "export", "--codes", "0.2", "--data", store, "--out", folder.at("x")],
  ]) {
    expect((await bedside(args)).code).toBe(2);
  }
});
