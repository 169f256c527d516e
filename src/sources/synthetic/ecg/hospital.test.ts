// Recordings of the synthetic hospital: layout, links, the cart's readings, and that they come back through the import.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../../core/progress.ts";
import { hashFile, literal, openRecordStore, type RecordStore, type Sql, sql } from "../../../store/index.ts";
import { type EcgRecords, openEcgRecords } from "../../ecg-records/index.ts";
import { importRecords } from "../../import.ts";
import { synthesize } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-ecg-hospital-"));
const hospital = join(folder, "hospital");
const modules = ["hosp", "ed", "ecg"] as const;
let store: RecordStore;
let records: EcgRecords;

beforeAll(async () => {
  await synthesize({ patients: 150, seed: 4, out: hospital, modules, progress: silent });
  await importRecords([hospital], join(folder, "store"), { progress: silent });
  store = await openRecordStore(join(folder, "store"), { tempFolder: join(folder, ".temp"), folders: [hospital] });
  records = await openEcgRecords(store);
}, 60_000);
afterAll(() => {
  store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const count = async (query: Sql) => Number((await store.db.row<{ n: number | bigint }>(query)).n);
const truth = (name: string) => sql`read_csv(${literal(join(hospital, "truth", `${name}.csv.gz`))}, nullstr = '')`;

describe("the recordings", () => {
  test("lie as MIMIC-IV-ECG has them and are whole: 12 leads, 10 s, 500 Hz, checksums that agree", () => {
    expect(records.count).toBeGreaterThan(60);
    let seen = 0;
    for (const { file, id, subjectId, index } of records.stream()) {
      seen++;
      if (seen > 12) continue;
      expect(records.pathOf(index)).toBe(`files/p${String(subjectId).slice(0, 4)}/p${subjectId}/s${id}/${id}`);
      expect(file.signals.map(({ name }) => name).join(" ")).toBe("I II III aVR aVF aVL V1 V2 V3 V4 V5 V6");
      expect([file.seconds, file.rateHz]).toEqual([10, 500]);
      expect(file.read().warnings).toEqual([]);
    }
    expect(seen).toBe(records.count);
    expect(records.faults).toEqual({ missing: 0, unreadable: 0 });
  });

  test("belong to patients, in a visit or an admission but for the cart's clock", async () => {
    expect(
      await count(
        sql`select count(*) as n from mimic_iv_ecg.record_list anti join mimic_iv.patients using (subject_id)`,
      ),
    ).toBe(0);
    const near = await count(sql`
      with times as (
        select subject_id, intime as a, outtime as b from mimic_iv_ed.edstays
        union all select subject_id, admittime, dischtime from mimic_iv.admissions)
      select count(distinct study_id) as n from mimic_iv_ecg.record_list join times using (subject_id)
      where ecg_time between a - interval 30 minute and b + interval 30 minute`);
    expect(near).toBeGreaterThan(0.93 * records.count);
  });

  test("of those with known fibrillation fibrillate far more often", async () => {
    const share = async (having: Sql) =>
      count(sql`
        select coalesce(round(1000 * avg((rhythm = 'atrial-fibrillation')::integer)), 0)::integer as n
        from ${truth("ecg_records")} ${having}`);
    const known = sql`(select subject_id from mimic_iv.diagnoses_icd where icd_code like 'I48%' or icd_code like '4273%')`;
    expect(await share(sql`where subject_id in ${known}`)).toBeGreaterThan(
      2 * (await share(sql`where subject_id not in ${known}`)),
    );
  });
});

describe("the cart's readings", () => {
  test("have 29999 for a P wave exactly where there is none", async () => {
    const wrong = await count(sql`
      select count(*) as n from mimic_iv_ecg.machine_measurements join ${truth("ecg_records")} t using (study_id)
      where (t.pr_ms is null) <> (p_onset = 29999)`);
    expect(wrong).toBe(0);
    expect(
      await count(sql`select count(*) as n from mimic_iv_ecg.machine_measurements where p_onset = 29999`),
    ).toBeGreaterThan(0);
  });

  test("are near the truth, but for a few gross errors", async () => {
    const far = await store.db.row<{ pr: number; qrs: number; qt: number; rr: number }>(sql`
      select median(abs(qrs_onset - p_onset - pr_ms)) as pr, median(abs(qrs_end - qrs_onset - t.qrs_ms)) as qrs,
        median(abs(t_end - qrs_onset - qt_ms)) as qt, median(abs(rr_interval - 60000 / heart_rate)) as rr
      from mimic_iv_ecg.machine_measurements join ${truth("ecg_records")} t using (study_id) where qrs_onset < 29999`);
    expect(far.pr).toBeLessThan(6);
    expect(far.qrs).toBeLessThan(8);
    expect(far.qt).toBeLessThan(12);
    expect(far.rr).toBeLessThan(4);
  });

  test("say in words what the rhythm is", async () => {
    const said = await count(sql`
      select count(*) as n from mimic_iv_ecg.machine_measurements join ${truth("ecg_records")} t using (study_id)
      where t.rhythm = 'atrial-fibrillation'
        and not concat_ws('|', report_0, report_1, report_2) like '%Atrial fibrillation%'`);
    expect(said).toBe(0);
  });
});

describe("the truth", () => {
  test("has thirteen rows a beat: all leads together and each", async () => {
    const odd = await count(sql`
      select count(*) as n from (select 1 from ${truth("ecg_fiducials")} group by study_id, beat
      having count(*) <> 13 or count(lead) <> 12)`);
    expect(odd).toBe(0);
    expect(await count(sql`select count(distinct study_id) as n from ${truth("ecg_fiducials")}`)).toBe(records.count);
  });
});

describe("made again", () => {
  test("has the same bytes, and a patient's are the same in a larger hospital", async () => {
    const again = join(folder, "again");
    await synthesize({ patients: 20, seed: 4, out: again, modules, progress: silent });
    const files = readdirSync(join(again, "ecg", "files"), { recursive: true })
      .map(String)
      .filter((name) => /\.(dat|hea)$/.test(name));
    expect(files.length).toBeGreaterThan(10);
    for (const name of files) {
      const [one, two] = [again, hospital].map((place) => readFileSync(join(place, "ecg", "files", name)));
      expect(one!.equals(two!)).toBe(true);
    }
  }, 30_000);

  test("as Parquet holds the same rows", async () => {
    const parquet = join(folder, "parquet");
    const note = await synthesize({
      patients: 20,
      seed: 4,
      out: parquet,
      modules,
      format: "parquet",
      progress: silent,
    });
    expect(readdirSync(join(parquet, "ecg")).sort()).toEqual([
      "files",
      "machine_measurements.parquet",
      "record_list.parquet",
      "waveform_note_links.parquet",
    ]);
    expect((await openEcgRecords(parquet)).count).toBe(note.rows["record_list"]);
  }, 30_000);

  test("without the module is as it always was", async () => {
    const [plain, with_] = [join(folder, "plain"), join(folder, "again")];
    await synthesize({ patients: 20, seed: 4, out: plain, modules: ["hosp", "ed"], progress: silent });
    for (const name of ["hosp/admissions.csv.gz", "ed/triage.csv.gz"]) {
      expect(await hashFile(join(plain, name))).toBe(await hashFile(join(with_, name)));
    }
    expect(readdirSync(join(plain, "truth")).some((name) => name.startsWith("ecg"))).toBe(false);
  }, 30_000);
});

describe("a release in pieces", () => {
  test("is read as far as it goes: what is missing is counted, and no error tells a patient's number", async () => {
    const again = join(folder, "again");
    const there = await openEcgRecords(again);
    rmSync(join(again, "ecg", `${there.pathOf(1)}.dat`));
    rmSync(join(again, "ecg", `${there.pathOf(3)}.hea`));
    const seen = [...there.stream()].map(({ index }) => index);
    expect(seen).toHaveLength(there.count - 2);
    expect(there.faults).toEqual({ missing: 2, unreadable: 0 });
    let told = "";
    try {
      there.open(3);
    } catch (cause) {
      told = (cause as Error).message;
    }
    expect(told).toMatch(/missing/);
    expect(told).not.toMatch(/\d{8}/);
  });

  test("that has moved is asked for by name", async () => {
    const elsewhere = join(folder, "nowhere");
    await expect(openEcgRecords(store, { waveforms: elsewhere })).rejects.toMatchObject({
      problem: { code: "ecg/no-waveforms" },
    });
    await expect(openEcgRecords(join(hospital, "hosp"))).rejects.toMatchObject({ problem: { code: "ecg/no-records" } });
  });
});
