// The emergency views on the made-up hospital of the cohort's golden files: shapes, fitted on training rows only, no later value.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cohortTask } from "../../cohort/index.ts";
import type { Mode } from "../../concepts/mode.ts";
import { silent } from "../../core/progress.ts";
import { smallCellLimit } from "../../core/small-cells.ts";
import { readSamples } from "../../features/index.ts";
import { normaliseComplaint } from "../../features/text/index.ts";
import { importRecords } from "../../sources/index.ts";
import { literal, openRecordStore, type RecordStore, sql } from "../../store/index.ts";
import { findView, type ModelInput, type OpenView, type ViewScene } from "./index.ts";

const hospital = fileURLToPath(new URL("../../cohort/mimic4ed/golden/hospital/", import.meta.url));
let scratch: string;
let store: RecordStore;
const scenes = new Map<Mode, ViewScene>();

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "bedside-ed-views-"));
  await importRecords([hospital], join(scratch, "store"), { progress: silent });
  store = await openRecordStore(join(scratch, "store"), { folders: [scratch], tempFolder: join(scratch, "temp") });
  for (const mode of ["corrected", "faithful"] as const) {
    const out = join(scratch, mode);
    mkdirSync(out);
    const cohort = await cohortTask("mimic4ed/critical-disposition").extract(store, { mode, out, progress: silent });
    const samples = await readSamples(store.db, cohort.folder, cohort.label);
    scenes.set(mode, { db: store.db, cohort, samples, mode, progress: silent, memory: "400MB" });
  }
});
afterAll(() => {
  store?.close();
  rmSync(scratch, { recursive: true, force: true });
});

type TableInput = Extract<ModelInput, { kind: "table" }>;
const ids = ["ed-clinical", "ed-codes", "ed-vitals", "ed-text"];
const rowsOf = ({ samples }: ViewScene) => Int32Array.from(samples.stayIds, (_, i) => i);

async function apply(view: OpenView, rows: Int32Array, recipe: unknown): Promise<TableInput> {
  // as a model file brings it back
  return (await view.apply(rows, JSON.parse(JSON.stringify(recipe)))) as TableInput;
}
const open = (id: string, mode: Mode) => findView(id).open(scenes.get(mode)!);

describe.each(ids)("%s", (id) => {
  test.each(["corrected", "faithful"] as const)(
    "in %s mode has a name and a title a column, and a row a visit",
    async (mode) => {
      const rows = rowsOf(scenes.get(mode)!);
      const view = await open(id, mode);
      const { matrix, names, titles } = await apply(view, rows, view.fit(rows, { mode }));
      expect([matrix.rows, matrix.data.length]).toEqual([rows.length, rows.length * names.length]);
      expect(titles).toHaveLength(names.length);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => /outcome|dod|disposition|time/.test(name))).toEqual([]);
    },
  );

  test("gives a row the same numbers whatever rows it is applied with", async () => {
    const rows = rowsOf(scenes.get("corrected")!);
    const view = await open(id, "corrected");
    const recipe = view.fit(rows.subarray(0, 40), { mode: "corrected", missing: "keep" });
    const whole = await apply(view, rows, recipe);
    const part = await apply(view, rows.subarray(20, 30), recipe);
    const { columns } = whole.matrix;
    expect([...part.matrix.data]).toEqual([...whole.matrix.data.subarray(20 * columns, 30 * columns)]);
  });
});

test("variables stand in their own units, missing ones missing, with the codes of words in the title", async () => {
  const rows = rowsOf(scenes.get("corrected")!);
  const view = await open("ed-clinical", "corrected");
  const { matrix, names, titles, layout } = await apply(view, rows, view.fit(rows, { mode: "corrected" }));
  expect(layout).toEqual({ inputs: 67 });
  expect(titles[names.indexOf("gender")]).toBe("Sex (0 F, 1 M)");
  expect(titles[0]).toBe("Age (years)");
  const column = (name: string) => Array.from(rows, (i) => matrix.data[i * matrix.columns + names.indexOf(name)]!);
  const written = await store.db.columns(sql`
    select age::double as age, ed_heartrate_last::double as heartrate, (gender = 'M')::integer as male
    from read_parquet(${literal(join(scenes.get("corrected")!.cohort.folder, "visits.parquet"))}) order by stay_id`);
  expect(column("age")).toEqual([...written.numbers("age")]);
  expect(column("ed_heartrate_last")).toEqual([...written.numbers("heartrate")]);
  expect(column("gender")).toEqual([...written.integers("male")]);
  expect((column("ed_heartrate_last") as number[]).some(Number.isNaN)).toBe(true);
});

test("codes are numbered by training visits only; the numbers stand first, latest first, then zeros", async () => {
  const scene = scenes.get("faithful")!;
  const rows = rowsOf(scene);
  const view = await open("ed-codes", "faithful");
  const train = rows.subarray(0, 30);
  const recipe = view.fit(train, { mode: "faithful" }) as { vocabulary: string[]; places: number };
  const listed = await store.db.rows<{ stay: number; code: string }>(sql`
    select stay_id::double as stay, code from read_parquet(${literal(join(scene.cohort.folder, "codes.parquet"))})
    order by stay_id, place`);
  const of = (row: number) => listed.filter(({ stay }) => stay === scene.samples.stayIds[row]).map(({ code }) => code);
  expect(recipe.vocabulary).toEqual([...new Set([...train].flatMap(of))].sort());
  const { matrix, layout } = await apply(view, rows, recipe);
  expect(layout).toEqual({ inputs: 67, codes: recipe.places, vocabulary: recipe.vocabulary.length });
  for (const row of rows) {
    const found = [...matrix.data.subarray(row * matrix.columns + 67, (row + 1) * matrix.columns)];
    const known = of(row)
      .map((code) => recipe.vocabulary.indexOf(code) + 1)
      .filter((number) => number > 0);
    const expected = known.slice(0, recipe.places);
    expect(found).toEqual([...expected, ...new Array(recipe.places - expected.length).fill(0)]);
  }
});

test("hours begin with triage in corrected mode, and end at departure", async () => {
  const scene = scenes.get("corrected")!;
  const rows = rowsOf(scene);
  const view = await open("ed-vitals", "corrected");
  const { matrix, names, layout } = await apply(view, rows, view.fit(rows, { mode: "corrected" }));
  const { hours, signs } = layout as { hours: number; signs: number };
  expect(signs).toBe(7);
  expect(names.slice(67, 70)).toEqual(["hours", "temperature_hour_0", "heartrate_hour_0"]);
  const visits = await store.db.columns(sql`
    select triage_heartrate::double as rate, date_diff('second', intime, outtime) / 60::double as minutes
    from read_parquet(${literal(join(scene.cohort.folder, "visits.parquet"))}) order by stay_id`);
  for (const row of rows) {
    const at = row * matrix.columns + 67;
    const minutes = Math.max(0, visits.numbers("minutes")[row]!);
    expect(matrix.data[at]).toBe(Math.min(24, hours, Math.ceil(minutes / 60 - 1e-9) + 1));
    // a charting in the very first minute may follow triage
    const first = matrix.data[at + 2]!;
    const triage = visits.numbers("rate")[row]!;
    if (minutes <= 23 * 60 && !Number.isNaN(triage)) expect(Number.isNaN(first)).toBe(false);
  }
});

test("words are those of triage; a recipe holds no text that few patients share", async () => {
  const scene = scenes.get("corrected")!;
  const rows = rowsOf(scene);
  const view = await open("ed-text", "corrected");
  const recipe = view.fit(rows, { mode: "corrected", missing: "keep" }) as { buckets: { ngram: string | null }[] };
  const { names } = await apply(view, rows, recipe);
  expect(names.filter((name) => name.startsWith("complaint_"))).toHaveLength(recipe.buckets.length);
  expect(recipe.buckets.length).toBeGreaterThan(3);
  const texts = await store.db.rows<{ subject: number; text: string }>(sql`
    select subject_id::double as subject, lower(chiefcomplaint) as text
    from read_parquet(${literal(join(scene.cohort.folder, "visits.parquet"))}) where chiefcomplaint is not null`);
  for (const { ngram } of recipe.buckets) {
    if (ngram === null) continue;
    const has = texts.filter(({ text }) => normaliseComplaint(text).includes(ngram.trim()));
    expect(new Set(has.map(({ subject }) => subject)).size, ngram).toBeGreaterThan(smallCellLimit);
  }
  expect(view.meanings!(recipe).map(({ name }) => name)).toEqual([...names]);
});
