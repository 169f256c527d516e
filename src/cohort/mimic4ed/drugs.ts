// How many different drugs a patient was given in the department and took at home. Knows no drug.
import { type Database, type Sql, sql } from "../../store/index.ts";
import type { Rules } from "./rules.ts";

/** Makes `ed_drugs`: a row per visit. */
export async function makeDrugs(db: Database, rules: Rules): Promise<void> {
  await db.run(sql`
    create or replace temp table ed_drugs as
    with given as (${countQuery(sql`mimic_iv_ed.pyxis`, "n_med", sql`coalesce(t.gsn, t.name)`, rules)}),
    home as (${countQuery(sql`mimic_iv_ed.medrecon`, "n_medrecon", homeDrug(rules), rules)})
    select v.stay_id, coalesce(n_med, 0)::integer as n_med, coalesce(n_medrecon, 0)::integer as n_medrecon
    from ed_visit v left join given using (stay_id) left join home using (stay_id)`);
}

/** Home drugs by number (gsn). 0 stands for none known: the name tells such drugs apart. */
function homeDrug({ homeDrugsByName }: Rules): Sql {
  return homeDrugsByName ? sql`coalesce(nullif(t.gsn, '0'), lower(trim(t.name)))` : sql`t.gsn`;
}

function countQuery(table: Sql, name: "n_med" | "n_medrecon", drug: Sql, { untilDeparture }: Rules): Sql {
  const counts = untilDeparture ? sql`coalesce(t.charttime <= v.outtime, true)` : sql`true`;
  const column = name === "n_med" ? sql`n_med` : sql`n_medrecon`;
  return sql`
    select v.stay_id, count(distinct ${drug}) as ${column}
    from ${table} t join ed_visit v on v.stay_id = t.stay_id where ${counts} group by v.stay_id`;
}
