// Printed scripts: that for DuckDB gives the labels of the task itself, that for Spark names each table as a view.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { tinyStore } from "../../sources/meds/fixture.ts";
import { eventsRelation, narrowedEvents } from "../../sources/meds/index.ts";
import { type RecordStore, sql } from "../../store/index.ts";
import { bedsideConcepts } from "../aces/bedside-concepts.ts";
import { extractLabels } from "../aces/extract.ts";
import { parseTask } from "../aces/parse.ts";
import { taskScript } from "./script.ts";
import { readSparkUrl } from "./thrift.ts";

const TASK = `predicates:
  admission: { code: { regex: "^HOSPITAL_ADMISSION//.*" } }
  discharge: { code: { regex: "^HOSPITAL_DISCHARGE" } }
  death: { code: MEDS_DEATH }
  creatinine: { code: { any: [LAB//RESULT//50912//mg/dL] }, value_min: 1.3, value_min_inclusive: true }
  heart_rate: { concept: hr }
trigger: admission
windows:
  stay: { start: trigger, end: start -> discharge, start_inclusive: true, end_inclusive: true, label: death, index_timestamp: start }
  before: { start: null, end: trigger, start_inclusive: true, end_inclusive: true, has: { creatinine: "(None, 2)" } }
  ever: { start: null, end: stay.end, start_inclusive: true, end_inclusive: true, has: { heart_rate: "(2, 3)", creatinine: "(1, None)" } }
`;
const task = () => parseTask(TASK, { file: "task.yaml", concepts: bedsideConcepts() });

let root: string;
let store: RecordStore;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "bedside-script-"));
  store = await tinyStore(join(root, "tiny"), [root]);
});
afterAll(() => {
  store.close();
  rmSync(root, { recursive: true });
});
const script = (engine: "duckdb" | "spark", data?: string) =>
  taskScript(store, eventsRelation(store), task(), { engine, data, narrow: (code) => narrowedEvents(store, code) });

test("the script for DuckDB, run by DuckDB alone, gives the labels of the task", async () => {
  const out = join(root, "labels.parquet");
  await extractLabels(store.db, eventsRelation(store), task(), { out, progress: silent });
  const ours = await store.db.rows(sql`
    select subject_id, cast(prediction_time as varchar) as time, boolean_value from read_parquet(${out})`);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const statements = (await script("duckdb")).split(";\n").filter((statement) => statement.trim() !== "");
  const labels = statements.findIndex((statement) => statement.includes("-- labels"));
  for (const statement of statements.slice(0, labels)) await connection.run(statement);
  const theirs = await connection.runAndReadAll(`
    select subject_id, cast(prediction_time as varchar) as time, boolean_value from (${statements[labels]})`);
  expect(ours.length).toBe(2);
  expect(theirs.getRowObjectsJS()).toEqual(ours);
  for (const statement of statements.slice(labels)) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
});

test("the script for Spark declares only the tables it reads, where Spark finds them", async () => {
  const text = await script("spark", "s3a://hospital/store/");
  const views = [...text.matchAll(/create or replace temporary view `(\w+)`.*parquet\.`([^`]+)`/g)];
  expect(views.map(([, view]) => view)).toContain("mimic_iv_labevents");
  expect(views.map(([, view]) => view)).not.toContain("mimic_iv_emar");
  for (const [, , file] of views) expect(file).toMatch(/^s3a:\/\/hospital\/store\/[\w/-]+\.parquet$/);
  expect(text).not.toMatch(/\$\d|"/);
});

test("an address of Spark is thrift, and holds no password", () => {
  expect(readSparkUrl("thrift://me@spark:10001")).toEqual({ host: "spark", port: 10001, user: "me", sasl: true });
  expect(readSparkUrl("thrift://spark?auth=nosasl")).toEqual({
    host: "spark",
    port: 10000,
    user: "bedside",
    sasl: false,
  });
  expect(() => readSparkUrl("sc://spark:15002")).toThrowError(/thrift:\/\//);
  expect(() => readSparkUrl("thrift://me:secret@spark")).toThrowError(/SPARK_PASSWORD/);
  expect(() => readSparkUrl("thrift://me:secret@spark")).not.toThrowError(/secret/);
});
