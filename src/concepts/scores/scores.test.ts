// Clinical scores: the bands, their gaps, and that SQL counts what the pure function counts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { expect, test } from "vitest";
import { identifier, join, openDatabase, type Sql, sql } from "../../store/index.ts";
import { type ClinicalScore, clinicalScores, closeGaps, componentsOf, countScore, isIn, scoreSql } from "./index.ts";

function find(id: string): ClinicalScore {
  return clinicalScores().find((score) => score.id === id)!;
}

test("a patient's NEWS is that of the printed chart", () => {
  // 25 breaths 3, 93 % 2, 38.5 °C 1, 95 mmHg 2, 115 beats 2
  const values = { resprate: 25, o2sat: 93, temperature: 38.5, sbp: 95, heartrate: 115 };
  expect(countScore(find("NEWS"), values, "faithful")).toBe(10);
  expect(countScore(find("NEWS"), values, "corrected")).toBe(10);
});

test("REMS, CART and MEWS are those of their papers' tables", () => {
  const values = { age: 68, map: 65, heartrate: 115, resprate: 26, o2sat: 84, dbp: 38, sbp: 78, temperature: 38.6 };
  expect(countScore(find("REMS"), values, "corrected")).toBe(5 + 2 + 2 + 1 + 3);
  expect(countScore(find("CART"), values, "corrected")).toBe(4 + 15 + 4 + 6);
  expect(countScore(find("MEWS"), values, "corrected")).toBe(2 + 2 + 2 + 2);
});

test("the Charlson index adds points for age to those for diseases", () => {
  expect(countScore(find("CCI"), { age: 75, charlson: 4 }, "corrected")).toBe(7);
});

test("an urgent triage level means more risk", () => {
  expect(countScore(find("ESI"), { acuity: 1 }, "corrected")).toBeGreaterThan(
    countScore(find("ESI"), { acuity: 5 }, "corrected"),
  );
});

test("a value between two bands gets nothing in faithful mode and its neighbour's points in corrected mode", () => {
  const pressure = (map: number, mode: "faithful" | "corrected") => countScore(find("REMS"), { map }, mode);
  expect([69.33, 109.67, 129.67, 49.33].map((map) => pressure(map, "faithful"))).toEqual([0, 0, 0, 0]);
  expect([69.33, 109.67, 129.67, 49.33].map((map) => pressure(map, "corrected"))).toEqual([2, 2, 3, 4]);
  // 49 itself lies in none of the authors' bands
  expect([pressure(49, "faithful"), pressure(49, "corrected")]).toEqual([0, 4]);
});

test("NEWS2 has the oxygen saturation back in corrected mode only", () => {
  expect(countScore(find("NEWS2"), { o2sat: 90 }, "faithful")).toBe(0);
  expect(countScore(find("NEWS2"), { o2sat: 90 }, "corrected")).toBe(3);
});

test("a missing value counts nothing", () => {
  for (const score of clinicalScores()) expect(countScore(score, { heartrate: Number.NaN }, "corrected")).toBe(0);
});

test("corrected bands hold every value exactly once, faithful ones at most once", () => {
  for (const score of clinicalScores()) {
    for (const mode of ["faithful", "corrected"] as const) {
      for (const { bands } of componentsOf(score, mode)) {
        if (!bands) continue;
        const hits = Array.from({ length: 4000 }, (_, i) => bands.filter((band) => isIn(band, i / 10 - 1)).length);
        const most = Math.max(...hits);
        const least = Math.min(...hits);
        expect({ score: score.id, most }).toEqual({ score: score.id, most: 1 });
        if (mode === "corrected") expect({ score: score.id, least }).toEqual({ score: score.id, least: 1 });
      }
    }
  }
});

test("closing gaps leaves bands that meet already as they are", () => {
  const bands = [
    { le: 36, points: 1 },
    { gt: 36, le: 38, points: 0 },
    { gt: 38, points: 1 },
  ];
  expect(closeGaps(bands)).toEqual(bands);
});

test("SQL counts what the pure function counts, nulls included", async () => {
  const folder = mkdtempSync(joinPath(tmpdir(), "bedside-scores-"));
  const db = await openDatabase({ folders: [folder], tempFolder: joinPath(folder, "temp") });
  try {
    const names = [
      ...new Set(clinicalScores().flatMap(({ components }) => components.map(({ variable }) => variable))),
    ];
    const isCounted = (name: string) => /^(acuity|charlson|cci_)/.test(name);
    const patients = Array.from({ length: 400 }, (_, i) =>
      names.map((name, j) => {
        if ((i * 7 + j * 13) % 11 === 0) return null;
        return isCounted(name) ? (i + j) % 7 : ((i * 37 + j * 101) % 2200) / 10;
      }),
    );
    const rows = patients.map((values) => sql`(${join(values.map((value) => sql`${value}::double`))})`);
    const table = sql`(values ${join(rows)}) as patient(${join(names.map((name) => identifier(name)))})`;
    const column = (name: string): Sql => identifier(name);
    for (const mode of ["faithful", "corrected"] as const) {
      const columns = clinicalScores().map((score) => sql`${scoreSql(score, column, mode)} as ${identifier(score.id)}`);
      const counted = await db.rows<Record<string, number>>(sql`select ${join(columns)} from ${table}`);
      counted.forEach((row, i) => {
        const values = Object.fromEntries(names.map((name, j) => [name, patients[i]![j] ?? undefined]));
        for (const score of clinicalScores()) {
          expect({ [score.id]: row[score.id] }).toEqual({ [score.id]: countScore(score, values, mode) });
        }
      });
    }
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
});
