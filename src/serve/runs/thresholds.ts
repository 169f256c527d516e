// What a threshold would do: held-out rows above it, with and without the event, counted in the database. Knows no HTTP.
import { isSmall, smallCellLimit } from "../../core/small-cells.ts";
import { type Database, literal, sql } from "../../store/index.ts";

/** Counts at thresholds, lowest first; null where the count is withheld. */
export interface ThresholdCounts {
  rows: number;
  positives: number;
  thresholds: number[];
  /** Rows at or above the threshold with the event. */
  truePositives: (number | null)[];
  /** Rows at or above it without. */
  falsePositives: (number | null)[];
}

const STEPS = 400;

/**
 * Counts at up to 400 thresholds, at even ranks of the predictions, so that each step moves about as many rows.
 * Where `isGuarded`, counts of 1 to 10 are withheld, on either side of the threshold.
 */
export async function thresholdCounts(
  db: Database,
  file: string,
  { isGuarded }: { isGuarded: boolean },
): Promise<ThresholdCounts> {
  const columns = await db.columns(sql`
    with ranked as (
      select probability as p, boolean_value::integer as y, row_number() over (order by probability) as rank,
        count(*) over () as everything
      from read_parquet(${literal(file)}) where probability is not null
    ), steps as (
      select p, sum(y)::double as ones, (count(*) - sum(y))::double as zeros,
        bool_or(rank = 1 or rank = everything or rank % greatest(1, everything // ${STEPS}) = 0) as is_edge
      from ranked group by p
    ), above as (
      select p, is_edge, sum(ones) over (order by p desc) as tp, sum(zeros) over (order by p desc) as fp,
        sum(ones + zeros) over () as n, sum(ones) over () as positives
      from steps
    )
    select p, tp, fp, n, positives from above where is_edge order by p`);
  const tp = columns.numbers("tp");
  const fp = columns.numbers("fp");
  const rows = columns.numbers("n")[0] ?? 0;
  const positives = columns.numbers("positives")[0] ?? 0;
  const shown = (counts: Float64Array, total: number) =>
    Array.from(counts, (count) =>
      isGuarded && (isSmall(count, smallCellLimit) || isSmall(total - count, smallCellLimit)) ? null : count,
    );
  return {
    rows,
    positives,
    thresholds: Array.from(columns.numbers("p")),
    truePositives: shown(tp, positives),
    falsePositives: shown(fp, rows - positives),
  };
}
