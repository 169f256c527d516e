// Small cohort folders for the tests of the features. Used by nothing else.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { randomStream } from "../core/random.ts";
import { type Database, writeParquet } from "../store/index.ts";
import type { CohortShape } from "./cohort-shape.ts";

/** A stay as a test writes it down. */
export interface StayFixture {
  stayId: number;
  subjectId: number;
  label: 0 | 1;
  /** A row an hour, a number (or null) a variable. */
  grid: (number | null)[][];
  age: number | null;
  sex: string | null;
  height: number | null;
  weight: number | null;
  ethnic?: string | null;
  admission?: string | null;
}

/** The shape of a cohort with those variables. */
export function cohortOf(variables: readonly string[], hours: number): CohortShape {
  const plain = (name: string) => ({ name, title: name.toUpperCase(), unit: "u", aggregate: "median" });
  return {
    task: { labelTitle: "Death in intensive care", unit: "ICU stay" },
    hours: Array.from({ length: hours }, (_, hour) => hour),
    dynamic: variables.map((name) => ({ ...plain(name), aggregate: name === "urine" ? "sum" : "median" })),
    static: ["age", "sex", "height", "weight"].map(plain),
  };
}

/** Writes the cohort's files. */
export async function writeCohort(
  db: Database,
  folder: string,
  variables: readonly string[],
  stays: readonly StayFixture[],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const id = (name: string, values: number[]) => ({ name, type: "id" as const, values });
  const double = (name: string, values: (number | null)[]) => ({ name, type: "double" as const, values });
  const text = (name: string, values: (string | null)[]) => ({ name, type: "text" as const, values });
  const stayIds = id(
    "stay_id",
    stays.map(({ stayId }) => stayId),
  );
  const subjectIds = id(
    "subject_id",
    stays.map(({ subjectId }) => subjectId),
  );
  await writeParquet(db, join(folder, "labels.parquet"), [
    stayIds,
    subjectIds,
    { name: "label", type: "integer", values: stays.map(({ label }) => label) },
  ]);
  const rows = stays.flatMap(({ stayId, grid }) => grid.map((values, hour) => ({ stayId, hour, values })));
  await writeParquet(db, join(folder, "dynamic.parquet"), [
    id(
      "stay_id",
      rows.map(({ stayId }) => stayId),
    ),
    { name: "time", type: "integer", values: rows.map(({ hour }) => hour) },
    ...variables.map((name, v) =>
      double(
        name,
        rows.map(({ values }) => values[v]!),
      ),
    ),
  ]);
  const age = double(
    "age",
    stays.map((stay) => stay.age),
  );
  const sex = text(
    "sex",
    stays.map((stay) => stay.sex),
  );
  await writeParquet(db, join(folder, "static.parquet"), [
    stayIds,
    age,
    sex,
    double(
      "height",
      stays.map(({ height }) => height),
    ),
    double(
      "weight",
      stays.map(({ weight }) => weight),
    ),
  ]);
  await writeParquet(db, join(folder, "describe.parquet"), [
    stayIds,
    subjectIds,
    text(
      "ethnic",
      stays.map(({ ethnic }) => ethnic ?? null),
    ),
    text(
      "admission_type",
      stays.map(({ admission }) => admission ?? null),
    ),
    double(
      "los_icu",
      stays.map((_, i) => 1.5 + i / 10),
    ),
    double(
      "los_hosp",
      stays.map((_, i) => 4 + i / 10),
    ),
    age,
    sex,
  ]);
}

/** Stays of patients with one to three stays each; every variable has a level, a spread and a share of hours measured. */
export function randomStays(
  seed: number,
  count: number,
  hours: number,
  variables: readonly { level: number; spread: number; measured: number }[],
): StayFixture[] {
  const random = randomStream(seed, "features fixture");
  const maybe = (value: number) => (random.chance(0.2) ? null : value);
  let subjectId = 100;
  return Array.from({ length: count }, (_, i) => {
    if (i === 0 || random.chance(0.7)) subjectId += 7;
    return {
      stayId: 1000 + 3 * i,
      subjectId,
      label: random.chance(0.25) ? 1 : 0,
      grid: Array.from({ length: hours }, () =>
        variables.map(({ level, spread, measured }) => (random.chance(measured) ? random.normal(level, spread) : null)),
      ),
      age: 20 + random.below(70),
      sex: random.chance(0.1) ? null : random.chance(0.4) ? "Female" : "Male",
      height: maybe(random.normal(170, 10)),
      weight: maybe(random.normal(80, 15)),
      ethnic: ["white", "black", "other", "asian", null][random.below(5)]!,
      admission: ["med", "surg"][random.below(2)]!,
    };
  });
}
