// The true risks that a synthetic hospital writes apart, for the stays of a run. Never seen by a model.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Database, literal, sql } from "../store/index.ts";

/** The file of an outcome's true risks in the folders given, if one of them is a synthetic hospital. */
export function findTruth(folders: readonly string[], outcome: string): string | undefined {
  for (const folder of folders) {
    for (const ending of ["parquet", "csv.gz"]) {
      const file = join(folder, "truth", `${outcome}.${ending}`);
      if (existsSync(file)) return file;
    }
  }
  return undefined;
}

/** The true risk of each stay, in their order; NaN for a stay the file does not have. */
export async function readTruth(db: Database, file: string, stayIds: Float64Array): Promise<Float64Array> {
  const reader = file.endsWith(".parquet") ? sql`read_parquet(${literal(file)})` : sql`read_csv(${literal(file)})`;
  const columns = await db.columns(sql`select stay_id::double as stay_id, risk::double as risk from ${reader}`);
  const ids = columns.numbers("stay_id");
  const risks = columns.numbers("risk");
  const known = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) known.set(ids[i]!, risks[i]!);
  return Float64Array.from(stayIds, (id) => known.get(id) ?? Number.NaN);
}
