// A made-up hospital of three patients in the files of MIMIC-IV, for tests of the MEDS view. No physiology.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silent } from "../../core/progress.ts";
import { openRecordStore, type RecordStore } from "../../store/index.ts";
import { findTable, sourceCatalog } from "../catalog.ts";
import { importRecords } from "../import.ts";

type Row = Record<string, string | number>;

/** Tables with only the columns that matter; the others stay empty. */
export const TINY: Record<string, Row[]> = {
  patients: [
    {
      subject_id: 1,
      gender: "F",
      anchor_age: 60,
      anchor_year: 2150,
      anchor_year_group: "2014 - 2016",
      dod: "2151-03-01",
    },
    { subject_id: 2, gender: "M", anchor_age: 91, anchor_year: 2160, anchor_year_group: "2014 - 2016" },
    { subject_id: 3, gender: "M", anchor_age: 30, anchor_year: 2140, anchor_year_group: "2014 - 2016" },
  ],
  admissions: [
    {
      subject_id: 1,
      hadm_id: 11,
      admittime: "2150-01-01 10:00:00",
      dischtime: "2150-01-09 12:00:00",
      admission_type: "URGENT",
      admission_location: "CLINIC",
      discharge_location: "HOME",
      edregtime: "2150-01-01 08:00:00",
      edouttime: "2150-01-01 10:30:00",
      race: "WHITE",
      insurance: "Other",
      hospital_expire_flag: 0,
    },
    {
      subject_id: 1,
      hadm_id: 12,
      admittime: "2151-02-01 10:00:00",
      dischtime: "2151-02-20 12:00:00",
      deathtime: "2151-02-20 12:00:00",
      admission_type: "URGENT",
      race: "WHITE",
      insurance: "Other",
      hospital_expire_flag: 1,
    },
    {
      subject_id: 2,
      hadm_id: 21,
      admittime: "2160-05-01 00:00:00",
      dischtime: "2160-05-03 00:00:00",
      admission_type: "ELECTIVE",
      discharge_location: "HOME",
      race: "OTHER",
      insurance: "Other",
      hospital_expire_flag: 0,
    },
  ],
  icustays: [
    {
      subject_id: 1,
      hadm_id: 11,
      stay_id: 111,
      first_careunit: "MICU",
      last_careunit: "SICU",
      intime: "2150-01-01 11:00:00",
      outtime: "2150-01-03 11:00:00",
      los: 2,
    },
  ],
  diagnoses_icd: [
    { subject_id: 1, hadm_id: 11, seq_num: 1, icd_code: "E8731", icd_version: 10 },
    { subject_id: 1, hadm_id: 11, seq_num: 2, icd_code: "40390", icd_version: 9 },
  ],
  d_icd_diagnoses: [
    { icd_code: "E8731", icd_version: 10, long_title: "Alkalosis of one kind" },
    { icd_code: "40390", icd_version: 9, long_title: "Kidney disease of another" },
  ],
  labevents: [
    {
      labevent_id: 1,
      subject_id: 1,
      hadm_id: 11,
      specimen_id: 5,
      itemid: 50912,
      charttime: "2150-01-01 12:00:00",
      storetime: "2150-01-01 13:00:00",
      value: "1.3",
      valuenum: 1.3,
      valueuom: "mg/dL",
      priority: "STAT",
    },
    {
      labevent_id: 2,
      subject_id: 1,
      hadm_id: 11,
      specimen_id: 5,
      itemid: 50912,
      charttime: "2150-01-01 12:00:00",
      storetime: "2150-01-01 13:00:00",
      value: "1.3",
      valuenum: 1.3,
      valueuom: "mg/dL",
      priority: "STAT",
    },
    {
      labevent_id: 3,
      subject_id: 1,
      hadm_id: 11,
      specimen_id: 6,
      itemid: 51000,
      charttime: "2150-01-01 12:00:00",
      value: "POS",
    },
  ],
  d_labitems: [
    { itemid: 50912, label: "Creatinine", fluid: "Blood", category: "Chemistry" },
    { itemid: 51000, label: "Something", fluid: "Urine", category: "Chemistry" },
  ],
  chartevents: [
    {
      subject_id: 1,
      hadm_id: 11,
      stay_id: 111,
      charttime: "2150-01-01 12:00:00",
      itemid: 220045,
      value: "88",
      valuenum: 88,
      valueuom: "bpm",
    },
    {
      subject_id: 1,
      hadm_id: 11,
      stay_id: 111,
      charttime: "2150-01-01 12:00:00",
      itemid: 220045,
      value: "88",
      valuenum: 88,
      valueuom: "bpm",
    },
    {
      subject_id: 1,
      hadm_id: 11,
      stay_id: 111,
      charttime: "2150-01-02 12:00:00",
      itemid: 223900,
      value: "No Response",
      valuenum: 1,
    },
  ],
  d_items: [
    {
      itemid: 220045,
      label: "Heart Rate",
      abbreviation: "HR",
      linksto: "chartevents",
      category: "Routine Vital Signs",
      unitname: "bpm",
      param_type: "Numeric",
    },
  ],
};

const MODULES: Record<string, string> = { icustays: "icu", chartevents: "icu", d_items: "icu" };

/** Writes the tables as MIMIC-IV lays them out. */
export function writeTiny(folder: string, tables: Record<string, Row[]> = TINY): void {
  const source = sourceCatalog().find(({ id }) => id === "mimic-iv")!;
  for (const [table, rows] of Object.entries(tables)) {
    const columns = findTable(source, table)!.columns.map(({ name }) => name);
    const lines = rows.map((row) => columns.map((name) => row[name] ?? "").join(","));
    const module = join(folder, MODULES[table] ?? "hosp");
    mkdirSync(module, { recursive: true });
    writeFileSync(join(module, `${table}.csv`), `${[columns.join(","), ...lines].join("\n")}\n`);
  }
}

/** An imported store of the tables. `folders`: where its database may write. */
export async function tinyStore(root: string, folders: readonly string[] = []): Promise<RecordStore> {
  writeTiny(join(root, "raw"));
  await importRecords([join(root, "raw")], join(root, "store"), { progress: silent });
  return openRecordStore(join(root, "store"), { tempFolder: join(root, "temp"), folders: [root, ...folders] });
}
