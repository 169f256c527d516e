// What the tables say of one ECG: whose it is, when, and what the cart or the data set's authors wrote. Knows no HTTP.
import { NOT_MEASURED } from "../../sources/mimic-iv-ecg/machine.ts";
import { identifier, join, type RecordStore, schemaOf, sql } from "../../store/index.ts";

/** Facts of an ECG, as far as its data set has them. */
export interface EcgFacts {
  age: number | null;
  sex: "F" | "M" | null;
  /** The cart's report or the data set's, line by line. */
  report: string[];
  /** What the cart measured, ms. */
  cart: { rrMs: number | null; qrsMs: number | null } | null;
}

/** Lines of a cart's report. */
const REPORT_LINES = Array.from({ length: 18 }, (_, i) => `report_${i}`);

/** The facts of MIMIC-IV-ECG's study or PTB-XL's recording of that number. */
export async function ecgFacts(store: RecordStore, source: "mimic-iv-ecg" | "ptb-xl", id: number): Promise<EcgFacts> {
  return source === "ptb-xl" ? ptbFacts(store, id) : mimicFacts(store, id);
}

/** PTB-XL writes 0 for men, 1 for women, and 300 for an age over 89. */
async function ptbFacts(store: RecordStore, id: number): Promise<EcgFacts> {
  const [row] = await store.db.rows<{ age: number | null; sex: number | null; report: string | null }>(sql`
    select age::double as age, sex::integer as sex, report from ptb_xl.ptbxl_database where ecg_id = ${id}`);
  const report = row?.report ? [row.report] : [];
  return { age: row?.age ?? null, sex: row?.sex === 1 ? "F" : row?.sex === 0 ? "M" : null, report, cart: null };
}

async function mimicFacts(store: RecordStore, id: number): Promise<EcgFacts> {
  const nothing: EcgFacts = { age: null, sex: null, report: [], cart: null };
  if (!store.has("mimic-iv-ecg", "machine_measurements")) return nothing;
  const lines = join(REPORT_LINES.map((name) => identifier(name)));
  const table = identifier(schemaOf("mimic-iv-ecg"), "machine_measurements");
  const [row] = await store.db.rows<{ lines: string; rr: number | null; start: number; stop: number }>(sql`
    select to_json([${lines}])::varchar as lines, rr_interval::double as rr, qrs_onset::double as start, qrs_end::double as stop
    from ${table} where study_id = ${id}`);
  if (!row) return nothing;
  const known = (value: number | null) => (value === null || value >= NOT_MEASURED || value <= 0 ? null : value);
  const [rr, start, stop] = [known(row.rr), known(row.start), known(row.stop)];
  const words = JSON.parse(row.lines) as (string | null)[];
  return {
    ...nothing,
    report: words.flatMap((line) => (line?.trim() ? [line.trim()] : [])),
    cart: { rrMs: rr, qrsMs: start === null || stop === null ? null : stop - start },
  };
}
