// CardioForest's cohorts: what each mode takes for wide-complex tachycardia, what it withholds, and that words are read with care.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Mode } from "../../concepts/mode.ts";
import { silent } from "../../core/progress.ts";
import { importRecords } from "../../sources/index.ts";
import { openRecordStore, type RecordStore, sql } from "../../store/index.ts";
import { cohortTask, openCohort } from "../index.ts";
import { buildCardioCohort, type CardioTaskId, cardioTasks, FLIPPED_SHARE, readRule } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-cardioforest-"));
let store: RecordStore;

/** study, RR, P onset, P end, QRS onset, QRS end, T end, axes of P, QRS, T, lines of report. */
const rows: [number, ...number[], string[]][] = [
  [1, 800, 40, 140, 180, 270, 560, 50, 40, 45, ["Sinus rhythm", "Normal ECG"]],
  [2, 900, 40, 150, 190, 340, 640, 50, -20, 150, ["Sinus rhythm", "Left bundle branch block"]],
  [3, 400, 29999, 29999, 170, 330, 520, 29999, -80, 100, ["Wide QRS tachycardia", "Abnormal ECG"]],
  [4, 450, 29999, 29999, 170, 290, 500, 29999, -90, 90, ["Ventricular tachycardia"]],
  [5, 380, 29999, 29999, 170, 250, 470, 29999, 60, 50, ["Supraventricular tachycardia"]],
  [6, 600, 40, 130, 170, 290, 520, 45, 30, 170, ["No evidence of ventricular tachycardia"]],
  [7, 500, 40, 130, 29999, 29999, 29999, 45, 29999, 29999, ["Possible wide QRS tachycardia"]],
  [8, 700, 40, 130, 290, 170, 520, 45, 30, 40, []],
  [9, 0, 40, 130, 170, 300, 520, 45, 170, -170, ["Sinus rhythm"]],
];

beforeAll(async () => {
  const release = join(folder, "release");
  mkdirSync(join(release, "hosp"), { recursive: true });
  const reports = Array.from({ length: 18 }, (_, i) => `report_${i}`);
  const header = `subject_id,study_id,cart_id,ecg_time,${reports},bandwidth,filtering,rr_interval,p_onset,p_end,qrs_onset,qrs_end,t_end,p_axis,qrs_axis,t_axis`;
  const lines = rows.map(([study, ...rest]) => {
    const said = rest.at(-1) as string[];
    const texts = Array.from({ length: 18 }, (_, i) => said[i] ?? "");
    return [10 + (study % 4), study, 1, "2180-05-01 10:00:00", ...texts, "", "", ...rest.slice(0, -1)].join(",");
  });
  writeFileSync(join(release, "machine_measurements.csv"), `${[header, ...lines].join("\n")}\n`);
  const patients = [10, 11, 12, 13].map((id) => `${id},${id % 2 ? "M" : "F"},60,2170,2011 - 2013,`);
  writeFileSync(
    join(release, "hosp", "patients.csv"),
    `subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod\n${patients.join("\n")}\n`,
  );
  await importRecords([release], join(folder, "store"), { progress: silent });
  for (const mode of ["faithful", "corrected"])
    for (const { id } of cardioTasks) mkdirSync(join(folder, mode, id), { recursive: true });
  store = await openRecordStore(join(folder, "store"), { tempFolder: join(folder, ".temp"), folders: [folder] });
});
afterAll(() => {
  store?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function built(id: CardioTaskId, mode: Mode) {
  const out = join(folder, mode, id);
  const cohort = await buildCardioCohort(store, id, { mode, out });
  const labels = await store.db.rows<{ stay_id: number; label: number }>(sql`
    select stay_id, label from read_parquet(${join(out, "labels.parquet")}) order by stay_id`);
  return {
    cohort,
    out,
    positive: labels.filter(({ label }) => label === 1).map(({ stay_id }) => stay_id),
    all: labels.map(({ stay_id }) => stay_id),
  };
}

describe("the label", () => {
  test("of the authors is QRS over 120 ms, 29999 taken as a number", async () => {
    const { positive, all, cohort } = await built("cardioforest/wct", "faithful");
    expect(positive).toEqual([2, 3, 9]);
    expect(all).toHaveLength(9);
    expect(cohort.static.map(({ name }) => name)).toEqual([
      "rr_interval",
      "p_onset",
      "p_end",
      "qrs_onset",
      "qrs_end",
      "t_end",
      "p_axis",
      "qrs_axis",
      "t_axis",
      "qrs_duration",
    ]);
    expect(cohort.warnings[0]).toMatch(/^Leakage: the label is a function of an input/);
  });

  test("corrected is QRS of 120 ms or more and a rate over 100 a minute, where both were measured", async () => {
    const { positive, all, cohort } = await built("cardioforest/wct", "corrected");
    expect(positive).toEqual([3, 4]);
    // 600 ms is 100 a minute and no more; 7 and 8 have no QRS, but 8 is slow, so that it is told all the same
    expect(all).toEqual([1, 2, 3, 4, 5, 6, 8]);
    expect(cohort.attrition.steps).toEqual([
      { id: "label-unknown", title: "QRS or heart rate not measured", hits: 2, removed: 2, remaining: 7 },
    ]);
  });

  test("corrected withholds all that the rule can be worked out from", async () => {
    const { cohort, out } = await built("cardioforest/wct", "corrected");
    const names = cohort.static.map(({ name }) => name);
    expect(names).toEqual(["age", "sex", "p_seen", "p_duration", "p_axis", "qrs_axis", "t_axis", "qrs_t_angle"]);
    const [third] = await store.db.rows(sql`from read_parquet(${join(out, "static.parquet")}) where stay_id = 3`);
    expect(third).toEqual({
      stay_id: 3,
      age: 70,
      sex: "Male",
      p_seen: 0,
      p_duration: null,
      p_axis: null,
      qrs_axis: -80,
      t_axis: 100,
      qrs_t_angle: 180,
    });
    const [first] = await store.db.rows(
      sql`select p_seen, p_duration, qrs_t_angle from read_parquet(${join(out, "static.parquet")}) where stay_id = 1`,
    );
    expect(first).toEqual({ p_seen: 1, p_duration: 100, qrs_t_angle: 5 });
  });

  test("from words passes over supraventricular, denied and possible ones", async () => {
    const { positive, cohort } = await built("cardioforest/wct-report", "corrected");
    expect(positive).toEqual([3, 4]);
    expect(cohort.static.map(({ name }) => name)).toContain("qrs_duration");
    expect(cohort.warnings[0]).toMatch(/same program/);
  });

  test("flipped differs from the authors' in the same recordings every time", async () => {
    const [one, two] = [
      await built("cardioforest/wct-flipped", "faithful"),
      await built("cardioforest/wct-flipped", "faithful"),
    ];
    expect(one.positive).toEqual(two.positive);
    const { share } = await store.db.row<{ share: number }>(sql`
      select avg(((md5_number_lower('flip ' || i::varchar) % 10000) < 505)::integer)::double as share from range(40000000, 40200000) as r(i)`);
    expect(Math.abs(share - FLIPPED_SHARE)).toBeLessThan(
      3 * Math.sqrt((FLIPPED_SHARE * (1 - FLIPPED_SHARE)) / 200_000),
    );
  });
});

describe("the cohort", () => {
  test("counts recordings with something not measured, in words without a number of a patient", async () => {
    const { cohort } = await built("cardioforest/wct", "corrected");
    expect(cohort.warnings.at(-1)).toMatch(/^4 recordings have a measurement of 29999.*is missing here/);
    expect(JSON.stringify({ ...cohort, folder: "", files: [] })).not.toMatch(/\b(10|11|12|13)\b,/);
  });

  test("is read back as it was written, and by the id of its task", async () => {
    const { cohort, out } = await built("cardioforest/wct", "faithful");
    expect(openCohort(out).static).toEqual(cohort.static);
    expect(cohortTask("cardioforest/wct").tables).toEqual(["machine_measurements"]);
    expect(() => cohortTask("cardioforest/wtc")).toThrow(/did you mean cardioforest\/wct/);
  });

  test("carries what the rule says", async () => {
    const { out } = await built("cardioforest/wct-report", "corrected");
    expect([...(await readRule(store.db, out))]).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0]);
  });

  test("needs the measurements", async () => {
    const place = join(folder, "bare");
    mkdirSync(join(place, "hosp"), { recursive: true });
    writeFileSync(
      join(place, "hosp", "patients.csv"),
      "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod\n1,F,60,2170,2011 - 2013,\n",
    );
    await importRecords([place], join(folder, "bare-store"), { progress: silent });
    const bare = await openRecordStore(join(folder, "bare-store"), { tempFolder: join(folder, ".temp2") });
    await expect(buildCardioCohort(bare, "cardioforest/wct", { mode: "corrected", out: folder })).rejects.toMatchObject(
      { problem: { code: "cohort/missing-table" } },
    );
    bare.close();
  });
});
