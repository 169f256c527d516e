// Compares a cohort with the one the authors of YAIB published for the same records, cell by cell. Knows no cause.
import { join } from "node:path";
import type { Cohort } from "../../src/cohort/index.ts";
import { type Database, identifier, type Sql, sql } from "../../src/store/index.ts";

/** Two numbers are equal when both are missing, or when they differ by no more than this share of the authors' value. */
export const TOLERANCE = 1e-6;

/** How many cells of a column were compared, and how they differ. */
export interface ColumnComparison {
  name: string;
  cells: number;
  /** Ours is empty, theirs is not. */
  missing: number;
  /** Theirs is empty, ours is not. */
  extra: number;
  /** Both are there and unequal. */
  unequal: number;
}

export interface Comparison {
  stays: { ours: number; theirs: number; both: number };
  rows: { ours: number; theirs: number; both: number };
  columns: ColumnComparison[];
  labels: { compared: number; unequal: number } | undefined;
}

/**
 * Compares `cohort` with the published files in `folder` (dyn.parquet, sta.parquet, outc.parquet). `rows: "ours"` leaves out
 * hourly rows that only the published cohort has.
 */
export async function compare(
  db: Database,
  cohort: Cohort,
  folder: string,
  { rows = "all", labels = true }: { rows?: "all" | "ours"; labels?: boolean } = {},
): Promise<Comparison> {
  const ours = (name: string) => sql`read_parquet(${join(cohort.folder, name)})`;
  const theirs = (name: string) => sql`read_parquet(${join(folder, name)})`;
  const hourly = sql`(select * replace ((time // 3600)::integer as time) from ${theirs("dyn.parquet")})`;
  const dynamic = { ours: ours("dynamic.parquet"), theirs: hourly, keys: ["stay_id", "time"], only: rows };
  const statics = {
    ours: ours("static.parquet"),
    theirs: theirs("sta.parquet"),
    keys: ["stay_id"],
    only: "all" as const,
  };
  const columns: ColumnComparison[] = [];
  for (const { name } of cohort.dynamic) columns.push(await compareColumn(db, name, dynamic));
  for (const { name } of cohort.static) columns.push(await compareColumn(db, name, statics));
  const hourlyLabels = cohort.label.per === "hour";
  const outcomes = {
    ours: ours("labels.parquet"),
    theirs: hourlyLabels
      ? sql`(select stay_id, (time // 3600)::integer as time, label::double as label from ${theirs("outc.parquet")})`
      : theirs("outc.parquet"),
    keys: hourlyLabels ? ["stay_id", "time"] : ["stay_id"],
    only: "all" as const,
  };
  const label = labels ? await compareColumn(db, "label", outcomes) : undefined;
  return {
    stays: await overlap(db, statics),
    rows: await overlap(db, dynamic),
    columns,
    labels: label && { compared: label.cells, unequal: label.missing + label.extra + label.unequal },
  };
}

interface Pair {
  ours: Sql;
  theirs: Sql;
  keys: string[];
  only: "all" | "ours";
}

async function compareColumn(
  db: Database,
  name: string,
  { ours, theirs, keys, only }: Pair,
): Promise<ColumnComparison> {
  const [a, b] = [identifier("a", name), identifier("b", name)];
  const texts = name === "sex";
  const unequal = texts ? sql`${a} <> ${b}` : sql`abs(${a} - ${b}) > ${TOLERANCE} * abs(${b})`;
  const pair = only === "all" ? sql`full join` : sql`left join`;
  const counts = await db.row<Record<"cells" | "missing" | "extra" | "differing", bigint>>(sql`
    select count(*) as cells,
      count(*) filter (${a} is null and ${b} is not null) as missing,
      count(*) filter (${b} is null and ${a} is not null) as extra,
      count(*) filter (${unequal}) as differing
    from ${ours} a ${pair} ${theirs} b using (${keyList(keys)})`);
  const { cells, missing, extra, differing } = counts;
  return { name, cells: Number(cells), missing: Number(missing), extra: Number(extra), unequal: Number(differing) };
}

async function overlap(db: Database, { ours, theirs, keys }: Pair): Promise<Comparison["stays"]> {
  const count = async (from: Sql) => Number((await db.row<{ n: bigint }>(sql`select count(*) as n from ${from}`)).n);
  return {
    ours: await count(ours),
    theirs: await count(theirs),
    both: await count(sql`${ours} a join ${theirs} b using (${keyList(keys)})`),
  };
}

function keyList(keys: readonly string[]): Sql {
  return keys.length === 2 ? sql`${identifier(keys[0]!)}, ${identifier(keys[1]!)}` : identifier(keys[0]!);
}

/** Cells compared, and how many differ in any way. */
export function total({ columns }: Comparison): { cells: number; different: number } {
  const sum = (of: (column: ColumnComparison) => number) => columns.reduce((all, column) => all + of(column), 0);
  return {
    cells: sum(({ cells }) => cells),
    different: sum(({ missing, extra, unequal }) => missing + extra + unequal),
  };
}
