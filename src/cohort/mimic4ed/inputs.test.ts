// Codes and vital signs beside the table, against a plain reading of the made-up hospital's files.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Mode } from "../../concepts/mode.ts";
import { silent } from "../../core/progress.ts";
import { importRecords } from "../../sources/index.ts";
import { literal, openRecordStore, type RecordStore, sql } from "../../store/index.ts";
import { buildEdCohort, type EdTaskId } from "./index.ts";

const hospital = fileURLToPath(new URL("golden/hospital/", import.meta.url));
let scratch: string;
let store: RecordStore;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "bedside-ed-inputs-"));
  await importRecords([hospital], join(scratch, "store"), { progress: silent });
  store = await openRecordStore(join(scratch, "store"), { folders: [scratch], tempFolder: join(scratch, "temp") });
});
afterAll(() => {
  store?.close();
  rmSync(scratch, { recursive: true, force: true });
});

let built = 0;
async function tables(task: EdTaskId, mode: Mode) {
  const out = join(scratch, `cohort${built++}`);
  mkdirSync(out);
  await buildEdCohort(store, task, { mode, out });
  const read = (name: string) =>
    store.db.rows<Record<string, unknown>>(sql`
      select * replace (stay_id::double as stay_id) from read_parquet(${literal(join(out, name))})`);
  return {
    codes: await read("codes.parquet"),
    vitals: await read("vitals.parquet"),
    labels: await read("labels.parquet"),
  };
}

function csv(path: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(join(hospital, path), "utf8").trimEnd().split("\n");
  const names = header!.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
  });
}
const seconds = (time: string) => Date.parse(`${time.replace(" ", "T")}Z`) / 1000;

test.each([
  ["faithful", 1780],
  ["corrected", 1825],
] as const)("codes in %s mode are those of admissions that ended in the %i days before arrival", async (mode, days) => {
  const { codes, labels } = await tables("mimic4ed/hospitalization", mode);
  const admissions = csv("hosp/admissions.csv");
  const diagnoses = csv("hosp/diagnoses_icd.csv");
  const cohort = new Set(labels.map(({ stay_id }) => stay_id));
  const expected = csv("ed/edstays.csv")
    .filter(({ stay_id }) => cohort.has(Number(stay_id)))
    .flatMap((visit) => {
      const arrival = seconds(visit["intime"]!);
      const earlier = admissions.filter(({ subject_id, dischtime }) => {
        const age = arrival - seconds(dischtime!);
        return subject_id === visit["subject_id"] && age > 0 && age <= days * 86400;
      });
      const numbers = new Set(earlier.map(({ hadm_id }) => hadm_id));
      const own = diagnoses.filter(({ hadm_id, icd_code }) => numbers.has(hadm_id!) && icd_code);
      const names = own.map(({ icd_version, icd_code }) => `${icd_version}:${icd_code!.trim().replaceAll(".", "")}`);
      return [...new Set(names)].map((code) => `${visit["stay_id"]} ${code}`);
    });
  expect(expected.length).toBeGreaterThan(50);
  expect(codes.map(({ stay_id, code }) => `${stay_id} ${code}`).sort()).toEqual(expected.sort());
  // places count from 1 in each visit
  const places = new Map<unknown, number>();
  for (const { stay_id, place } of codes) {
    expect(place).toBe((places.get(stay_id) ?? 0) + 1);
    places.set(stay_id, place as number);
  }
});

test("vital signs are there at departure only; in corrected mode none is from after it, and temperatures are Celsius", async () => {
  const visits = new Map(csv("ed/edstays.csv").map((visit) => [Number(visit["stay_id"]), visit]));
  expect((await tables("mimic4ed/critical", "corrected")).vitals).toEqual([]);
  const rows = Object.fromEntries(
    await Promise.all(
      (["faithful", "corrected"] as const).map(async (mode) => {
        const { vitals, labels } = await tables("mimic4ed/critical-disposition", mode);
        const cohort = new Set(labels.map(({ stay_id }) => stay_id));
        const charted = csv("ed/vitalsign.csv").filter(({ stay_id }) => cohort.has(Number(stay_id)));
        const times = charted
          .map(({ stay_id, charttime }) => {
            const { intime, outtime } = visits.get(Number(stay_id)) as Record<string, string>;
            const minute = (seconds(charttime!) - seconds(intime!)) / 60;
            return { key: `${stay_id} ${minute}`, isAfter: charttime! > outtime! };
          })
          .filter(({ isAfter }) => mode === "faithful" || !isAfter);
        const keys = [...new Set(times.map(({ key }) => key))].sort();
        expect(vitals.map(({ stay_id, minute }) => `${stay_id} ${minute}`).sort()).toEqual(keys);
        return [mode, vitals.flatMap(({ temperature }) => (temperature === null ? [] : [temperature as number]))];
      }),
    ),
  );
  expect(Math.max(...rows["faithful"]!)).toBeGreaterThan(90);
  expect(Math.max(...rows["corrected"]!)).toBeLessThan(45);
  expect(rows["corrected"]!.length).toBeGreaterThan(20);
});
