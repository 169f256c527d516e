// The API of the workbench: every area's routes under /api, one form of errors, one OpenAPI document. Knows no area's meaning.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { BedsideError } from "../../core/errors.ts";
import { limits } from "../guard/index.ts";
import type { Workbench } from "../workbench.ts";
import { cohortRoutes } from "./cohorts.ts";
import { dataRoutes } from "./data.ts";
import { ecgRoutes } from "./ecgs.ts";
import { jobRoutes } from "./jobs.ts";
import { leaderboardRoutes } from "./leaderboard.ts";
import { madeRoutes } from "./made.ts";
import { modelRoutes } from "./models.ts";
import { paperRoutes } from "./papers.ts";
import { patientRoutes } from "./patients.ts";
import { answerProblem } from "./problem.ts";
import { riskRoutes } from "./risks.ts";
import { api } from "./router.ts";
import { runRoutes } from "./runs.ts";
import { taskRoutes } from "./tasks.ts";

/** Puts the API together over a workbench. */
export function workbenchApi(bench: Workbench, onFault?: (error: unknown) => void): OpenAPIHono {
  const app = api().basePath("/api");
  app.use(
    bodyLimit({
      maxSize: limits.bodyBytes,
      onError: () => {
        throw new BedsideError({ code: "serve/body-too-large", what: "The body of the request is too large" });
      },
    }),
  );
  app.route("/", cohortRoutes(bench));
  app.route("/", dataRoutes(bench));
  app.route("/", jobRoutes(bench));
  app.route("/", ecgRoutes(bench));
  app.route("/", leaderboardRoutes(bench));
  app.route("/", madeRoutes(bench));
  app.route("/", modelRoutes(bench));
  app.route("/", paperRoutes(bench));
  app.route("/", patientRoutes(bench));
  app.route("/", riskRoutes(bench));
  app.route("/", runRoutes(bench));
  app.route("/", taskRoutes(bench));
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "Bedside workbench",
      version: bench.codeVersion,
      description:
        "Everything the page does. Needs cookie and key of the launched page, or the token of `bedside serve`.",
    },
  });
  app.notFound((context) =>
    context.json({ error: { code: "serve/not-found", what: "There is no such address" } }, 404),
  );
  app.onError((error, context) => answerProblem(error, context, onFault));
  return app;
}
