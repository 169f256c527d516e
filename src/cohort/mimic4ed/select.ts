// From the master table to the visits of a cohort: exclusions, believable values, filling, scores. Knows no file.
import { BOOLEAN, INTEGER } from "@duckdb/node-api";
import { clinicalScores, scoreSql } from "../../concepts/scores/index.ts";
import { type Database, identifier, join, type Sql, sql } from "../../store/index.ts";
import type { Attrition } from "../attrition.ts";
import { charlsonPoints } from "./comorbidities.ts";
import { permutation } from "./mersenne-twister.ts";
import type { Rules } from "./rules.ts";
import { type EdExclusion, type EdTask, sharedExclusions } from "./tasks.ts";
import { believed, laterVitals, vitals } from "./vitals.ts";

/** Names of the columns of vital signs. */
const vitalColumns = () => [
  ...vitals().map((vital) => ({ vital, column: `triage_${vital.name}` })),
  ...laterVitals().map((vital) => ({ vital, column: `ed_${vital.name}_last` })),
];

/** The funnel of a task, from one pass over the master table. */
export async function countExclusions(db: Database, task: EdTask, master: Sql, rules: Rules): Promise<Attrition> {
  const exclusions = task.exclusions(rules.mode);
  const columns = exclusions.flatMap(({ hit }, i) => {
    const before = exclusions.slice(0, i).map(passes);
    return [
      sql`count(*) filter (${hit}) as ${identifier(`hits${i}`)}`,
      sql`count(*) filter (${join([...before, sql`(${hit})`], " and ")}) as ${identifier(`removed${i}`)}`,
    ];
  });
  const counts = await db.row<Record<string, bigint>>(sql`select count(*) as start, ${join(columns)} from ${master} m`);
  let remaining = Number(counts["start"]);
  const steps = exclusions.map(({ id, title }, i) => {
    const removed = Number(counts[`removed${i}`]);
    remaining -= removed;
    return { id, title, hits: Number(counts[`hits${i}`]), removed, remaining };
  });
  return { unit: "ED visits", start: Number(counts["start"]), steps };
}

/** Whether a visit stays: an exclusion that cannot be told does not hit. */
function passes({ hit }: EdExclusion): Sql {
  return sql`not coalesce(${hit}, false)`;
}

/**
 * The query of the cohort's visits, by visit number, with everything that models and scores take; what it needs is made.
 * The table is wide: it goes to its file without being held in memory.
 */
export async function visitsQuery(db: Database, task: EdTask, master: Sql, rules: Rules): Promise<Sql> {
  const [shared, own] = [
    task.exclusions(rules.mode).slice(0, sharedExclusions),
    task.exclusions(rules.mode).slice(sharedExclusions),
  ];
  const believedSigns = join(
    vitalColumns().map(
      ({ vital, column }) => sql`${believed(vital, sql`m.${identifier(column)}`, rules)} as ${identifier(column)}`,
    ),
  );
  const stay = join(shared.map(passes), " and ");
  if (rules.filledWithMedians) {
    await db.run(sql`
      create or replace temp table ed_believed as
      select m.stay_id, m.subject_id, m.intime, ${believedSigns} from ${master} m where ${stay}`);
    await splitAsAuthors(db);
  }
  const filled = rules.filledWithMedians
    ? filledQuery(master)
    : sql`select m.* replace (${believedSigns}) from ${master} m where ${stay}`;
  return sql`
    with filled as (${filled}),
    pressed as (select *, triage_sbp * 1 / 3 + triage_dbp * 2 / 3 as "triage_MAP" from filled)
    select m.*, ${scoreColumns(rules)} from pressed m where ${join([sql`true`, ...own.map(passes)], " and ")}
    order by stay_id`;
}

/** The seed of the authors' split, and the part that trains. */
const AUTHORS_SEED = 10;
const AUTHORS_SHARE = 0.8;

/** Makes `ed_split` (position, train): the authors' sample of visits, drawn from the table in its own order. */
async function splitAsAuthors(db: Database): Promise<void> {
  const { count } = await db.row<{ count: bigint }>(sql`select count(*) as count from ed_believed`);
  const order = permutation(AUTHORS_SEED, Number(count));
  const train = new Uint8Array(order.length);
  for (const row of order.subarray(0, Math.round(order.length * AUTHORS_SHARE))) train[row] = 1;
  await db.run(sql`drop table if exists ed_split`);
  await db.fill(
    "ed_split",
    [
      { name: "row", type: INTEGER },
      { name: "train", type: BOOLEAN },
    ],
    order.length,
    (row) => [row, train[row] === 1],
  );
}

/** The visits with the authors' split, missing vital signs filled with the medians of the training part. */
function filledQuery(master: Sql): Sql {
  const names = vitalColumns().map(({ column }) => identifier(column));
  const medians = names.map((name) => sql`${middle(name)} as ${name}`);
  const filled = names.map((name) => sql`coalesce(p.${name}, median.${name}) as ${name}`);
  return sql`
    with numbered as (select *, row_number() over (order by subject_id, intime, stay_id) - 1 as row from ed_believed),
    parted as (select * from numbered join ed_split using (row)),
    median as (select ${join(medians)} from parted where train)
    select m.* replace (${join(filled)}), if(p.train, 'train', 'test') as split
    from ${master} m join parted p using (stay_id), median`;
}

/** The median: the mean of the two middle values, by halving their sum. */
function middle(name: Sql): Sql {
  return sql`(quantile_disc(${name}, 0.5) - quantile_disc(-${name}, 0.5)) / 2`;
}

/** The scores, from the columns of `m`. */
function scoreColumns(rules: Rules): Sql {
  const variable = (name: string): Sql => {
    if (name === "age" || name.startsWith("cci_")) return sql`m.${identifier(name)}`;
    if (name === "map") return sql`m."triage_MAP"`;
    if (name === "charlson") return sql`(${charlsonPoints(rules)})`;
    return sql`m.${identifier(`triage_${name}`)}`;
  };
  return join(
    clinicalScores().map(
      (score) => sql`${scoreSql(score, variable, rules.mode)} as ${identifier(`score_${score.id}`)}`,
    ),
  );
}
