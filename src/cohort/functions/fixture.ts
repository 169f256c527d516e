// One patient's stay written out by the hour, and what the steps of an onset make of it. For tests of concept functions only.
import { join } from "node:path";
import type { Mode } from "../../concepts/index.ts";
import { identifier, sql } from "../../store/index.ts";
import { makeItems, readEvents } from "../events.ts";
import { moment, type Tables, tinyStore } from "../fixture.ts";
import { sceneOf } from "../onset.ts";
import { onsetFunctionOf, planCohort } from "../plan.ts";
import { makeStays } from "../stays.ts";
import { readTask } from "../task.ts";

/** When the stay begins, on the test's clock. */
const BEGIN = 40;

/** What happens to the patient; times are hours since ICU admission. */
export interface Happenings {
  /** [hour, item, value, text] */
  chart?: [number, number, number | null, string?][];
  /** [hour, item, value] */
  labs?: [number, number, number][];
  outputs?: [number, number, number][];
  /** [from, to, item, rate, order, unit] */
  inputs?: [number, number, number, number | null, number?, string?][];
  /** [hour, item, rate, order]: inputevents_cv of MIMIC-III. */
  rates?: [number, number, number | null, number][];
  /** [from, to, item] */
  procedures?: [number, number, number][];
  /** [hour]; null hour: only the day is known, that of the second. */
  cultures?: [number | null, number?][];
  died?: number;
  /** When the stay ends; default after 200 hours. */
  out?: number;
}

const at = (hour: number) => moment(BEGIN + hour);

/** The tables of a hospital with that one stay: subject 1, admission 2, stay 3. */
export function oneStay(source: "mimic-iii" | "mimic-iv", happenings: Happenings): Tables {
  const { chart = [], labs = [], outputs = [], inputs = [], rates = [], procedures = [], cultures = [] } = happenings;
  const isThree = source === "mimic-iii";
  const end = at(240);
  const inputRows = inputs.map(([from, to, item, rate, order, unit]) => [
    ...[1, 3, at(from), at(to), item, rate, unit ?? "mcg/kg/min", order ?? item],
  ]);
  const procedureRows = procedures.map(([from, to, item]) => [1, 3, at(from), at(to), item, null]);
  const flag = isThree ? [null] : [];
  return {
    patients: [isThree ? [1, "F", "2090-01-01 00:00:00"] : [1, "F", 60, 2150]],
    admissions: [
      [
        1,
        2,
        at(-20),
        end,
        happenings.died === undefined ? null : at(happenings.died),
        "WHITE",
        happenings.died === undefined ? 0 : 1,
      ],
    ],
    icustays: [[1, 2, 3, "MICU", at(0), at(happenings.out ?? 200)]],
    transfers: [
      [1, 2, "admit", "MICU", at(0)],
      [1, 2, "discharge", null, end],
    ],
    services: [[1, 2, at(-20), "CMED"]],
    chartevents: chart.map(([hour, item, value, text]) => [
      ...[1, 3, at(hour), item, value, null],
      ...(isThree ? [null, text ?? null] : []),
    ]),
    labevents: labs.map(([hour, item, value]) => [1, 2, at(hour), item, value, null]),
    outputevents: outputs.map(([hour, item, value]) => [1, 3, at(hour), item, value, null, ...flag]),
    microbiologyevents: cultures.map(([hour, day]) => [
      ...[1, 2, `${at(hour ?? day!).slice(0, 10)} 00:00:00`, hour === null ? null : at(hour), null],
    ]),
    ...(isThree
      ? {
          inputevents_mv: inputRows,
          inputevents_cv: rates.map(([hour, item, rate, order]) => [1, 3, at(hour), item, rate, "mcgkgmin", order]),
          procedureevents_mv: procedureRows,
        }
      : { inputevents: inputRows, procedureevents: procedureRows }),
  };
}

let made = 0;

/** Runs the steps of a task's onset on one stay and gives the rows of the table named, without the stay's number. */
export async function stepRows(
  folder: string,
  happenings: Happenings,
  {
    task,
    table,
    mode = "corrected",
    source = "mimic-iv",
  }: { task: "aki" | "sepsis"; table: string; mode?: Mode; source?: "mimic-iii" | "mimic-iv" },
): Promise<Record<string, number | null>[]> {
  const store = await tinyStore(join(folder, `s${made++}`), oneStay(source, happenings), { source });
  try {
    const { db } = store;
    const plan = await planCohort(store, readTask(`yaib/${task}`), mode);
    const subjects = { from: 1, to: 1 };
    await makeStays(db, plan);
    await makeItems(db, plan);
    await readEvents(db, plan, subjects);
    for (const step of onsetFunctionOf(task, mode)!.steps(sceneOf(plan, subjects)))
      await db.run(sql`create or replace temp table ${identifier(step.table)} as ${step.query}`);
    const rows = await db.rows<Record<string, bigint | number | null>>(
      sql`select * exclude (i) from ${identifier(table)} order by all`,
    );
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? null : Number(value)])),
    );
  } finally {
    store.close();
  }
}
