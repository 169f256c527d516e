import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import { type Progress, silent } from "../../core/progress.ts";
import { literal, openRecordStore, type RecordStore, type Sql, sql } from "../../store/index.ts";
import { exportMeds } from "./export.ts";
import { isMedsFolder, medsEvents, readMeds } from "./find.ts";
import { tinyStore } from "./fixture.ts";
import { importMeds } from "./import.ts";
import { cutShards, splitSubjects } from "./plan.ts";
import { eventsRelation } from "./relation.ts";

let root: string;
let store: RecordStore;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "bedside-meds-out-"));
  store = await tinyStore(root);
});
afterAll(() => {
  store.close();
  rmSync(root, { recursive: true });
});

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(parquet|json)$/.test(name))
    .sort();

test("a data set is written with its shards, code dictionary, splits and description, each event once", async () => {
  const out = join(root, "whole");
  const made = await exportMeds(store, out, {
    progress: silent,
    codeVersion: "1.2.3",
    createdAt: "2030-01-01T00:00:00Z",
  });
  const { n } = await store.db.row<{ n: bigint }>(
    sql`select count(*) as n from ${eventsRelation(store, { once: true })}`,
  );
  expect(made).toMatchObject({ subjects: 3, events: Number(n), codes: 20 });
  expect(filesIn(out).filter((name) => name.startsWith("metadata"))).toEqual([
    "metadata/codes.parquet",
    "metadata/dataset.json",
    "metadata/subject_splits.parquet",
  ]);
  expect(JSON.parse(readFileSync(join(out, "metadata/dataset.json"), "utf8"))).toMatchObject({
    dataset_name: "MIMIC-IV",
    etl_name: "Bedside",
    etl_version: "1.2.3",
    meds_version: "0.4.0",
    created_at: "2030-01-01T00:00:00Z",
  });
  expect(existsSync(join(out, ".making"))).toBe(false);
});

test("codes are described by the dictionaries, diagnoses with their parent in ICD", async () => {
  const rows = await store.db.rows<{ row: string }>(sql`
    select code || ' = ' || description || coalesce(' < ' || parent_codes[1], '') as row
    from read_parquet(${join(root, "whole/metadata/codes.parquet")})`);
  const texts = rows.map(({ row }) => row);
  expect(texts).toHaveLength(20);
  expect(texts.filter((text) => text === null)).toHaveLength(1); // the chart item that the dictionary lacks
  expect(texts).toContain("LAB//RESULT//50912//mg/dL = Creatinine (Blood, Chemistry)");
  expect(texts).toContain("LAB//220045//bpm = Heart Rate");
  expect(texts).toContain("DIAGNOSIS//ICD//10//E8731 = Alkalosis of one kind < ICD10CM/E87.31");
  expect(texts).toContain("DIAGNOSIS//ICD//9//40390 = Kidney disease of another < ICD9CM/403.90");
  expect(texts).toContain("MEDS_DEATH = Death");
});

test("rows are sorted by subject and time, static facts first, and texts are large strings to Arrow", async () => {
  const files = filesIn(join(root, "whole/data")).map((name) => join(root, "whole/data", name));
  for (const file of files) {
    const rows = await store.db.rows<{ key: string }>(
      sql`select lpad(cast(subject_id as varchar), 9, '0') || coalesce(cast(time as varchar), '') as key from read_parquet(${file})`,
    );
    const keys = rows.map(({ key }) => key);
    expect(keys).toEqual([...keys].sort());
    const kept = await store.db.rows<{ key: string }>(sql`select decode(key) as key from parquet_kv_metadata(${file})`);
    expect(kept.map(({ key }) => key)).toContain("ARROW:schema");
  }
});

test("0.3.3 says so, and leaves out what it does not know", async () => {
  const out = join(root, "old");
  await exportMeds(store, out, { progress: silent, version: "0.3.3" });
  const dataset = JSON.parse(readFileSync(join(out, "metadata/dataset.json"), "utf8"));
  expect(dataset.meds_version).toBe("0.3.3");
  expect(dataset.raw_source_id_columns).toBeUndefined();
});

test("a stopped export leaves no data set, and the next call goes on from its shards to the same files", async () => {
  const out = join(root, "stopped");
  const stop = new AbortController();
  const progress: Progress = {
    ...silent,
    signal: stop.signal,
    at: (done) => {
      if (done === 1) stop.abort();
    },
  };
  const options = { shardEvents: 5 };
  await expect(exportMeds(store, out, { ...options, progress })).rejects.toThrow(Stopped);
  expect(existsSync(join(out, "data"))).toBe(false);
  expect(readdirSync(join(out, ".making/done"))).not.toEqual([]);
  await exportMeds(store, out, { ...options, progress: silent });
  const fresh = join(root, "fresh");
  await exportMeds(store, fresh, { ...options, progress: silent });
  expect(filesIn(out)).toEqual(filesIn(fresh));
  for (const name of filesIn(out)) {
    expect(readFileSync(join(out, name)).equals(readFileSync(join(fresh, name))), name).toBe(true);
  }
});

test("a folder that holds a data set already is not written over", async () => {
  await expect(exportMeds(store, join(root, "whole"), { progress: silent })).rejects.toThrow("holds one already");
});

test("what was exported comes back the same through import and a second export", async () => {
  const manifest = await importMeds(join(root, "whole"), join(root, "again"), { progress: silent });
  expect(manifest.sources[0]).toMatchObject({ id: "meds", title: "MIMIC-IV" });
  expect(manifest.sources[0]!.tables.map(({ table }) => table)).toEqual(["events", "codes", "subject_splits"]);
  const again = await openRecordStore(join(root, "again"), { tempFolder: join(root, "temp2"), folders: [root] });
  try {
    const content = (from: Sql) =>
      sql`select md5(string_agg(concat_ws('|', subject_id, time, code, numeric_value, text_value, hadm_id, icustay_id), ';' order by subject_id, time nulls first, code, numeric_value, text_value)) as hash from ${from} as e`;
    const first = await store.db.row<{ hash: string }>(content(eventsRelation(store, { once: true })));
    expect(await again.db.row(content(eventsRelation(again)))).toEqual(first);
    const out = join(root, "second");
    const made = await exportMeds(again, out, { progress: silent });
    expect(made).toMatchObject({ subjects: 3, codes: 20 });
    const codes = (folder: string) =>
      sql`select code, description, parent_codes from read_parquet(${join(root, folder, "metadata/codes.parquet")}) order by code`;
    expect(await again.db.rows(codes("second"))).toEqual(await again.db.rows(codes("whole")));
  } finally {
    again.close();
  }
});

test("importing the same data set again does nothing, another one into the same store is refused", async () => {
  const before = await importMeds(join(root, "whole"), join(root, "again"), { progress: silent });
  expect(await importMeds(join(root, "whole"), join(root, "again"), { progress: silent })).toEqual(before);
  await expect(importMeds(join(root, "whole"), join(root, "store"), { progress: silent })).rejects.toThrow(
    "other things",
  );
});

test("a folder without MEDS events is told from one with them", async () => {
  expect(await readMeds(store.db, join(root, "raw"))).toBeUndefined();
  expect(await readMeds(store.db, join(root, "nowhere"))).toBeUndefined();
  const tempFolder = join(root, "temp3");
  const folders = ["whole", "raw", "nowhere"].map((name) => isMedsFolder(join(root, name), { tempFolder }));
  expect(await Promise.all(folders)).toEqual([true, false, false]);
  expect((await readMeds(store.db, join(root, "whole")))?.dataset.meds_version).toBe("0.4.0");
  await expect(importMeds(join(root, "raw"), join(root, "new"), { progress: silent })).rejects.toThrow(
    "not a MEDS data set",
  );
});

test("a repacked file with its numbers under `value` is read, and rows without a code are refused", async () => {
  const folder = join(root, "repacked");
  const write = (code: Sql) => {
    mkdirSync(folder, { recursive: true });
    const rows = sql`select subject_id, time, ${code} as code, 'x' as "table", numeric_value as value from ${eventsRelation(store)}`;
    return store.db.run(sql`copy (${rows}) to ${literal(join(folder, "events.parquet"))}`);
  };
  await write(sql`code`);
  const found = (await readMeds(store.db, folder))!;
  const { n } = await store.db.row<{ n: bigint }>(
    sql`select count(numeric_value) as n from ${medsEvents(found)} as e where code = 'LAB//220045//bpm' and "table" = 'x'`,
  );
  expect(n).toBe(2n);
  await write(sql`nullif(code, 'MEDS_DEATH')`);
  await expect(importMeds(folder, join(root, "broken"), { progress: silent })).rejects.toThrow(
    "1 events have no subject or no code",
  );
});

test("subjects are cut into shards of whole patients by their number of events", () => {
  const sizes = { ids: Float64Array.of(3, 5, 8, 9), events: Float64Array.of(4, 4, 20, 1) };
  expect(cutShards(sizes, 9)).toEqual([
    { first: 3, last: 5, events: 8 },
    { first: 8, last: 8, events: 20 },
    { first: 9, last: 9, events: 1 },
  ]);
  expect(cutShards({ ids: new Float64Array(), events: new Float64Array() }, 9)).toEqual([]);
});

test("splits are 80, 10 and 10 of 100 subjects, the same for the same seed only", () => {
  const ids = Float64Array.from({ length: 1000 }, (_, i) => 10 * i);
  const counts = (splits: Uint8Array) => [0, 1, 2].map((split) => splits.filter((one) => one === split).length);
  expect(counts(splitSubjects(ids, 1))).toEqual([800, 100, 100]);
  expect(splitSubjects(ids, 1)).toEqual(splitSubjects(ids, 1));
  expect(splitSubjects(ids, 1)).not.toEqual(splitSubjects(ids, 2));
});
