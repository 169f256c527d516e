// Routes of cohorts: a task's text in, its funnel, table one and sample patients out.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type Draft, Drafts } from "../cohorts/drafts.ts";
import { patientSources } from "../patients/list.ts";
import type { Workbench } from "../workbench.ts";
import { conflict, notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const draftSchema = z
  .object({
    id: z.string(),
    state: z.enum(["running", "done", "failed", "stopped"]),
    stage: z.string(),
    share: z.number().nullable(),
    problem: z
      .object({
        what: z.string(),
        where: z.string().nullable(),
        why: z.string().nullable(),
        fix: z.string().nullable(),
      })
      .nullable(),
    funnel: z
      .object({
        unit: z.string(),
        start: z.number(),
        steps: z.array(
          z.object({ id: z.string(), title: z.string(), hits: z.number(), removed: z.number(), remaining: z.number() }),
        ),
      })
      .nullable(),
    label: z
      .object({
        title: z.string(),
        kind: z.string(),
        per: z.string(),
        rows: z.number(),
        positives: z.number(),
        mean: z.number(),
      })
      .nullable(),
    stays: z.number(),
    patients: z.number(),
    tableOne: z
      .object({
        groups: z.array(z.string()),
        rows: z.array(z.object({ title: z.string(), level: z.boolean().optional(), cells: z.array(z.string()) })),
      })
      .nullable(),
    warnings: z.array(z.string()),
    samples: z.array(z.object({ patient: z.string(), label: z.number() })),
  })
  .openapi("CohortDraft");

const answers = {
  200: { description: "The draft", content: { "application/json": { schema: draftSchema } } },
  ...problemAnswers,
};

/** Routes under /api/cohorts. */
export function cohortRoutes(bench: Workbench): OpenAPIHono {
  const drafts = new Drafts(bench.folder);
  bench.onClose(() => drafts.close());
  const shown = async (draft: Draft): Promise<z.infer<typeof draftSchema>> => {
    const { samples, problem, tableOne, ...rest } = draft;
    const store = await bench.store();
    const source = store ? patientSources(store)[0]! : "";
    return {
      ...rest,
      tableOne: tableOne && {
        groups: tableOne.groups,
        rows: tableOne.rows.map(({ title, level, cells }) => ({
          title,
          cells,
          ...(level === undefined ? {} : { level }),
        })),
      },
      problem: problem && {
        what: problem.what,
        where: problem.where ?? null,
        why: problem.why ?? null,
        fix: problem.fix ?? null,
      },
      samples: samples.map(({ subjectId, label }) => ({ patient: bench.hide(source, subjectId), label })),
    };
  };
  const start = createRoute({
    method: "post",
    path: "/cohorts/draft",
    summary: "Extracts the cohort of a task's text; a newer one ends the one before",
    request: {
      body: {
        required: true,
        content: {
          "application/json": {
            schema: z.object({
              yaml: z.string().max(200_000),
              mode: z.enum(["corrected", "faithful"]).default("corrected"),
            }),
          },
        },
      },
    },
    responses: answers,
  });
  const look = createRoute({
    method: "get",
    path: "/cohorts/draft/{id}",
    summary: "How far a draft is",
    request: { params: z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) }) },
    responses: answers,
  });
  return api()
    .openapi(start, async (context) => {
      const store = await bench.store();
      if (!store) throw conflict("No records have been imported yet", "import them on the page of data");
      const { yaml, mode } = context.req.valid("json");
      return context.json(await shown(await drafts.start(store, yaml, mode)), 200);
    })
    .openapi(look, async (context) => {
      const draft = drafts.get(context.req.valid("param").id);
      if (!draft) throw notFound("This draft has been followed by another");
      return context.json(await shown(draft), 200);
    });
}
