import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { bedsideConcepts } from "./bedside-concepts.ts";

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-concepts-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** `hour value` of each row the concept gives for one subject's events. */
async function rowsOf(name: string, given: [hours: number, code: string, number: number | null][]): Promise<string[]> {
  const concept = bedsideConcepts().get(name)!;
  const events = sql`(
    select 1::bigint as subject_id, timestamp '2100-01-01' + to_minutes(cast(60 * cast(r[1] as double) as bigint)) as time, r[2] as code,
      cast(r[3] as float) as numeric_value
    from (select unnest(cast(${JSON.stringify(given)} as json)::varchar[][]) as r))`;
  const rows = await db.rows<{ row: string }>(sql`
    select (epoch_us(time) - epoch_us(timestamp '2100-01-01')) / 3600000000.0 || ' ' || round(numeric_value, 3) as row
    from (${concept.sql({ events })}) as c order by time`);
  return rows.map(({ row }) => row);
}

test("every concept function says what it is and can be read by the engine", async () => {
  expect(bedsideConcepts().size).toBeGreaterThan(40);
  for (const [name, { description }] of bedsideConcepts()) {
    expect(description.length).toBeGreaterThan(20);
    expect(await rowsOf(name, [[0, "NOTHING", null]]), name).toEqual([]);
  }
});

test("a variable of the dictionary is found by its items in every form of the code, converted and within its limits", async () => {
  const rows = await rowsOf("crea", [
    [0, "LAB//50912//mg/dL", 1.5],
    [1, "LAB//RESULT//50912//mg/dL", 2],
    [2, "LAB//50912//mg/dL", 900],
    [3, "LAB//509123//mg/dL", 3],
    [4, "LAB//50912//mg/dL", null],
  ]);
  expect(rows).toEqual(["0.0 1.5", "1.0 2.0"]);
  expect(
    await rowsOf("temp", [
      [0, "LAB//223761//°F", 98.6],
      [1, "LAB//223762//°C", 36],
    ]),
  ).toEqual(["0.0 37.0", "1.0 36.0"]);
});

test("hours in intensive care run from admission to the next discharge", async () => {
  const rows = await rowsOf("icu_hour", [
    [0.5, "ICU_ADMISSION//MICU", null],
    [3, "ICU_DISCHARGE//MICU", null],
    [10, "ICU_ADMISSION//MICU", null],
    [10.25, "ICU_DISCHARGE//MICU", null],
    [20, "ICU_ADMISSION//MICU", null],
  ]);
  expect(rows).toEqual(["0.5 0.0", "1.5 1.0", "2.5 2.0", "10.0 0.0"]);
});

test("KDIGO stages follow the ratio to the week's lowest, the rise in two days, and 4 mg/dL with an injury", async () => {
  const code = "LAB//50912//mg/dL";
  const stages = await rowsOf("kdigo_creatinine", [
    [0, code, 0.8],
    [24, code, 1.1], // 0.3 above, 1.375 times
    [72, code, 1.2], // 1.5 times
    [96, code, 1.6], // 2 times
    [120, code, 2.4], // 3 times
    [400, code, 2.4], // the week before is empty
    [500, code, 4], // 1.67 times and 4 mg/dL
  ]);
  expect(stages.map((row) => row.split(" ")[1])).toEqual(["0.0", "1.0", "1.0", "2.0", "3.0", "0.0", "3.0"]);
});
