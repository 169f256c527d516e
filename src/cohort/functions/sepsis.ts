// Sepsis by Sepsis-3: a suspicion of infection, and SOFA that rises by 2 around it. Knows no task.
// Sources: Singer et al., JAMA 2016; 315: 801-810; Seymour et al., JAMA 2016; 315: 762-774 (the window around the suspicion).
import { type Sql, sql } from "../../store/sql.ts";
import { suspicionSteps } from "./infection.ts";
import type { OnsetFunction } from "./scene.ts";
import { sofaSteps, sofaVariables } from "./sofa.ts";
import { vasopressors } from "./vasopressors.ts";

/** SOFA is looked at from so many hours before the suspicion to so many after it. */
const WINDOW = { before: 48, after: 24 };
const RISE = 2;

/**
 * The first hour in the window around the first suspicion at which SOFA is higher by 2 than its lowest value in the window so
 * far; `i`, `hour`.
 */
function risenSofa(): Sql {
  return sql`
    with suspected as (select i, min(hour) as suspicion from cohort_suspicion group by i),
    inside as (
      select i, hour, sofa, min(sofa) over (partition by i order by hour) as lowest
      from cohort_sofa join suspected using (i)
      where hour between suspicion - ${WINDOW.before} and suspicion + ${WINDOW.after}
    )
    select i, min(hour) as hour from inside where sofa - lowest >= ${RISE} group by i`;
}

/** Sepsis-3; `mode` of the scene says whether as YAIB's extension of ricu (`sep3_alt`) has it or with its slips mended. */
export const sepsis3: OnsetFunction = {
  tables: (id) => ["labevents", "microbiologyevents", id === "mimic-iii" ? "inputevents_mv" : "inputevents"],
  variables: sofaVariables,
  rows: ["abx", "vent_start", "vent_end", "mech_vent", ...vasopressors],
  events: ["death_icu"],
  steps: (scene) => [...sofaSteps(scene), ...suspicionSteps(scene), { table: "cohort_sepsis", query: risenSofa() }],
};
