// Routes of the publications: the list with what runs here, one of them with its faults and results, new results as a feed.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { RunResult } from "../../run/index.ts";
import { type Paper, papers, type System, systems } from "../../systems/index.ts";
import { findMade } from "../made/find.ts";
import { atomFeed } from "../papers/atom.ts";
import type { RunReader } from "../runs/find.ts";
import type { Workbench } from "../workbench.ts";
import { madeSchema, madeShown } from "./made.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";
import { runSchema, summaryOf } from "./runs.ts";

const bestSchema = z.object({
  run: z.string(),
  model: z.string(),
  metric: z.string(),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  data: z.string(),
  mode: z.string(),
});

const paperSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    published: z.string(),
    citation: z.string(),
    modalities: z.array(z.string()),
    kind: z.string(),
    summary: z.string(),
    headline: z.string(),
    status: z.enum(["runs", "needs-data", "planned"]),
    missing: z.array(z.string()).openapi({ description: "Data sets that are not in the records" }),
    tasks: z.array(z.string()),
    ours: z.array(bestSchema).openapi({ description: "Our best figure in corrected and in faithful mode" }),
  })
  .openapi("Paper");

const detailSchema = paperSchema
  .extend({
    about: z.array(z.string()),
    taskList: z.array(
      z.object({
        id: z.string(),
        question: z.string(),
        models: z.array(z.string()),
        published: z.array(
          z.object({
            model: z.string(),
            metric: z.string(),
            value: z.number(),
            plusMinus: z.number().nullable(),
            data: z.string(),
            source: z.string(),
          }),
        ),
        command: z.string(),
      }),
    ),
    faults: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        original: z.string(),
        corrected: z.string(),
        faithful: z.boolean(),
      }),
    ),
    runs: z.array(runSchema),
    produces: z
      .object({ what: z.string(), command: z.string(), made: z.array(madeSchema) })
      .nullable()
      .openapi({ description: "Of a system that makes a data set and predicts nothing" }),
  })
  .openapi("PaperDetail");

/** Routes under /api/papers. */
export function paperRoutes(bench: Workbench): OpenAPIHono {
  const list = createRoute({
    method: "get",
    path: "/papers",
    summary: "The publications, the newest first, with what runs here",
    responses: { 200: { description: "Papers", content: { "application/json": { schema: z.array(paperSchema) } } } },
  });
  const feed = createRoute({
    method: "get",
    path: "/papers/feed.atom",
    summary: "New results as an Atom feed",
    responses: { 200: { description: "Atom", content: { "application/atom+xml": { schema: z.string() } } } },
  });
  const detail = createRoute({
    method: "get",
    path: "/papers/{id}",
    summary: "A publication with its faults, published figures and our results",
    request: { params: z.object({ id: z.string().regex(/^[a-z0-9-]{1,40}$/) }) },
    responses: {
      200: { description: "The paper", content: { "application/json": { schema: detailSchema } } },
      ...problemAnswers,
    },
  });
  const known = async () => {
    const store = await bench.store().catch(() => undefined);
    return { sources: new Set(store?.manifest.sources.map(({ id }) => id)), runs: bench.runs.list() };
  };
  return api()
    .openapi(list, async (context) => {
      const { sources, runs } = await known();
      return context.json(
        papers().map((paper) => shown(paper, sources, runs)),
        200,
      );
    })
    .openapi(feed, (context) => {
      const xml = atomFeed(bench.runs.list().map(({ run, result }) => ({ id: run.id, name: run.name, result })));
      context.header("Content-Type", "application/atom+xml; charset=utf-8");
      return context.body(xml, 200) as never;
    })
    .openapi(detail, async (context) => {
      const { id } = context.req.valid("param");
      const paper = papers().find((each) => each.id === id);
      if (!paper) throw notFound("There is no such paper");
      const { sources, runs } = await known();
      const system = systemOf(paper);
      const own = runs.filter(({ result }) => system?.tasks.some((task) => task.id === result.task.id));
      const data = bench.options.data.length ? "--data DIR" : "--data mimic-iv";
      return context.json(
        {
          ...shown(paper, sources, runs),
          about: [...paper.about],
          taskList: (system?.tasks ?? []).map((task) => ({
            id: task.id,
            question: task.question,
            models: [...task.allowed],
            published: task.published.map(({ model, metric, value, plusMinus, data: measured, source }) => ({
              model,
              metric,
              value,
              plusMinus: plusMinus ?? null,
              data: measured,
              source,
            })),
            command: `bedside run ${task.id} ${data} --out ${task.id.replaceAll("/", "-")}`,
          })),
          faults: faultsOf(system),
          runs: own.map(({ run, result }) => summaryOf(run, result)),
          produces: system?.produces
            ? {
                what: system.produces.what,
                command: `${system.produces.command} ${data} --out ${system.id}`,
                made: findMade(bench.options.runs)
                  .filter(({ manifest }) => manifest.system === system.id)
                  .map(madeShown),
              }
            : null,
        },
        200,
      );
    });
}

function systemOf(paper: Paper): System | undefined {
  return systems.find(({ id }) => id === paper.id);
}

/** The faults of the system and of all its tasks, each once. */
function faultsOf(system: System | undefined): z.infer<typeof detailSchema>["faults"] {
  const listed = [...(system?.faults ?? []), ...(system?.tasks ?? []).flatMap((task) => task.faults)];
  const all = new Map(listed.map((fault) => [fault.id, fault]));
  return [...all.values()].map(({ id, title, original, corrected, faithful }) => ({
    id,
    title,
    original,
    corrected,
    faithful,
  }));
}

type Runs = ReturnType<RunReader["list"]>;

function shown(paper: Paper, sources: ReadonlySet<string>, runs: Runs): z.infer<typeof paperSchema> {
  const system = systemOf(paper);
  const stands = paper.or?.some((id) => sources.has(id)) ?? false;
  const missing = stands ? [] : paper.needs.filter((id) => !sources.has(id));
  const { id, title, published, citation, kind, summary } = paper;
  return {
    ...{ id, title, published, citation, kind, summary, missing },
    modalities: [...paper.modalities],
    headline: paper.headline.text,
    status: !system ? "planned" : missing.length ? "needs-data" : "runs",
    tasks: system?.tasks.map((task) => task.id) ?? [],
    ours: oursBeside(paper, system, runs),
  };
}

/**
 * Our best figure of the newest run in each mode: of the headline's task and metric, or else the first figure. A clinical
 * score that stands beside the models is not ours.
 */
function oursBeside(paper: Paper, system: System | undefined, runs: Runs): z.infer<typeof bestSchema>[] {
  const { task, metric } = paper.headline;
  const fits = runs
    .filter(({ result }) => (task ? result.task.id === task : system?.tasks.some(({ id }) => id === result.task.id)))
    .sort((a, b) => (a.result.manifest.startedAt < b.result.manifest.startedAt ? 1 : -1));
  return (["corrected", "faithful"] as const).flatMap((mode) => {
    const newest = fits.find(({ result }) => result.task.mode === mode);
    const figures = (newest?.result.models ?? [])
      .filter(({ id }) => !id.startsWith("score-"))
      .flatMap((model) => {
        const figure = metric ? model.metrics.find(({ id }) => id === metric) : model.metrics[0];
        return figure ? [{ model, figure }] : [];
      });
    const best = figures.sort((a, b) =>
      a.figure.higherIsBetter ? b.figure.value - a.figure.value : a.figure.value - b.figure.value,
    )[0];
    return newest && best ? [bestOf(newest.run.id, newest.result, best.model.title, best.figure)] : [];
  });
}

function bestOf(
  run: string,
  { data, task }: RunResult,
  model: string,
  figure: RunResult["models"][number]["metrics"][number],
) {
  const { title, value, low, high } = figure;
  return { run, model, metric: title, value, low, high, data: `${data.title} ${data.version}`, mode: task.mode };
}
