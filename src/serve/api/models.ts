// Routes of models that can be tried in the page: what they ask for, how inputs become columns, and the ONNX files. No
// patient's value ever comes to these routes: everything is reckoned in the page.
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { openCohort } from "../../cohort/index.ts";
import { clinicalScores, componentsOf } from "../../concepts/scores/index.ts";
import { isExportable, modelFromJSON, modelToOnnx } from "../../models/index.ts";
import type { ModelFile } from "../../run/train.ts";
import { readJson } from "../../store/index.ts";
import { modelFiles } from "../runs/model-files.ts";
import type { Workbench } from "../workbench.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const listed = z
  .object({
    run: z.string(),
    model: z.string(),
    title: z.string(),
    task: z.string(),
    question: z.string(),
    data: z.string(),
    dataUse: z.string(),
    mode: z.string(),
  })
  .openapi("TryableModel");

const params = z.object({ run: z.string().regex(/^[\w-]{16}$/), model: z.string().regex(/^[a-z0-9-]{1,40}$/) });

/** Names of the scores' inputs in the cohorts of the systems. */
const scoreInputs: Readonly<Record<string, readonly string[]>> = {
  age: ["age"],
  heartrate: ["triage_heartrate", "ed_heartrate_last", "hr"],
  resprate: ["triage_resprate", "ed_resprate_last", "resp"],
  o2sat: ["triage_o2sat", "ed_o2sat_last", "o2sat"],
  temperature: ["triage_temperature", "ed_temperature_last", "temp"],
  sbp: ["triage_sbp", "ed_sbp_last", "sbp"],
  dbp: ["triage_dbp", "ed_dbp_last", "dbp"],
  map: ["map"],
  acuity: ["triage_acuity"],
};

function readTryable(path: string): ModelFile | undefined {
  const file = readJson<ModelFile>(path);
  const isEvent = file?.target?.outcome === "event";
  return file?.schema === 2 && file.view === "table" && isEvent && isExportable(file.model.kind) ? file : undefined;
}

/** Routes under /api/models. */
export function modelRoutes(bench: Workbench): OpenAPIHono {
  const list = createRoute({
    method: "get",
    path: "/models",
    summary: "Models that can be tried in the page",
    responses: { 200: { description: "Models", content: { "application/json": { schema: z.array(listed) } } } },
  });
  const bundle = createRoute({
    method: "get",
    path: "/models/{run}/{model}",
    summary: "Everything the page needs to try a model, apart from its ONNX files",
    request: { params },
    responses: {
      200: { description: "What it asks for", content: { "application/json": { schema: z.looseObject({}) } } },
      ...problemAnswers,
    },
  });
  const onnx = createRoute({
    method: "get",
    path: "/models/{run}/{model}/{number}",
    summary: "One of its ONNX files",
    request: { params: params.extend({ number: z.coerce.number().int().min(0).max(999) }) },
    responses: {
      200: {
        description: "ONNX",
        content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
      },
      ...problemAnswers,
    },
  });
  const find = (run: string, model: string) => {
    const found = bench.runs.find(run);
    const result = found?.result.models.find(({ id }) => id === model);
    const files = found && result ? modelFiles(found.run.folder, model) : [];
    const first = files[0] && readTryable(files[0]);
    if (!found || !result || !first) throw notFound("There is no such model to try");
    return { ...found, result, whole: found.result, files };
  };
  return api()
    .openapi(list, (context) => {
      const models = bench.runs.list().flatMap(({ run, result }) =>
        result.models.flatMap((model) => {
          const [first] = modelFiles(run.folder, model.id);
          if (!first || !readTryable(first)) return [];
          const { task, data } = result;
          return [
            {
              run: run.id,
              model: model.id,
              title: model.title,
              task: task.id,
              question: task.question,
              data: `${data.title} ${data.version}`,
              dataUse: data.dataUse,
              mode: task.mode,
            },
          ];
        }),
      );
      return context.json(models, 200);
    })
    .openapi(bundle, (context) => {
      const { run: id, model } = context.req.valid("param");
      const { run, whole, result, files } = find(id, model);
      const cohort = openCohort(join(run.folder, "cohort"));
      const names = new Set([...cohort.dynamic, ...cohort.static].map(({ name }) => name));
      const inputs = Object.fromEntries(
        Object.entries(scoreInputs).flatMap(([variable, candidates]) => {
          const own = candidates.find((name) => names.has(name));
          return own ? [[variable, own]] : [];
        }),
      );
      return context.json(
        {
          run: id,
          model,
          title: result.title,
          task: whole.task,
          data: `${whole.data.title} ${whole.data.version}`,
          dataUse: whole.data.dataUse,
          hours: cohort.hours,
          variables: cohort.dynamic,
          static: cohort.static,
          folds: files.map((path, number) => ({
            recipe: readTryable(path)!.recipe,
            onnx: `/models/${id}/${model}/${number}`,
          })),
          threshold: result.threshold ?? null,
          calibration: result.calibration,
          metrics: result.metrics.slice(0, 2),
          scores: clinicalScores().map((score) => ({
            id: score.id,
            title: score.title,
            lacks: score.lacks,
            components: componentsOf(score, "corrected"),
          })),
          scoreInputs: inputs,
        },
        200,
      );
    })
    .openapi(onnx, (context) => {
      const { run, model, number } = context.req.valid("param");
      const { files } = find(run, model);
      const file = files[number] && readTryable(files[number]);
      if (!file) throw notFound("There is no such file of the model");
      const bytes = modelToOnnx(modelFromJSON(file.model));
      return context.body(bytes, 200, { "Content-Type": "application/octet-stream" }) as never;
    });
}
