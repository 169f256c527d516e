// Reads the labels and the describing columns of a cohort folder. Knows nothing of how they were made.
import { join as joinPath } from "node:path";
import { type Database, identifier, join, literal, type Sql, sql } from "../store/index.ts";

/** The labels of a cohort, a row per stay, by stay id. */
export interface Labels {
  stayIds: Float64Array;
  subjectIds: Float64Array;
  /** 0 or 1. */
  labels: Uint8Array;
}

/** What is predicted: a yes/no event, a number, one of several classes, or several yes/no labels at once. */
export type Outcome = "event" | "number" | "classes" | "labels";

/** The rows a cohort has a label for: stays, or hours of stays; by stay id, then hour. */
export interface Samples {
  stayIds: Float64Array;
  subjectIds: Float64Array;
  /** Hour since admission at whose end the prediction is made; absent where there is one prediction a stay. */
  hours?: Int16Array;
  outcome: Outcome;
  /** Of the classes or the labels; else empty. */
  names: readonly string[];
  /** Event: 0 or 1. Number: the value. Classes: number of the class. Labels: rows × names, 0 or 1. */
  targets: Float64Array;
}

/** What a cohort says of its labels; `CohortLabel` fits. */
export interface LabelShape {
  readonly kind: "binary" | "number" | "classes" | "labels";
  readonly per: "stay" | "hour";
  readonly names?: readonly string[] | undefined;
}

const outcomes: Readonly<Record<LabelShape["kind"], Outcome>> = {
  binary: "event",
  number: "number",
  classes: "classes",
  labels: "labels",
};

/** The outcome of a cohort's labels. */
export function outcomeOf({ kind }: Pick<LabelShape, "kind">): Outcome {
  return outcomes[kind];
}

/** How many samples there are. */
export function countSamples({ stayIds }: Pick<Samples, "stayIds">): number {
  return stayIds.length;
}

/** Numbers of a target: one, or one a label. */
export function targetWidth({ outcome, names }: Pick<Samples, "outcome" | "names">): number {
  return outcome === "labels" ? names.length : 1;
}

/** The targets of the rows chosen, in their order. */
export function targetsOf(samples: Samples, rows: ArrayLike<number>): Float64Array {
  const width = targetWidth(samples);
  const taken = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    for (let k = 0; k < width; k++) taken[i * width + k] = samples.targets[rows[i]! * width + k]!;
  }
  return taken;
}

/** The samples of an event as labels: for code that knows nothing else. */
export function eventLabels({ stayIds, subjectIds, targets }: Samples): Labels {
  return { stayIds, subjectIds, labels: Uint8Array.from(targets) };
}

/** What is known of each stay for tables and subgroups, never for prediction; a row per stay, by stay id. */
export interface Descriptions {
  stayIds: Float64Array;
  subjectIds: Float64Array;
  /** Years; NaN where unknown. */
  age: Float64Array;
  sex: (string | null)[];
  ethnicity: (string | null)[];
  admissionType: (string | null)[];
  /** Length of stay in intensive care and in hospital, in days. */
  losIcuDays: Float64Array;
  losHospitalDays: Float64Array;
}

/** A Parquet file of a cohort folder, as a table in a query. */
export function cohortTable(folder: string, name: string): Sql {
  return sql`read_parquet(${literal(joinPath(folder, `${name}.parquet`))})`;
}

/**
 * The labels of a cohort folder.
 * @throws BedsideError when the file is not there or cannot be read.
 */
export async function readLabels(db: Database, folder: string): Promise<Labels> {
  const columns = await db.columns(sql`
    select stay_id::bigint as stay_id, subject_id::bigint as subject_id, label::integer as label
    from ${cohortTable(folder, "labels")} order by stay_id`);
  return {
    stayIds: columns.numbers("stay_id"),
    subjectIds: columns.numbers("subject_id"),
    labels: Uint8Array.from(columns.integers("label")),
  };
}

/**
 * The samples of a cohort folder, whatever their outcome.
 * @throws BedsideError when the file is not there or cannot be read.
 * @example const samples = await readSamples(db, cohort.folder, cohort.label);
 */
export async function readSamples(db: Database, folder: string, label: LabelShape): Promise<Samples> {
  const { names = [], per } = label;
  const hourly = per === "hour";
  const outcome = outcomeOf(label);
  const wide = outcome === "labels";
  const targets = wide
    ? names.map((_, i) => sql`${identifier(`label_${i + 1}`)}::double as ${identifier(`label_${i + 1}`)}`)
    : [sql`label::double as label`];
  const time = hourly ? sql`, "time"::integer as "hour of the row"` : sql``;
  const order = hourly ? sql`stay_id, "time"` : sql`stay_id`;
  const columns = await db.columns(sql`
    select stay_id::bigint as stay_id, subject_id::bigint as subject_id ${time}, ${join(targets)}
    from ${cohortTable(folder, "labels")} order by ${order}`);
  const stayIds = columns.numbers("stay_id");
  return {
    stayIds,
    subjectIds: columns.numbers("subject_id"),
    ...(hourly ? { hours: Int16Array.from(columns.integers("hour of the row")) } : {}),
    outcome,
    names,
    targets: wide
      ? interleaved(
          names.map((_, i) => columns.numbers(`label_${i + 1}`)),
          stayIds.length,
        )
      : Float64Array.from(columns.numbers("label")),
  };
}

/** Columns as rows. */
function interleaved(columns: readonly ArrayLike<number>[], rows: number): Float64Array {
  const all = new Float64Array(rows * columns.length);
  for (const [k, column] of columns.entries()) {
    for (let row = 0; row < rows; row++) all[row * columns.length + k] = column[row]!;
  }
  return all;
}

/**
 * The describing columns of a cohort folder.
 * @throws BedsideError when the file is not there or cannot be read.
 */
export async function readDescriptions(db: Database, folder: string): Promise<Descriptions> {
  const columns = await db.columns(sql`
    select stay_id::bigint as stay_id, subject_id::bigint as subject_id, age::double as age, sex::varchar as sex,
           ethnic::varchar as ethnic, admission_type::varchar as admission_type,
           los_icu::double as los_icu, los_hosp::double as los_hosp
    from ${cohortTable(folder, "describe")} order by stay_id`);
  return {
    stayIds: columns.numbers("stay_id"),
    subjectIds: columns.numbers("subject_id"),
    age: columns.numbers("age"),
    sex: columns.texts("sex"),
    ethnicity: columns.texts("ethnic"),
    admissionType: columns.texts("admission_type"),
    losIcuDays: columns.numbers("los_icu"),
    losHospitalDays: columns.numbers("los_hosp"),
  };
}
