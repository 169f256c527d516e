// Routes of the data: what lies in the folders, how much of each concept, what its values look like.
import { basename, join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { dictionary } from "../../concepts/index.ts";
import { isSmall, smallCellLimit } from "../../core/small-cells.ts";
import { detectSources } from "../../sources/index.ts";
import { type RecordStore, readJson, writeJson } from "../../store/index.ts";
import { type ConceptCoverage, type ConceptValues, conceptCoverage, conceptValues } from "../data/coverage.ts";
import type { Workbench } from "../workbench.ts";
import { conflict, notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const sourceSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    version: z.string(),
    versionReason: z.string(),
    dataUse: z.string(),
    tables: z.array(
      z.object({
        table: z.string(),
        rows: z.number().nullable(),
        declaredRows: z.number().nullable(),
        bytes: z.number().nullable(),
      }),
    ),
    missing: z.array(z.object({ table: z.string(), neededFor: z.array(z.string()) })),
  })
  .openapi("DataSource");

const coverageSchema = z.object({
  concept: z.string(),
  title: z.string(),
  category: z.string(),
  unit: z.string(),
  rows: z.number(),
  patients: z.number().nullable().openapi({ description: "Null where 1 to 10 are withheld" }),
  share: z.number(),
});

const valuesSchema = z.object({
  concept: z.string(),
  title: z.string(),
  unit: z.string(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  items: z.array(
    z.object({
      id: z.number(),
      label: z.string(),
      unit: z.string(),
      rows: z.number(),
      without: z.number(),
      low: z.number().nullable(),
      median: z.number().nullable(),
      high: z.number().nullable(),
      bins: z.array(z.number()),
    }),
  ),
  hours: z.array(z.number()),
});

const sourceQuery = z.object({ source: z.enum(["mimic-iv", "mimic-iii"]) });

/** Routes under /api/data. */
export function dataRoutes(bench: Workbench): OpenAPIHono {
  const overview = createRoute({
    method: "get",
    path: "/data",
    summary: "What was found in the folders",
    responses: {
      200: {
        description: "Data sets",
        content: {
          "application/json": {
            schema: z.object({
              folders: z.array(z.string()),
              state: z.enum(["none", "found", "imported"]),
              sources: z.array(sourceSchema),
            }),
          },
        },
      },
      ...problemAnswers,
    },
  });
  const coverage = createRoute({
    method: "get",
    path: "/data/coverage",
    summary: "Rows and patients of every clinical concept",
    request: { query: sourceQuery },
    responses: {
      200: { description: "Coverage", content: { "application/json": { schema: z.array(coverageSchema) } } },
      ...problemAnswers,
    },
  });
  const values = createRoute({
    method: "get",
    path: "/data/concepts/{name}",
    summary: "What is charted of a concept: each item's values, and how often by hour",
    request: { params: z.object({ name: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/) }), query: sourceQuery },
    responses: {
      200: { description: "Values", content: { "application/json": { schema: valuesSchema } } },
      ...problemAnswers,
    },
  });
  const counted = new Map<string, Promise<unknown>>();
  let countedOf = "";
  /** Counts once a store and question, and keeps the answer beside the jobs: the full tables take a while. */
  const once = async <T>(question: string, work: () => Promise<T>): Promise<T> => {
    const store = (await bench.store())!;
    if (countedOf !== store.manifest.fingerprint) counted.clear();
    countedOf = store.manifest.fingerprint;
    const path = join(bench.folder, "counts", `${question}-${store.manifest.fingerprint.slice(0, 16)}.json`);
    const known = counted.get(path) as Promise<T> | undefined;
    if (known) return known;
    const kept = readKept<T>(path);
    const answer =
      kept === undefined ? work().then((value) => writeJson(path, value).then(() => value)) : Promise.resolve(kept);
    counted.set(path, answer);
    answer.catch(() => counted.delete(path));
    return answer;
  };
  const opened = async (source: string) => {
    const store = await bench.store();
    if (!store) throw conflict("No records have been imported yet", "import them first");
    if (!store.source(source)) throw notFound("There is no such data set in the records");
    return store;
  };
  return api()
    .openapi(overview, async (context) => {
      const { data } = bench.options;
      const folders = data.map((folder) => basename(folder));
      const store = await bench.store();
      if (store) {
        const sources = store.manifest.sources.map(
          ({ id, title, version, versionReason, dataUse, tables, missing }) => ({
            ...{ id, title, version, versionReason, dataUse, missing },
            tables: tables.map(({ table, rows, declaredRows, input }) => ({
              table,
              rows: rows as number | null,
              declaredRows: declaredRows ?? null,
              bytes: input.bytes as number | null,
            })),
          }),
        );
        return context.json({ folders, state: "imported" as const, sources }, 200);
      }
      if (data.length === 0) return context.json({ folders, state: "none" as const, sources: [] }, 200);
      const sources = (await detectSources(data)).map((source) => ({
        id: source.id,
        title: source.title,
        version: source.version,
        versionReason: source.versionReason,
        dataUse: source.dataUse,
        missing: source.missing,
        tables: source.tables.map(({ table, bytes }) => ({
          table,
          rows: null as number | null,
          declaredRows: null as number | null,
          bytes: bytes as number | null,
        })),
      }));
      return context.json({ folders, state: "found" as const, sources }, 200);
    })
    .openapi(coverage, async (context) => {
      const { source } = context.req.valid("query");
      const store = await opened(source);
      return context.json(
        await once<ConceptCoverage[]>(`coverage-${source}`, () => conceptCoverage(store, source)),
        200,
      );
    })
    .openapi(values, async (context) => {
      const { source } = context.req.valid("query");
      const { name } = context.req.valid("param");
      const store = await opened(source);
      // names that are none are not kept: there would be no end of them
      if (!dictionary().concepts.some((concept) => concept.name === name)) throw notFound("There is no such concept");
      const found = await once<ConceptValues | null>(
        `values-${source}-${name}`,
        async () => (await conceptValues(store, source, name)) ?? null,
      );
      if (!found) throw notFound("This data set does not chart that concept");
      const isHidden = hides(store, source);
      const items = found.items.map((item) => ({
        ...item,
        bins: item.bins.map((rows) => (isHidden(rows) ? 0 : rows)),
      }));
      return context.json({ ...found, items }, 200);
    });
}

/** Whether a count is not shown: 1 to 10, in credentialed data. */
function hides(store: RecordStore, source: string): (count: number) => boolean {
  const isGuarded = store.source(source)!.dataUse === "credentialed";
  return (count) => isGuarded && isSmall(count, smallCellLimit);
}

function readKept<T>(path: string): T | undefined {
  try {
    return readJson<T>(path);
  } catch {
    return undefined; // damaged: counted again
  }
}
