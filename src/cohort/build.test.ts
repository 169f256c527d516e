import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { silent } from "../core/progress.ts";
import { type RecordStore, sql } from "../store/index.ts";
import { type BuildOptions, buildCohort } from "./build.ts";
import { type Cohort, openCohort } from "./cohort.ts";
import { moment, scratchFolder, type Tables, tinyStore } from "./fixture.ts";
import { readTask } from "./task.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const task = readTask("yaib/mortality24");

/** Items by what they hold on MIMIC-IV. */
const items = {
  hr: 220045,
  tempF: 223761,
  tempC: 223762,
  fio2: 223835,
  height: 226707,
  weight: 226512,
  crea: 50912,
  glu: 50931,
  urine: 226559,
};

interface StayRow {
  subject: number;
  stay: number;
  in: number;
  out: number;
  hadm?: number;
  died?: number;
  ward?: string;
  age?: number;
}
/** Rows of chart, laboratory and output events: [stay or admission, hour of the week, item, value, unit]. */
type Happening = [number, number, number, number | null, string?];

/** Tables around stays; an admission begins 10 hours before its first stay unless told. */
function hospital(
  stays: StayRow[],
  events: { chart?: Happening[]; labs?: Happening[]; outputs?: Happening[] } = {},
): Tables {
  const admissions = new Map<number, StayRow[]>();
  for (const stay of stays) {
    const hadm = stay.hadm ?? stay.stay;
    admissions.set(hadm, [...(admissions.get(hadm) ?? []), stay]);
  }
  const subjectOfStay = new Map(stays.map((stay) => [stay.stay, stay.subject]));
  const subjectOfAdmission = new Map([...admissions].map(([hadm, [first]]) => [hadm, first!.subject]));
  const rows = (list: Happening[] = [], subjects: Map<number, number>) =>
    list.map(([key, at, item, value, unit]) => [subjects.get(key)!, key, moment(at), item, value, unit ?? null]);
  return {
    patients: [
      ...new Map(
        stays.map((stay) => [stay.subject, [stay.subject, stay.subject % 2 ? "F" : "M", stay.age ?? 60, 2148]]),
      ).values(),
    ],
    admissions: [...admissions].map(([hadm, own]) => {
      const death = own.find(({ died }) => died !== undefined)?.died;
      const begin = Math.min(...own.map((stay) => stay.in)) - 10;
      const end = death ?? Math.max(...own.map((stay) => stay.out)) + 24;
      return [
        own[0]!.subject,
        hadm,
        moment(begin),
        moment(end),
        death === undefined ? null : moment(death),
        "WHITE",
        death === undefined ? 0 : 1,
      ];
    }),
    icustays: stays.map((stay) => [
      stay.subject,
      stay.hadm ?? stay.stay,
      stay.stay,
      "MICU",
      moment(stay.in),
      moment(stay.out),
    ]),
    transfers: [...admissions].flatMap(([hadm, own]) => {
      const last = own.at(-1)!;
      return [
        [last.subject, hadm, "admit", "MICU", moment(last.in)],
        ...(last.ward ? [[last.subject, hadm, "transfer", last.ward, moment(last.out)]] : []),
        [last.subject, hadm, "discharge", null, moment(Math.max(last.out, last.died ?? last.out) + 1)],
      ];
    }),
    services: [...admissions].map(([hadm, own]) => [own[0]!.subject, hadm, moment(own[0]!.in - 10), "CMED"]),
    chartevents: rows(events.chart, subjectOfStay),
    labevents: rows(events.labs, subjectOfAdmission),
    outputevents: rows(events.outputs, subjectOfStay),
  };
}

/** A heart rate every hour from admission for so many hours. */
function hourlyHeartRate(stay: StayRow, hours = 60): Happening[] {
  return Array.from({ length: hours }, (_, h) => [stay.stay, stay.in + h + 0.5, items.hr, 70 + h]);
}

let made = 0;
/** Builds the cohort of such a hospital and hands its tables over. */
async function built(tables: Tables, options: Partial<BuildOptions> & { source?: string; threads?: number } = {}) {
  const folder = join(scratch.path, `h${made++}`);
  const out = join(folder, "out");
  const store = await tinyStore(folder, tables, { out: [out], source: options.source, threads: options.threads });
  try {
    const cohort = await buildCohort(store, task, { mode: "corrected", ...options, out });
    return { cohort, out, ...(await tablesOf(store, cohort)) };
  } finally {
    store.close();
  }
}

type Row = Record<string, number | string | null>;
async function tablesOf(store: RecordStore, { folder }: Cohort) {
  const read = async (name: string) =>
    (await store.db.rows<Row>(sql`from read_parquet(${join(folder, name)}) order by all`)).map(plain);
  return {
    labels: await read("labels.parquet"),
    dynamic: await read("dynamic.parquet"),
    statics: await read("static.parquet"),
    describing: await read("describe.parquet"),
  };
}
function plain(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === "bigint" ? Number(value) : value]),
  );
}
const cells = (rows: Row[], name: string) =>
  Object.fromEntries(rows.filter((row) => row[name] !== null).map((row) => [row["time"], row[name]]));
const bytes = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".parquet") || name.endsWith(".json"))
    .sort()
    .map((name) => [name, readFileSync(join(folder, name)).toString("hex")]);

const one: StayRow = { subject: 1, stay: 11, in: 100, out: 150 };
/** One who is always in the cohort. */
const always: StayRow = { subject: 99, stay: 999, in: 100, out: 150 };

test("hours are floored, values outside the limits dropped, medians halved between the middle two, urine summed", async () => {
  const { dynamic, labels, cohort } = await built(
    hospital([one], {
      chart: [
        ...hourlyHeartRate(one),
        [11, 100.1, items.hr, 80],
        [11, 100.2, items.hr, 999],
        [11, 101.1, items.hr, 90],
        [11, 101.2, items.hr, 100],
        [11, 99.9, items.hr, 40],
        [11, 102.1, items.hr, null],
      ],
      outputs: [
        [11, 103.2, items.urine, 100, "mL"],
        [11, 103.9, items.urine, 50, "mL"],
      ],
    }),
  );
  expect(dynamic.map((row) => row["time"])).toEqual(Array.from({ length: 24 }, (_, h) => h));
  expect(cells(dynamic, "hr")).toMatchObject({ 0: 75, 1: 90, 2: 72, 23: 93 });
  expect(cells(dynamic, "urine")).toEqual({ 3: 150 });
  expect(labels).toEqual([{ stay_id: 11, subject_id: 1, prediction_time: expect.anything(), label: 0 }]);
  expect(cohort).toMatchObject({
    stays: 1,
    patients: 1,
    positives: 0,
    mode: "corrected",
    warnings: task.definition.caveats,
  });
});

test("a hospital-level value goes to the first stay that ends at or after it, and after the last one to the last", async () => {
  const first: StayRow = { subject: 1, stay: 11, hadm: 5, in: 100, out: 140 };
  const second: StayRow = { subject: 1, stay: 12, hadm: 5, in: 160, out: 200 };
  const { dynamic } = await built(
    hospital([first, second], {
      chart: [...hourlyHeartRate(first), ...hourlyHeartRate(second)],
      labs: [
        [5, 95, items.crea, 9],
        [5, 100.5, items.crea, 1],
        [5, 162.5, items.crea, 2],
        [5, 150, items.crea, 8],
      ],
    }),
  );
  const of = (stay: number) =>
    cells(
      dynamic.filter((row) => row["stay_id"] === stay),
      "crea",
    );
  expect([of(11), of(12)]).toEqual([{ 0: 1 }, { 2: 2 }]);
});

test("the two modes differ as the faults say: hour 24, rounding towards zero, units, fractions, late weights, age", async () => {
  const tables = hospital([one], {
    chart: [
      ...hourlyHeartRate(one),
      [11, 99.5, items.hr, 200],
      [11, 105, items.tempF, 98.6, "?F"],
      [11, 106, items.tempF, 98.6],
      [11, 107, items.tempC, 98.6, "°F"],
      [11, 108, items.fio2, 0.5],
      [11, 109, items.fio2, 40],
      [11, 110, items.weight, 80, "kg"],
      [11, 140, items.weight, 100, "kg"],
      [11, 110, items.height, 70, "Inch"],
    ],
  });
  const corrected = await built(tables);
  const faithful = await built(tables, { mode: "faithful" });
  expect([corrected.dynamic.length, faithful.dynamic.length]).toEqual([24, 25]);
  expect([cells(corrected.dynamic, "hr")[0], cells(faithful.dynamic, "hr")[0]]).toEqual([70, 135]);
  expect([cells(corrected.dynamic, "temp"), cells(faithful.dynamic, "temp")]).toEqual([{ 5: 37, 6: 37 }, { 5: 37 }]);
  expect([cells(corrected.dynamic, "fio2"), cells(faithful.dynamic, "fio2")]).toEqual([{ 8: 50, 9: 40 }, { 9: 40 }]);
  expect([corrected.statics[0], faithful.statics[0]]).toEqual([
    { stay_id: 11, age: 62, sex: "Female", height: 177.8, weight: 80 },
    { stay_id: 11, age: 60, sex: "Female", height: 177.8, weight: 90 },
  ]);
});

test("a value whose text names another known unit is dropped in corrected mode, an unknown text is not", async () => {
  const tables = hospital([one], {
    chart: hourlyHeartRate(one),
    labs: [
      [11, 101, items.crea, 1, "mg/dL"],
      [11, 102, items.crea, 80, "umol/L"],
      [11, 103, items.crea, 2, "??"],
      [11, 104, items.crea, 3, " MG / DL "],
      [11, 105, items.crea, 12, "umol/L"],
    ],
  });
  expect(cells((await built(tables)).dynamic, "crea")).toEqual({ 1: 1, 3: 2, 4: 3 });
  expect(cells((await built(tables, { mode: "faithful" })).dynamic, "crea")).toEqual({ 1: 1, 3: 2, 4: 3, 5: 12 });
});

test("a death counts where the last ward is an intensive-care unit, and falls to the stay that its time falls to", async () => {
  const stays: StayRow[] = [
    { subject: 1, stay: 11, in: 100, out: 150, died: 150 },
    { subject: 2, stay: 12, in: 100, out: 150, died: 170, ward: "Medicine" },
    { subject: 3, stay: 13, in: 100, out: 150 },
    { subject: 4, stay: 14, hadm: 9, in: 100, out: 140, died: 200 },
    { subject: 4, stay: 15, hadm: 9, in: 160, out: 200, died: 200 },
  ];
  const { labels } = await built(hospital(stays, { chart: stays.flatMap((stay) => hourlyHeartRate(stay)) }));
  expect(labels.map((row) => [row["stay_id"], row["label"]])).toEqual([
    [11, 1],
    [12, 0],
    [13, 0],
    [14, 0],
    [15, 1],
  ]);
});

test("every exclusion is applied in order, with all it hits and what it removes", async () => {
  const stays: StayRow[] = [
    { subject: 1, stay: 11, in: 100, out: 99 },
    { subject: 2, stay: 12, in: 100, out: 105 },
    { subject: 3, stay: 13, in: 100, out: 140 },
    { subject: 4, stay: 14, in: 100, out: 140 },
    { subject: 5, stay: 15, in: 100, out: 140, age: 15 },
    { subject: 6, stay: 16, in: 100, out: 128, died: 128 },
    { subject: 7, stay: 17, in: 100, out: 129 },
    { subject: 8, stay: 18, in: 100, out: 130 },
  ];
  const chart = stays.flatMap((stay) => (stay.stay === 13 ? [] : hourlyHeartRate(stay, stay.stay === 14 ? 10 : 60)));
  const { cohort, labels } = await built(hospital(stays, { chart }));
  expect(labels.map((row) => row["stay_id"])).toEqual([18]);
  expect(cohort.attrition.start).toBe(8);
  expect(cohort.attrition.steps.map(({ id, hits, removed, remaining }) => [id, hits, removed, remaining])).toEqual([
    ["invalid-stay", 1, 1, 7],
    ["short-stay", 2, 1, 6],
    ["few-measurements", 1, 1, 5],
    ["long-gap", 2, 1, 4],
    ["minor", 1, 1, 3],
    ["early-death", 1, 1, 2],
    ["left-early", 4, 1, 1],
  ]);
});

test("whether enough was measured is judged by what was charted before the prediction time, in corrected mode only", async () => {
  const sparse: Happening[] = [5, 12, 18].map((h) => [11, 100 + h, items.hr, 80]);
  const later = hourlyHeartRate(one).filter(([, at]) => at > 124);
  const tables = hospital([one, always], { chart: [...sparse, ...later, ...hourlyHeartRate(always)] });
  const steps = async (mode: "corrected" | "faithful") =>
    (await built(tables, { mode })).cohort.attrition.steps.flatMap(({ id, removed }) => (removed > 0 ? [id] : []));
  expect([await steps("corrected"), await steps("faithful")]).toEqual([["few-measurements"], []]);
});

test("stays without an end, without an admission and without any event do not stop the others", async () => {
  const tables = hospital(
    [one, { subject: 2, stay: 12, in: 100, out: 150 }, { subject: 3, stay: 13, in: 100, out: 150 }],
    { chart: hourlyHeartRate(one) },
  );
  tables["icustays"]![1]![5] = null;
  tables["admissions"] = tables["admissions"]!.filter(([, hadm]) => hadm !== 13);
  for (const mode of ["corrected", "faithful"] as const) {
    expect((await built(tables, { mode })).labels.map((row) => row["stay_id"])).toEqual([11]);
  }
});

test("on MIMIC-III ages over 89 are one group, and rows marked as errors are left out in corrected mode only", async () => {
  const tables = hospital([one], { chart: hourlyHeartRate(one) });
  tables["patients"] = [[1, "M", "1850-01-01 00:00:00"]];
  tables["chartevents"] = [
    ...tables["chartevents"]!.map((row) => [...row, 0, null]),
    [1, 11, moment(100.6), 211, 150, null, 1, null],
  ];
  tables["outputevents"] = [];
  const corrected = await built(tables, { source: "mimic-iii" });
  const faithful = await built(tables, { source: "mimic-iii", mode: "faithful" });
  expect([corrected.statics[0]!["age"], faithful.statics[0]!["age"]]).toEqual([91, 90]);
  expect([cells(corrected.dynamic, "hr")[0], cells(faithful.dynamic, "hr")[0]]).toEqual([70, 110]);
});

test("a table the task cannot do without is named; without laboratory values the rest goes on with a warning", async () => {
  const tables = hospital([one], { chart: hourlyHeartRate(one) });
  for (const table of ["icustays", "admissions", "patients", "transfers", "chartevents"]) {
    const { [table]: _, ...rest } = tables;
    await expect(built(rest)).rejects.toMatchObject({
      problem: {
        code: "cohort/missing-table",
        what: `Table ${table} is missing, and yaib/mortality24 cannot run without it`,
      },
    });
  }
  const { labevents: _, services: __, outputevents: ___, ...rest } = tables;
  const { cohort, dynamic, describing } = await built(rest);
  expect(cohort.warnings.slice(task.definition.caveats.length).map((line) => line.slice(0, 40))).toEqual([
    "Table labevents of MIMIC-IV is missing: ",
    "Table outputevents of MIMIC-IV is missin",
    "Table services of MIMIC-IV is missing: a",
  ]);
  expect([cells(dynamic, "hr")[0], dynamic[0]!["crea"], describing[0]!["admission_type"]]).toEqual([70, null, null]);
});

test("records without a data set that cohorts are made of, and a table without a needed column, are errors that say so", async () => {
  const tables = hospital([one], { chart: hourlyHeartRate(one) });
  const folder = join(scratch.path, `h${made++}`);
  const out = join(folder, "out");
  const store = await tinyStore(folder, tables, { out: [out] });
  const build = (other: Partial<RecordStore>) => buildCohort({ ...store, ...other }, task, { mode: "corrected", out });
  const manifest = { ...store.manifest, sources: [] };
  await expect(build({ manifest })).rejects.toMatchObject({ problem: { code: "cohort/no-source" } });
  const sources = ["mimic-iv", "mimic-iii"].map((id) => ({ ...store.manifest.sources[0]!, id }));
  const both = build({ manifest: { ...store.manifest, sources } });
  await expect(both).rejects.toMatchObject({ problem: { code: "cohort/two-sources", why: "mimic-iv, mimic-iii" } });
  await store.db.run(sql`create or replace view mimic_iv.chartevents as select 1 as subject_id`);
  await expect(build({})).rejects.toMatchObject({
    problem: { code: "cohort/missing-column", where: "MIMIC-IV, table chartevents" },
  });
  store.close();
});

test("no stay left is an error that names the step that took most", async () => {
  await expect(built(hospital([{ ...one, out: 110 }], { chart: hourlyHeartRate(one) }))).rejects.toMatchObject({
    problem: { code: "cohort/empty", why: expect.stringContaining("shorter than 30 hours") },
  });
});

test("a stopped extraction ends with Stopped and leaves no cohort behind", async () => {
  const stop = new AbortController();
  const progress = { ...silent, signal: stop.signal, begin: () => stop.abort() };
  await expect(built(hospital([one], { chart: hourlyHeartRate(one) }), { progress })).rejects.toThrow("Stopped");
  expect(existsSync(join(scratch.path, `h${made - 1}`, "out", "cohort.json"))).toBe(false);
});

test("a cohort is read back as it was built, and progress tells its stages", async () => {
  const stages: string[] = [];
  const progress = { ...silent, begin: (stage: string) => void stages.push(stage) };
  const { cohort, out } = await built(hospital([one], { chart: hourlyHeartRate(one) }), { progress });
  expect(openCohort(out)).toEqual(cohort);
  expect(cohort.files.every((file) => existsSync(file))).toBe(true);
  expect(stages).toEqual(["Events", "Cohort files"]);
  expect(() => openCohort(scratch.path)).toThrow(/holds no cohort/);
});

// Random hospitals: a few patients, one or two stays each, events before, within and after, also out of range.
const event = (keys: number[], list: number[]) =>
  fc.record({
    minute: fc.integer({ min: -1200, max: 3600 }),
    item: fc.constantFrom(...list),
    value: fc.integer({ min: 0, max: 120 }),
    key: fc.constantFrom(...keys),
  });
const patient = fc.record({
  length: fc.constantFrom(-1, 20, 32, 48),
  second: fc.boolean(),
  died: fc.boolean(),
  dense: fc.boolean(),
  chart: fc.array(event([0, 1], [items.hr, items.tempC, items.fio2, items.weight, items.height]), { maxLength: 25 }),
  labs: fc.array(event([0], [items.crea, items.glu]), { maxLength: 15 }),
  outputs: fc.array(event([0, 1], [items.urine]), { maxLength: 6 }),
});

type Patient = typeof patient extends fc.Arbitrary<infer T> ? T : never;

function drawn(patients: Patient[]): { tables: Tables; cut: Tables; index: number[] } {
  const stays: StayRow[] = [];
  const all = { chart: [] as Happening[], labs: [] as Happening[], outputs: [] as Happening[] };
  const before = { chart: [] as Happening[], labs: [] as Happening[], outputs: [] as Happening[] };
  const index: number[] = [];
  patients.forEach(({ length, second, died, dense, chart, labs, outputs }, k) => {
    const own: StayRow[] = [{ subject: k + 1, stay: 100 - 2 * k, hadm: 500 + k, in: 100, out: 100 + length }];
    if (second) own.push({ subject: k + 1, stay: 101 - 2 * k, hadm: 500 + k, in: 160, out: 195 });
    if (died) own.at(-1)!.died = own.at(-1)!.out;
    stays.push(...own);
    // the patient's records are cut at the prediction time of one of the stays
    const chosen = own.at(-1)!;
    index.push(chosen.stay);
    const add = (table: keyof typeof all, row: Happening) => {
      all[table].push(row);
      if (row[1] < chosen.in + 24) before[table].push(row);
    };
    const at = ({ key, minute }: { key: number; minute: number }) => {
      const stay = own[key % own.length]!;
      return [stay, stay.in + minute / 60] as const;
    };
    if (dense) for (const stay of own) for (const row of hourlyHeartRate(stay)) add("chart", row);
    for (const one of chart) add("chart", [at(one)[0].stay, at(one)[1], one.item, one.value]);
    for (const one of labs) add("labs", [500 + k, at(one)[1], one.item, one.value]);
    for (const one of outputs) add("outputs", [at(one)[0].stay, at(one)[1], one.item, one.value]);
  });
  return { tables: hospital(stays, all), cut: hospital(stays, before), index };
}
function withAnother(tables: Tables): Tables {
  const other = hospital([always], { chart: hourlyHeartRate(always) });
  return Object.fromEntries(Object.keys(tables).map((name) => [name, [...tables[name]!, ...other[name]!]]));
}

test("no time travel: removing all that comes after the prediction time changes no feature and no one's place in the cohort", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(patient, { minLength: 1, maxLength: 5 }), async (patients) => {
      const { tables, cut, index } = drawn(patients);
      const [whole, part] = [await built(withAnother(tables)), await built(withAnother(cut))];
      const own = (rows: Row[]) => rows.filter((row) => index.includes(row["stay_id"] as number));
      for (const name of ["labels", "dynamic", "statics"] as const) expect(own(part[name])).toEqual(own(whole[name]));
    }),
    { numRuns: 10, seed: 20, endOnFailure: true },
  );
});

test("the same property fails in faithful mode, as the paper's pipeline looks past the prediction time", async () => {
  const late: Happening[] = [[11, 124.5, items.fio2, 40]];
  const [whole, part] = await Promise.all([
    built(hospital([one], { chart: [...hourlyHeartRate(one), ...late] }), { mode: "faithful" }),
    built(hospital([one], { chart: hourlyHeartRate(one) }), { mode: "faithful" }),
  ]);
  expect(whole.dynamic).not.toEqual(part.dynamic);
});

test("the order of the rows, the number of threads and the size of the batches change no byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(patient, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      async (patients, order) => {
        const tables = withAnother(drawn(patients).tables);
        const shuffled = Object.fromEntries(
          Object.entries(tables).map(([name, rows]) => [
            name,
            rows
              .map((row) => [order.next().value, row] as const)
              .sort((a, b) => a[0] - b[0])
              .map(([, row]) => row),
          ]),
        );
        for (const mode of ["corrected", "faithful"] as const) {
          const plainOut = (await built(tables, { mode })).out;
          const otherOut = (await built(shuffled, { mode, threads: 1, batchStays: 1 })).out;
          expect(bytes(otherOut)).toEqual(bytes(plainOut));
        }
      },
    ),
    { numRuns: 3, seed: 3, endOnFailure: true },
  );
});

test("rows that stand twice change nothing but sums", async () => {
  const tables = hospital([one, { ...always, died: 150 }], {
    chart: [...hourlyHeartRate(one), ...hourlyHeartRate(always), [11, 110, items.weight, 80]],
    labs: [[11, 101, items.crea, 1]],
    outputs: [[11, 102, items.urine, 100]],
  });
  const doubled = Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, [...rows, ...rows]]));
  const [once, twice] = [await built(tables), await built(doubled)];
  expect(twice.labels).toEqual(once.labels);
  expect(twice.statics).toEqual(once.statics);
  expect(twice.describing).toEqual(once.describing);
  const apart = (rows: Row[]) => rows.map(({ urine: _, ...rest }) => rest);
  expect(apart(twice.dynamic)).toEqual(apart(once.dynamic));
  expect(cells(twice.dynamic, "urine")).toEqual({ 2: 200 });
});
