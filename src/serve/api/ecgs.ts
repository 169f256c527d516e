// Routes of ECGs: those of a patient, any window of one for a screen's width, and its measurement with fiducials.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { measureEcgInDetail, WAVE_POINTS } from "../../signal/index.ts";
import { ecgWindow } from "../../signal/picture/index.ts";
import { type EcgFile, type EcgRecords, type EcgSource, openEcgRecords } from "../../sources/ecg-records/index.ts";
import { ecgFacts } from "../ecgs/facts.ts";
import { Kept } from "../kept.ts";
import type { Workbench } from "../workbench.ts";
import { conflict, notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const sources: readonly EcgSource[] = ["mimic-iv-ecg", "ptb-xl"];
const byId = z.object({ id: z.string().regex(/^[\w-]{22}$/) });

/** Bytes of the overviews of files kept open, made once: a day of twelve leads has 65 MB, ten seconds next to nothing. */
const OPEN_BYTES = 96 * 2 ** 20;
/** What is held of a file that is open without an overview. */
const FILE_BYTES = 16_384;
/** An overview has lowest and highest, 4 bytes each, of every so many samples. */
const OVERVIEW_SAMPLES = 64;

/** Of a long recording a minute is measured at a time. */
const MEASURED_SECONDS = 60;

interface Opened {
  fingerprint: string;
  records: Map<EcgSource, EcgRecords>;
}

const factsSchema = z
  .object({
    source: z.string(),
    name: z.string(),
    time: z.number().nullable(),
    seconds: z.number(),
    rateHz: z.number(),
    leads: z.array(z.string()),
    age: z.number().nullable(),
    sex: z.enum(["F", "M"]).nullable(),
    report: z.array(z.string()),
    cart: z.object({ rrMs: z.number().nullable(), qrsMs: z.number().nullable() }).nullable(),
  })
  .openapi("EcgFacts");

/** Routes under /api/ecgs. */
export function ecgRoutes(bench: Workbench): OpenAPIHono {
  let opened: Opened | undefined;
  const files = new Kept<EcgFile>(OPEN_BYTES);
  const recordsOf = async (): Promise<Map<EcgSource, EcgRecords>> => {
    const store = await bench.store();
    if (!store) throw conflict("No records have been imported yet", "import them on the page of data");
    const { fingerprint } = store.manifest;
    if (opened?.fingerprint === fingerprint) return opened.records;
    const records = new Map<EcgSource, EcgRecords>();
    for (const source of sources) {
      if (store.source(source)) records.set(source, await openEcgRecords(store, { source }));
    }
    opened = { fingerprint, records };
    return records;
  };
  const find = async (id: string) => {
    for (const [source, records] of await recordsOf()) {
      const study = bench.reveal(`${source} study`, id);
      const index = study === undefined ? undefined : records.indexOf(Number(study));
      if (index !== undefined) return { source, records, index };
    }
    throw notFound("There is no such ECG");
  };
  const open = async (id: string): Promise<EcgFile> => {
    const { records, index } = await find(id);
    const known = files.of(opened).get(id);
    if (known) return known;
    const file = records.open(index);
    const samples = file.signals.reduce((sum, { samplesPerFrame }) => sum + samplesPerFrame * file.frames, 0);
    files.set(id, file, FILE_BYTES + (8 * samples) / OVERVIEW_SAMPLES);
    return file;
  };
  const list = createRoute({
    method: "get",
    path: "/patients/{id}/ecgs",
    summary: "The ECGs of a patient, by time",
    request: { params: byId },
    responses: {
      200: {
        description: "ECGs",
        content: {
          "application/json": {
            schema: z.array(
              z.object({
                id: z.string(),
                source: z.string(),
                time: z.number().nullable().openapi({ description: "Milliseconds of the cart's own calendar" }),
              }),
            ),
          },
        },
      },
      ...problemAnswers,
    },
  });
  const all = createRoute({
    method: "get",
    path: "/ecgs",
    summary: "ECGs of the records, fifty a page",
    request: { query: z.object({ page: z.coerce.number().int().min(0).max(1_000_000).default(0) }) },
    responses: {
      200: {
        description: "ECGs",
        content: {
          "application/json": {
            schema: z.object({
              total: z.number(),
              perPage: z.number(),
              ecgs: z.array(
                z.object({ id: z.string(), source: z.string(), name: z.string(), time: z.number().nullable() }),
              ),
            }),
          },
        },
      },
      ...problemAnswers,
    },
  });
  const facts = createRoute({
    method: "get",
    path: "/ecgs/{id}",
    summary: "What the tables say of an ECG",
    request: { params: byId },
    responses: {
      200: { description: "Facts", content: { "application/json": { schema: factsSchema } } },
      ...problemAnswers,
    },
  });
  const window = createRoute({
    method: "get",
    path: "/ecgs/{id}/window",
    summary: "A stretch of an ECG for so many pixels: samples, or lowest and highest of each pixel",
    request: {
      params: byId,
      query: z.object({
        from: z.coerce.number().min(0).max(1e7).default(0),
        to: z.coerce.number().min(0).max(1e7).optional(),
        width: z.coerce.number().int().min(1).max(8000).default(1000),
      }),
    },
    responses: {
      200: {
        description: "Leads; null where nothing was recorded",
        content: {
          "application/json": {
            schema: z.object({
              fromSeconds: z.number(),
              toSeconds: z.number(),
              seconds: z.number(),
              rateHz: z.number(),
              leads: z.array(
                z.object({
                  name: z.string(),
                  unit: z.string(),
                  kind: z.enum(["samples", "ranges"]),
                  rateHz: z.number(),
                  values: z.array(z.number().nullable()),
                }),
              ),
            }),
          },
        },
      },
      ...problemAnswers,
    },
  });
  const measurement = createRoute({
    method: "get",
    path: "/ecgs/{id}/measurement",
    summary: "Rate, intervals, axes, rhythm, and the points of every beat, of a minute at most",
    request: { params: byId, query: z.object({ from: z.coerce.number().min(0).max(1e7).default(0) }) },
    responses: {
      200: { description: "Measurement", content: { "application/json": { schema: z.looseObject({}) } } },
      ...problemAnswers,
    },
  });
  return api()
    .openapi(all, async (context) => {
      const perPage = 50;
      const { page } = context.req.valid("query");
      const found: { id: string; source: string; name: string; time: number | null }[] = [];
      let total = 0;
      for (const [source, records] of await recordsOf()) {
        for (let i = 0; i < records.count; i++) {
          if (total >= page * perPage && total < (page + 1) * perPage) {
            const id = records.ids[i]!;
            found.push({ id: bench.hide(`${source} study`, id), source, name: String(id), time: timeOf(records, i) });
          }
          total++;
        }
      }
      return context.json({ total, perPage, ecgs: found }, 200);
    })
    .openapi(list, async (context) => {
      const { id } = context.req.valid("param");
      const subject = bench.reveal("mimic-iv", id);
      const records = (await recordsOf()).get("mimic-iv-ecg");
      if (subject === undefined || !records) return context.json([], 200);
      const found: { id: string; source: string; time: number | null }[] = [];
      for (let i = 0; i < records.count; i++) {
        if (records.subjectIds[i] !== Number(subject)) continue;
        const study = bench.hide("mimic-iv-ecg study", records.ids[i]!);
        found.push({ id: study, source: "mimic-iv-ecg", time: timeOf(records, i) });
      }
      return context.json(found, 200);
    })
    .openapi(facts, async (context) => {
      const { id } = context.req.valid("param");
      const { source, records, index } = await find(id);
      const file = await open(id);
      const said = await ecgFacts((await bench.store())!, source, records.ids[index]!);
      const name = String(records.ids[index]);
      return context.json(
        {
          source,
          name,
          time: timeOf(records, index),
          seconds: file.seconds,
          rateHz: file.rateHz,
          leads: leadsOf(file),
          ...said,
        },
        200,
      );
    })
    .openapi(window, async (context) => {
      const file = await open(context.req.valid("param").id);
      const { from, to, width } = context.req.valid("query");
      const seconds = file.frames / file.rateHz;
      const found = ecgWindow(file, { fromSeconds: from, toSeconds: to ?? seconds, width });
      return context.json(
        {
          fromSeconds: found.fromSeconds,
          toSeconds: found.toSeconds,
          seconds,
          rateHz: file.rateHz,
          leads: found.leads.map(({ name, unit, kind, rateHz, values }) => ({
            ...{ name, unit, kind, rateHz },
            // a thousandth of a millivolt is less than a cart resolves
            values: Array.from(values, (value) => (Number.isNaN(value) ? null : Math.round(value * 1000) / 1000)),
          })),
        },
        200,
      );
    })
    .openapi(measurement, async (context) => {
      const file = await open(context.req.valid("param").id);
      const first = Math.min(file.frames, Math.round(context.req.valid("query").from * file.rateHz));
      const after = Math.min(file.frames, first + Math.round(MEASURED_SECONDS * file.rateHz));
      if (after <= first) throw notFound("The ECG ends before");
      const { measurement: measured, delineation } = measureEcgInDetail(file.record(first, after));
      const from = first / file.rateHz;
      const { byBeat: _, ...numbers } = measured;
      const points = Object.fromEntries(
        WAVE_POINTS.map((point) => [
          point,
          Array.from(delineation.global[point], (ms) => (Number.isFinite(ms) ? from + ms / 1000 : null)),
        ]),
      );
      const to = after / file.rateHz;
      return context.json({ ...numbers, fromSeconds: from, toSeconds: to, points } as Record<string, unknown>, 200);
    });
}

/** The names of the voltages; a record may hold a pressure or a pulse wave besides. */
function leadsOf({ signals }: EcgFile): string[] {
  return signals.filter(({ unit }) => unit === "mV").map(({ name }) => name);
}

function timeOf({ times }: EcgRecords, index: number): number | null {
  const seconds = times[index]!;
  return Number.isNaN(seconds) ? null : seconds * 1000;
}
