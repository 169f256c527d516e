// The cohorts on the two demos against pandas, digest by digest; the rest on what the demos do not hold.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { phenotypes, phenotypesOf } from "../../concepts/phenotypes/index.ts";
import { silent } from "../../core/progress.ts";
import { importRecords } from "../../sources/index.ts";
import { hashFile, literal, openRecordStore, type RecordStore, Sql, sql } from "../../store/index.ts";
import { type Cohort, openCohort } from "../cohort.ts";
import { buildTscanCohort, tscanTasks, tscanVariables } from "./index.ts";

interface Digest {
  stays: number;
  ids: number;
  samples: number;
  marks: number;
  rows: number;
  values: Record<string, [count: number, total: number]>;
  prevalence?: number[];
}
type Golden = Record<string, Record<string, Record<string, Digest>>>;
const golden = JSON.parse(readFileSync(new URL("golden/demos.json", import.meta.url), "utf8")) as Golden;
const shared = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const demos: Record<string, string[]> = {
  "mimic-iv": [
    ...["admissions", "patients", "diagnoses_icd", "labevents"].map(
      (table) => `mimic-iv-demo-2.2/hosp/${table}.csv.gz`,
    ),
    ...["icustays", "chartevents"].map((table) => `mimic-iv-demo-2.2/icu/${table}.csv.gz`),
  ],
  "mimic-iii": ["ADMISSIONS", "PATIENTS", "DIAGNOSES_ICD", "LABEVENTS", "ICUSTAYS", "CHARTEVENTS"].map(
    (table) => `mimic-iii-demo/${table}.csv.gz`,
  ),
};
const isThere = existsSync(join(shared, demos["mimic-iv"]![0]!));

let scratch: string;
const stores: Record<string, RecordStore> = {};
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "bedside-tscan-"));
  if (!isThere) return;
  for (const [source, files] of Object.entries(demos)) {
    const folder = join(scratch, source);
    for (const file of files) {
      const to = join(folder, ...file.split("/").slice(1));
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(shared, file), to);
    }
    await importRecords([folder], join(scratch, `${source}-store`), { progress: silent });
    stores[source] = await openRecordStore(join(scratch, `${source}-store`), {
      folders: [scratch],
      tempFolder: join(scratch, `${source}-temp`),
    });
  }
}, 120_000);
afterAll(() => {
  for (const store of Object.values(stores)) store.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** The digest that the script makes, of the files of a cohort. */
async function digest({ db }: RecordStore, { folder, label, stays }: Cohort): Promise<Digest> {
  const file = (name: string) => sql`read_parquet(${literal(join(folder, `${name}.parquet`))})`;
  const place = (k: string, h: string) => `(${k} % 97 + 1) * (${h} % 89 + 1)`;
  const numbered = sql`(select row_number() over (order by stay_id) - 1 as k, stay_id from ${file("describe")})`;
  const one = async (query: ReturnType<typeof sql>) =>
    Object.values(await db.row<Record<string, unknown>>(query)).map(Number);
  const raw = (text: string) => new Sql([text], []);
  const [ids] = await one(sql`select sum((k % 97 + 1) * stay_id) from ${numbered}`);
  const [rows] = await one(sql`select count(*) from ${file("dynamic")}`);
  const names = label.names ?? [];
  const wide = label.kind === "labels";
  const time = label.per === "hour" ? "time" : "0";
  const value = wide
    ? names.map((_, g) => `label_${g + 1} * ${place("k", String(g))}`).join(" + ")
    : label.per === "hour"
      ? `label * ${place("k", time)}`
      : `label * ${place("k", "47")}`;
  const [samples, marks] = await one(
    sql`select count(*), sum(${raw(value)}) from ${file("labels")} join ${numbered} using (stay_id)`,
  );
  const variables = tscanVariables("corrected").map(({ name }) => name);
  const sums = await one(sql`
    select ${raw(variables.map((v) => `count(${v}), coalesce(sum(${v} * ${place("k", "time")}), 0)`).join(", "))}
    from ${file("dynamic")} join ${numbered} using (stay_id)`);
  const values: Digest["values"] = Object.fromEntries(
    variables.map((name, v) => [name, [sums[2 * v]!, sums[2 * v + 1]!]]),
  );
  const prevalence = wide
    ? await one(sql`select ${raw(names.map((_, g) => `sum(label_${g + 1})`).join(", "))} from ${file("labels")}`)
    : undefined;
  return {
    stays,
    ids: ids!,
    samples: samples!,
    marks: marks!,
    rows: rows!,
    values,
    ...(prevalence ? { prevalence } : {}),
  };
}

describe.skipIf(!isThere)("on the demos of MIMIC (skipped where ../shared/data is absent)", () => {
  const cases = ["mimic-iv", "mimic-iii"].flatMap((source) =>
    (["corrected", "faithful"] as const).flatMap((mode) => tscanTasks.map(({ id }) => ({ source, mode, id }))),
  );
  test.each(cases)("$id of $source in $mode mode has the stays, labels and hourly values of pandas", async (given) => {
    const { source, mode, id } = given;
    const out = join(scratch, `${source}-${mode}-${id.slice("tscan/".length)}`);
    mkdirSync(out);
    const cohort = await buildTscanCohort(stores[source]!, id, { mode, out, batchStays: 50 });
    const expected = golden[source]![mode]![id.slice("tscan/".length)]!;
    const { values, ...found } = await digest(stores[source]!, openCohort(out));
    const { values: sums, ...others } = expected;
    expect(found).toEqual(others);
    for (const [name, [count, total]] of Object.entries(sums)) {
      expect([name, values[name]![0]]).toEqual([name, count]);
      expect(Math.abs(values[name]![1] - total)).toBeLessThan(0.01 + 1e-9 * Math.abs(total));
    }
    expect(cohort.attrition.steps.at(-1)!.remaining).toBe(expected.stays);
  });

  test("the batches of stays change no byte", async () => {
    const hashes = [];
    for (const batchStays of [45, 4000]) {
      const out = join(scratch, `batches-${batchStays}`);
      mkdirSync(out);
      const { files } = await buildTscanCohort(stores["mimic-iii"]!, "tscan/decompensation", {
        mode: "corrected",
        out,
        batchStays,
      });
      hashes.push(await Promise.all(files.map((file) => hashFile(file))));
    }
    expect(hashes[0]).toEqual(hashes[1]);
  });

  test("no hour of a stay comes after its prediction, and classes and events agree with their names", async () => {
    const { db } = stores["mimic-iv"]!;
    const folder = join(scratch, "mimic-iv-corrected-length-of-stay");
    const file = (name: string) => sql`read_parquet(${literal(join(folder, `${name}.parquet`))})`;
    const late = await db.row<{ late: bigint }>(sql`
      select count(*) as late from ${file("labels")} l
      where not exists (select 1 from ${file("dynamic")} d where d.stay_id = l.stay_id and d.time = l.time)`);
    expect(Number(late.late)).toBe(0);
    const { label } = openCohort(folder);
    expect(label.kind).toBe("classes");
    expect(label.names).toHaveLength(10);
  });
});

describe("phenotypes", () => {
  const names = (code: string, version: number) => phenotypesOf(code, version).map((i) => phenotypes()[i]!.id);

  test("a code of ICD-9 counts as a whole, one of ICD-10 by how it begins", () => {
    expect(names("99592", 9)).toEqual(["septicemia"]);
    expect(names("9959", 9)).toEqual([]);
    expect(names("A41.9", 10)).toEqual(["septicemia"]);
    expect(names("R6521", 10)).toEqual(["shock"]);
    expect(names("E1165", 10)).toEqual(["diabetes_complicated"]);
  });

  test("the usual codes of each group are found in both", () => {
    const pairs: [string, string, string][] = [
      ["25000", "E119", "diabetes"],
      ["2724", "E785", "lipids"],
      ["2761", "E871", "fluid_electrolyte"],
      ["4019", "I10", "hypertension"],
      ["40390", "I129", "hypertension_complicated"],
      ["41071", "I214", "acute_mi"],
      ["41401", "I2510", "coronary_disease"],
      ["4260", "I442", "conduction"],
      ["42731", "I4891", "dysrhythmia"],
      ["4280", "I509", "heart_failure"],
      ["43491", "I639", "stroke"],
      ["486", "J189", "pneumonia"],
      ["496", "J449", "copd"],
      ["5119", "J90", "pleurisy_pneumothorax"],
      ["51881", "J9600", "respiratory_failure"],
      ["5715", "K7460", "other_liver"],
      ["5789", "K922", "gi_bleeding"],
      ["5849", "N179", "acute_renal_failure"],
      ["5859", "N189", "chronic_kidney_disease"],
      ["78551", "R570", "shock"],
    ];
    for (const [old, recent, id] of pairs) {
      expect([old, names(old, 9)]).toEqual([old, [id]]);
      expect([recent, names(recent, 10)]).toEqual([recent, [id]]);
    }
  });
});
