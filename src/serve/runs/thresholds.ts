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
    with rows as (
      select probability as p, boolean_value::integer as y from read_parquet(${literal(file)})
      where probability is not null
    ), edges as (
      select distinct p from (select p, row_number() over (order by p) as rank, count(*) over () as n from rows)
      where rank = 1 or rank = n or rank % greatest(1, n // ${STEPS}) = 0
    ), counted as (
      select e.p, (select count(*) from rows r where r.p >= e.p and r.y = 1)::double as tp,
        (select count(*) from rows r where r.p >= e.p and r.y = 0)::double as fp
      from edges e
    )
    select p, tp, fp, (select count(*) from rows)::double as n, (select sum(y) from rows)::double as positives
    from counted order by p`);
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
