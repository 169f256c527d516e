// How our measurements agree with the cart's over all recordings: the standing quality gate.
import { join as joinPath } from "node:path";
import { type Database, identifier, literal, type Sql, sql } from "../../store/index.ts";
import { COMPARED, type Compared } from "./machine.ts";

/** Agreement on one quantity. */
export interface Agreement {
  id: string;
  title: string;
  unit: string;
  /** Recordings that both measured. */
  records: number;
  /** Ours less the machine's: median and quartiles. */
  median: number | null;
  low: number | null;
  high: number | null;
  tolerance: number;
  /** Share of the differences within the tolerance. */
  within: number | null;
}

/** One row a quantity, from the tables of all shards. Empty where no recording has the cart's measurements. */
export async function measureAgreement(db: Database, out: string): Promise<Agreement[]> {
  const tables = literal(joinPath(out, "shards", "*", "records.parquet"));
  const found: Agreement[] = [];
  for (const compared of COMPARED) {
    const { id, title, unit, tolerance } = compared;
    const row = await db.row<{
      records: bigint;
      median: number | null;
      low: number | null;
      high: number | null;
      within: number | null;
    }>(differences(tables, compared));
    const { records, ...figures } = row;
    found.push({ id, title, unit, tolerance, records: Number(records), ...figures });
  }
  return found.some(({ records }) => records > 0) ? found : [];
}

/** Axes differ the short way round. */
function differences(tables: Sql, { ours, machine, unit, tolerance }: Compared): Sql {
  const plain = sql`${identifier(ours)} - ${identifier(machine)}`;
  const by = unit === "degrees" ? sql`((((${plain} + 180) % 360) + 360) % 360) - 180` : plain;
  return sql`
    with differences as (select ${by} as away from read_parquet(${tables}))
    select count(away) as records, quantile_cont(away, 0.5) as median, quantile_cont(away, 0.25) as low,
      quantile_cont(away, 0.75) as high, avg(case when abs(away) <= ${tolerance} then 1.0 else 0.0 end) as "within"
    from differences where away is not null`;
}

/** How many recordings each rule spoke of, and how many disagree with the cart in anything. */
export async function countFindings(db: Database, out: string): Promise<{ rule: string; records: number }[]> {
  const tables = literal(joinPath(out, "shards", "*", "findings.parquet"));
  const rows = await db.rows<{ rule: string; records: bigint }>(
    sql`select rule, count(distinct record_id) as records from read_parquet(${tables}) group by rule order by rule`,
  );
  return rows.map(({ rule, records }) => ({ rule, records: Number(records) }));
}
