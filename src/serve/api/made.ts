// Routes of data sets that runs made: what was produced, a sample of the pictures, the report.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { isSmall, smallCellLimit } from "../../core/small-cells.ts";
import { reportPolicy } from "../guard/index.ts";
import { findMade, type MadeData, samplePicture } from "../made/find.ts";
import type { Workbench } from "../workbench.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

export const madeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    mode: z.enum(["corrected", "faithful"]),
    data: z.string(),
    dataUse: z.string(),
    startedAt: z.string(),
    recordings: z.number(),
    listed: z.number().openapi({ description: "Recordings in the data set's list" }),
    patients: z.number().nullable().openapi({ description: "Null where 1 to 10 are withheld" }),
    leftOut: z.number().nullable().openapi({ description: "Null where 1 to 10 are withheld" }),
    pictures: z.string().nullable().openapi({ description: "Their format" }),
    waveforms: z.string(),
    textSource: z.enum(["rules", "model"]),
    rows: z.record(z.string(), z.number()),
    perSecond: z.number().nullable(),
    workers: z.number().nullable(),
    hasSample: z.boolean(),
    command: z.string(),
  })
  .openapi("MadeData");

/** A data set as a paper's page shows it. */
export function madeShown(made: MadeData): z.infer<typeof madeSchema> {
  const { id, name, manifest } = made;
  const { data, records, settings, faults, speed } = manifest;
  const shown = (count: number) => (data.dataUse === "credentialed" && isSmall(count, smallCellLimit) ? null : count);
  return {
    ...{ id, name, mode: manifest.mode, startedAt: manifest.startedAt, command: manifest.command },
    data: `${data.title} ${data.version}`,
    dataUse: data.dataUse,
    recordings: records.written,
    listed: records.listed,
    patients: shown(records.patients),
    leftOut: shown(Object.values(faults).reduce((sum, count) => sum + count, 0)),
    pictures: settings.pictures === "none" ? null : settings.pictures,
    waveforms: settings.waveforms,
    textSource: manifest.text.source,
    rows: manifest.rows,
    perSecond: speed && speed.seconds > 0 ? speed.records / speed.seconds : null,
    workers: speed?.workers ?? null,
    hasSample: samplePicture(made) !== undefined,
  };
}

const byId = z.object({ id: z.string().regex(/^[\w-]{16}$/) });

/** Routes under /api/made. */
export function madeRoutes(bench: Workbench): OpenAPIHono {
  const found = (id: string) => {
    const made = findMade(bench.options.runs).find((each) => each.id === id);
    if (!made) throw notFound("There is no such data set");
    return made;
  };
  const report = createRoute({
    method: "get",
    path: "/made/{id}/report",
    summary: "The report of a data set as one page of HTML without scripts",
    request: { params: byId },
    responses: { 200: { description: "HTML", content: { "text/html": { schema: z.string() } } }, ...problemAnswers },
  });
  const sample = createRoute({
    method: "get",
    path: "/made/{id}/sample",
    summary: "One of its pictures; of open and made-up data only",
    request: { params: byId },
    responses: {
      200: {
        description: "PNG or SVG",
        content: { "image/png": { schema: z.string().openapi({ format: "binary" }) } },
      },
      ...problemAnswers,
    },
  });
  return api()
    .openapi(report, (context) => {
      const { folder } = found(context.req.valid("param").id);
      let html: string;
      try {
        html = readFileSync(join(folder, "report.html"), "utf8");
      } catch {
        throw notFound("This data set has no report");
      }
      context.header("Content-Security-Policy", reportPolicy);
      return context.html(html, 200);
    })
    .openapi(sample, (context) => {
      const path = samplePicture(found(context.req.valid("param").id));
      if (!path) throw notFound("This data set has no picture to show");
      context.header("Content-Security-Policy", reportPolicy);
      return context.body(readFileSync(path) as Uint8Array<ArrayBuffer>, 200, {
        "Content-Type": path.endsWith(".svg") ? "image/svg+xml" : "image/png",
      }) as never;
    });
}
