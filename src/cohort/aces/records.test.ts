// Task files on imported records, seen as events or written as MEDS and read back: the same labels.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { importRecords } from "../../sources/index.ts";
import { tinyStore } from "../../sources/meds/fixture.ts";
import { eventCounts, eventsRelation, exportMeds, importMeds, narrowedEvents } from "../../sources/meds/index.ts";
import { openRecordStore, type RecordStore, sql } from "../../store/index.ts";
import { bedsideConcepts } from "./bedside-concepts.ts";
import { extractLabels } from "./extract.ts";
import { parseTask } from "./parse.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "bedside-aces-records-"));
});
afterAll(() => rmSync(root, { recursive: true }));

/** The labels of a task and its funnel, with all that a store offers or with the events alone. */
async function labelsOf(store: RecordStore, text: string, offers: boolean) {
  const out = join(root, "labels.parquet");
  const task = parseTask(text, { concepts: bedsideConcepts() });
  const { funnel } = await extractLabels(store.db, eventsRelation(store), task, {
    out,
    progress: silent,
    ...(offers
      ? { narrow: (code) => narrowedEvents(store, code), sizes: eventCounts(store), batchEvents: 100_000 }
      : {}),
  });
  const rows = await store.db.rows<{ row: string }>(
    sql`select concat_ws(' ', subject_id, prediction_time, boolean_value) as row from read_parquet(${out})`,
  );
  return { labels: rows.map(({ row }) => row), funnel };
}

test("a task runs on imported records, told apart by their codes, with or without what narrows the search", async () => {
  const store = await tinyStore(join(root, "tiny"), [root]);
  try {
    const text = `predicates:
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
    const plain = await labelsOf(store, text, false);
    expect(plain.labels).toEqual(["1 2150-01-01 10:00:00 false", "1 2151-02-01 10:00:00 true"]);
    expect(await labelsOf(store, text, true)).toEqual(plain);
  } finally {
    store.close();
  }
});

const mimic = resolve(import.meta.dirname, "../../../../shared/data/mimic-iv-demo-2.2");
const absent = !existsSync(mimic);

describe.skipIf(absent)(`on the MIMIC-IV demo${absent ? ` (skipped: ${mimic} is not there)` : ""}`, () => {
  test("the tasks of the page give the same labels from the records and from their export read back", async () => {
    await importRecords([mimic], join(root, "store"), { progress: silent });
    const store = await openRecordStore(join(root, "store"), { tempFolder: join(root, "temp"), folders: [root] });
    await exportMeds(store, join(root, "meds"), { progress: silent });
    await importMeds(join(root, "meds"), join(root, "meds-store"), { progress: silent });
    const read = await openRecordStore(join(root, "meds-store"), { tempFolder: join(root, "temp2"), folders: [root] });
    try {
      const page = readFileSync(resolve(import.meta.dirname, "../../../docs/task-language.md"), "utf8");
      for (const [, text] of page.matchAll(/```yaml\n(.*?)```/gs)) {
        const records = await labelsOf(store, text!, true);
        expect(records.labels.length).toBeGreaterThan(50);
        expect(await labelsOf(read, text!, true)).toEqual(records);
      }
    } finally {
      store.close();
      read.close();
    }
  });
});
