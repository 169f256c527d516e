// Vital signs at triage and the last before departure, and the limits within which they are believed. Knows no score.
import { readJsonAsset } from "../../store/assets.ts";
import { type Database, identifier, join, type Sql, sql } from "../../store/index.ts";
import type { Rules } from "./rules.ts";

/** A vital sign, or the nurse's triage level. */
export interface Vital {
  /** `heartrate` */
  name: string;
  title: string;
  unit: string;
  /** Values beyond are taken as missing … */
  missing: { below: number; above: number };
  /** … and the others brought into this range. */
  clip: [number, number];
}

let list: readonly Vital[] | undefined;

/** The vital signs of triage, the level last. Limits of MIMIC-Extract (Wang 2020), as the authors took them. */
export function vitals(): readonly Vital[] {
  list ??= readJsonAsset<Vital[]>(import.meta.url, "data/vitals.json");
  return list;
}

/** Those charted again later. */
export function laterVitals(): readonly Vital[] {
  return vitals().filter(({ name }) => name !== "acuity");
}

/** Makes `ed_triage` and `ed_last`, a row per visit that has any. */
export async function makeVitals(db: Database, rules: Rules): Promise<void> {
  await db.run(triageQuery());
  await db.run(lastQuery(rules));
}

function triageQuery(): Sql {
  const columns = vitals().map(({ name }) => sql`${recorded(name)} as ${identifier(`triage_${name}`)}`);
  return sql`
    create or replace temp table ed_triage as
    select t.stay_id::bigint as stay_id, ${join(columns)}, t.chiefcomplaint from mimic_iv_ed.triage t`;
}

/** The last value of each sign. Of two values at the same minute the greater is taken; the authors take either. */
function lastQuery({ untilDeparture }: Rules): Sql {
  const names = laterVitals().map(({ name }) => name);
  const greatest = names.map((name) => sql`max(${recorded(name)}) as ${identifier(name)}`);
  // arg_max passes over rows whose value is missing
  const last = names.map((name) => sql`arg_max(${identifier(name)}, charttime) as ${identifier(`ed_${name}_last`)}`);
  const counts = untilDeparture ? sql`coalesce(t.charttime <= v.outtime, true)` : sql`true`;
  return sql`
    create or replace temp table ed_last as
    select stay_id, ${join(last)} from (
      select v.stay_id, t.charttime, ${join(greatest)}
      from mimic_iv_ed.vitalsign t join ed_visit v on v.stay_id = t.stay_id
      where ${counts} group by v.stay_id, t.charttime)
    group by stay_id`;
}

/** A sign of `t` as a number. Pain is text: a number, or two with a dash, whose middle is taken; words are missing. */
export function recorded(name: string): Sql {
  if (name !== "pain") return sql`t.${identifier(name)}::double`;
  const word = sql`regexp_extract(t.pain, '^\\s*([a-zA-Z0-9-]*)', 1)`;
  return sql`case when regexp_full_match(${word}, '[0-9]+') then ${word}::double
                  when regexp_full_match(${word}, '[0-9]+-[0-9]+')
                  then (split_part(${word}, '-', 1)::double + split_part(${word}, '-', 2)::double) / 2 end`;
}

/** Degrees Fahrenheit to Celsius, in the steps of the authors so that the same bits come out. */
const FREEZING = 32;
const DEGREE = 5 / 9;
/** No living patient has so few degrees Fahrenheit: the value was charted in Celsius. Ends included. */
const CELSIUS = { from: 26, to: 46 };

/** A sign as models see it: temperature in Celsius, beyond the limits missing, the rest clipped. `value` is a column. */
export function believed({ name, missing, clip }: Vital, value: Sql, { celsius }: Rules): Sql {
  const inCelsius = sql`(${value} - ${FREEZING}::double) * ${DEGREE}::double`;
  const mixed = sql`case when ${value} between ${CELSIUS.from} and ${CELSIUS.to} then ${value} else ${inCelsius} end`;
  const number = name !== "temperature" ? value : celsius ? mixed : inCelsius;
  // greatest and least pass over nulls, so a missing value must not reach them
  return sql`case when ${value} is null or ${number} < ${missing.below} or ${number} > ${missing.above} then null
                  else greatest(least(${number}, ${clip[1]}::double), ${clip[0]}::double) end`;
}
