// The MEDS schemas as this project writes them: columns, types, file names, reserved words. Knows no data set.
import { readJsonAsset, type Sql, sql } from "../../store/index.ts";

/** The versions of MEDS that can be written. */
export type MedsVersion = "0.4.0" | "0.3.3";

/** Where the files of a MEDS data set lie, from its root. */
export const MEDS_PATHS = {
  data: "data",
  codes: "metadata/codes.parquet",
  splits: "metadata/subject_splits.parquet",
  dataset: "metadata/dataset.json",
} as const;

/** The names of the splits. */
export const MEDS_SPLITS = ["train", "tuning", "held_out"] as const;

/** A column of a MEDS table: its name, its type in SQL, and whether it may be null. */
export interface MedsColumn {
  name: string;
  type: "bigint" | "timestamp" | "varchar" | "float" | "double" | "boolean";
  nullable: boolean;
}

const column = (name: string, type: MedsColumn["type"], nullable = false): MedsColumn => ({ name, type, nullable });

/** Labels: the first two, and one of the values. In 0.3.3 `float_value` is a double. */
export const LABEL_COLUMNS: readonly MedsColumn[] = [
  column("subject_id", "bigint"),
  column("prediction_time", "timestamp"),
  column("boolean_value", "boolean", true),
  column("integer_value", "bigint", true),
  column("float_value", "float", true),
  column("categorical_value", "varchar", true),
];

/** Predictions as meds-evaluation reads them: the label, and what the model says of it. */
export const PREDICTION_COLUMNS: readonly MedsColumn[] = [
  column("subject_id", "bigint"),
  column("prediction_time", "timestamp"),
  column("boolean_value", "boolean"),
  column("predicted_boolean_value", "boolean", true),
  column("predicted_boolean_probability", "float", true),
];

const TYPES: Record<MedsColumn["type"], Sql> = {
  bigint: sql`bigint`,
  timestamp: sql`timestamp`,
  varchar: sql`varchar`,
  float: sql`float`,
  double: sql`double`,
  boolean: sql`boolean`,
};

/** A column's type as it stands in a query. */
export function medsType(type: MedsColumn["type"]): Sql {
  return TYPES[type];
}

/** The Arrow schema of a file, as Parquet keeps it under `ARROW:schema`: tells string from large_string. */
export function arrowSchema(file: "data" | "codes" | "splits"): string {
  return readJsonAsset<Record<string, string>>(import.meta.url, "arrow-schemas.json")[file]!;
}
