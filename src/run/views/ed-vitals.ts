// The variables of a visit and, behind them, its vital signs hour by hour. Knows no model.
import { join } from "node:path";
import { laterVitals, type Vital } from "../../cohort/index.ts";
import type { Matrix } from "../../core/matrix.ts";
import { identifier, join as joinSql, literal, sql } from "../../store/index.ts";
import {
  type ClinicalRecipe,
  checkClinical,
  clinicalNames,
  fillClinical,
  fitClinical,
  readClinical,
} from "./ed-clinical.ts";
import { interpolatedByHour, knownByHour, MOST_HOURS } from "./ed-hours.ts";
import type { View, ViewScene } from "./view.ts";

export interface VitalsRecipe extends ClinicalRecipe {
  /** Hours of a row; shorter visits leave the last ones empty. */
  hours: number;
  /** Faithful mode: what missing signs are filled with, the medians of all visits' hours, test visits included. */
  medians?: number[];
}

/** Hours of every visit: those of visit i from `offsets[i]` to `offsets[i + 1]`, each `signs` numbers. */
interface Hours {
  signs: number;
  offsets: Int32Array;
  values: Float32Array;
}

/** A sign as charted, as the authors' script cleans it after it has drawn its lines: Fahrenheit to Celsius, limits. */
function cleaned({ name, missing, clip }: Vital, value: number): number {
  const number = name === "temperature" ? (value - 32) * (5 / 9) : value;
  if (!(number >= missing.below && number <= missing.above)) return Number.NaN;
  return Math.min(Math.max(number, clip[0]), clip[1]);
}

/** Reads what was charted; in corrected mode triage is the first charting. */
async function readHours({ db, cohort, samples, mode }: ViewScene): Promise<Hours> {
  const vitals = laterVitals();
  const signs = vitals.length;
  const names = vitals.map(({ name }) => name);
  const file = (name: string) => sql`read_parquet(${literal(join(cohort.folder, name))})`;
  const charted = sql`
    select stay_id, minute, ${joinSql(names.map((name) => sql`${identifier(name)}::double as ${identifier(name)}`))}
    from ${file("vitals.parquet")}`;
  const triage = sql`
    select stay_id, 0::double as minute,
           ${joinSql(names.map((name) => sql`${identifier(`triage_${name}`)}::double as ${identifier(name)}`))}
    from ${file("visits.parquet")}`;
  const all = mode === "faithful" ? charted : sql`${triage} union all ${charted}`;
  const rows = await db.columns(sql`
    select stay_id::double as visit, greatest(minute, 0) as minute, ${joinSql(names.map((name) => identifier(name)))}
    from (${all}) order by visit, minute, ${joinSql(names.map((name) => identifier(name)))}`);
  const ends = await db.columns(sql`
    select coalesce(date_diff('second', intime, outtime) / 60::double, 0) as minutes
    from ${file("visits.parquet")} order by stay_id`);
  const [visit, minute, end] = [rows.numbers("visit"), rows.numbers("minute"), ends.numbers("minutes")];
  const columns = names.map((name) => rows.numbers(name));
  const offsets = new Int32Array(samples.stayIds.length + 1);
  const parts: Float64Array[] = [];
  for (let i = 0, at = 0; i < samples.stayIds.length; i++) {
    const from = at;
    while (at < visit.length && visit[at] === samples.stayIds[i]) at++;
    const values = new Float64Array((at - from) * signs);
    for (let t = from; t < at; t++) for (let k = 0; k < signs; k++) values[(t - from) * signs + k] = columns[k]![t]!;
    const own = { minutes: minute.subarray(from, at), values, signs };
    const hours =
      mode === "faithful"
        ? interpolatedByHour(own, MOST_HOURS.faithful)
        : knownByHour(own, end[i]!, MOST_HOURS.corrected);
    // a visit without anything charted still has one hour, in which all is missing
    const kept = hours.length > 0 ? hours : new Float64Array(signs).fill(Number.NaN);
    if (mode === "faithful") for (let j = 0; j < kept.length; j++) kept[j] = cleaned(vitals[j % signs]!, kept[j]!);
    parts.push(kept);
    offsets[i + 1] = offsets[i]! + kept.length / signs;
  }
  const values = new Float32Array(offsets.at(-1)! * signs);
  parts.forEach((part, i) => {
    values.set(part, offsets[i]! * signs);
  });
  return { signs, offsets, values };
}

function medianOf(values: Float32Array, signs: number, k: number): number {
  const known = values.filter((value, j) => j % signs === k && !Number.isNaN(value)).sort();
  if (known.length === 0) return 0;
  return (known[(known.length - 1) >> 1]! + known[known.length >> 1]!) / 2;
}

/** Rows that are predicted at a time: some 50 MB. */
const ROWS_AT_ONCE = 50_000;

/** `ed-vitals`: the variables of a visit, how many hours it has, and the signs of each hour. */
export const edVitals: View = {
  id: "ed-vitals",
  async open(scene) {
    const [data, hours] = [await readClinical(scene), await readHours(scene)];
    const { signs, offsets, values } = hours;
    const lengthOf = (row: number) => offsets[row + 1]! - offsets[row]!;
    return {
      fit: (trainRows, { mode }): VitalsRecipe => ({
        ...fitClinical(data, trainRows),
        hours: trainRows.reduce((longest, row) => Math.max(longest, lengthOf(row)), 1),
        ...(mode === "faithful"
          ? { medians: Array.from({ length: signs }, (_, k) => medianOf(values, signs, k)) }
          : {}),
      }),
      apply(rows, recipe) {
        const { hours: most, medians } = recipe as VitalsRecipe;
        const clinical = checkClinical(recipe, data);
        const inputs = data.columns.length;
        const columns = inputs + 1 + most * signs;
        const matrix: Matrix = { rows: rows.length, columns, data: new Float32Array(rows.length * columns) };
        fillClinical(data, rows, clinical, matrix);
        for (let i = 0; i < rows.length; i++) {
          const at = i * columns + inputs;
          const count = Math.min(most, lengthOf(rows[i]!));
          const from = (offsets[rows[i]! + 1]! - count) * signs;
          matrix.data[at] = count;
          matrix.data.fill(Number.NaN, at + 1, at + 1 + most * signs);
          for (let j = 0; j < count * signs; j++) {
            const value = values[from + j]!;
            matrix.data[at + 1 + j] = Number.isNaN(value) && medians ? medians[j % signs]! : value;
          }
        }
        const { names, titles } = clinicalNames(data, clinical);
        const vitals = laterVitals();
        const each = Array.from(
          { length: most * signs },
          (_, j) => [vitals[j % signs]!, Math.floor(j / signs)] as const,
        );
        return {
          kind: "table",
          matrix,
          names: [...names, "hours", ...each.map(([{ name }, hour]) => `${name}_hour_${hour}`)],
          titles: [...titles, "Hours", ...each.map(([{ title }, hour]) => `${title}, hour ${hour}`)],
          layout: { inputs, hours: most, signs },
        };
      },
      rowsAtOnce: ROWS_AT_ONCE,
    };
  },
};
