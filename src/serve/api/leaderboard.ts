// The route of the leaderboard: runs compared on the same held-out rows, with paired differences.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { compareRuns } from "../../run/leaderboard/index.ts";
import type { Workbench } from "../workbench.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

/** Resamples of patients while one waits; the command draws as many as it is told. */
const RESAMPLES = 500;
/** Comparisons that are kept for who comes back to them. */
const KEPT = 20;

/** The route /api/leaderboard. */
export function leaderboardRoutes(bench: Workbench): OpenAPIHono {
  const known = new Map<string, Promise<unknown>>();
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
    const board = known.get(key) ?? bench.database().then((db) => compareRuns(db, runs, { resamples: RESAMPLES }));
    known.delete(key);
    known.set(key, board); // the last asked for stands last
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    board.catch(() => known.delete(key));
    return context.json((await board) as Record<string, unknown>, 200);
  });
}
