// Our MEDS view of the MIMIC-IV demo beside the official MEDS release of the same records, and the exports that the `meds`
// package has found valid.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { openRecordStore, type RecordStore, readJsonAsset, sql } from "../../store/index.ts";
import { importRecords } from "../import.ts";
import { type ComparedKind, compareEvents } from "./compare.ts";
import { exportMeds } from "./export.ts";
import { medsEvents, readMeds } from "./find.ts";
import { importMeds } from "./import.ts";
import { medsPage, type Validation } from "./page.ts";
import { eventsRelation } from "./relation.ts";

const data = (name: string) => resolve(import.meta.dirname, "../../../../shared/data", name);
const [mimic, emergency, official] = ["mimic-iv-demo-2.2", "mimic-iv-ed-demo-2.2", "mimic-iv-demo-meds-0.0.1"].map(
  data,
);
const absent = [mimic, emergency, official].filter((folder) => !existsSync(folder!));

const validations = readJsonAsset<Record<string, Validation>>(import.meta.url, "golden/validation.json");

test("the recorded runs of the meds package, 0.4.0 and 0.3.3, found every file valid and every rule kept", () => {
  expect(Object.keys(validations)).toEqual(["mimic-iv 0.4.0", "mimic-iv 0.3.3", "mimic-iii 0.4.0"]);
  for (const [name, { meds, files, rules }] of Object.entries(validations)) {
    expect(name).toContain(meds);
    expect(Object.values(files).every((text) => text.startsWith("valid"))).toBe(true);
    expect(Object.values(rules)).toEqual([true, true, true, true]);
  }
});

describe.skipIf(absent.length > 0)(
  `the MIMIC-IV demo${absent.length ? ` (skipped: ${absent.join(", ")} is not there)` : ""}`,
  () => {
    let root: string;
    let store: RecordStore;
    let kinds: ComparedKind[];
    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), "bedside-meds-demo-"));
      await importRecords([mimic!, emergency!], join(root, "store"), { progress: silent });
      store = await openRecordStore(join(root, "store"), {
        tempFolder: join(root, "temp"),
        folders: [root, official!],
      });
      const theirs = medsEvents((await readMeds(store.db, official!))!);
      const ours = eventsRelation(store, { style: "0.0.1", sources: ["mimic-iv"], once: true });
      kinds = await compareEvents(store.db, ours, theirs);
    });
    afterAll(() => {
      store?.close();
      if (root) rmSync(root, { recursive: true });
    });

    test("has the same 916,166 events as the official release", () => {
      expect(kinds.reduce((sum, { events }) => sum + events.ours, 0)).toBe(916_166);
      expect(kinds.reduce((sum, { events }) => sum + events.theirs, 0)).toBe(916_166);
    });

    test("agrees with it event by event in every kind of code but DRG, where the official release lost leading zeros", () => {
      const differing = kinds.filter(({ events, same }) => same !== events.ours || same !== events.theirs);
      expect(differing.map(({ kind }) => kind)).toEqual(["DRG"]);
      expect(differing[0]).toMatchObject({ events: { ours: 454, theirs: 454 }, same: 454 - 48 });
    });

    test("has in the newer codes what the public extraction is known to make of it: moments, events and codes", async () => {
      const ours = eventsRelation(store, { sources: ["mimic-iv"], once: true });
      await store.db.run(sql`create temp table newer as select subject_id, time, code from ${ours} as e`);
      const { moments, events, codes } = await store.db.row<Record<string, bigint>>(sql`
      select (select count(*) from (select distinct subject_id, time from newer)) as moments,
        (select count(*) from newer) as events, (select count(distinct code) from newer) as codes`);
      expect([moments, events, codes]).toEqual([96_949n, 1_022_555n, 7_523n]);
    });

    test("stands in the page about MEDS as it is", async () => {
      await expect(medsPage(kinds, validations)).toMatchFileSnapshot("../../../docs/meds.md");
    });

    test("is exported as the data set that was found valid", async () => {
      const made = await exportMeds(store, join(root, "out"), { progress: silent });
      const { events, subjects, codes } = validations["mimic-iv 0.4.0"]!.counts;
      expect(made).toMatchObject({ events, subjects, codes, shards: 3 });
    });

    test("is read from the official file into a store of its own", async () => {
      const manifest = await importMeds(official!, join(root, "meds-store"), { progress: silent });
      expect(manifest.sources[0]!.tables[0]).toMatchObject({ table: "events", rows: 916_166 });
    });
  },
);
