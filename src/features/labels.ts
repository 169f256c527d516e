// Reads the labels and the describing columns of a cohort folder. Knows nothing of how they were made.
import { join } from "node:path";
import { type Database, literal, type Sql, sql } from "../store/index.ts";

/** The labels of a cohort, a row per stay, by stay id. */
export interface Labels {
  stayIds: Float64Array;
  subjectIds: Float64Array;
  /** 0 or 1. */
  labels: Uint8Array;
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
  return sql`read_parquet(${literal(join(folder, `${name}.parquet`))})`;
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
