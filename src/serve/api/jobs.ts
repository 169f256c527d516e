// Routes of the queue: what waits and runs, its progress and log, start, stop and go on.
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { UsageError } from "../../core/errors.ts";
import { findTask } from "../../systems/index.ts";
import type { Job } from "../jobs/job.ts";
import type { Workbench } from "../workbench.ts";
import { conflict, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const jobSchema = z
  .object({
    id: z.string(),
    kind: z.enum(["import", "run", "cohort", "synth"]),
    title: z.string(),
    command: z.string(),
    folder: z.string().nullable().openapi({ description: "The run's folder, by name inside the runs folder" }),
    state: z.enum(["waiting", "running", "stopping", "stopped", "interrupted", "failed", "done"]),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    reason: z.string().nullable(),
    progress: z
      .object({ stage: z.string(), done: z.number(), total: z.number().nullable(), note: z.string() })
      .nullable(),
  })
  .openapi("Job");

const runOrder = z
  .object({
    task: z.string().max(100).openapi({ example: "yaib/mortality24" }),
    models: z
      .array(z.string().regex(/^[a-z0-9-]{1,40}$/))
      .max(20)
      .default([]),
    mode: z.enum(["corrected", "faithful"]).default("corrected"),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31)
      .default(1),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/)
      .optional()
      .openapi({ description: "The run's folder; made of task and models when left out" }),
  })
  .openapi("RunOrder");

const makeOrder = z
  .object({
    system: z.enum(["meeti"]),
    mode: z.enum(["corrected", "faithful"]).default("corrected"),
    limit: z.number().int().min(1).max(10_000_000).optional().openapi({ description: "The first recordings only" }),
  })
  .openapi("MakeOrder");

const byId = z.object({ id: z.string().regex(/^[0-9]{14}-[0-9a-f]{8}$/) });
const one = {
  200: { description: "The job", content: { "application/json": { schema: jobSchema } } },
  ...problemAnswers,
};

/** Routes under /api/jobs. */
export function jobRoutes(bench: Workbench): OpenAPIHono {
  const { jobs } = bench;
  const shown = (job: Job) => {
    const { id, kind, title, command, folder, state, createdAt, startedAt, endedAt, reason } = job;
    const progress = state === "running" || state === "stopping" ? jobs.progress(id) : null;
    return { id, kind, title, command, folder, state, createdAt, startedAt, endedAt, reason, progress };
  };
  const list = createRoute({
    method: "get",
    path: "/jobs",
    summary: "All jobs, the newest first",
    responses: { 200: { description: "Jobs", content: { "application/json": { schema: z.array(jobSchema) } } } },
  });
  const queue = createRoute({
    method: "get",
    path: "/queue",
    summary: "Whether this server runs the jobs of its runs folder: of several servers one does, and the others read",
    responses: {
      200: {
        description: "Who runs them",
        content: {
          "application/json": { schema: z.object({ isOwner: z.boolean(), ownerPid: z.number().nullable() }) },
        },
      },
    },
  });
  const log = createRoute({
    method: "get",
    path: "/jobs/{id}/log",
    summary: "What a job has said",
    request: { params: byId, query: z.object({ from: z.coerce.number().int().min(0).default(0) }) },
    responses: {
      200: {
        description: "Text, and where to go on",
        content: { "application/json": { schema: z.object({ text: z.string(), next: z.number() }) } },
      },
      ...problemAnswers,
    },
  });
  const startRun = createRoute({
    method: "post",
    path: "/jobs/run",
    summary: "Runs a task",
    request: { body: { required: true, content: { "application/json": { schema: runOrder } } } },
    responses: one,
  });
  const startMaking = createRoute({
    method: "post",
    path: "/jobs/make",
    summary: "Makes the data set of a system that predicts nothing",
    request: { body: { required: true, content: { "application/json": { schema: makeOrder } } } },
    responses: one,
  });
  const startImport = createRoute({
    method: "post",
    path: "/jobs/import",
    summary: "Imports the records of the folders the server was given",
    responses: one,
  });
  const act = (name: "stop" | "resume", summary: string) =>
    createRoute({ method: "post", path: `/jobs/{id}/${name}`, summary, request: { params: byId }, responses: one });
  const common = ["--memory", bench.options.memory, "--threads", String(bench.options.threads)];
  return api()
    .openapi(list, (context) => context.json(jobs.list().map(shown), 200))
    .openapi(queue, (context) => context.json(jobs.standing(), 200))
    .openapi(log, (context) => {
      const { id } = context.req.valid("param");
      return context.json(jobs.log(id, context.req.valid("query").from), 200);
    })
    .openapi(startRun, async (context) => {
      const { task, models, mode, seed, name } = context.req.valid("json");
      findTask(task); // an unknown one is said before it waits
      const folder =
        name ?? [task.replaceAll("/", "-"), mode === "faithful" ? "faithful" : "", ...models].filter(Boolean).join("-");
      const data = bench.isImported ? [bench.storeFolder] : bench.options.data;
      if (data.length === 0) {
        throw new UsageError({
          code: "serve/no-data",
          what: "The server was given no records",
          fix: "start it with: bedside serve --data DIR",
        });
      }
      const words = [
        "run",
        task,
        ...data.flatMap((given) => ["--data", given]),
        "--out",
        join(bench.options.runs, folder),
        ...(models.length ? ["--models", models.join(",")] : []),
        ...(mode === "faithful" ? ["--faithful"] : []),
        "--seed",
        String(seed),
        ...common,
      ];
      const title = `${task}${models.length ? `: ${models.join(", ")}` : ""}${mode === "faithful" ? " (faithful)" : ""}`;
      return context.json(shown(await jobs.add({ kind: "run", title, arguments: words, folder })), 200);
    })
    .openapi(startMaking, async (context) => {
      const { system, mode, limit } = context.req.valid("json");
      if (!bench.isImported) throw conflict("No records have been imported yet", "import them on the page of data");
      const folder = mode === "faithful" ? `${system}-faithful` : system;
      const words = [
        ...["run", system, "--data", bench.storeFolder, "--out", join(bench.options.runs, folder)],
        ...(mode === "faithful" ? ["--faithful"] : []),
        ...(limit === undefined ? [] : ["--limit", String(limit)]),
        ...["--workers", String(bench.options.threads), "--memory", bench.options.memory],
      ];
      const title = `${system}${mode === "faithful" ? " (faithful)" : ""}${limit === undefined ? "" : `: ${limit} recordings`}`;
      return context.json(shown(await jobs.add({ kind: "run", title, arguments: words, folder })), 200);
    })
    .openapi(startImport, async (context) => {
      const { data } = bench.options;
      const words = ["import", ...data.flatMap((given) => ["--data", given]), "--out", bench.storeFolder, ...common];
      const added = await jobs.add({
        kind: "import",
        title: "Import of the records",
        arguments: words,
        folder: ".workbench/store",
      });
      return context.json(shown(added), 200);
    })
    .openapi(act("stop", "Stops a job in order"), async (context) =>
      context.json(shown(await jobs.stop(context.req.valid("param").id)), 200),
    )
    .openapi(act("resume", "Goes on with a job from what is finished"), async (context) =>
      context.json(shown(await jobs.resume(context.req.valid("param").id)), 200),
    );
}
