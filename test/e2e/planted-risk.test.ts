// The risks that the synthetic hospital plants by the hour, against the labels that cohorts find in its records.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auroc } from "../../src/metrics/index.ts";
import { type Database, literal, openDatabase, sql } from "../../src/store/index.ts";
import { bedside, scratch } from "./command.ts";

const folder = scratch();
const hospital = folder.at("hospital");
let db: Database;

beforeAll(async () => {
  const args = ["--patients", "700", "--mix", "icu", "--modules", "hosp,icu", "--format", "parquet", "--seed", "8"];
  expect((await bedside(["synth", ...args, "--out", hospital, "--quiet"])).code).toBe(0);
  db = await openDatabase({ folders: [folder.path], tempFolder: folder.at("temp") });
}, 120_000);
afterAll(() => {
  db?.close();
  folder.remove();
});

describe.each([
  { task: "yaib/aki", truth: "icu_aki_6h", window: 6, least: 0.7, from: 5 },
  { task: "tscan/decompensation", truth: "icu_death_24h", window: 24, least: 0.75, from: 23 },
])("$truth and the labels of $task", ({ task, truth, window, least, from }) => {
  interface Row {
    label: number;
    risk: number;
    hour: number;
  }
  let rows: Row[];

  beforeAll(async () => {
    const out = folder.at(task.replace("/", "-"));
    const { code, err } = await bedside(["cohort", task, "--data", hospital, "--out", out, "--quiet"]);
    expect(code, err).toBe(0);
    rows = await db.rows<Row>(sql`
      select label::double as label, risk::double as risk, time::double as hour
      from read_parquet(${literal(join(out, "labels.parquet"))}) l
      join read_parquet(${literal(join(hospital, "truth", `${truth}.parquet`))}) t
        on l.stay_id = t.stay_id and l.time = t.hour
      order by l.stay_id, l.time`);
  }, 120_000);

  test("agree: as many events as the risks sum to, in hours that foretell no hour twice", () => {
    const apart = rows.filter(({ hour }) => (hour - from) % window === 0);
    expect(apart.length).toBeGreaterThan(500);
    let [difference, variance] = [0, 0];
    for (const { label, risk } of apart) {
      difference += label - risk;
      variance += risk * (1 - risk);
    }
    expect(variance).toBeGreaterThan(5);
    expect(Math.abs(difference) / Math.sqrt(variance)).toBeLessThan(4);
  });

  test("go together: the risk tells the hours before an event from the others", () => {
    const labels = Float64Array.from(rows, ({ label }) => label);
    expect(
      auroc(
        labels,
        Float64Array.from(rows, ({ risk }) => risk),
      ),
    ).toBeGreaterThan(least);
  });
});
