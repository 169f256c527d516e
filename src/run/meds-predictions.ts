// A run's predictions in the schema of meds-evaluation, so that other tools can judge them too. Predicts nothing itself.
import { meds } from "../sources/index.ts";
import { type Database, identifier, join, literal, replaceFile, type Sql, sql } from "../store/index.ts";

/** Where the file stands that says the same in the meds-evaluation schema: `predictions.meds.parquet`. */
export function medsPredictionsPath(predictions: string): string {
  return predictions.replace(/\.parquet$/, ".meds.parquet");
}

/** What the file is made of. */
interface Sources {
  /** A run's predictions, as `writePredictions` writes them. */
  predictions: string;
  /** The labels of its cohort: they hold the time of each prediction. */
  labels: string;
  /** The threshold of each fold, chosen on its tuning patients. */
  thresholds: readonly number[];
  /** Whether there is a prediction an hour, told apart by the column `time`. Default false. */
  hourly?: boolean;
}

/**
 * Writes the predictions as meds-evaluation reads them: `subject_id`, `prediction_time`, `boolean_value`,
 * `predicted_boolean_value` (at or above the threshold of the row's fold), `predicted_boolean_probability`; by subject and
 * time. The same predictions give the same bytes.
 */
export async function writeMedsPredictions(db: Database, out: string, sources: Sources): Promise<void> {
  await replaceFile(out, async (temporary) => {
    await db.run(sql`copy (${medsPredictions(sources)}) to ${literal(temporary)} (format parquet, compression zstd)`);
  });
}

/** The threshold is compared before the probability is rounded to the schema's 32 bits. */
function medsPredictions({ predictions, labels, thresholds, hourly = false }: Sources): Sql {
  const [same, order] = hourly
    ? [sql`using (stay_id, "time")`, sql`subject_id, prediction_time, stay_id, "time"`]
    : [sql`using (stay_id)`, sql`subject_id, prediction_time, stay_id`];
  const columns = meds.PREDICTION_COLUMNS.map(
    ({ name, type }) => sql`cast(${identifier(name)} as ${meds.medsType(type)}) as ${identifier(name)}`,
  );
  return sql`
    select ${join(columns)} from (
      select p.subject_id, l.prediction_time, p.boolean_value, p.stay_id, ${hourly ? sql`p."time",` : sql``}
        p.probability >= list_extract(${thresholds}::double[], p.fold) as predicted_boolean_value,
        p.probability as predicted_boolean_probability
      from read_parquet(${literal(predictions)}) as p join read_parquet(${literal(labels)}) as l ${same}
    ) as row order by ${order}`;
}
