// Routes of runs: what was run, its result and report, what a threshold would do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { ModelResult, RunResult } from "../../run/index.ts";
import { predictionsFile } from "../../run/leaderboard/index.ts";
import { reportPolicy } from "../guard/index.ts";
import { KeptAnswers } from "../kept.ts";
import type { FoundRun } from "../runs/find.ts";
import { thresholdCounts } from "../runs/thresholds.ts";
import type { Workbench } from "../workbench.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const figureSchema = z.object({
  id: z.string(),
  title: z.string(),
  higherIsBetter: z.boolean(),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

export const runSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    task: z.string(),
    title: z.string(),
    mode: z.enum(["corrected", "faithful"]),
    data: z.string(),
    dataUse: z.string(),
    startedAt: z.string(),
    stays: z.number(),
    patients: z.number(),
    models: z.array(z.object({ id: z.string(), title: z.string(), headline: figureSchema.nullable() })),
    warnings: z.array(z.string()),
  })
  .openapi("Run");

/** A run as the list shows it. */
export function summaryOf({ id, name }: FoundRun, result: RunResult): z.infer<typeof runSchema> {
  const { task, data, cohort, manifest, models, warnings } = result;
  return {
    id,
    name,
    task: task.id,
    title: task.title,
    mode: task.mode,
    data: `${data.title} ${data.version}`,
    dataUse: data.dataUse,
    startedAt: manifest.startedAt,
    stays: cohort.stays,
    patients: cohort.patients,
    models: models.map((model) => ({ id: model.id, title: model.title, headline: headlineOf(model) })),
    warnings,
  };
}

/** The first figure of the main table. */
function headlineOf({ metrics }: ModelResult) {
  const first = metrics[0];
  if (!first) return null;
  const { id, title, higherIsBetter, value, low, high } = first;
  return { id, title, higherIsBetter, value, low, high };
}

const byId = z.object({ id: z.string().regex(/^[\w-]{16}$/) });
const modelName = z.string().regex(/^[a-z0-9-]{1,40}$/);

/** Of counts at thresholds, the most that is kept. */
const KEPT_BYTES = 2 * 2 ** 20;

/** Routes under /api/runs. */
export function runRoutes(bench: Workbench): OpenAPIHono {
  const found = (id: string) => {
    const run = bench.runs.find(id);
    if (!run) throw notFound("There is no such run");
    return run;
  };
  const list = createRoute({
    method: "get",
    path: "/runs",
    summary: "Runs with a result, the newest first",
    responses: { 200: { description: "Runs", content: { "application/json": { schema: z.array(runSchema) } } } },
  });
  const result = createRoute({
    method: "get",
    path: "/runs/{id}",
    summary: "The whole result of a run",
    request: { params: byId },
    responses: {
      200: { description: "report.json", content: { "application/json": { schema: z.looseObject({}) } } },
      ...problemAnswers,
    },
  });
  const report = createRoute({
    method: "get",
    path: "/runs/{id}/report",
    summary: "The report as one page of HTML without scripts",
    request: { params: byId },
    responses: { 200: { description: "HTML", content: { "text/html": { schema: z.string() } } }, ...problemAnswers },
  });
  const thresholds = new KeptAnswers(KEPT_BYTES);
  const explored = createRoute({
    method: "get",
    path: "/runs/{id}/thresholds",
    summary: "Held-out rows above each threshold, with and without the event",
    request: { params: byId, query: z.object({ model: modelName }) },
    responses: {
      200: {
        description: "Counts; null where 1 to 10 are withheld",
        content: {
          "application/json": {
            schema: z.object({
              rows: z.number(),
              positives: z.number(),
              thresholds: z.array(z.number()),
              truePositives: z.array(z.number().nullable()),
              falsePositives: z.array(z.number().nullable()),
            }),
          },
        },
      },
      ...problemAnswers,
    },
  });
  return api()
    .openapi(list, (context) => {
      const runs = bench.runs.list().map(({ run, result }) => summaryOf(run, result));
      return context.json(
        runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)),
        200,
      );
    })
    .openapi(result, (context) => {
      const { run, result } = found(context.req.valid("param").id);
      return context.json({ ...summaryOf(run, result), result } as Record<string, unknown>, 200);
    })
    .openapi(report, (context) => {
      const { run } = found(context.req.valid("param").id);
      let html: string;
      try {
        html = readFileSync(join(run.folder, "report.html"), "utf8");
      } catch {
        throw notFound("This run has no report");
      }
      context.header("Content-Security-Policy", reportPolicy);
      return context.html(html, 200);
    })
    .openapi(explored, async (context) => {
      const { run, result } = found(context.req.valid("param").id);
      const { model } = context.req.valid("query");
      const file = predictionsFile({ folder: run.folder, result }, model);
      const isEvent = (result.task.outcome ?? "event") === "event";
      if (!file || !isEvent) throw notFound("This run has no probabilities of an event by that model");
      const key = `${run.id} ${result.manifest.startedAt} ${model}`;
      const counts = await thresholds.get(key, async () =>
        thresholdCounts(await bench.database(), file, { isGuarded: result.data.dataUse === "credentialed" }),
      );
      return context.body(counts, 200, { "Content-Type": "application/json" }) as never;
    });
}
