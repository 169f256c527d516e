// A clinical score as a SQL expression, for tables that are too large to count one patient at a time. Knows no table.
import { join, type Sql, sql } from "../../store/sql.ts";
import type { Mode } from "../mode.ts";
import { type Band, type ClinicalScore, componentsOf } from "./score.ts";

/**
 * The score as a whole number; what `countScore` gives, for every row. `column` gives the column of a variable; a null
 * counts 0 points.
 */
export function scoreSql(score: ClinicalScore, column: (variable: string) => Sql, mode: Mode): Sql {
  const parts = componentsOf(score, mode).map(({ variable, bands, factor = 0 }) =>
    bands ? pointsSql(bands, column(variable)) : sql`coalesce(${column(variable)}, 0) * ${factor}`,
  );
  return sql`(${join(parts, " + ")})::integer`;
}

function pointsSql(bands: readonly Band[], value: Sql): Sql {
  const cases = bands.map((band) => sql`when ${conditionSql(band, value)} then ${band.points}`);
  return sql`case ${join(cases, " ")} else 0 end`;
}

function conditionSql({ ge, gt, le, lt }: Band, value: Sql): Sql {
  const bounds = [
    ge === undefined ? undefined : sql`${value} >= ${ge}`,
    gt === undefined ? undefined : sql`${value} > ${gt}`,
    le === undefined ? undefined : sql`${value} <= ${le}`,
    lt === undefined ? undefined : sql`${value} < ${lt}`,
  ];
  return join(
    bounds.filter((bound) => bound !== undefined),
    " and ",
  );
}
