// The route of the leaderboard: runs compared on the same held-out rows, with paired differences.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { compareRuns } from "../../run/leaderboard/index.ts";
import { KeptAnswers } from "../kept.ts";
import type { Workbench } from "../workbench.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

/** Resamples of patients while one waits; the command draws as many as it is told. */
const RESAMPLES = 500;
/** Of comparisons, the most that is kept for who comes back to them. */
const KEPT_BYTES = 4 * 2 ** 20;

/** The route /api/leaderboard. */
export function leaderboardRoutes(bench: Workbench): OpenAPIHono {
  const known = new KeptAnswers(KEPT_BYTES);
  const compare = createRoute({
    method: "get",
    path: "/leaderboard",
    summary: "Compares runs: a board a task, differences from the best by paired resamples of patients",
    request: {
      query: z.object({ runs: z.string().regex(/^[\w-]{16}(,[\w-]{16}){0,19}$/) }),
    },
    responses: {
      200: { description: "Boards", content: { "application/json": { schema: z.looseObject({}) } } },
      ...problemAnswers,
    },
  });
  return api().openapi(compare, async (context) => {
    const ids = [...new Set(context.req.valid("query").runs.split(","))];
    const runs = ids.map((id) => {
      const found = bench.runs.find(id);
      if (!found) throw notFound("There is no such run");
      return { name: found.run.name, folder: found.run.folder, result: found.result };
    });
    const key = runs.map(({ name, result }) => `${name} ${result.manifest.startedAt}`).join("\n");
    const board = await known.get(key, async () => compareRuns(await bench.database(), runs, { resamples: RESAMPLES }));
    return context.body(board, 200, { "Content-Type": "application/json" }) as never;
  });
}
