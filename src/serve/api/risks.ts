// Routes of what models said of a patient that was held out.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { patientRisks, riskDrivers } from "../patients/risks.ts";
import type { Workbench } from "../workbench.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const seriesSchema = z.object({
  run: z.string(),
  model: z.string(),
  title: z.string(),
  task: z.string(),
  mode: z.enum(["corrected", "faithful"]),
  label: z.string(),
  threshold: z.number().nullable(),
  points: z.array(
    z.object({
      stay: z.string(),
      hour: z.number().nullable(),
      time: z.number(),
      risk: z.number(),
      outcome: z.boolean(),
    }),
  ),
});

const hidden = z.string().regex(/^[\w-]{22}$/);

/** Routes under /api/patients/{id}/risks. */
export function riskRoutes(bench: Workbench): OpenAPIHono {
  const list = createRoute({
    method: "get",
    path: "/patients/{id}/risks",
    summary: "Risks over time of a patient, by the models of runs on these records, from when it was held out",
    request: { params: z.object({ id: hidden }) },
    responses: {
      200: { description: "Risks", content: { "application/json": { schema: z.array(seriesSchema) } } },
      ...problemAnswers,
    },
  });
  const drivers = createRoute({
    method: "get",
    path: "/risks/{run}/{model}/{stay}/drivers",
    summary: "By how much one risk would be another if a variable were not known",
    request: {
      params: z.object({
        run: z.string().regex(/^[\w-]{16}$/),
        model: z.string().regex(/^[a-z0-9-]{1,40}$/),
        stay: hidden,
      }),
      query: z.object({ hour: z.coerce.number().int().min(-1000).max(100_000).optional() }),
    },
    responses: {
      200: {
        description: "Drivers, the strongest first",
        content: {
          "application/json": {
            schema: z.object({
              risk: z.number(),
              drivers: z.array(z.object({ name: z.string(), title: z.string(), change: z.number() })),
            }),
          },
        },
      },
      ...problemAnswers,
    },
  });
  return api()
    .openapi(list, async (context) => {
      const { id } = context.req.valid("param");
      const store = await bench.store();
      const subject = ["mimic-iv", "mimic-iii"]
        .map((source) => bench.reveal(source, id))
        .find((found) => found !== undefined);
      if (!store || subject === undefined) throw notFound("There is no such patient");
      // numbers of another data set may be the same and mean someone else
      const own = bench.runs
        .list()
        .filter(({ result }) => result.manifest.dataFingerprint === store.manifest.fingerprint);
      const series = await patientRisks(await bench.database(), own, subject);
      return context.json(
        series.map(({ points, ...rest }) => ({
          ...rest,
          points: points.map(({ stayId, ...point }) => ({ stay: bench.hide("stay of a risk", stayId), ...point })),
        })),
        200,
      );
    })
    .openapi(drivers, async (context) => {
      const { run: id, model, stay } = context.req.valid("param");
      const { hour } = context.req.valid("query");
      const run = bench.runs.find(id);
      const stayId = bench.reveal("stay of a risk", stay);
      if (!run || stayId === undefined) throw notFound("There is no such prediction");
      const asked = { model, stayId, hour: hour ?? null };
      const found = await riskDrivers(await bench.database(), run, asked, bench.temporary());
      if (!found) throw notFound("There is no such prediction");
      return context.json(found, 200);
    });
}
