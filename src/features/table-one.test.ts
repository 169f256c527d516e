import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { type Database, openDatabase } from "../store/index.ts";
import { ageBand, ethnicityFamily, subgroupFamilies } from "./families.ts";
import { cohortOf, randomStays, type StayFixture, writeCohort } from "./fixture.ts";
import { type TableOne, tableOne } from "./table-one.ts";

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

const names = ["hr", "lact", "urine"];

async function tableOf(name: string, stays: readonly StayFixture[]): Promise<TableOne> {
  const place = join(folder, name);
  await writeCohort(db, place, names, stays);
  return tableOne(db, place, cohortOf(names, 2));
}

/** One stay a patient. */
function stay(i: number, label: 0 | 1, more: Partial<StayFixture> = {}): StayFixture {
  return {
    ...{ stayId: i, subjectId: i, label, age: 40 + (i % 40), sex: i % 2 ? "Male" : "Female", ethnic: "white" },
    ...{ height: 170, weight: i % 40 === 0 ? 70 : null, admission: i % 3 === 0 ? "surg" : "med" },
    grid: [
      [60 + (i % 40), null, 100],
      [null, i % 40 === 0 ? 2 : null, 50],
    ],
    ...more,
  };
}
const cellsOf = (table: TableOne, title: string) => table.rows.find((row) => row.title === title)?.cells;

test("a large cohort is described in full", async () => {
  const stays = Array.from({ length: 400 }, (_, i) => stay(i, i < 200 ? 1 : 0));
  const table = await tableOf("full", stays);
  expect(table.groups).toEqual(["All", "Event: death in intensive care", "No event"]);
  expect(cellsOf(table, "ICU stays")).toEqual(["400", "200", "200"]);
  expect(cellsOf(table, "Patients")).toEqual(["400", "200", "200"]);
  expect(cellsOf(table, "Female")).toEqual(["200 (50.0 %)", "100 (50.0 %)", "100 (50.0 %)"]);
  expect(cellsOf(table, "Surgical")).toEqual(["134 (33.5 %)", "67 (33.5 %)", "67 (33.5 %)"]);
  expect(cellsOf(table, "Age, years")).toEqual(Array(3).fill("60 (50–69)"));
  expect(cellsOf(table, "HR, median, u")).toEqual(Array(3).fill("80 (70–89)"));
  expect(cellsOf(table, "URINE, total, u")?.[0]).toBe("150.00 (150.00–150.00)");
  expect(table.rows.find(({ title }) => title === "HR, median, u")?.level).toBe(true);
});

test("quartiles of 1 to 10 patients are withheld, of none a dash", async () => {
  const stays = Array.from({ length: 400 }, (_, i) => stay(i, i < 200 ? 1 : 0, i < 200 ? { height: null } : {}));
  const table = await tableOf("quartiles", stays);
  expect(cellsOf(table, "LACT, median, u")).toEqual(Array(3).fill("withheld"));
  expect(cellsOf(table, "WEIGHT, u")).toEqual(Array(3).fill("withheld"));
  expect(cellsOf(table, "HEIGHT, u")).toEqual(["170.00 (170.00–170.00)", "–", "170.00 (170.00–170.00)"]);
});

test("a group of few takes another along, so that it is not what is left over", async () => {
  const ethnic = (i: number) => (i < 6 ? "asian" : i < 90 ? "black" : "white");
  const table = await tableOf(
    "few",
    Array.from({ length: 400 }, (_, i) => stay(i, i % 2 ? 1 : 0, { ethnic: ethnic(i) })),
  );
  expect(cellsOf(table, "Asian")).toEqual(Array(3).fill("withheld"));
  expect(cellsOf(table, "Black")).toEqual(Array(3).fill("withheld"));
  expect(cellsOf(table, "White")?.[0]).toBe("310 (77.5 %)");
  expect(cellsOf(table, "ICU stays")).toEqual(["400", "200", "200"]);
});

test("few events are withheld in every row, and with them those without", async () => {
  const table = await tableOf(
    "events",
    Array.from({ length: 300 }, (_, i) => stay(i, i < 8 ? 1 : 0)),
  );
  expect(cellsOf(table, "ICU stays")).toEqual(["300", "withheld", "withheld"]);
  expect(cellsOf(table, "Patients")).toEqual(["300", "withheld", "withheld"]);
  expect(cellsOf(table, "Female")).toEqual(["150 (50.0 %)", "withheld", "withheld"]);
  expect(cellsOf(table, "Age, years")?.[1]).toBe("withheld");
  expect(cellsOf(table, "Age, years")?.[2]).toMatch(/^\d+ \(/);
});

test("few patients with stays of both kinds withhold the numbers of patients by outcome", async () => {
  const stays = Array.from({ length: 400 }, (_, i) => stay(i, i < 200 ? 1 : 0, { subjectId: i < 205 ? i % 200 : i }));
  const table = await tableOf("both", stays);
  expect(cellsOf(table, "Patients")).toEqual(["395", "withheld", "withheld"]);
  expect(cellsOf(table, "ICU stays")).toEqual(["400", "200", "200"]);
});

test("of any cohort no count of 1 to 10 patients is shown, nor one that is the rest of a sum", async () => {
  const random = randomStream(11, "table one");
  for (let round = 0; round < 25; round++) {
    const rates = [random.uniform(), random.uniform() / 4, random.uniform() / 10];
    const stays = Array.from({ length: 40 + random.below(400) }, (_, i) =>
      stay(i, random.chance(rates[1]!) ? 1 : 0, {
        sex: random.chance(rates[2]!) ? null : random.chance(rates[0]!) ? "Male" : "Female",
        ethnic: random.chance(rates[1]!) ? "asian" : random.chance(rates[2]!) ? "hispanic" : "white",
      }),
    );
    const { rows } = await tableOf("any", stays);
    const total = rows[0]!.cells.map(countIn);
    const starts = rows.flatMap((row, i) => (row.title.endsWith("n (%)") ? [i + 1] : []));
    for (const start of starts) {
      const family = rows.slice(start).slice(
        0,
        rows.slice(start).findIndex(({ level }) => !level),
      );
      const counts = family.map(({ cells }) => cells.map(countIn) as [Count, Count, Count]);
      for (const [all, event, none] of counts) {
        expect([all, event, none].filter((count) => count !== null && count >= 1 && count <= 10)).toEqual([]);
        expect(event === null).toBe(none === null);
        if (all === null) expect(event).toBeNull();
      }
      for (const column of [0, 1, 2]) {
        if (total[column] === null) expect(counts.every((row) => column === 0 || row[column] === null)).toBe(true);
        else expect(counts.filter((row) => row[column] === null)).not.toHaveLength(1);
      }
    }
  }
});

type Count = number | null;
function countIn(cell: string): Count {
  return cell === "withheld" ? null : Number(cell.split(" ")[0]!.replaceAll(",", ""));
}

test("ethnicities of MIMIC-III and MIMIC-IV, and the dictionary's levels, fall into families", () => {
  const families: Record<string, (string | null)[]> = {
    Asian: ["ASIAN - CHINESE", "ASIAN", "asian"],
    Black: ["BLACK/AFRICAN AMERICAN", "BLACK/CAPE VERDEAN", "BLACK/HAITIAN", "black"],
    Hispanic: ["HISPANIC OR LATINO", "HISPANIC/LATINO - PUERTO RICAN", "SOUTH AMERICAN", "hispanic"],
    White: ["WHITE - BRAZILIAN", "WHITE", "white", "PORTUGUESE"],
    Other: ["OTHER", "MULTI RACE ETHNICITY", "AMERICAN INDIAN/ALASKA NATIVE", "other"],
    Unknown: ["UNKNOWN", "UNKNOWN/NOT SPECIFIED", "UNABLE TO OBTAIN", "PATIENT DECLINED TO ANSWER", "", null],
  };
  for (const [family, texts] of Object.entries(families))
    for (const text of texts) expect([text, ethnicityFamily(text)]).toEqual([text, family]);
});

test("age bands begin at 18, 45, 65 and 80 years", () => {
  expect([17, 18, 44.9, 45, 64, 65, 79, 80, 91, Number.NaN].map(ageBand)).toEqual([
    ...["under 18", "18–44", "18–44", "45–64", "45–64", "65–79", "65–79", "80+", "80+", "Unknown"],
  ]);
});

test("subgroup families come in the order of the stays asked for", async () => {
  const place = join(folder, "families");
  const stays = randomStays(1, 5, 2, [{ level: 1, spread: 1, measured: 1 }]);
  const known = stays.map((stay, i) => ({ ...stay, sex: i === 2 ? null : "Male", age: 20 + 15 * i, ethnic: "black" }));
  await writeCohort(db, place, ["hr"], known);
  const asked = [known[4]!.stayId, known[2]!.stayId];
  expect(await subgroupFamilies(db, place, Float64Array.from(asked))).toEqual({
    Sex: ["Male", "Unknown"],
    Age: ["80+", "45–64"],
    Ethnicity: ["Black", "Black"],
  });
});
