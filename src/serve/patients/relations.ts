// Which tables hold what happens to a patient, and in which columns. A declaration; knows no query.

/** What an event is to a clinician. */
export type EventKind = "vital" | "lab" | "drug" | "procedure" | "output" | "microbiology" | "note" | "ecg";

/** One table as events: a time, perhaps an end, what it is, perhaps a number. Columns are names, not expressions. */
export interface EventRelation {
  source: string;
  table: string;
  kind: EventKind;
  time: string;
  /** The day, where the time of it is not known. */
  day?: string;
  end?: string;
  value?: string;
  unit?: string;
  /** The column that says what it is; with `titles` a number that a dictionary explains. */
  item: string;
  titles?: { table: string; item: string; title: string };
}

/** Wide tables: a column per measurement. */
export interface WideRelation {
  source: string;
  table: string;
  kind: EventKind;
  time: string;
  /** Where the time stands in another table: joined by the stay. */
  timeFrom?: { table: string; by: string };
  columns: readonly { name: string; title: string; unit: string }[];
}

const items = { table: "d_items", item: "itemid", title: "label" };
const labs = { table: "d_labitems", item: "itemid", title: "label" };
const number = { value: "valuenum", unit: "valueuom" };

/** Long tables, by data set. */
export const eventRelations: readonly EventRelation[] = [
  {
    source: "mimic-iv",
    table: "chartevents",
    kind: "vital",
    time: "charttime",
    item: "itemid",
    titles: items,
    ...number,
  },
  { source: "mimic-iv", table: "labevents", kind: "lab", time: "charttime", item: "itemid", titles: labs, ...number },
  {
    source: "mimic-iv",
    table: "outputevents",
    kind: "output",
    time: "charttime",
    item: "itemid",
    titles: items,
    value: "value",
    unit: "valueuom",
  },
  {
    source: "mimic-iv",
    table: "inputevents",
    kind: "drug",
    time: "starttime",
    end: "endtime",
    item: "itemid",
    titles: items,
    value: "rate",
    unit: "rateuom",
  },
  { source: "mimic-iv", table: "prescriptions", kind: "drug", time: "starttime", end: "stoptime", item: "drug" },
  {
    source: "mimic-iv",
    table: "procedureevents",
    kind: "procedure",
    time: "starttime",
    end: "endtime",
    item: "itemid",
    titles: items,
  },
  {
    source: "mimic-iv",
    table: "microbiologyevents",
    kind: "microbiology",
    time: "charttime",
    day: "chartdate",
    item: "spec_type_desc",
  },
  { source: "mimic-iv-ed", table: "pyxis", kind: "drug", time: "charttime", item: "name" },
  { source: "mimic-iv-note", table: "discharge", kind: "note", time: "charttime", item: "note_type" },
  { source: "mimic-iv-note", table: "radiology", kind: "note", time: "charttime", item: "note_type" },
  { source: "mimic-iv-ecg", table: "record_list", kind: "ecg", time: "ecg_time", item: "file_name" },
  {
    source: "mimic-iii",
    table: "chartevents",
    kind: "vital",
    time: "charttime",
    item: "itemid",
    titles: items,
    ...number,
  },
  { source: "mimic-iii", table: "labevents", kind: "lab", time: "charttime", item: "itemid", titles: labs, ...number },
  {
    source: "mimic-iii",
    table: "outputevents",
    kind: "output",
    time: "charttime",
    item: "itemid",
    titles: items,
    value: "value",
    unit: "valueuom",
  },
  {
    source: "mimic-iii",
    table: "inputevents_mv",
    kind: "drug",
    time: "starttime",
    end: "endtime",
    item: "itemid",
    titles: items,
    value: "rate",
    unit: "rateuom",
  },
  {
    source: "mimic-iii",
    table: "inputevents_cv",
    kind: "drug",
    time: "charttime",
    item: "itemid",
    titles: items,
    value: "rate",
    unit: "rateuom",
  },
  { source: "mimic-iii", table: "prescriptions", kind: "drug", time: "startdate", end: "enddate", item: "drug" },
  {
    source: "mimic-iii",
    table: "procedureevents_mv",
    kind: "procedure",
    time: "starttime",
    end: "endtime",
    item: "itemid",
    titles: items,
  },
  {
    source: "mimic-iii",
    table: "microbiologyevents",
    kind: "microbiology",
    time: "charttime",
    day: "chartdate",
    item: "spec_type_desc",
  },
  { source: "mimic-iii", table: "noteevents", kind: "note", time: "charttime", day: "chartdate", item: "category" },
];

const edVitals = [
  { name: "temperature", title: "Temperature (ED)", unit: "°F" },
  { name: "heartrate", title: "Heart rate (ED)", unit: "/min" },
  { name: "resprate", title: "Respiratory rate (ED)", unit: "/min" },
  { name: "o2sat", title: "Oxygen saturation (ED)", unit: "%" },
  { name: "sbp", title: "Systolic blood pressure (ED)", unit: "mmHg" },
  { name: "dbp", title: "Diastolic blood pressure (ED)", unit: "mmHg" },
] as const;

export const wideRelations: readonly WideRelation[] = [
  { source: "mimic-iv-ed", table: "vitalsign", kind: "vital", time: "charttime", columns: edVitals },
  {
    source: "mimic-iv-ed",
    table: "triage",
    kind: "vital",
    time: "intime",
    timeFrom: { table: "edstays", by: "stay_id" },
    columns: edVitals,
  },
];

/** A span in which a patient is somewhere. */
export interface StayRelation {
  source: string;
  table: string;
  kind: "hospital" | "icu" | "ed";
  start: string;
  end: string;
  /** What is said of it. */
  label: string;
  id: string;
}

export const stayRelations: readonly StayRelation[] = [
  {
    source: "mimic-iv",
    table: "admissions",
    kind: "hospital",
    start: "admittime",
    end: "dischtime",
    label: "admission_type",
    id: "hadm_id",
  },
  {
    source: "mimic-iv",
    table: "icustays",
    kind: "icu",
    start: "intime",
    end: "outtime",
    label: "first_careunit",
    id: "stay_id",
  },
  {
    source: "mimic-iv-ed",
    table: "edstays",
    kind: "ed",
    start: "intime",
    end: "outtime",
    label: "disposition",
    id: "stay_id",
  },
  {
    source: "mimic-iii",
    table: "admissions",
    kind: "hospital",
    start: "admittime",
    end: "dischtime",
    label: "admission_type",
    id: "hadm_id",
  },
  {
    source: "mimic-iii",
    table: "icustays",
    kind: "icu",
    start: "intime",
    end: "outtime",
    label: "first_careunit",
    id: "icustay_id",
  },
];
