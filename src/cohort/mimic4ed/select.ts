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

/** Makes `ed_selected`: the cohort's visits with everything that models and scores take. */
export async function selectVisits(db: Database, task: EdTask, master: Sql, rules: Rules): Promise<void> {
  const [shared, own] = [
    task.exclusions(rules.mode).slice(0, sharedExclusions),
    task.exclusions(rules.mode).slice(sharedExclusions),
  ];
  const replaced = vitalColumns().map(
    ({ vital, column }) => sql`${believed(vital, sql`m.${identifier(column)}`, rules)} as ${identifier(column)}`,
  );
  await db.run(sql`
    create or replace temp table ed_believed as
    select m.* replace (${join(replaced)}) from ${master} m where ${join(shared.map(passes), " and ")}`);
  if (rules.filledWithMedians) await splitAsAuthors(db);
  const source = rules.filledWithMedians ? filledQuery() : sql`select * from ed_believed`;
  await db.run(sql`
    create or replace temp table ed_selected as
    with filled as (${source}),
    pressed as (select *, triage_sbp * 1 / 3 + triage_dbp * 2 / 3 as "triage_MAP" from filled)
    select m.*, ${scoreColumns(rules)} from pressed m where ${join([sql`true`, ...own.map(passes)], " and ")}`);
  await db.run(sql`drop table ed_believed`);
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
function filledQuery(): Sql {
  const names = vitalColumns().map(({ column }) => identifier(column));
  const medians = names.map((name) => sql`${middle(name)} as ${name}`);
  const filled = names.map((name) => sql`coalesce(b.${name}, median.${name}) as ${name}`);
  return sql`
    with numbered as (
      select b.*, row_number() over (order by b.subject_id, b.intime, b.stay_id) - 1 as row from ed_believed b
    ),
    parted as (select n.* exclude (row), s.train from numbered n join ed_split s using (row)),
    median as (select ${join(medians)} from parted where train)
    select b.* exclude (train) replace (${join(filled)}), if(b.train, 'train', 'test') as split
    from parted b, median`;
}

/** The median: the mean of the two middle values, by halving their sum. */
function middle(name: Sql): Sql {
  return sql`(quantile_disc(${name}, 0.5) - quantile_disc(-${name}, 0.5)) / 2`;
}

/** How many of the vital signs of triage are missing, and the scores. */
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
