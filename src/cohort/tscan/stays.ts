// The stays of the TSCAN tasks: when, how long, who died when, and whom each exclusion hits. Knows no item.
import { type Database, identifier, join, type Sql, sql } from "../../store/index.ts";
import { schemaOf } from "../../store/records.ts";
import type { Attrition } from "../attrition.ts";
import type { TscanRules } from "./rules.ts";
import { FIRST_HOUR_AFTER, isHourly, type TscanTask } from "./tasks.ts";

/** Where the records come from, by the names that differ. */
export interface TscanSource {
  id: "mimic-iv" | "mimic-iii";
  stay: "stay_id" | "icustay_id";
}

/** What a cohort is made by. */
export interface TscanPlan {
  task: TscanTask;
  rules: TscanRules;
  source: TscanSource;
}

/** A stay is left out where `hit` holds; `s` is its row of `tscan_all`. */
interface TscanExclusion {
  id: string;
  title: string;
  hit: Sql;
}

const ADULT_YEARS = 18;
const HOUR_MICROS = 3_600_000_000;
const HOURS_PER_DAY = 24;
/** MIMIC-III's birth dates of patients over 89 lie 300 years back: that age is told as 90, as the benchmark does. */
const POOLED_YEARS = 90;
const DAYS_PER_YEAR = 365;

/** A table of the records. */
export function recordTable({ id }: TscanSource, name: string): Sql {
  return identifier(schemaOf(id), name);
}

/**
 * Makes `tscan_all`: every stay with stay_id, subject_id, hadm_id, t0 and t1 (microseconds), los (hours), age, died,
 * death (hour since ICU admission), `rows` (hours of the grid) and what the exclusions look at.
 */
export async function makeTscanStays(db: Database, plan: TscanPlan): Promise<void> {
  await db.run(sql`create or replace temp table tscan_all as ${stayQuery(plan)}`);
}

function stayQuery(plan: TscanPlan): Sql {
  const { rules, source, task } = plan;
  const ward = source.id === "mimic-iii" ? sql`or first_wardid is distinct from last_wardid` : sql``;
  const lived = sql`case when died then death end`;
  return sql`
    with stay as (
      select ${identifier(source.stay)}::bigint as stay_id, subject_id::bigint as subject_id, hadm_id::bigint as hadm_id,
        epoch_us(intime::timestamp) as t0, epoch_us(outtime::timestamp) as t1, los as los_days,
        first_careunit is distinct from last_careunit ${ward} as moved
      from ${recordTable(source, "icustays")} where ${identifier(source.stay)} is not null
      qualify row_number() over (partition by ${identifier(source.stay)} order by intime, outtime, hadm_id) = 1
    ), admission as (
      select * from ${recordTable(source, "admissions")}
      qualify row_number() over (partition by hadm_id order by admittime, dischtime) = 1
    ), patient as (
      select * from ${recordTable(source, "patients")}
      qualify row_number() over (partition by subject_id order by gender) = 1
    ), known as (
      select s.*, ${stayHours(rules)} as los, ${ageOf(plan)} as age, ${diedOf(plan)} as died,
        (epoch_us(${deathTime(rules)}) - s.t0) / ${HOUR_MICROS}::double as death,
        row_number() over (partition by s.hadm_id order by t0, stay_id) as place,
        count(*) filter (not moved) over (partition by s.hadm_id) as unmoved
      from stay s left join admission a using (hadm_id) left join patient p on p.subject_id = s.subject_id
    )
    select *, ${rowsOf(task, rules, lived)} as "rows" from known`;
}

function stayHours({ mode }: TscanRules): Sql {
  const exact = sql`(s.t1 - s.t0) / ${HOUR_MICROS}::double`;
  return mode === "faithful" ? sql`coalesce(s.los_days * ${HOURS_PER_DAY}, ${exact})` : exact;
}

function ageOf({ rules, source }: TscanPlan): Sql {
  if (source.id === "mimic-iv") {
    return rules.ageOfAnchorYear
      ? sql`p.anchor_age::double`
      : sql`(p.anchor_age + year(make_timestamp(s.t0)) - p.anchor_year)::double`;
  }
  // of differences beyond 292 years the original's numbers run over and come out below 0
  const years = sql`(s.t0 - epoch_us(p.dob::timestamp)) / ${HOURS_PER_DAY * DAYS_PER_YEAR}::double / ${HOUR_MICROS}::double`;
  return sql`case when ${years} > ${2 * POOLED_YEARS} then ${POOLED_YEARS}::double else ${years} end`;
}

/** The original compares the day of death, taken as its midnight, with the times of the admission. */
function diedOf({ rules }: TscanPlan): Sql {
  if (rules.died === "mark") return sql`(coalesce(a.hospital_expire_flag = 1, false) or a.deathtime is not null)`;
  const within = (time: Sql) => sql`coalesce(${time} between a.admittime and a.dischtime, false)`;
  return sql`(${within(sql`p.dod::timestamp`)} or ${within(sql`a.deathtime`)})`;
}

/** Of the dead without a time of death, the end of the admission is it. */
function deathTime({ deathNeedsTime }: TscanRules): Sql {
  const known = sql`a.deathtime::timestamp`;
  return deathNeedsTime
    ? known
    : sql`coalesce(${known}, case when a.hospital_expire_flag = 1 then a.dischtime::timestamp end)`;
}

/** Hours of the grid: those of the task, all hours of the stay, or those at whose end a prediction may be asked for. */
function rowsOf(task: TscanTask, { hoursAfterDeath, binShift }: TscanRules, lived: Sql): Sql {
  if (task.hours !== null) return sql`${task.hours}::integer`;
  if (!isHourly(task)) return sql`greatest(1, ceil(los))::integer`;
  const end =
    task.label === "hours-left" && hoursAfterDeath ? sql`los` : sql`least(los, coalesce(${lived}, 'infinity'::double))`;
  return binShift === null
    ? sql`greatest(0, ceil(${end}) - 1)::integer`
    : sql`greatest(0, floor(${end} + ${binShift}::double))::integer`;
}

/** In the order they are applied; what the events tell comes after. */
export function tscanExclusions({ task, rules, source }: TscanPlan): TscanExclusion[] {
  const { hours } = task;
  const epsilon = rules.binShift ?? 0;
  const faithful = rules.mode === "faithful";
  const transfers = {
    id: "transfers",
    title: source.id === "mimic-iii" ? "Ward or care unit changed" : "Care unit changed",
    hit: sql`s.moved`,
  };
  const several = faithful
    ? { id: "several-stays", title: "Admission with more than one such ICU stay", hit: sql`s.unmoved > 1` }
    : { id: "later-stay", title: "Not the first ICU stay of the admission", hit: sql`s.place > 1` };
  return [
    ...(rules.withoutTransfers ? [transfers] : []),
    several,
    { id: "minor", title: `Younger than ${ADULT_YEARS} years`, hit: sql`s.age < ${ADULT_YEARS}` },
    { id: "no-end", title: "End of the stay not recorded", hit: sql`s.los is null` },
    ...(hours === null
      ? []
      : [{ id: "short", title: `Stay shorter than ${hours} hours`, hit: sql`s.los < ${hours - epsilon}::double` }]),
    ...(hours === null || faithful
      ? []
      : [{ id: "died-before", title: "Died before the prediction", hit: sql`s.died and s.death <= ${hours}` }]),
    ...(isHourly(task)
      ? [{ id: "no-hour", title: "Over before the first prediction", hit: sql`s."rows" <= ${FIRST_HOUR_AFTER}` }]
      : []),
    ...(task.label === "phenotypes" && rules.icd10 ? [undiagnosed(source)] : []),
  ];
}

function undiagnosed(source: TscanSource): TscanExclusion {
  const coded = sql`select hadm_id from ${recordTable(source, "diagnoses_icd")} where hadm_id is not null`;
  return { id: "no-diagnosis", title: "No diagnosis coded", hit: sql`s.hadm_id not in (${coded})` };
}

/** What only the events tell. */
const NO_EVENTS = { id: "no-events", title: "None of the variables measured in time" };

/** Makes `tscan_stay`: the stays that no exclusion hits so far, numbered `i` in the order of stay ids. */
export async function keepTscanStays(db: Database, plan: TscanPlan): Promise<void> {
  const left = tscanExclusions(plan).map(({ hit }) => sql`not coalesce(${hit}, false)`);
  await db.run(sql`
    create or replace temp table tscan_stay as
    select (row_number() over (order by stay_id) - 1)::uinteger as i, s.*
    from tscan_all s where ${join(left, " and ")} order by stay_id`);
}

/** Makes `tscan_in`: the stays of the cohort, once `tscan_first` tells of all events. */
export async function keepSeenStays(db: Database, { task }: TscanPlan): Promise<void> {
  // a prediction is asked for at hour t only after the first event, so the last one must lie after it
  const seen = isHourly(task) ? sql`f.first < s."rows"` : sql`true`;
  await db.run(sql`
    create or replace temp table tscan_in as
    select s.*, f.first from tscan_stay s join tscan_first f using (i) where ${seen} order by s.i`);
}

/** The funnel, once `tscan_in` is made. */
export async function tscanFunnel(db: Database, plan: TscanPlan): Promise<Attrition> {
  const exclusions = tscanExclusions(plan);
  const columns = exclusions.flatMap(({ hit }, i) => {
    const before = exclusions.slice(0, i).map((earlier) => sql`not coalesce(${earlier.hit}, false)`);
    return [
      sql`count(*) filter (${hit}) as ${identifier(`hits${i}`)}`,
      sql`count(*) filter (${join([...before, sql`(${hit})`], " and ")}) as ${identifier(`removed${i}`)}`,
    ];
  });
  const counts = await db.row<Record<string, bigint>>(sql`
    select count(*) as start, (select count(*) from tscan_in) as kept, ${join(columns)} from tscan_all s`);
  let remaining = Number(counts["start"]);
  const steps = exclusions.map(({ id, title }, i) => {
    const removed = Number(counts[`removed${i}`]);
    remaining -= removed;
    return { id, title, hits: Number(counts[`hits${i}`]), removed, remaining };
  });
  const kept = Number(counts["kept"]);
  const unseen = remaining - kept;
  return {
    unit: "ICU stays",
    start: Number(counts["start"]),
    steps: [...steps, { ...NO_EVENTS, hits: unseen, removed: unseen, remaining: kept }],
  };
}

/** Subjects, in order, in ranges that hold about `size` stays each. */
export async function tscanBatches(db: Database, size: number): Promise<{ from: number; to: number }[]> {
  const rows = await db.rows<{ lowest: bigint; highest: bigint }>(sql`
    with subject as (
      select subject_id, sum(count(*)) over (order by subject_id) - count(*) as before from tscan_stay group by subject_id
    )
    select min(subject_id) as lowest, max(subject_id) as highest from subject
    group by (before / ${size}::bigint)::bigint order by lowest`);
  return rows.map(({ lowest, highest }) => ({ from: Number(lowest), to: Number(highest) }));
}
