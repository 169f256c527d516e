import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stopped } from "../core/errors.ts";
import { silent } from "../core/progress.ts";
import { type Database, literal, openDatabase, sql } from "../store/index.ts";
import { cohortOf, randomStays, writeCohort } from "./fixture.ts";
import { readDescriptions, readLabels } from "./labels.ts";
import { missingness } from "./missingness.ts";
import { summariseStays } from "./summarise.ts";

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-features-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const kinds = [
  { level: 85, spread: 15, measured: 0.9 },
  { level: 2, spread: 1, measured: 0.15 },
];
const names = ["hr", "lact"];

/** A cohort made by the database, of more rows than are read at once, its grid in no order. */
async function writeLargeCohort(place: string, stays: number, hours: number): Promise<void> {
  await writeCohort(db, place, names, randomStays(1, 1, hours, kinds));
  const write = (name: string, query: ReturnType<typeof sql>) =>
    db.run(sql`copy (${query}) to ${literal(join(place, `${name}.parquet`))} (format parquet)`);
  const all = sql`select i * 2 as stay_id from range(${stays}) r(i)`;
  await write("labels", sql`select stay_id, stay_id // 6 as subject_id, 0::utinyint as label from (${all})`);
  await write(
    "static",
    sql`select stay_id, 50::double as age, 'Male' as sex, 170.0::double as height, null::double as weight from (${all})`,
  );
  await write(
    "dynamic",
    sql`select stay_id, hour::integer as "time",
               case when hash(stay_id, hour) % 10 < 6 then (hash(stay_id, hour, 1) % 1000) / 8 end::double as hr,
               case when hash(stay_id, hour) % 10 < 1 then (hash(stay_id, hour, 2) % 1000) / 8 end::double as lact
        from (${all}), range(${hours}) h(hour) order by hash(stay_id + hour)`,
  );
}

test("the summary of many stays equals the database's own, whatever the order of the file", async () => {
  const [stays, hours] = [6000, 24];
  const place = join(folder, "large");
  await writeLargeCohort(place, stays, hours);
  const summary = await summariseStays(db, place, cohortOf(names, hours));
  expect(summary.hours.every((count) => count === hours)).toBe(true);
  for (const [variable, column] of [sql`hr`, sql`lact`].entries()) {
    const wanted = await db.columns(sql`
      select coalesce(sum(${column}), 0)::double as total, count(${column})::double as observed,
             min(${column}) as low, max(${column}) as high, arg_max(${column}, "time") as last,
             coalesce(var_pop(${column}), 0) * count(${column}) as spread,
             coalesce(min("time") filter (${column} is not null), ${hours})::double as before,
             ${hours} - 1 - coalesce(max("time") filter (${column} is not null), -1)::double as since
      from read_parquet(${literal(join(place, "dynamic.parquet"))}) group by stay_id order by stay_id`);
    const part = <T extends { subarray(from: number, to: number): T }>(array: T) =>
      array.subarray(variable * stays, (variable + 1) * stays);
    expect(part(summary.sum)).toEqual(wanted.numbers("total")); // eighths add up without rounding
    expect([...part(summary.observed)]).toEqual([...wanted.numbers("observed")]);
    expect(part(summary.min)).toEqual(wanted.numbers("low"));
    expect(part(summary.max)).toEqual(wanted.numbers("high"));
    expect(part(summary.last)).toEqual(wanted.numbers("last"));
    expect([...part(summary.before)]).toEqual([...wanted.numbers("before")]);
    expect([...part(summary.since)]).toEqual([...wanted.numbers("since")]);
    const spread = wanted.numbers("spread");
    expect(part(summary.spread).every((value, i) => Math.abs(value - spread[i]!) <= 1e-9 * (1 + spread[i]!))).toBe(
      true,
    );
  }
});

test("a stay without grid rows has nothing observed, and unknown statics", async () => {
  const [first, second, third] = randomStays(2, 3, 4, kinds) as [never, never, never];
  const place = join(folder, "gap");
  await writeCohort(db, place, names, [
    first,
    { ...(second as object), grid: [], sex: null, height: null } as never,
    third,
  ]);
  const summary = await summariseStays(db, place, cohortOf(names, 4));
  expect([...summary.hours]).toEqual([4, 0, 4]);
  expect([summary.observed[1], summary.before[1], summary.since[1], summary.sum[1]]).toEqual([0, 0, 0, 0]);
  expect(summary.last[1]).toBeNaN();
  expect(summary.static.map(({ kind, values }) => [kind, values[1]])).toEqual([
    ["number", expect.any(Number)],
    ["text", null],
    ["number", Number.NaN],
    ["number", summary.static[3]!.values[1]],
  ]);
});

test("a grid with stays that the labels lack is refused", async () => {
  const stays = randomStays(3, 5, 4, kinds);
  const place = join(folder, "damaged");
  await writeCohort(db, place, names, stays);
  const fewer = join(folder, "fewer");
  await writeCohort(db, fewer, names, [stays[0]!, stays[4]!]);
  await db.run(
    sql`copy (from read_parquet(${literal(join(fewer, "labels.parquet"))}))
        to ${literal(join(place, "labels.parquet"))} (format parquet)`,
  );
  await expect(summariseStays(db, place, cohortOf(names, 4))).rejects.toThrow(
    /labels do not have[\s\S]*extract the cohort/,
  );
});

test("a stop is heeded, and progress told", async () => {
  const place = join(folder, "progress");
  await writeCohort(db, place, names, randomStays(4, 5, 4, kinds));
  const told: unknown[] = [];
  const progress = {
    ...silent,
    begin: (...what: unknown[]) => void told.push(what),
    at: (done: number) => void told.push(done),
    end: (summary?: string) => void told.push(summary),
  };
  await summariseStays(db, place, cohortOf(names, 4), { progress });
  expect(told).toEqual([["Summarising stays", 5], 5, "5 stays, 2 variables"]);
  const signal = AbortSignal.abort();
  await expect(summariseStays(db, place, cohortOf(names, 4), { signal })).rejects.toThrow(Stopped);
});

test("labels and descriptions come by stay id, texts that are missing as null", async () => {
  const stays = randomStays(5, 30, 2, kinds);
  const place = join(folder, "labels");
  await writeCohort(db, place, names, [...stays].reverse());
  const labels = await readLabels(db, place);
  expect([...labels.stayIds]).toEqual(stays.map(({ stayId }) => stayId));
  expect([...labels.labels]).toEqual(stays.map(({ label }) => label));
  const described = await readDescriptions(db, place);
  expect(described.stayIds).toEqual(labels.stayIds);
  expect(described.ethnicity).toEqual(stays.map(({ ethnic }) => ethnic));
  expect(described.sex).toEqual(stays.map(({ sex }) => sex));
});

test("missingness is the share of stays with a value, hour by hour", async () => {
  const place = join(folder, "missingness");
  const [one, two] = randomStays(6, 2, 2, kinds);
  await writeCohort(db, place, names, [
    {
      ...one!,
      grid: [
        [80, null],
        [null, null],
      ],
    },
    {
      ...two!,
      grid: [
        [90, 2],
        [null, 3],
      ],
    },
  ]);
  expect(await missingness(db, place, cohortOf(names, 3))).toEqual({
    variables: [
      { id: "hr", title: "HR" },
      { id: "lact", title: "LACT" },
    ],
    hours: [0, 1, 2],
    observed: [
      [1, 0, 0],
      [0.5, 0.5, 0],
    ],
  });
});
