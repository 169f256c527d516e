import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { importData } from "../../sources/index.ts";
import { synthesize } from "../../sources/synthetic/index.ts";
import { sql } from "../../store/index.ts";
import { Workbench } from "../workbench.ts";
import { workbenchApi } from "./app.ts";

let folder: string;
let bench: Workbench;
let app: ReturnType<typeof workbenchApi>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-api-"));
  const { signal } = silent;
  const hospital = join(folder, "hospital");
  await synthesize({
    patients: 120,
    seed: 2,
    out: hospital,
    modules: ["hosp", "icu", "ed"],
    format: "csv.gz",
    progress: silent,
    signal,
  });
  const store = join(folder, "store");
  await importData([hospital], store, { progress: silent, memory: "600MB", threads: 1, signal, codeVersion: "test" });
  bench = await Workbench.open({
    data: [store],
    runs: join(folder, "runs"),
    memory: "600MB",
    threads: 1,
    program: [process.execPath, "-e", "console.log('done')"],
    now: () => new Date("2026-01-01T00:00:00Z"),
  });
  app = workbenchApi(bench);
}, 60_000);

afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get(path: string) {
  const answer = await app.request(`/api${path}`);
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return { status: answer.status, body: isJson ? JSON.parse(await answer.text()) : undefined, answer };
}

async function post(path: string, body: unknown) {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await app.request(`/api${path}`, init);
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

test("the data page tells tables and rows as the store has them", async () => {
  const { body } = await get("/data");
  expect(body.state).toBe("imported");
  const source = body.sources.find(({ id }: { id: string }) => id === "mimic-iv");
  expect(source.dataUse).toBe("synthetic");
  const patients = source.tables.find(({ table }: { table: string }) => table === "patients");
  expect(patients.rows).toBe(120);
});

test("coverage counts the rows and patients that a plain query counts", async () => {
  const { body } = await get("/data/coverage?source=mimic-iv");
  const heart = body.find(({ concept }: { concept: string }) => concept === "hr");
  const store = (await bench.store())!;
  const counted = await store.db.row<{ n: bigint; p: bigint }>(
    sql`select count(*) as n, count(distinct subject_id) as p from mimic_iv.chartevents where itemid = 220045`,
  );
  expect(heart.rows).toBe(Number(counted.n));
  expect(heart.patients).toBe(Number(counted.p));
});

test("a concept's values: the bins hold every row with a number, the hours are shares", async () => {
  const { body } = await get("/data/concepts/hr?source=mimic-iv");
  for (const { rows, without, bins } of body.items) {
    expect(bins.reduce((sum: number, n: number) => sum + n, 0)).toBe(rows - without);
  }
  expect(body.hours).toHaveLength(48);
  expect(Math.max(...body.hours)).toBeGreaterThan(0.5);
  expect(Math.max(...body.hours)).toBeLessThanOrEqual(1);
  expect((await get("/data/concepts/nothing?source=mimic-iv")).status).toBe(404);
});

test("a patient's events are those of the tables, packed by kind and in time", async () => {
  const { body } = await get("/patients");
  expect(body.total).toBe(120);
  const [first] = body.patients;
  expect(first.id).not.toContain(first.name);
  const { answer } = await get(`/patients/${first.id}/events`);
  const bytes = await answer.arrayBuffer();
  const length = new DataView(bytes).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  expect(bytes.byteLength).toBe(start + 14 * head.count);
  const store = (await bench.store())!;
  const { n } = await store.db.row<{ n: bigint }>(
    sql`select count(*) as n from mimic_iv.chartevents where subject_id = ${BigInt(first.name)}`,
  );
  const charted = head.codes
    .filter(({ kind, title }: { kind: string; title: string }) => kind === "vital" && !/\(ED\)$/.test(title))
    .reduce((sum: number, { count }: { count: number }) => sum + count, 0);
  expect(charted).toBe(Number(n));
  const time = new Int32Array(bytes, start, head.count);
  const code = new Uint16Array(bytes, start + 12 * head.count, head.count);
  for (let i = 1; i < head.count; i++)
    if (code[i] === code[i - 1]) expect(time[i]).toBeGreaterThanOrEqual(time[i - 1]!);
});

test("patients asked for at the same time are told as each alone: no event is lost between them", async () => {
  const { body } = await get("/patients?has=icu");
  const paths = body.patients.slice(0, 8).map(({ id }: { id: string }) => `/patients/${id}/events`) as string[];
  const counts = async (path: string) => {
    const bytes = await (await app.request(`/api${path}`)).arrayBuffer();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, new DataView(bytes).getUint32(0, true)))).count;
  };
  const together = await Promise.all(paths.map(counts));
  const other = await Workbench.open({ ...bench.options, runs: join(folder, "other-runs") }); // has kept nothing
  app = workbenchApi(other);
  const { body: again } = await get("/patients?has=icu");
  const alone: number[] = [];
  for (const { id } of again.patients.slice(0, 8)) alone.push(await counts(`/patients/${id}/events`));
  await other.close();
  app = workbenchApi(bench);
  expect(together).toEqual(alone);
});

test("patients are narrowed down, and an id that was made up is nobody", async () => {
  const women = await get("/patients?sex=F");
  expect(women.body.total).toBeLessThan(120);
  expect(new Set(women.body.patients.map(({ sex }: { sex: string }) => sex))).toEqual(new Set(["F"]));
  expect((await get(`/patients/${"A".repeat(22)}/events`)).status).toBe(404);
  expect((await get("/patients?sex=X")).status).toBe(400);
});

test("a task is checked with its line, and its cohort counted", async () => {
  const { body } = await get("/tasks/yaib/mortality24");
  const wrong = await post("/tasks/check", { yaml: body.yaml.replace("below: 18", "below: x") });
  expect(wrong.body.problem.line).toBeGreaterThan(60);
  let { body: draft } = await post("/cohorts/draft", { yaml: body.yaml });
  for (let i = 0; i < 200 && draft.state === "running"; i++) {
    await new Promise((done) => setTimeout(done, 100));
    draft = (await get(`/cohorts/draft/${draft.id}`)).body;
  }
  expect(draft.state).toBe("done");
  expect(draft.funnel.steps.at(-1).remaining).toBe(draft.stays);
  expect(draft.samples.length).toBeGreaterThan(0);
  expect((await post("/cohorts/draft", { yaml: "id: [" })).status).toBe(400);
});

test("nineteen papers, each with what it needs; the feed is Atom", async () => {
  const { body } = await get("/papers");
  expect(body).toHaveLength(19);
  const statuses = Object.fromEntries(body.map(({ id, status }: { id: string; status: string }) => [id, status]));
  expect(statuses["yaib"]).toBe("runs");
  expect(statuses["clinical-lms"]).toBe("planned");
  const { body: yaib } = await get("/papers/yaib");
  expect(yaib.faults.length).toBeGreaterThan(3);
  expect(yaib.taskList.some(({ published }: { published: unknown[] }) => published.length > 0)).toBe(true);
  const feed = await app.request("/api/papers/feed.atom");
  expect(await feed.text()).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>\n<feed xmlns=/);
});

test("a job is queued, ends, and is known to the next workbench of the folder", async () => {
  const { body: job } = await post("/jobs/run", { task: "yaib/mortality24", models: ["lr"] });
  let now = job;
  for (let i = 0; i < 100 && now.state !== "done"; i++) {
    await new Promise((done) => setTimeout(done, 50));
    now = (await get("/jobs")).body.find(({ id }: { id: string }) => id === job.id);
  }
  expect(now.state).toBe("done");
  expect((await get(`/jobs/${job.id}/log`)).body.text).toContain("done");
  const again = await Workbench.open(bench.options);
  expect(again.jobs.get(job.id).state).toBe("done");
  await again.close();
  expect((await post("/jobs/run", { task: "yaib/mortality25" })).status).toBe(400);
  expect((await post(`/jobs/${job.id}/stop`, {})).status).toBe(409);
});

test("OpenAPI describes every route that the page calls", async () => {
  const { body } = await get("/openapi.json");
  const paths = Object.keys(body.paths);
  for (const path of [
    "/api/papers",
    "/api/patients/{id}/events",
    "/api/runs/{id}/thresholds",
    "/api/ecgs/{id}/window",
  ]) {
    expect(paths).toContain(path);
  }
});
