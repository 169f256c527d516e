import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { bedside, scratch } from "./command.ts";
import { type ServedProcess, startServer } from "./served.ts";

interface Job {
  id: string;
  state: string;
  folder: string;
  endedAt: string | null;
  progress: { stage: string } | null;
}

const order = { task: "yaib/mortality24", models: ["lr"] };
const folder = scratch();
const store = folder.at("store");
let whole: Record<string, string>;
let server: ServedProcess | undefined;
/** Another one on the same runs folder. */
let second: ServedProcess | undefined;
/** Ids of processes that must not outlive the tests. */
const started = new Set<number>();

/** Hashes of a run's predictions, by file; none where there is no such run. */
function predictionsOf(run: string): Record<string, string> {
  const files = (existsSync(run) ? readdirSync(run) : []).filter((name) => /^predictions.*\.parquet$/.test(name));
  const hashOf = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(run, name)))
      .digest("hex");
  return Object.fromEntries(files.map((name) => [name, hashOf(name)]));
}

const recordOf = (runs: string, { id }: Job): { pid: number | null; exitCode: number | null } =>
  JSON.parse(readFileSync(join(runs, ".workbench/jobs", id, "job.json"), "utf8"));

/** Changes what stands on the disk of a job while no server runs. */
function rewrite(runs: string, { id }: Job, changes: object): void {
  const path = join(runs, ".workbench/jobs", id, "job.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...changes }));
}

/** The job as the server tells it, once `isSo`. */
async function jobWhen(id: string, isSo: (job: Job) => boolean): Promise<Job> {
  const look = async () => (await server!.read<Job[]>("/jobs")).find((job) => job.id === id)!;
  const end = Date.now() + 90_000;
  let job = await look();
  while (!isSo(job)) {
    if (Date.now() > end) throw new Error(`the job stayed ${job.state}`);
    await new Promise((done) => setTimeout(done, 25));
    job = await look();
  }
  return job;
}

/**
 * Starts a run and holds its process in the middle: a stage has begun and there are no predictions yet. It stands still
 * until it is sent SIGCONT or killed, however long servers take to start meanwhile.
 */
async function startInTheMiddle(runs: string): Promise<{ job: Job; pid: number }> {
  const asked = await server!.send<Job>("/jobs/run", order);
  const job = await jobWhen(asked.id, ({ state, progress }) => state !== "running" || Boolean(progress?.stage));
  expect(job.state).toBe("running");
  const pid = recordOf(runs, job).pid!;
  started.add(pid);
  process.kill(pid, "SIGSTOP");
  expect(predictionsOf(join(runs, job.folder))).toEqual({});
  return { job, pid };
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== ""; // ended, and not yet waited for
  } catch {
    return false;
  }
}

beforeAll(async () => {
  const synth = [
    "synth",
    "--patients",
    "200",
    "--seed",
    "11",
    "--modules",
    "hosp,icu",
    "--out",
    folder.at("hospital"),
    "--quiet",
  ];
  expect((await bedside(synth)).code).toBe(0);
  const imported = ["import", "--data", folder.at("hospital"), "--out", store, "--quiet"];
  expect((await bedside(imported)).code).toBe(0);
  const limits = ["--threads", "2", "--memory", "800MB", "--quiet"];
  const run = ["run", order.task, "--models", "lr", "--data", store, "--out", folder.at("whole"), ...limits];
  expect((await bedside(run)).code).toBe(0);
  whole = predictionsOf(folder.at("whole"));
  expect(Object.keys(whole).length).toBeGreaterThan(0);
});

afterEach(async () => {
  await Promise.all([server?.kill(), second?.kill()]);
  server = second = undefined;
});

afterAll(() => {
  for (const pid of started) if (lives(pid)) process.kill(pid, "SIGKILL");
  folder.remove();
});

test("server and run killed in the middle: the job is interrupted, and resumed it ends with the same predictions", async () => {
  const runs = folder.at("both");
  server = await startServer(runs, [store]);
  const { job, pid } = await startInTheMiddle(runs);
  process.kill(pid, "SIGKILL");
  await server.kill();
  rewrite(runs, job, { pid: process.pid }); // by now the number is another program's, which is left alone
  server = await startServer(runs, [store]);
  expect((await jobWhen(job.id, () => true)).state).toBe("interrupted");
  await server.send(`/jobs/${job.id}/resume`);
  const after = await jobWhen(job.id, ({ state }) => state !== "waiting" && state !== "running");
  expect(after.state).toBe("done");
  expect(predictionsOf(join(runs, job.folder))).toEqual(whole);
});

test("the run alone killed: the server says that it was interrupted, without being started anew", async () => {
  const runs = folder.at("run-alone");
  server = await startServer(runs, [store]);
  const { job, pid } = await startInTheMiddle(runs);
  process.kill(pid, "SIGKILL");
  const after = await jobWhen(job.id, ({ state }) => state !== "running");
  expect(after.state).toBe("interrupted");
});

test("the server alone killed: the run goes on, a new server takes it over and tells that it is done; so does one started later", async () => {
  const runs = folder.at("server-alone");
  server = await startServer(runs, [store]);
  const { job, pid } = await startInTheMiddle(runs);
  await server.kill();
  expect(lives(pid)).toBe(true);
  server = await startServer(runs, [store]);
  const adopted = await jobWhen(job.id, () => true);
  expect(adopted.state).toBe("running");
  expect(recordOf(runs, job).pid).toBe(pid);
  process.kill(pid, "SIGCONT");
  const after = await jobWhen(job.id, ({ state }) => state !== "running");
  expect(after.state).toBe("done");
  expect(recordOf(runs, job).exitCode).toBe(0);
  expect(predictionsOf(join(runs, job.folder))).toEqual(whole);
  // as the disk is where the run ends while no server is there to see it
  await server.kill();
  rewrite(runs, job, { state: "running", pid, endedAt: null, exitCode: null });
  server = await startServer(runs, [store]);
  expect((await jobWhen(job.id, () => true)).state).toBe("done");
});

test("a run taken over from a killed server can be stopped, and gone on with", async () => {
  const runs = folder.at("stopped");
  server = await startServer(runs, [store]);
  const { job, pid } = await startInTheMiddle(runs);
  await server.kill();
  server = await startServer(runs, [store]);
  await server.send(`/jobs/${job.id}/stop`);
  process.kill(pid, "SIGCONT");
  const stopped = await jobWhen(job.id, ({ state }) => state !== "running" && state !== "stopping");
  expect(stopped.state).toBe("stopped");
  await server.send(`/jobs/${job.id}/resume`);
  const after = await jobWhen(job.id, ({ state }) => state !== "waiting" && state !== "running");
  expect(after.state).toBe("done");
  expect(predictionsOf(join(runs, job.folder))).toEqual(whole);
});

test("of two servers on one folder one runs its jobs; killed, the other takes its job over, and it reads when it comes again", async () => {
  const runs = folder.at("two");
  server = await startServer(runs, [store]);
  second = await startServer(runs, [store]);
  expect(await server.read("/queue")).toEqual({ isOwner: true, ownerPid: server.process.pid });
  expect(await second.read("/queue")).toEqual({ isOwner: false, ownerPid: server.process.pid });
  await expect(second.send("/jobs/run", order)).rejects.toThrow(
    /409.*Another server of this runs folder \(process \d+\)/,
  );
  const { job, pid } = await startInTheMiddle(runs);
  await expect(second.send(`/jobs/${job.id}/stop`)).rejects.toThrow(/409/);
  const seenBySecond = async () => (await second!.read<Job[]>("/jobs")).map(({ id, state }) => ({ id, state }));
  await expect.poll(seenBySecond, { timeout: 30_000 }).toEqual([{ id: job.id, state: "running" }]);

  await server.kill();
  const ownerOf = async () => (await second!.read<{ ownerPid: number }>("/queue")).ownerPid;
  await expect.poll(ownerOf, { timeout: 30_000 }).toBe(second.process.pid);
  server = await startServer(runs, [store]);
  expect(await server.read("/queue")).toEqual({ isOwner: false, ownerPid: second.process.pid });
  expect(recordOf(runs, job).pid).toBe(pid);
  process.kill(pid, "SIGCONT");
  await expect.poll(seenBySecond, { timeout: 90_000 }).toEqual([{ id: job.id, state: "done" }]);
  expect(predictionsOf(join(runs, job.folder))).toEqual(whole);

  await second.end(); // in order: the queue is given back
  await expect
    .poll(() => server!.read("/queue"), { timeout: 30_000 })
    .toEqual({ isOwner: true, ownerPid: server.process.pid });
});
