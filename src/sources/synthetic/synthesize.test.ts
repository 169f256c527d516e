// The synthetic hospital: exact layout, sound keys, same bytes for a seed, honest risks, the faults of real records.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BedsideError, Stopped } from "../../core/errors.ts";
import { silent } from "../../core/progress.ts";
import { hashFile, identifier, literal, openRecordStore, type RecordStore, type Sql, sql } from "../../store/index.ts";
import { sourceCatalog } from "../catalog.ts";
import { importRecords } from "../import.ts";
import { logOddsOfDay } from "./first-day.ts";
import { synthesize } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-synthetic-"));
const hospital = join(folder, "hospital");
const PATIENTS = 1500;
let store: RecordStore;

beforeAll(async () => {
  await synthesize({ patients: PATIENTS, seed: 11, out: hospital, progress: silent });
  await importRecords([hospital], join(folder, "store"), { progress: silent });
  store = await openRecordStore(join(folder, "store"), { tempFolder: join(folder, ".temp"), folders: [hospital] });
});
afterAll(() => {
  store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const count = async (query: Sql) => Number((await store.db.row<{ n: number | bigint }>(query)).n);
const truth = (name: string) => sql`read_csv(${literal(join(hospital, "truth", `${name}.csv.gz`))})`;

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: Float64Array, mx: number, y: Float64Array, my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}

function files(path: string): string[] {
  return readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".csv.gz"))
    .sort();
}

describe("layout", () => {
  test.each(["mimic-iv", "mimic-iv-ed"])("%s has every table with exactly its columns in their order", (id) => {
    for (const { table, module, columns } of sourceCatalog().find((source) => source.id === id)!.tables) {
      const text = gunzipSync(readFileSync(join(hospital, module, `${table}.csv.gz`))).toString("utf8");
      expect(text.slice(0, text.indexOf("\n"))).toBe(columns.map(({ name }) => name).join(","));
    }
  });

  test("comes in as a synthetic release, every table with the rows its note declares", () => {
    for (const source of store.manifest.sources) {
      expect(source.dataUse).toBe("synthetic");
      expect(source.version).toContain("synthetic");
      expect(source.missing).toEqual([]);
      for (const { table, rows, declaredRows } of source.tables) expect(rows, table).toBe(declaredRows);
    }
  });

  test("has all 48 variables' items and every patient once", async () => {
    expect(await count(sql`select count(distinct subject_id) as n from mimic_iv.patients`)).toBe(PATIENTS);
    expect(await count(sql`select count(distinct itemid) as n from mimic_iv.labevents`)).toBeGreaterThan(55);
    expect(await count(sql`select count(distinct itemid) as n from mimic_iv.chartevents`)).toBeGreaterThan(250);
  });
});

describe("keys", () => {
  test.each(["admissions", "icustays", "labevents", "prescriptions", "diagnoses_icd"])(
    "of %s belong to patients",
    async (table) => {
      expect(
        await count(sql`
      select count(*) as n from query_table(${`mimic_iv.${table}`}) anti join mimic_iv.patients using (subject_id)`),
      ).toBe(0);
    },
  );

  test.each(["icustays", "emar", "poe", "procedures_icd"])("of %s belong to admissions", async (table) => {
    expect(
      await count(sql`
      select count(*) as n from query_table(${`mimic_iv.${table}`}) anti join mimic_iv.admissions using (subject_id, hadm_id)`),
    ).toBe(0);
  });

  test.each(["chartevents", "inputevents", "outputevents", "procedureevents", "datetimeevents"])(
    "of %s belong to stays",
    async (table) => {
      expect(
        await count(sql`
      select count(*) as n from query_table(${`mimic_iv.${table}`}) anti join mimic_iv.icustays using (subject_id, hadm_id, stay_id)`),
      ).toBe(0);
    },
  );

  test("are unique where they must be", async () => {
    for (const [table, key] of [
      ["admissions", "hadm_id"],
      ["icustays", "stay_id"],
      ["labevents", "labevent_id"],
      ["transfers", "transfer_id"],
      ["d_items", "itemid"],
      ["poe", "poe_id"],
      ["emar", "emar_id"],
    ] as const) {
      expect(
        await count(sql`
        select count(*) - count(distinct columns(${key})) as n from query_table(${`mimic_iv.${table}`})`),
        table,
      ).toBe(0);
    }
  });

  test("of stays in intensive care and of visits are those of their transfers", async () => {
    for (const table of ["mimic_iv.icustays", "mimic_iv_ed.edstays"])
      expect(
        await count(sql`
        select count(*) as n from query_table(${table}) s anti join mimic_iv.transfers t
          on t.transfer_id = s.stay_id and t.subject_id = s.subject_id and t.hadm_id is not distinct from s.hadm_id`),
        table,
      ).toBe(0);
  });

  test("of items, codes, orders and staff are in their dictionaries", async () => {
    for (const [table, column, dictionary, key] of [
      ["chartevents", "itemid", "d_items", "itemid"],
      ["inputevents", "itemid", "d_items", "itemid"],
      ["ingredientevents", "itemid", "d_items", "itemid"],
      ["outputevents", "itemid", "d_items", "itemid"],
      ["procedureevents", "itemid", "d_items", "itemid"],
      ["datetimeevents", "itemid", "d_items", "itemid"],
      ["labevents", "itemid", "d_labitems", "itemid"],
      ["diagnoses_icd", "icd_code", "d_icd_diagnoses", "icd_code"],
      ["procedures_icd", "icd_code", "d_icd_procedures", "icd_code"],
      ["hcpcsevents", "hcpcs_cd", "d_hcpcs", "code"],
      ["emar", "poe_id", "poe", "poe_id"],
      ["emar_detail", "emar_id", "emar", "emar_id"],
      ["prescriptions", "pharmacy_id", "pharmacy", "pharmacy_id"],
      ["chartevents", "caregiver_id", "caregiver", "caregiver_id"],
      ["poe", "order_provider_id", "provider", "provider_id"],
    ] as const)
      expect(
        await count(sql`
        select count(*) as n from query_table(${`mimic_iv.${table}`}) a
        anti join query_table(${`mimic_iv.${dictionary}`}) b on a.${identifier(column)} = b.${identifier(key)}`),
        `${table}.${column}`,
      ).toBe(0);
  });

  test("no admission begins before the one before ended, none after death", async () => {
    expect(
      await count(sql`
      select count(*) as n from (
        select admittime < lag(dischtime) over (partition by subject_id order by admittime) as too_early from mimic_iv.admissions
      ) where too_early`),
    ).toBe(0);
    expect(
      await count(sql`
      select count(*) as n from mimic_iv.admissions join mimic_iv.patients using (subject_id) where admittime > dod + interval 1 day`),
    ).toBe(0);
  });
});

describe("the same seed", () => {
  const small = { patients: 40, seed: 5, progress: silent };
  const hashes = async (path: string) =>
    Promise.all(files(path).map(async (name) => [name, await hashFile(join(path, name))]));

  test("gives the same bytes, another seed others", async () => {
    await synthesize({ ...small, out: join(folder, "a") });
    await synthesize({ ...small, out: join(folder, "b") });
    await synthesize({ ...small, seed: 6, out: join(folder, "c") });
    expect(await hashes(join(folder, "b"))).toEqual(await hashes(join(folder, "a")));
    expect(await hashes(join(folder, "c"))).not.toEqual(await hashes(join(folder, "a")));
  });

  test("gives the first patients of a larger hospital", async () => {
    await synthesize({ ...small, patients: 15, out: join(folder, "fewer") });
    for (const name of files(join(folder, "fewer"))) {
      const [fewer, more] = ["fewer", "a"].map((out) =>
        gunzipSync(readFileSync(join(folder, out, name))).toString("utf8"),
      );
      expect(more!.startsWith(fewer!), name).toBe(true);
    }
  });

  test("gives the same bytes where all have been in intensive care, and the first patients of a larger hospital", async () => {
    const options = { patients: 12, seed: 5, mix: "icu", modules: ["hosp", "icu"], progress: silent } as const;
    await synthesize({ ...options, out: join(folder, "icu-a") });
    await synthesize({ ...options, out: join(folder, "icu-b") });
    await synthesize({ ...options, patients: 5, out: join(folder, "icu-fewer") });
    expect(await hashes(join(folder, "icu-b"))).toEqual(await hashes(join(folder, "icu-a")));
    const read = (out: string, name: string) => gunzipSync(readFileSync(join(folder, out, name))).toString("utf8");
    for (const name of files(join(folder, "icu-fewer")))
      expect(read("icu-a", name).startsWith(read("icu-fewer", name)), name).toBe(true);
    const subjects = (name: string) =>
      new Set(
        read("icu-a", name)
          .trim()
          .split("\n")
          .map((row) => row.split(",")[0]),
      );
    expect(subjects("icu/icustays.csv.gz")).toEqual(subjects("hosp/patients.csv.gz"));
    await expect(synthesize({ ...options, mix: "general", out: join(folder, "icu-a") })).rejects.toThrow(/mix icu/);
  });

  test("gives the same rows in Parquet", async () => {
    await synthesize({ ...small, format: "parquet", out: join(folder, "p") });
    await importRecords([join(folder, "a")], join(folder, "sa"), { progress: silent });
    await importRecords([join(folder, "p")], join(folder, "sp"), { progress: silent });
    for (const name of readdirSync(join(folder, "sa"), { recursive: true })
      .map(String)
      .filter((file) => file.endsWith(".parquet"))) {
      const [a, p] = [join(folder, "sa", name), join(folder, "sp", name)];
      const differences = await differing(a, p);
      expect(differences, name).toBe(0);
    }
  });

  async function differing(a: string, b: string): Promise<number> {
    const opened = await openRecordStore(join(folder, "store"), {
      tempFolder: join(folder, ".temp2"),
      folders: [folder],
    });
    try {
      const { n } = await opened.db.row<{ n: number | bigint }>(sql`
        select (select count(*) from (from read_parquet(${literal(a)}) except all from read_parquet(${literal(b)})))
             + (select count(*) from (from read_parquet(${literal(b)}) except all from read_parquet(${literal(a)}))) as n`);
      return Number(n);
    } finally {
      opened.close();
    }
  }
});

test("those with an infection that shows get an antibiotic on the first day", async () => {
  const { treated, n } = await store.db.row<{ treated: number; n: number }>(sql`
    select count(*)::double as n, count(*) filter (exists(
      select 1 from mimic_iv.prescriptions p where p.hadm_id = d.hadm_id and p.starttime < a.admittime + interval 1 day
        and regexp_matches(p.drug, '^(Vanco|Piper|Cef|Mero|Azith|Metr|Cipro)')))::double as treated
    from mimic_iv.diagnoses_icd d join mimic_iv.admissions a using (hadm_id)
    where seq_num = 1 and icd_code in ('0389', '99591', 'A419', 'A4151')`);
  expect(n).toBeGreaterThan(20);
  expect(treated / n).toBeGreaterThan(0.8);
});

describe("the true risks", () => {
  /** What happened, what was expected, its standard deviation, and how well the risk ranks. */
  async function against(
    outcomes: Sql,
  ): Promise<{ n: number; seen: number; expected: number; deviation: number; area: number }> {
    return store.db.row(sql`
      with known as (${outcomes}),
      ranked as (select outcome, risk, rank() over (order by risk) + (count(*) over (partition by risk) - 1) / 2.0 as place from known)
      select count(*)::double as n, sum(outcome)::double as seen, sum(risk) as expected, sqrt(sum(risk * (1 - risk))) as deviation,
        (sum(place) filter (outcome = 1) - sum(outcome) * (sum(outcome) + 1) / 2.0) / (sum(outcome) * (count(*) - sum(outcome)))::double as area
      from ranked`);
  }

  test("of death in hospital, of being admitted or critically ill from the ED and of coming back are what happens", async () => {
    const outcomes = {
      death: sql`select hospital_expire_flag as outcome, risk from ${truth("hospital_mortality")} join mimic_iv.admissions using (hadm_id)`,
      critical: sql`
        select (coalesce(deathtime >= e.intime, false) or coalesce(i.intime <= e.outtime + interval 12 hour, false))::int as outcome, risk
        from ${truth("ed_critical")} join mimic_iv_ed.edstays e using (stay_id) left join mimic_iv.admissions using (hadm_id)
          left join (select hadm_id, min(intime) as intime from mimic_iv.icustays group by hadm_id) i using (hadm_id)`,
      criticalAtDeparture: sql`
        select (coalesce(deathtime >= e.intime, false) or coalesce(i.intime <= e.outtime + interval 12 hour, false))::int as outcome, risk
        from ${truth("ed_critical_departure")} join mimic_iv_ed.edstays e using (stay_id) left join mimic_iv.admissions using (hadm_id)
          left join (select hadm_id, min(intime) as intime from mimic_iv.icustays group by hadm_id) i using (hadm_id)`,
      admitted: sql`select (disposition = 'ADMITTED')::int as outcome, risk from ${truth("ed_hospitalization")} join mimic_iv_ed.edstays using (stay_id)`,
      back: sql`
        select exists(select 1 from mimic_iv_ed.edstays b where b.subject_id = a.subject_id and b.intime > a.outtime
          and b.intime <= a.outtime + interval 72 hour)::int as outcome, risk
        from ${truth("ed_return_72h")} join mimic_iv_ed.edstays a using (stay_id)`,
    };
    const areas: Record<string, number> = {};
    for (const [name, query] of Object.entries(outcomes)) {
      const { n, seen, expected, deviation, area } = await against(query);
      areas[name] = area;
      expect(n, name).toBeGreaterThan(1000);
      expect(Math.abs(seen - expected), name).toBeLessThan(4 * deviation);
    }
    // the length of the visit and the change of the signs tell more
    expect(areas["criticalAtDeparture"]).toBeGreaterThan(areas["critical"]! + 0.01);
  });

  test("of death in intensive care after hour 30 is what happens, and tells who dies", async () => {
    const { seen, expected, deviation, area } = await against(sql`
      select (deathtime is not null and deathtime <= outtime + interval 1 hour)::int as outcome, risk
      from ${truth("icu_mortality_24h")} join mimic_iv.icustays using (stay_id) join mimic_iv.admissions using (hadm_id)
      where outtime >= intime + interval 30 hour`);
    expect(Math.abs(seen - expected)).toBeLessThan(4 * deviation);
    expect(area).toBeGreaterThan(0.82);
    expect(area).toBeLessThan(0.95);
  });

  test("of death in intensive care is what the vital signs charted in the first day show", async () => {
    const stays = await store.db.columns(sql`
      select ln(any_value(risk) / (1 - any_value(risk)))::double as truth,
        avg(valuenum) filter (itemid = 220045) as rate,
        avg(valuenum) filter (itemid in (220052, 220181)) as pressure,
        avg(valuenum) filter (itemid in (220050, 220179)) - avg(valuenum) filter (itemid in (220051, 220180)) as pulse,
        avg(valuenum) filter (itemid = 220210) as breaths,
        coalesce(avg(case itemid when 223761 then valuenum when 223762 then 32 + 1.8 * valuenum end), 98.5) as warmth
      from ${truth("icu_mortality_24h")} join mimic_iv.icustays s using (stay_id) join mimic_iv.chartevents c using (stay_id)
      where outtime >= intime + interval 30 hour and charttime between intime and intime + interval 24 hour
      group by stay_id having count(*) filter (itemid = 220045) > 12`);
    const of = (name: string) => stays.numbers(name);
    const seen = Float64Array.from(of("truth"), (_, i) =>
      logOddsOfDay({
        heartRate: of("rate")[i]!,
        meanPressure: of("pressure")[i]!,
        pulsePressure: of("pulse")[i]!,
        breathing: of("breaths")[i]!,
        temperature: of("warmth")[i]!,
      }),
    );
    expect(seen.length).toBeGreaterThan(200);
    expect(correlation(seen, of("truth"))).toBeGreaterThan(0.99);
  });
});

describe("the faults of real records are there:", () => {
  const faults: [string, Sql][] = [
    [
      "comparators in laboratory values, without a number",
      sql`select count(*) as n from mimic_iv.labevents where value like '<%' and valuenum is null`,
    ],
    ["masked values", sql`select count(*) as n from mimic_iv.labevents where value = '___'`],
    ["results without an admission", sql`select count(*) as n from mimic_iv.labevents where hadm_id is null`],
    [
      "pain in words",
      sql`select count(*) as n from mimic_iv_ed.triage where try_cast(pain as int) is null and pain is not null`,
    ],
    [
      "ages pooled at 91, none between 90 and 91",
      sql`select count(*) filter (anchor_age = 91) - 1000 * count(*) filter (anchor_age = 90) as n from mimic_iv.patients`,
    ],
    ["stays of seconds", sql`select count(*) as n from mimic_iv.icustays where outtime < intime + interval 1 minute`],
    [
      "events outside their stay",
      sql`select count(*) as n from mimic_iv.chartevents join mimic_iv.icustays using (stay_id) where charttime < intime`,
    ],
    [
      "rows charted twice",
      sql`select count(*) as n from (select 1 from mimic_iv.chartevents group by stay_id, charttime, itemid, valuenum having count(*) > 1)`,
    ],
    [
      "oxygen as a fraction",
      sql`select count(*) as n from mimic_iv.chartevents where itemid = 223835 and valuenum <= 1`,
    ],
    [
      "temperatures in both scales",
      sql`select least(count(*) filter (itemid = 223761), count(*) filter (itemid = 223762)) as n from mimic_iv.chartevents`,
    ],
    ["visits without an admission", sql`select count(*) as n from mimic_iv_ed.edstays where hadm_id is null`],
    [
      "visits that end at home with an admission all the same",
      sql`select count(*) as n from mimic_iv_ed.edstays where hadm_id is not null and disposition = 'HOME'`,
    ],
    [
      "values over the scale",
      sql`select count(*) as n from mimic_iv.labevents where value like '>%' and valuenum is null`,
    ],
    [
      "half days without a heart rate",
      sql`select count(*) as n from (
        select charttime > lag(charttime) over (partition by stay_id order by charttime) + interval 12 hour as late
        from mimic_iv.chartevents where itemid = 220045) where late`,
    ],
    [
      "second stays of an admission",
      sql`select count(*) as n from (select 1 from mimic_iv.icustays group by hadm_id having count(*) > 1)`,
    ],
  ];
  test.each(faults)("%s", async (_, query) => {
    expect(await count(query)).toBeGreaterThan(0);
  });
});

describe("the folder", () => {
  test("that holds other things is refused, and one that holds this hospital is left alone", async () => {
    const out = join(folder, "taken");
    mkdirSync(out);
    writeFileSync(join(out, "thesis.txt"), "years of work");
    await expect(synthesize({ patients: 5, seed: 1, out, progress: silent })).rejects.toThrow(BedsideError);
    expect(readdirSync(out)).toEqual(["thesis.txt"]);
    const before = await hashFile(join(folder, "hospital", "icu", "icustays.csv.gz"));
    await synthesize({ patients: PATIENTS, seed: 11, out: hospital, progress: silent });
    expect(await hashFile(join(folder, "hospital", "icu", "icustays.csv.gz"))).toBe(before);
    await expect(synthesize({ patients: PATIENTS, seed: 12, out: hospital, progress: silent })).rejects.toThrow(
      /another synthetic hospital/,
    );
  });

  test("that was finished but not moved to its place is moved by the next call", async () => {
    const out = join(folder, "halfway");
    const options = { patients: 5, seed: 1, out, progress: silent };
    const note = await synthesize(options);
    const parts = join(out, ".bedside-part");
    mkdirSync(parts);
    for (const name of ["icu", "SYNTHETIC.json"]) renameSync(join(out, name), join(parts, name));
    expect(await synthesize(options)).toEqual(note);
    expect(readdirSync(out).sort()).toEqual(["SYNTHETIC.json", "ed", "hosp", "icu", "truth"]);
  });

  test("is not begun when the arguments make no hospital", async () => {
    for (const wrong of [{ patients: 0 }, { patients: 1.5 }, { seed: -1 }, { modules: [] }]) {
      const out = join(folder, "none");
      await expect(synthesize({ patients: 5, seed: 1, out, progress: silent, ...wrong })).rejects.toThrow(BedsideError);
      expect(existsSync(out)).toBe(false);
    }
  });

  test("is gone after a stop", async () => {
    const controller = new AbortController();
    const progress = { ...silent, at: (done: number) => done >= 20 && controller.abort() };
    const out = join(folder, "stopped");
    await expect(synthesize({ patients: 2000, seed: 1, out, progress, signal: controller.signal })).rejects.toThrow(
      Stopped,
    );
    expect(existsSync(out)).toBe(false);
  });
});
