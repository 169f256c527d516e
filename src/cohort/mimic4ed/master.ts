// The master table of the emergency benchmark: every visit, a row each, about 120 columns. Knows no cohort and no model.
import { type Database, identifier, join, literal, replaceFile, type Sql, sql } from "../../store/index.ts";
import { comorbidityColumns, makeComorbidities } from "./comorbidities.ts";
import { complaintColumns } from "./complaints.ts";
import { makeDrugs } from "./drugs.ts";
import { historyDays, makeHistories } from "./histories.ts";
import { makeOutcomes } from "./outcomes.ts";
import type { Rules } from "./rules.ts";
import { makeVisits } from "./visits.ts";
import { laterVitals, makeVitals, vitals } from "./vitals.ts";

/** The steps of the table, each with what it is called while it runs. */
export const masterSteps: readonly { title: string; make(db: Database, rules: Rules): Promise<void> }[] = [
  { title: "visits", make: makeVisits },
  { title: "outcomes", make: makeOutcomes },
  { title: "earlier use", make: makeHistories },
  { title: "comorbidities", make: makeComorbidities },
  { title: "vital signs", make: makeVitals },
  { title: "drugs", make: makeDrugs },
];

/** Writes the table, by visit number, once all steps are made. */
export async function writeMaster(db: Database, path: string, rules: Rules): Promise<void> {
  await replaceFile(path, async (temporary) => {
    await db.run(sql`copy (${masterQuery(rules)}) to ${literal(temporary)} (format parquet, compression zstd)`);
  });
}

const SECONDS_OF_DAY = 86_400;

/** Minutes in the department, as the models see them. */
function edMinutes({ edMinutes }: Rules): Sql {
  const seconds =
    edMinutes === "all"
      ? sql`v.ed_seconds`
      : sql`(v.ed_seconds % ${SECONDS_OF_DAY}::bigint + ${SECONDS_OF_DAY}::bigint) % ${SECONDS_OF_DAY}::bigint`;
  return sql`(${seconds}) / 60::double`;
}

/** Two decimals of the exact binary value, as Python rounds: DuckDB's round() works on the value times 100. */
function hundredths(value: Sql): Sql {
  return sql`format('{:.2f}', ${value})::double`;
}

/** The whole table. Vital signs are as recorded, temperatures in Fahrenheit; durations without a unit are seconds. */
function masterQuery(rules: Rules): Sql {
  const uses = ["ed", "hosp", "icu"].flatMap((kind) =>
    historyDays.map((days) => identifier("h", `n_${kind}_${days}d`)),
  );
  const triage = vitals().map(({ name }) => identifier("t", `triage_${name}`));
  const last = laterVitals().map(({ name }) => identifier("l", `ed_${name}_last`));
  return sql`
    select v.subject_id, v.hadm_id, v.stay_id, v.intime, v.outtime, v.gender, v.race, v.arrival_transport,
           v.disposition, v.anchor_age, v.anchor_year, v.anchor_year_group, v.dod, v.admittime, v.dischtime, v.deathtime,
           y.ethnicity, v.edregtime, v.edouttime, v.insurance, v.in_year, v.age,
           o.outcome_inhospital_mortality, ${edMinutes(rules)} as ed_los, o.intime_icu, o.time_to_icu_transfer,
           o.outcome_icu_transfer_12h, o.outcome_hospitalization, o.outcome_critical, ${join(uses)},
           o.next_ed_visit_time, o.next_ed_visit_time_diff, o.outcome_ed_revisit_3d,
           ${hundredths(sql`v.ed_seconds / 3600::double`)} as ed_los_hours,
           ${hundredths(sql`o.time_to_icu_transfer / 3600::double`)} as time_to_icu_transfer_hours,
           ${hundredths(sql`o.next_ed_visit_time_diff / ${SECONDS_OF_DAY}::double`)} as next_ed_visit_time_diff_days,
           ${join(triage)}, t.chiefcomplaint, ${complaintColumns()}, ${comorbidityColumns()}, ${join(last)},
           d.n_med, d.n_medrecon
    from ed_visit v
    left join ed_ethnicity y using (stay_id)
    left join ed_outcome o using (stay_id)
    left join ed_history h using (stay_id)
    left join ed_triage t using (stay_id)
    left join ed_comorbidity c using (stay_id)
    left join ed_last l using (stay_id)
    left join ed_drugs d using (stay_id)
    order by v.stay_id`;
}
