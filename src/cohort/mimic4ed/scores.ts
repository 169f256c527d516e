// The clinical scores as models that need no training: a column of the cohort's visits each. Knows no metric.
import { join as joinPath } from "node:path";
import { clinicalScores } from "../../concepts/scores/index.ts";
import { type Database, identifier, join, literal, sql } from "../../store/index.ts";

/** A score of a cohort; more points mean more risk. */
export interface ScoreModel {
  /** `score-news` */
  id: string;
  title: string;
  /** Column of visits.parquet. */
  column: string;
  /** Parts that the records do not hold: the score is counted without them. */
  lacks: string[];
}

/** The scores that a cohort's visits carry. */
export function scoreModels(): ScoreModel[] {
  return clinicalScores().map(({ id, title, lacks }) => ({
    id: `score-${id.toLowerCase()}`,
    title: lacks.length ? `${title} (without ${lacks.join(" and ")})` : title,
    column: `score_${id}`,
    lacks,
  }));
}

/**
 * The points of every visit of a cohort folder, by visit number as the labels are: one array per column.
 * @throws BedsideError when the file is not there or cannot be read.
 */
export async function readScores(db: Database, folder: string): Promise<Record<string, Float64Array>> {
  const names = scoreModels().map(({ column }) => column);
  const casts = join(names.map((name) => sql`${identifier(name)}::double as ${identifier(name)}`));
  const columns = await db.columns(sql`
    select ${casts} from read_parquet(${literal(joinPath(folder, "visits.parquet"))}) order by stay_id`);
  return Object.fromEntries(names.map((name) => [name, columns.numbers(name)]));
}
