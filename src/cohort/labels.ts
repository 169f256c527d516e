// The labels of a cohort: one a stay or one an hour, an event, a quantity or an onset to come. Knows no exclusion.
import { Bug } from "../core/errors.ts";
import { type Database, type Sql, sql } from "../store/index.ts";
import { SECOND_MICROS } from "./clock.ts";
import type { CohortLabel } from "./cohort.ts";
import { gridRows } from "./grid.ts";
import type { Plan } from "./plan.ts";
import { inMode } from "./task-schema.ts";

const HOUR_MICROS = 3600 * SECOND_MICROS;

/** Makes the empty `cohort_measure` (i, value): labels that are measured. */
export async function makeMeasures(db: Database): Promise<void> {
  await db.run(sql`create or replace temp table cohort_measure (i uinteger, value double)`);
}

/** Adds the measured labels of the stays whose events are read: the median of the hourly values of the label's hours. */
export async function addMeasures(db: Database, { task, dynamic, mode }: Plan): Promise<void> {
  const { median } = task.definition.label;
  if (!median) return;
  const [first, last] = inMode(median.hours, mode);
  const variable = dynamic.findIndex(({ name }) => name === median.name);
  if (variable < 0) throw new Bug(`The label's variable ${median.name} is not among the task's`);
  await db.run(sql`
    insert into cohort_measure
    select i, median(value) from (
      select i, hour, median(value) as value from cohort_event
      where variable = ${variable} and hour between ${first} and ${last} group by i, hour
    ) group by i`);
}

/**
 * A query of the labels: stay_id, subject_id, time (hours since ICU admission, only where there is one an hour),
 * prediction_time, label; by stay id and time.
 */
export function labelQuery(plan: Plan): Sql {
  return plan.hourly ? hourlyLabels(plan) : stayLabels(plan);
}

function stayLabels({ task, predictionHour }: Plan): Sql {
  const { event, median } = task.definition.label;
  const time = sql`make_timestamp(s.t0 + ${predictionHour * HOUR_MICROS}::bigint) as prediction_time`;
  if (event)
    return sql`
      select s.stay_id, s.subject_id, ${time}, (h.i is not null)::utinyint as label
      from cohort_in s left join cohort_happening h on h.i = s.i and h.name = ${event}
      order by s.i`;
  if (median)
    return sql`
      select s.stay_id, s.subject_id, ${time}, m.value as label
      from cohort_in s left join cohort_measure m using (i) order by s.i`;
  throw new Bug(`${task.id} has a label of which there is one an hour, and predicts once a stay`);
}

/** The prediction of a row is made when its hour is over. */
function hourlyLabels(plan: Plan): Sql {
  return sql`
    select stay_id, subject_id, hour as time,
      make_timestamp(t0 + (hour + 1)::bigint * ${HOUR_MICROS}::bigint) as prediction_time, ${hourlyLabel(plan)} as label
    from (${gridRows(plan)}) where hour >= ${plan.predictionHour - 1} order by i, hour`;
}

function hourlyLabel({ task, mode }: Plan): Sql {
  const { onset, hoursLeft } = task.definition.label;
  if (onset) {
    const { before } = inMode(onset.window, mode);
    return sql`coalesce(hour >= onset - ${before}, false)::utinyint`;
  }
  if (hoursLeft) {
    const left =
      inMode(hoursLeft.counted, mode) === "whole" ? sql`floor(stay_hours) - hour` : sql`stay_hours - (hour + 1)`;
    return sql`least(${left}, ${hoursLeft.atMost}::double)`;
  }
  throw new Bug(`${task.id} has a label of which there is one a stay, and predicts every hour`);
}

/** What the labels of a cohort are, and how many of them. */
export async function describeLabels(db: Database, plan: Plan): Promise<CohortLabel & { positives: number }> {
  const { label } = plan.task.definition;
  const kind = label.event || label.onset ? "binary" : "number";
  const counts = await db.row<{ rows: bigint; positive: bigint; stays: bigint; mean: number | null }>(sql`
    select count(*) as rows, count(*) filter (label > 0) as positive, avg(label) as mean,
      count(distinct stay_id) filter (label > 0) as stays
    from (${labelQuery(plan)})`);
  return {
    kind,
    per: plan.hourly ? "hour" : "stay",
    unit: label.unit ?? "",
    ...(label.onset && plan.hourly ? { window: inMode(label.onset.window, plan.mode) } : {}),
    rows: Number(counts.rows),
    positiveRows: kind === "binary" ? Number(counts.positive) : 0,
    mean: counts.mean ?? 0,
    positives: kind === "binary" ? Number(counts.stays) : 0,
  };
}
