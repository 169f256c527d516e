// Routes of patients: the list, and everything that happened to one.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { RecordStore } from "../../store/index.ts";
import { packEvents, readEvents } from "../patients/events.ts";
import { listPatients, type PatientRow, patientSources } from "../patients/list.ts";
import type { Workbench } from "../workbench.ts";
import { conflict, notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const patientSchema = z
  .object({
    id: z.string().openapi({ description: "Stands for the patient in addresses; says nothing to others" }),
    name: z.string().openapi({ description: "The number in the data set" }),
    sex: z.string().nullable(),
    age: z.number().nullable(),
    admissions: z.number(),
    icuStays: z.number(),
    edStays: z.number(),
    died: z.boolean(),
  })
  .openapi("Patient");

const page = 50;
/** Of records read last, the most that is kept: one goes back and forth between a few patients. */
const KEPT_BYTES = 64 * 2 ** 20;
const sourceName = z.enum(["mimic-iv", "mimic-iii"]);

/** Routes under /api/patients. */
export function patientRoutes(bench: Workbench): OpenAPIHono {
  const list = createRoute({
    method: "get",
    path: "/patients",
    summary: "Patients, fifty a page, those with most stays in intensive care first",
    request: {
      query: z.object({
        source: sourceName.optional(),
        page: z.coerce.number().int().min(0).max(1_000_000).default(0),
        sex: z.enum(["F", "M"]).optional(),
        has: z.enum(["icu", "ed"]).optional(),
        minAge: z.coerce.number().int().min(0).max(130).optional(),
        maxAge: z.coerce.number().int().min(0).max(130).optional(),
        number: z.coerce.bigint().optional().openapi({ type: "integer", description: "A patient's number" }),
      }),
    },
    responses: {
      200: {
        description: "A page of patients",
        content: {
          "application/json": {
            schema: z.object({
              sources: z.array(z.string()),
              source: z.string(),
              total: z.number(),
              perPage: z.number(),
              patients: z.array(patientSchema),
            }),
          },
        },
      },
      ...problemAnswers,
    },
  });
  const one = createRoute({
    method: "get",
    path: "/patients/{id}",
    summary: "One patient as the list shows it",
    request: { params: z.object({ id: z.string().regex(/^[\w-]{22}$/) }) },
    responses: {
      200: { description: "The patient", content: { "application/json": { schema: patientSchema } } },
      ...problemAnswers,
    },
  });
  const events = createRoute({
    method: "get",
    path: "/patients/{id}/events",
    summary: "Everything that happened to a patient, as arrays",
    request: { params: z.object({ id: z.string().regex(/^[\w-]{22}$/) }) },
    responses: {
      200: {
        description: "Packed arrays",
        content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
      },
      ...problemAnswers,
    },
  });
  const shownPatient = ({ subjectId, source, ...row }: PatientRow) => ({
    id: bench.hide(source, subjectId),
    name: String(subjectId),
    ...row,
  });
  const kept = new Map<string, Uint8Array>();
  let keptOf: RecordStore | undefined;
  let keptBytes = 0;
  /** The packed record of an id, kept as long as the store is the same; undefined for nobody's id. */
  const recordOf = async (store: RecordStore, id: string): Promise<Uint8Array | undefined> => {
    if (keptOf !== store) {
      kept.clear();
      keptOf = store;
      keptBytes = 0;
    }
    const before = kept.get(id);
    if (before) {
      kept.delete(id); // to the end of the line
      kept.set(id, before);
      return before;
    }
    for (const source of patientSources(store)) {
      const subjectId = bench.reveal(source, id);
      const found = subjectId === undefined ? undefined : await readEvents(store, source, subjectId);
      if (!found) continue;
      const bytes = packEvents(found, (stay) => bench.hide(`${source} ${stay.kind}`, stay.id));
      if (keptOf !== store || kept.has(id)) return bytes; // meanwhile imported anew, or read by another request
      kept.set(id, bytes);
      keptBytes += bytes.length;
      for (const [oldest, { length }] of kept) {
        if (keptBytes <= KEPT_BYTES) break;
        kept.delete(oldest);
        keptBytes -= length;
      }
      return bytes;
    }
    return undefined;
  };
  return api()
    .openapi(list, async (context) => {
      const store = await bench.store();
      if (!store) throw conflict("No records have been imported yet", "import them on the page of data");
      const { page: number, source: asked, number: patient, ...filter } = context.req.valid("query");
      const sources = patientSources(store);
      const source = asked ?? sources[0];
      if (!source || !sources.includes(source)) throw conflict("The records hold no table of patients");
      const narrowed = patient === undefined ? filter : { ...filter, subjectId: patient };
      const { total, rows } = await listPatients(store, source, narrowed, { offset: number * page, limit: page });
      return context.json({ sources, source, total, perPage: page, patients: rows.map(shownPatient) }, 200);
    })
    .openapi(one, async (context) => {
      const store = await bench.store();
      if (!store) throw conflict("No records have been imported yet");
      const { id } = context.req.valid("param");
      for (const source of patientSources(store)) {
        const subjectId = bench.reveal(source, id);
        if (subjectId === undefined) continue;
        const { rows } = await listPatients(store, source, { subjectId }, { offset: 0, limit: 1 });
        if (rows[0]) return context.json(shownPatient(rows[0]), 200);
      }
      throw notFound("There is no such patient");
    })
    .openapi(events, async (context) => {
      const store = await bench.store();
      if (!store) throw conflict("No records have been imported yet");
      const { id } = context.req.valid("param");
      const bytes = await recordOf(store, id);
      if (bytes) {
        return context.body(bytes as Uint8Array<ArrayBuffer>, 200, {
          "Content-Type": "application/octet-stream",
        }) as never;
      }
      throw notFound("There is no such patient");
    });
}
