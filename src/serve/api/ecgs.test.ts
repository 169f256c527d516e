// ECGs over the API: listed, with what the cart wrote, measured a minute at a time; and the data set made of them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { importData } from "../../sources/index.ts";
import { synthesize } from "../../sources/synthetic/index.ts";
import { Workbench } from "../workbench.ts";
import { workbenchApi } from "./app.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-ecgs-"));
let bench: Workbench;
let app: ReturnType<typeof workbenchApi>;

beforeAll(async () => {
  const { signal } = silent;
  const hospital = join(folder, "hospital");
  const modules = ["hosp", "ecg"] as const;
  await synthesize({
    patients: 12,
    seed: 4,
    out: hospital,
    modules: [...modules],
    format: "csv.gz",
    progress: silent,
    signal,
  });
  const store = join(folder, "store");
  await importData([hospital], store, { progress: silent, memory: "600MB", threads: 1, signal, codeVersion: "test" });
  bench = await Workbench.open({
    ...{ data: [store], runs: join(folder, "runs"), memory: "600MB", threads: 1 },
    program: [process.execPath, "-e", "console.log('done')"],
    now: () => new Date("2026-01-01T00:00:00Z"),
  });
  app = workbenchApi(bench);
});

afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get<T>(path: string): Promise<{ status: number; body: T }> {
  const answer = await app.request(`/api${path}`);
  return { status: answer.status, body: (await answer.json()) as T };
}

interface Listed {
  total: number;
  ecgs: { id: string; name: string }[];
}

test("an ECG is told with its length, its leads, and what the cart wrote and measured", async () => {
  const { body: list } = await get<Listed>("/ecgs");
  expect(list.total).toBe(list.ecgs.length);
  const { body } = await get<Record<string, unknown>>(`/ecgs/${list.ecgs[0]!.id}`);
  expect(body).toMatchObject({ source: "mimic-iv-ecg", name: list.ecgs[0]!.name, seconds: 10, rateHz: 500 });
  expect(body["leads"]).toHaveLength(12);
  expect((body["report"] as string[]).length).toBeGreaterThan(0);
  const { rrMs, qrsMs } = body["cart"] as { rrMs: number | null; qrsMs: number | null };
  for (const [ms, least, most] of [
    [rrMs, 250, 2500],
    [qrsMs, 50, 250],
  ] as const) {
    if (ms !== null) expect(ms > least && ms < most).toBe(true);
  }
});

test("points of a later stretch are counted from the recording's start; past its end there is nothing to measure", async () => {
  const { body: list } = await get<Listed>("/ecgs");
  const { id } = list.ecgs[0]!;
  const { body } = await get<{ fromSeconds: number; toSeconds: number; points: { rPeak: number[] } }>(
    `/ecgs/${id}/measurement?from=4`,
  );
  expect([body.fromSeconds, body.toSeconds]).toEqual([4, 10]);
  expect(body.points.rPeak.length).toBeGreaterThan(2);
  for (const seconds of body.points.rPeak) expect(seconds >= 4 && seconds <= 10).toBe(true);
  expect((await get(`/ecgs/${id}/measurement?from=10`)).status).toBe(404);
});

test("the data set of MEETI is asked for as a job, and its paper tells that nothing has been made", async () => {
  const { body: paper } = await get<{ status: string; produces: { made: unknown[] } }>("/papers/meeti");
  expect([paper.status, paper.produces.made]).toEqual(["runs", []]);
  const init = { method: "POST", headers: { "Content-Type": "application/json" } };
  const asked = await app.request("/api/jobs/make", { ...init, body: JSON.stringify({ system: "meeti", limit: 3 }) });
  expect(((await asked.json()) as { command: string }).command).toMatch(
    /run meeti --data \S+ --out \S+meeti --limit 3/,
  );
  const wrong = await app.request("/api/jobs/make", { ...init, body: JSON.stringify({ system: "yaib" }) });
  expect(wrong.status).toBe(400);
});

test("one patient is told as the list tells it", async () => {
  const { body } = await get<{ patients: { id: string }[] }>("/patients");
  const [first] = body.patients;
  expect((await get(`/patients/${first!.id}`)).body).toEqual(first);
  expect((await get(`/patients/${"A".repeat(22)}`)).status).toBe(404);
});
