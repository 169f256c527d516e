// PTB-XL: its tables through the import, its records by number, folds, and a folder that is not what it should be.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { openRecordStore, sql } from "../../store/index.ts";
import { detectSources } from "../detect.ts";
import { openEcgRecords } from "../ecg-records/index.ts";
import { writeFixture } from "../fixture.ts";
import { importRecords } from "../import.ts";

const shared = "../shared/data/ecg/ptb-xl";
const isThere = existsSync(join(shared, "ptbxl_database_form_subset.csv.gz"));
const folder = mkdtempSync(join(tmpdir(), "bedside-ptb-xl-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the real files", () => {
  const release = join(folder, "ptb-xl");

  test.skipIf(!isThere)(`come in with every row, numbers as numbers (needs ${shared})`, async () => {
    mkdirSync(join(release, "records100", "00000"), { recursive: true });
    copyFileSync(join(shared, "scp_statements.csv"), join(release, "scp_statements.csv"));
    writeFileSync(
      join(release, "ptbxl_database.csv"),
      gunzipSync(readFileSync(join(shared, "ptbxl_database_form_subset.csv.gz"))),
    );
    for (const name of ["00001_lr.hea", "00001_lr.dat"])
      copyFileSync(join(shared, name), join(release, "records100", "00000", name));
    const manifest = await importRecords([release], join(folder, "store"), { progress: silent });
    const [source] = manifest.sources;
    expect(source).toMatchObject({ id: "ptb-xl", dataUse: "open", missing: [] });
    expect(source!.tables.map(({ table, rows }) => [table, rows])).toEqual([
      ["ptbxl_database", 8988],
      ["scp_statements", 71],
    ]);
    const store = await openRecordStore(join(folder, "store"), { tempFolder: join(folder, ".temp") });
    try {
      const row = await store.db.row(sql`
        select patient_id, age, sex, scp_codes, strat_fold, recording_date::varchar as date from ptb_xl.ptbxl_database where ecg_id = 1`);
      expect(row).toEqual({
        patient_id: 15709,
        age: 56,
        sex: 1,
        scp_codes: "{'NORM': 100.0, 'LVOLT': 0.0, 'SR': 0.0}",
        strat_fold: 3,
        date: "1984-11-09 09:17:34",
      });
      const classes = await store.db.rows(sql`
        select diagnostic_class as name, count(*)::integer as n from ptb_xl.scp_statements where diagnostic = 1 group by 1 order by 1`);
      expect(classes).toEqual([
        { name: "CD", n: 11 },
        { name: "HYP", n: 5 },
        { name: "MI", n: 14 },
        { name: "NORM", n: 1 },
        { name: "STTC", n: 13 },
      ]);
    } finally {
      store.close();
    }
  });

  test.skipIf(!isThere)(
    "give record 1 by its number, the others as missing, and patients in one fold each",
    async () => {
      const records = await openEcgRecords(join(folder, "store"), { rateHz: 100 });
      const file = records.open(records.indexOf(1)!);
      expect([file.seconds, file.signals.length, file.signals[3]!.name]).toEqual([10, 12, "AVR"]);
      // the first samples as the header has them, in units of 1/1000 mV
      expect(file.window(0, 1).map(([mv]) => Math.round(mv! * 1000))).toEqual([
        -119, -55, 64, 86, -91, 4, -69, -31, 0, -26, -39, -79,
      ]);
      expect([...records.stream()]).toHaveLength(1);
      expect(records.faults).toEqual({ missing: 8987, unreadable: 0 });
      const foldOf = new Map<number, number>();
      records.subjectIds.forEach((patient, i) => {
        expect(foldOf.get(patient) ?? records.folds![i]).toBe(records.folds![i]);
        foldOf.set(patient, records.folds![i]!);
      });
      expect(new Set(foldOf.values()).size).toBe(10);
    },
  );
});

describe("folders", () => {
  test("of PTB-XL and MIMIC-IV-ECG are told apart by their files", async () => {
    for (const source of ["ptb-xl", "mimic-iv-ecg"]) {
      const place = join(folder, `as-${source}`);
      writeFixture(place, { source });
      const [found] = await detectSources([place]);
      expect(found).toMatchObject({ id: source, dataUse: "open", missing: [] });
    }
  });

  test("of waveforms are not searched for tables", async () => {
    const place = join(folder, "deep");
    writeFixture(place, { source: "ptb-xl" });
    writeFixture(join(place, "records500"), { source: "ptb-xl" });
    expect((await detectSources([place])).map(({ tables }) => tables.length)).toEqual([2]);
  });

  test("with a list that lacks a column are refused by the column's name", async () => {
    const place = join(folder, "broken");
    mkdirSync(place);
    writeFileSync(
      join(place, "record_list.csv"),
      "subject_id,study_id,file_name,ecg_time\n1,2,2,2150-01-01 00:00:00\n",
    );
    await expect(detectSources([place])).rejects.toMatchObject({
      problem: { code: "import/missing-column", what: expect.stringContaining("path") },
    });
  });

  test("with a list that leads elsewhere are not followed", async () => {
    const place = join(folder, "elsewhere");
    mkdirSync(place);
    writeFileSync(
      join(place, "record_list.csv"),
      "subject_id,study_id,file_name,ecg_time,path\n1,2,2,2150-01-01 00:00:00,../../secret\n",
    );
    const records = await openEcgRecords(place);
    expect(() => records.open(0)).toThrow(/outside its folder/);
  });
});
