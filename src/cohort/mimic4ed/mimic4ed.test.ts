// The table and its cohorts against reference values made in pandas from the description of the benchmark.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Mode } from "../../concepts/mode.ts";
import { silent } from "../../core/progress.ts";
import { importRecords } from "../../sources/index.ts";
import { hashFile, literal, openRecordStore, type RecordStore, sql } from "../../store/index.ts";
import { type Cohort, openCohort } from "../cohort.ts";
import { buildEdCohort, type EdTaskId, edTasks, readScores, scoreModels } from "./index.ts";

const golden = fileURLToPath(new URL("golden/", import.meta.url));
const demos = ["mimic-iv-demo-2.2", "mimic-iv-ed-demo-2.2"].map((name) =>
  fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url)),
);
/** The tables of the demos that the benchmark needs. */
const demoTables = ["hosp/patients", "hosp/admissions", "hosp/diagnoses_icd", "icu/icustays"]
  .map((table) => join(demos[0]!, `${table}.csv.gz`))
  .concat(
    ["edstays", "triage", "vitalsign", "pyxis", "medrecon"].map((table) => join(demos[1]!, "ed", `${table}.csv.gz`)),
  );
const modes: readonly Mode[] = ["faithful", "corrected"];

let scratch: string;
let store: RecordStore;
let stores = 0;

async function imported(folders: readonly string[]): Promise<RecordStore> {
  const folder = join(scratch, `store${stores++}`);
  await importRecords(folders, folder, { progress: silent });
  return openRecordStore(folder, { folders: [scratch], tempFolder: join(scratch, `temp${stores}`) });
}

let demoStore: Promise<RecordStore> | undefined;
/** The open demos, imported once. */
function importedDemos(): Promise<RecordStore> {
  const folder = join(scratch, "demo");
  for (const path of demoTables) cpSync(path, join(folder, ...path.split(sep).slice(-2)));
  return imported([folder]);
}

let cohorts = 0;
async function build(from: RecordStore, task: EdTaskId, mode: Mode): Promise<Cohort> {
  const out = join(scratch, `cohort${cohorts++}`);
  mkdirSync(out);
  return buildEdCohort(from, task, { mode, out });
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "bedside-mimic4ed-"));
  store = await imported([join(golden, "hospital")]);
});
afterAll(async () => {
  store?.close();
  (await demoStore)?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** A value as the golden files write it. */
function text(value: unknown): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value instanceof Date) return value.toISOString().slice(0, "2150-01-01T00:00:00".length).replace("T", " ");
  return Object.is(value, -0) ? "0" : String(value);
}

async function tableOf(from: RecordStore, folder: string, file: string): Promise<Record<string, unknown>[]> {
  return from.db.rows(sql`from read_parquet(${literal(join(folder, file))}) order by stay_id`);
}

/** A CSV without quoted line breaks, which the golden files do not have. */
function readGolden(name: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(join(golden, name), "utf8").trimEnd().split("\n");
  const names = header!.split(",");
  return lines.map((line) => {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/g)].map(([, cell]) =>
      cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!,
    );
    return Object.fromEntries(names.map((column, i) => [column, cells[i]!]));
  });
}

function readGoldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(golden, name), "utf8")) as T;
}

type TaskCounts = Record<Mode, Record<EdTaskId, { visits: number; events: number }>>;

describe.each(modes)("%s mode", (mode) => {
  test.each([
    ["master", "the table of all visits"],
    ["visits", "the scored visits"],
  ])("every column of %s.parquet, %s, is that of the pandas reading", async (file) => {
    const cohort = await build(store, "mimic4ed/hospitalization", mode);
    const expected = readGolden(`hospital-${mode}-${file}.csv`);
    const found = await tableOf(store, cohort.folder, `${file}.parquet`);
    expect(found.length).toBe(expected.length);
    expect(found.length).toBeGreaterThan(50);
    for (const column of Object.keys(expected[0]!)) {
      const side = (rows: readonly object[]) => rows.map((row) => text((row as Record<string, unknown>)[column]));
      expect({ column, values: side(found) }).toEqual({ column, values: expected.map((row) => row[column]) });
    }
  });

  test.each(edTasks.map(({ id }) => id))("%s has the visits and events of the pandas reading", async (task) => {
    const cohort = await build(store, task, mode);
    const { visits, events } = readGoldenJson<TaskCounts>("hospital-tasks.json")[mode][task];
    expect([cohort.stays, cohort.positives]).toEqual([visits, events]);
    expect(cohort.attrition.steps.at(-1)!.remaining).toBe(visits);
    const { start, steps } = cohort.attrition;
    expect(steps.reduce((left, { removed }) => left - removed, start)).toBe(visits);
    expect(openCohort(cohort.folder)).toMatchObject({ stays: visits, mode, task: { id: task } });
  });

  test("the open demos give the values of the pandas reading in every column", async ({ skip }) => {
    if (!demos.every(existsSync)) skip("the open demos are not in ../shared/data");
    demoStore ??= importedDemos();
    const demo = await demoStore;
    type Checks = Record<string, { values: number; sha256: string }>;
    const expected =
      readGoldenJson<Record<Mode, { master: Checks; visits: Checks; tasks: TaskCounts[Mode] }>>("demo.json")[mode];
    for (const { id } of edTasks) {
      const cohort = await build(demo, id, mode);
      expect({ visits: cohort.stays, events: cohort.positives }).toEqual(expected.tasks[id]);
      if (id !== "mimic4ed/critical") continue; // the other tasks have the same tables, or a part of them
      for (const file of ["master", "visits"] as const) {
        const rows = await tableOf(demo, cohort.folder, `${file}.parquet`);
        expect(checks(rows, Object.keys(expected[file]))).toEqual(expected[file]);
      }
    }
  });
});

/** As make_golden.py: the number of values, and a hash over all visits. */
function checks(rows: readonly Record<string, unknown>[], columns: readonly string[]) {
  return Object.fromEntries(
    columns.map((column) => {
      const values = rows.map((row) => text(row[column]));
      const lines = rows.map((row, i) => `${text(row["stay_id"])}\t${values[i]}\n`).join("");
      return [
        column,
        {
          values: values.filter((value) => value !== "").length,
          sha256: createHash("sha256").update(lines).digest("hex"),
        },
      ];
    }),
  );
}

describe("a cohort's files", () => {
  test("predictors are 64 at triage and 67 at departure, none of them an outcome or a later time", async () => {
    for (const [task, count] of [
      ["mimic4ed/hospitalization", 64],
      ["mimic4ed/critical", 64],
      ["mimic4ed/critical-disposition", 67],
      ["mimic4ed/ed-revisit-72h", 67],
    ] as const) {
      const cohort = await build(store, task, "corrected");
      const [row] = await tableOf(store, cohort.folder, "static.parquet");
      expect(Object.keys(row!)).toEqual(["stay_id", ...cohort.static.map(({ name }) => name)]);
      expect(cohort.static.length).toBe(count);
      expect(cohort.static.filter(({ name }) => /outcome|time|dod|disposition|hadm/.test(name))).toEqual([]);
      for (const path of cohort.files) expect(existsSync(path)).toBe(true);
    }
  });

  test("scores come in the order of the labels, one number a visit", async () => {
    const cohort = await build(store, "mimic4ed/critical", "corrected");
    const scores = await readScores(store.db, cohort.folder);
    const labels = await tableOf(store, cohort.folder, "labels.parquet");
    const visits = await tableOf(store, cohort.folder, "visits.parquet");
    expect(Object.keys(scores)).toEqual(scoreModels().map(({ column }) => column));
    expect([...scores["score_NEWS"]!]).toEqual(visits.map((row) => row["score_NEWS"]));
    expect(labels.map((row) => row["stay_id"])).toEqual(visits.map((row) => row["stay_id"]));
    for (const points of Object.values(scores)) expect(points.some(Number.isNaN)).toBe(false);
  });

  test("are the same bytes each time", async () => {
    const [first, second] = [
      await build(store, "mimic4ed/ed-revisit-72h", "corrected"),
      await build(store, "mimic4ed/ed-revisit-72h", "corrected"),
    ];
    for (const [i, path] of first.files.entries()) expect(await hashFile(path)).toBe(await hashFile(second.files[i]!));
  });

  test("a store without emergency records is refused with the way out", async () => {
    const folder = join(scratch, "hospital-only");
    mkdirSync(folder);
    const partial = await openRecordStore(store.folder, {
      tempFolder: join(scratch, "temp-partial"),
      folders: [scratch],
    });
    const lacking: RecordStore = {
      ...partial,
      has: (id, table) => id !== "mimic-iv-ed" && partial.has(id, table),
      source: (id) => (id === "mimic-iv-ed" ? undefined : partial.source(id)),
    };
    await expect(buildEdCohort(lacking, "mimic4ed/critical", { mode: "corrected", out: folder })).rejects.toThrow(
      /needs MIMIC-IV-ED[\s\S]*name both folders/,
    );
    partial.close();
  });

  test("a release that does not tell the disposition falls back on the admission number", async () => {
    const folder = join(scratch, "early-release");
    cpSync(join(golden, "hospital"), folder, { recursive: true });
    const path = join(folder, "ed", "edstays.csv");
    const cut = readFileSync(path, "utf8").replace(/^((?:[^,\n]*,){4}[^,\n]*).*$/gm, "$1");
    writeFileSync(path, cut);
    const early = await imported([folder]);
    try {
      const cohort = await build(early, "mimic4ed/hospitalization", "corrected");
      const rows = await tableOf(early, cohort.folder, "visits.parquet");
      for (const row of rows) expect(row["outcome_hospitalization"]).toBe(row["hadm_id"] !== null);
      expect(new Set(rows.map((row) => row["gender"]))).toEqual(new Set(["F", "M"]));
    } finally {
      early.close();
    }
  });
});
