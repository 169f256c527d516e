// The clinical scores as models that need no training: a column of the cohort's visits each. Knows no metric.
import { join as joinPath } from "node:path";
import type { Mode } from "../../concepts/mode.ts";
import { clinicalScores } from "../../concepts/scores/index.ts";
import { type Database, identifier, join, literal, sql } from "../../store/index.ts";
import { laterVitals } from "./vitals.ts";

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

/**
 * The scores that a cohort's visits carry. One that is counted without a part is called partial: its figures are a lower
 * bound of the score's own.
 */
export function scoreModels(mode: Mode = "corrected"): ScoreModel[] {
  return clinicalScores().map((score) => {
    const { id, title } = score;
    const lacks = [...score.lacks, ...(mode === "faithful" ? (score.leftOut ?? []) : []).map(partInWords)];
    return {
      id: `score-${id.toLowerCase()}`,
      title: lacks.length ? `${id}, partial (without ${inWords(lacks)})` : title,
      column: `score_${id}`,
      lacks,
    };
  });
}

/** A part that the benchmark's authors left out though the records hold it. */
function partInWords({ variable }: { variable: string }): string {
  return (
    laterVitals()
      .find(({ name }) => name === variable)
      ?.title.toLowerCase() ?? variable
  );
}

function inWords(parts: readonly string[]): string {
  return parts.length > 2 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts.join(" and ");
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

/**
 * The triage level of visits, 1 (at once) to 5, in the order of their numbers; NaN where none was noted.
 * @throws BedsideError when the file is not there or cannot be read.
 */
export async function readAcuity(db: Database, folder: string, stayIds: ArrayLike<number>): Promise<Float64Array> {
  const columns = await db.columns(sql`
    select stay_id::double as stay_id, triage_acuity::double as acuity
    from read_parquet(${literal(joinPath(folder, "visits.parquet"))})`);
  const [ids, levels] = [columns.numbers("stay_id"), columns.numbers("acuity")];
  const known = new Map(Array.from(ids, (id, i) => [id, levels[i]!]));
  return Float64Array.from({ length: stayIds.length }, (_, i) => known.get(stayIds[i]!) ?? Number.NaN);
}
