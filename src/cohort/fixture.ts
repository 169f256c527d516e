// A hospital small enough to be written out in a test, as an imported store. For tests of cohorts and features only.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  identifier,
  join as joinSql,
  literal,
  openDatabase,
  openRecordStore,
  type RecordStore,
  sql,
} from "../store/index.ts";

/** A moment: hours since an arbitrary Monday midnight, fractions allowed. */
export type Hours = number;

/** Rows by table; a cell is a number, a text or null. */
export type Tables = Record<string, (string | number | null)[][]>;

const id = "BIGINT";
const time = "TIMESTAMP";
const text = "VARCHAR";
/** The columns a cohort reads, by data set and table. */
export const fixtureColumns: Record<string, Record<string, Record<string, string>>> = {
  "mimic-iv": {
    patients: { subject_id: id, gender: text, anchor_age: "INTEGER", anchor_year: "INTEGER" },
    admissions: {
      subject_id: id,
      hadm_id: id,
      admittime: time,
      dischtime: time,
      deathtime: time,
      race: text,
      hospital_expire_flag: "INTEGER",
    },
    icustays: { subject_id: id, hadm_id: id, stay_id: id, first_careunit: text, intime: time, outtime: time },
    transfers: { subject_id: id, hadm_id: id, eventtype: text, careunit: text, intime: time },
    services: { subject_id: id, hadm_id: id, transfertime: time, curr_service: text },
    chartevents: {
      subject_id: id,
      stay_id: id,
      charttime: time,
      itemid: "INTEGER",
      valuenum: "DOUBLE",
      valueuom: text,
    },
    labevents: { subject_id: id, hadm_id: id, charttime: time, itemid: "INTEGER", valuenum: "DOUBLE", valueuom: text },
    outputevents: { subject_id: id, stay_id: id, charttime: time, itemid: "INTEGER", value: "DOUBLE", valueuom: text },
    inputevents: {
      subject_id: id,
      stay_id: id,
      starttime: time,
      endtime: time,
      itemid: "INTEGER",
      rate: "DOUBLE",
      rateuom: text,
      linkorderid: id,
    },
    procedureevents: {
      subject_id: id,
      stay_id: id,
      starttime: time,
      endtime: time,
      itemid: "INTEGER",
      value: "DOUBLE",
    },
    microbiologyevents: { subject_id: id, hadm_id: id, chartdate: time, charttime: time, org_itemid: "INTEGER" },
  },
  "mimic-iii": {
    patients: { subject_id: id, gender: text, dob: time },
    admissions: {
      subject_id: id,
      hadm_id: id,
      admittime: time,
      dischtime: time,
      deathtime: time,
      ethnicity: text,
      hospital_expire_flag: "INTEGER",
    },
    icustays: { subject_id: id, hadm_id: id, icustay_id: id, first_careunit: text, intime: time, outtime: time },
    transfers: { subject_id: id, hadm_id: id, eventtype: text, curr_careunit: text, intime: time },
    services: { subject_id: id, hadm_id: id, transfertime: time, curr_service: text },
    chartevents: {
      subject_id: id,
      icustay_id: id,
      charttime: time,
      itemid: "INTEGER",
      valuenum: "DOUBLE",
      valueuom: text,
      error: "INTEGER",
      value: text,
    },
    labevents: { subject_id: id, hadm_id: id, charttime: time, itemid: "INTEGER", valuenum: "DOUBLE", valueuom: text },
    outputevents: {
      subject_id: id,
      icustay_id: id,
      charttime: time,
      itemid: "INTEGER",
      value: "DOUBLE",
      valueuom: text,
      iserror: "INTEGER",
    },
    inputevents_mv: {
      subject_id: id,
      icustay_id: id,
      starttime: time,
      endtime: time,
      itemid: "INTEGER",
      rate: "DOUBLE",
      rateuom: text,
      linkorderid: id,
    },
    inputevents_cv: {
      subject_id: id,
      icustay_id: id,
      charttime: time,
      itemid: "INTEGER",
      rate: "DOUBLE",
      rateuom: text,
      linkorderid: id,
    },
    procedureevents_mv: {
      subject_id: id,
      icustay_id: id,
      starttime: time,
      endtime: time,
      itemid: "INTEGER",
      value: "DOUBLE",
    },
    microbiologyevents: { subject_id: id, hadm_id: id, chartdate: time, charttime: time, org_itemid: "INTEGER" },
  },
};

/** A timestamp as the records write it. */
export function moment(hours: Hours): string {
  return new Date(Date.UTC(2150, 0, 5) + Math.round(hours * 3_600_000)).toISOString().slice(0, 19).replace("T", " ");
}

/** A folder for a test's stores and cohorts; `remove` takes all of it away. */
export function scratchFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "bedside-cohort-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes the tables as a store and opens it. Tables that are not named are missing. */
export async function tinyStore(
  folder: string,
  tables: Tables,
  {
    source = "mimic-iv",
    out = [],
    threads = 2,
  }: { source?: string | undefined; out?: readonly string[]; threads?: number | undefined } = {},
): Promise<RecordStore> {
  mkdirSync(join(folder, source), { recursive: true });
  const db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
  const stored = [];
  for (const [table, rows] of Object.entries(tables)) {
    const csv = join(folder, `${table}.csv`);
    const columns = fixtureColumns[source]![table]!;
    writeFileSync(csv, `${Object.keys(columns).join(",")}\n${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`);
    const casts = Object.entries(columns).map(
      ([name, type]) => sql`${identifier(name)}::${identifier(type)} as ${identifier(name)}`,
    );
    const file = `${source}/${table}.parquet`;
    await db.run(sql`
      copy (select ${joinSql(casts)} from read_csv(${literal(csv)}, header = true, all_varchar = true, delim = ','))
      to ${literal(join(folder, file))} (format parquet)`);
    stored.push({ table, file, rows: rows.length, input: { path: table, bytes: 0, sha256: "" } });
  }
  db.close();
  writeFileSync(
    join(folder, "store.json"),
    JSON.stringify({
      schema: 1,
      codeVersion: "0",
      fingerprint: "",
      sources: [
        {
          id: source,
          title: source === "mimic-iv" ? "MIMIC-IV" : "MIMIC-III",
          version: "test",
          versionReason: "",
          dataUse: "synthetic",
          tables: stored,
          missing: [],
        },
      ],
    }),
  );
  for (const path of out) mkdirSync(path, { recursive: true });
  return openRecordStore(folder, { folders: out, tempFolder: join(folder, "temp"), threads });
}

function cell(value: string | number | null): string {
  return value === null ? "" : typeof value === "number" ? String(value) : `"${value.replaceAll('"', '""')}"`;
}
