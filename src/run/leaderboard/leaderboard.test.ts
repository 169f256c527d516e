import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { runResultFixture } from "../../report/fixture.ts";
import { type Database, type OutputColumn, openDatabase, writeParquet } from "../../store/index.ts";
import type { RunResult } from "../result.ts";
import { compareRuns, readRuns } from "./index.ts";

let folder: string;
let db: Database;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-board-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});

afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const rows = 400;
const draws = randomStream(1, "leaderboard test");
const risk = Float64Array.from({ length: rows }, () => draws.uniform());
const truth = Float64Array.from(risk, (p) => (draws.chance(p) ? 1 : 0));

/** A finished run of made-up predictions: `noise` by model id; rows of 200 patients, two stays each. */
async function makeRun(
  name: string,
  noise: Record<string, number>,
  change: {
    result?: (result: RunResult) => void;
    flip?: boolean;
    from?: number;
    hourly?: boolean;
    extra?: OutputColumn[];
  } = {},
): Promise<string> {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const result = runResultFixture();
  result.models = Object.keys(noise).map((id) => ({ ...result.models[0]!, id, title: id.toUpperCase() }));
  change.result?.(result);
  writeFileSync(join(place, "report.json"), JSON.stringify(result));
  for (const [i, [id, size]] of Object.entries(noise).entries()) {
    const stream = randomStream(7, id);
    const order = Float64Array.from({ length: rows }, (_, row) => (i % 2 ? rows - 1 - row : row)); // any order in the file
    const take = (value: (row: number) => number) => Float64Array.from(order, value);
    const noisy = risk.map((p) => Math.min(1, Math.max(0, p + stream.normal(0, size))));
    await writeParquet(db, join(place, i ? `predictions-${id}.parquet` : "predictions.parquet"), [
      { name: "subject_id", type: "id", values: take((row) => Math.floor(row / 2)) },
      { name: "stay_id", type: "id", values: take((row) => row + (change.from ?? 0)) },
      ...(change.hourly ? [{ name: "time", type: "integer" as const, values: take(() => 3) }] : []),
      { name: "fold", type: "integer", values: take(() => 1) },
      {
        name: "boolean_value",
        type: "boolean",
        values: take((row) => (change.flip && row === 5 ? 1 - truth[5]! : truth[row]!)),
      },
      { name: "probability", type: "double", values: take((row) => noisy[row]!) },
    ]);
  }
  return place;
}

const options = { resamples: 200 };

test("models of two runs on the same rows are ranked, and told apart by paired differences", async () => {
  const runs = readRuns([await makeRun("a", { good: 0.02, poor: 0.8 }), await makeRun("b", { twin: 0.02 })]);
  const { boards, notComparable } = await compareRuns(db, runs, options);
  expect(notComparable).toEqual([]);
  const [board] = boards;
  expect(board!.patients).toBe(200);
  expect(board!.entries.map(({ run, model }) => `${run}/${model}`).at(-1)).toBe("a/poor");
  const of = (model: string) => board!.entries.find((entry) => entry.model === model)!;
  expect(["a/good", "b/twin"]).toContain(board!.leader);
  const [poor] = of("poor").differences;
  expect(poor!.id).toBe("auroc");
  expect(poor!.difference.high).toBeLessThan(0);
  expect(poor!.adjusted).toBeLessThan(0.05);
  const close = board!.entries[1]!.differences[0]!;
  expect(close.difference.low).toBeLessThan(0);
  expect(close.difference.high).toBeGreaterThan(0);
  expect(close.adjusted).toBeGreaterThan(0.05);
  const figure = (model: string) => of(model).metrics[0]!.value;
  expect(poor!.difference.value).toBeCloseTo(figure("poor") - board!.entries[0]!.metrics[0]!.value, 12);
});

test("the same comparison is made again from the same seed", async () => {
  const runs = readRuns([await makeRun("again", { good: 0.02, poor: 0.8 })]);
  expect(await compareRuns(db, runs, options)).toEqual(await compareRuns(db, runs, options));
});

test.each([
  [
    "other data",
    { result: (result: RunResult) => void Object.assign(result.manifest, { dataFingerprint: "other" }) },
    /data differ/,
  ],
  [
    "the other mode",
    { result: (result: RunResult) => void Object.assign(result.task, { mode: "faithful" }) },
    /mode is faithful/,
  ],
  ["other rows", { from: 1 }, /other rows/],
  ["other labels", { flip: true }, /labels of the same rows differ/],
])("a run on %s is not compared, and is named with the reason", async (name, change, why) => {
  const runs = readRuns([
    await makeRun("first", { good: 0.02 }),
    await makeRun(`second-${name}`, { good: 0.02 }, change),
  ]);
  const { boards, notComparable } = await compareRuns(db, runs, options);
  expect(boards[0]!.entries).toHaveLength(1);
  expect(notComparable).toHaveLength(1);
  expect(notComparable[0]!.run).toContain(`second-${name}`);
  expect(notComparable[0]!.why).toMatch(why);
});

test("a clinical score with a file of points is ranked with the models, by figures that ask for an order alone", async () => {
  const place = await makeRun(
    "points",
    { good: 0.02 },
    { result: (result) => void result.models.push({ ...result.models[0]!, id: "score-news" }) },
  );
  const whole = risk.map((p) => Math.floor(8 * p));
  await writeParquet(db, join(place, "points-score-news.parquet"), [
    { name: "subject_id", type: "id", values: Float64Array.from(risk, (_, row) => Math.floor(row / 2)) },
    { name: "stay_id", type: "id", values: Float64Array.from(risk.keys()) },
    { name: "fold", type: "integer", values: new Float64Array(rows).fill(1) },
    { name: "boolean_value", type: "boolean", values: truth },
    { name: "points", type: "double", values: whole },
  ]);
  const { boards, notComparable } = await compareRuns(db, readRuns([place]), options);
  expect(notComparable).toEqual([]);
  const score = boards[0]!.entries.find(({ model }) => model === "score-news")!;
  expect(score.metrics.map(({ id }) => id)).toEqual(["auroc", "average_precision"]);
  const points = (value: number) => [...whole].filter((_, row) => truth[row] === value);
  const pairs = points(1).flatMap((a) => points(0).map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  expect(score.metrics[0]!.value).toBeCloseTo(pairs.reduce<number>((sum, won) => sum + won, 0) / pairs.length, 9);
  expect(score.differences.map(({ id }) => id)).toEqual(["auroc", "average_precision"]);
});

test("a clinical score without predictions is named as such", async () => {
  const place = await makeRun(
    "scored",
    { good: 0.02 },
    { result: (result) => void result.models.push({ ...result.models[0]!, id: "news" }) },
  );
  const { notComparable } = await compareRuns(db, readRuns([place]), options);
  expect(notComparable).toEqual([
    expect.objectContaining({ run: "scored/news", why: expect.stringContaining("no file") }),
  ]);
});

test("each task has a board of its own", async () => {
  const other = await makeRun(
    "other-task",
    { good: 0.02 },
    { result: (result) => void Object.assign(result.task, { id: "yaib/aki" }), hourly: true },
  );
  const { boards } = await compareRuns(db, readRuns([await makeRun("this-task", { good: 0.02 }), other]), options);
  expect(boards.map(({ task }) => task.id)).toEqual(["yaib/mortality24", "yaib/aki"]);
});

test("numbers are compared by their error, and the smaller is better", async () => {
  const place = join(folder, "numbers");
  mkdirSync(place, { recursive: true });
  const result = runResultFixture();
  result.task = { ...result.task, outcome: "number", labelUnit: "hours" };
  result.models = ["near", "far"].map((id) => ({ ...result.models[0]!, id, title: id }));
  writeFileSync(join(place, "report.json"), JSON.stringify(result));
  for (const [i, size] of [1, 9].entries()) {
    const stream = randomStream(2, size);
    await writeParquet(db, join(place, i ? "predictions-far.parquet" : "predictions.parquet"), [
      { name: "subject_id", type: "id", values: Float64Array.from(risk.keys()) },
      { name: "stay_id", type: "id", values: Float64Array.from(risk.keys()) },
      { name: "truth", type: "double", values: risk.map((p) => 100 * p) },
      { name: "predicted", type: "double", values: risk.map((p) => 100 * p + stream.normal(0, size)) },
      { name: "predicted_replicate_1", type: "double", values: risk.map((p) => 100 * p + stream.normal(0, size)) },
      { name: "predicted_replicate_2", type: "double", values: risk.map((p) => 100 * p + stream.normal(0, size)) },
    ]);
  }
  const { boards } = await compareRuns(db, readRuns([place]), options);
  expect(boards[0]!.leader).toBe("numbers/near");
  expect(boards[0]!.entries[1]!.differences[0]).toMatchObject({ id: "mae" });
  expect(boards[0]!.entries[1]!.differences[0]!.difference.low).toBeGreaterThan(0);
});

test("a folder without a finished run is refused by its name", () => {
  mkdirSync(join(folder, "empty"), { recursive: true });
  expect(() => readRuns([join(folder, "empty")])).toThrow(/holds no finished run/);
  writeFileSync(join(folder, "empty", "report.json"), "{ half");
  expect(() => readRuns([join(folder, "empty")])).toThrow(/holds no finished run/);
});
