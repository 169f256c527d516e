// All tasks of a system on a synthetic hospital: folders, one store, leaderboard, stop and resume, another source.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stopped } from "../../src/core/errors.ts";
import { type Progress, silent } from "../../src/core/progress.ts";
import { type GridOptions, runGrid } from "../../src/run/grid.ts";
import { runTask } from "../../src/run/index.ts";
import { synthesize } from "../../src/sources/synthetic/index.ts";
import { hashFile } from "../../src/store/files.ts";
import { scratch } from "./command.ts";

const folder = scratch();
afterAll(() => folder.remove());
const out = folder.at("grid");

beforeAll(async () => {
  for (const [name, patients, seed] of [
    ["here", 500, 21],
    ["there", 400, 22],
  ] as const) {
    const modules = ["hosp", "icu"] as const;
    await synthesize({ patients, seed, out: folder.at(name), modules, format: "parquet", progress: silent });
  }
});

function gridOptions(more: Partial<GridOptions> = {}): GridOptions {
  return {
    system: "yaib",
    tasks: ["kidney_function", "yaib/aki"],
    models: ["lr", "elasticnet"],
    data: [folder.at("here")],
    out,
    mode: "corrected",
    seed: 3,
    protocol: "quick",
    resamples: 100,
    command: "bedside run yaib",
    startedAt: "2150-01-01T00:00:00Z",
    documents: () => ({ "report.html": "<p>report</p>" }),
    leaderboardDocuments: (board) => ({ "leaderboard.html": `<p>${board.boards.length} boards</p>` }),
    memory: "800MB",
    threads: 2,
    progress: silent,
    ...more,
  };
}

/** Progress that asks to stop when a stage of that name begins. */
function stoppingAt(stage: string): Progress {
  const controller = new AbortController();
  return {
    ...silent,
    begin: (name) => {
      if (name === stage) controller.abort();
    },
    signal: controller.signal,
  };
}

const predictions = (task: string) => folder.at("grid", task, "predictions.parquet");

test("a grid that is stopped keeps what is finished, goes on from there, and ends with a folder a task and one leaderboard", async () => {
  await expect(runGrid(gridOptions({ progress: stoppingAt("Training elasticnet") }))).rejects.toThrow(Stopped);
  expect(existsSync(predictions("aki"))).toBe(true);
  expect(existsSync(folder.at("grid", "leaderboard.json"))).toBe(false);
  const first = await hashFile(predictions("aki"));

  const { results, failed, leaderboard } = await runGrid(gridOptions());
  expect(failed).toEqual([]);
  expect(results.map(({ task }) => [task.id, task.outcome, task.per])).toEqual([
    ["yaib/aki", "event", "hour"],
    ["yaib/kidney_function", "number", "stay"],
  ]);
  expect(results.map(({ models }) => models.map(({ id }) => id))).toEqual([["lr"], ["elasticnet"]]);
  expect(readdirSync(out).sort()).toEqual(
    expect.arrayContaining(["aki", "kidney_function", "leaderboard.html", "leaderboard.json", "store"]),
  );
  expect(leaderboard.boards).toHaveLength(2);
  expect(JSON.parse(readFileSync(folder.at("grid", "leaderboard.json"), "utf8")).boards).toHaveLength(2);
  const trained = (id: string) => results.find(({ task }) => task.id === id)!.manifest.timings;
  expect(trained("yaib/aki").every(({ resumed }) => resumed)).toBe(true);
  expect(await hashFile(predictions("aki"))).toBe(first);
  for (const { leaks } of results) expect(leaks).toMatchObject({ subjectOverlap: 0 });
});

test("the same grid again does nothing anew and says the same", async () => {
  const before = await Promise.all(["aki", "kidney_function"].map((task) => hashFile(predictions(task))));
  const { results } = await runGrid(gridOptions());
  expect(results.flatMap(({ manifest }) => manifest.timings).every(({ resumed }) => resumed)).toBe(true);
  const after = await Promise.all(["aki", "kidney_function"].map((task) => hashFile(predictions(task))));
  expect(after).toEqual(before);
});

test("wrong names are refused before anything is read, with what may have been meant", async () => {
  await expect(runGrid(gridOptions({ system: "yiab" }))).rejects.toThrow(/no system "yiab".+did you mean yaib/s);
  await expect(runGrid(gridOptions({ tasks: ["akii"] }))).rejects.toThrow(/no task "akii".+did you mean aki/s);
  await expect(runGrid(gridOptions({ models: ["elastinet"] }))).rejects.toThrow(/did you mean elasticnet/);
});

test("a model trained here is tried there, as it is, trained further, and beside one of there alone, on the same stays; three seeds are three sets of figures", async () => {
  const result = await runTask({
    ...gridOptions(),
    task: "yaib/kidney_function",
    models: ["lgbm", "elasticnet"],
    data: [folder.at("grid", "store")],
    testOn: [folder.at("there")],
    fineTune: 10,
    folds: 1,
    out: folder.at("cross"),
  });
  expect(result.models.map(({ seeds }) => seeds?.seeds)).toEqual([["seed 3", "seed 4", "seed 5"], undefined]);
  const rows = result.crossSource!;
  expect(rows.map(({ model, fineTunedStays }) => [model, fineTunedStays > 0])).toEqual([
    ["lgbm", false],
    ["lgbm", true],
    ["lgbm", true],
    ["elasticnet", false],
    ["elasticnet", true],
  ]);
  expect(new Set(rows.map((row) => `${row.patients} ${row.rows}`)).size).toBe(1);
  for (const { metrics } of rows) expect(metrics.find(({ id }) => id === "mae")!.value).toBeGreaterThan(0);
});
