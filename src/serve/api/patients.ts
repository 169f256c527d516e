// Routes of patients: the list, and everything that happened to one.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { RecordStore } from "../../store/index.ts";
import { Kept, KeptAnswers } from "../kept.ts";
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
const RECORD_BYTES = 8 * 2 ** 20;
/** The same of pages of the list, each of which counts the stays of everybody. */
const LIST_BYTES = 2 * 2 ** 20;
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
  const kept = new Kept<Uint8Array>(RECORD_BYTES);
  const lists = new KeptAnswers(LIST_BYTES);
  /** The packed record of an id, kept as long as the store is the same; undefined for nobody's id. */
  const recordOf = async (store: RecordStore, id: string): Promise<Uint8Array | undefined> => {
    const before = kept.of(store).get(id);
    if (before) return before;
    for (const source of patientSources(store)) {
      const subjectId = bench.reveal(source, id);
      if (subjectId === undefined) continue;
      const found = await bench.readers(store).use((db) => readEvents(store, source, subjectId, db));
      if (!found) continue;
      const bytes = packEvents(found, (stay) => bench.hide(`${source} ${stay.kind}`, stay.id));
      if (kept.isOf(store)) kept.set(id, bytes, bytes.length); // not where it was imported anew meanwhile
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
      const key = JSON.stringify([source, number, filter, String(patient)]);
      const answer = await lists.of(store).get(key, async () => {
        const at = { offset: number * page, limit: page };
        const found = await bench.readers(store).use((db) => listPatients(store, source, narrowed, { ...at, db }));
        const patients = found.rows.map(shownPatient);
        return { sources, source, total: found.total, perPage: page, patients };
      });
      return context.body(answer, 200, { "Content-Type": "application/json" }) as never;
    })
    .openapi(one, async (context) => {
      const store = await bench.store();
      if (!store) throw conflict("No records have been imported yet");
      const { id } = context.req.valid("param");
      for (const source of patientSources(store)) {
        const subjectId = bench.reveal(source, id);
        if (subjectId === undefined) continue;
        const { rows } = await bench
          .readers(store)
          .use((db) => listPatients(store, source, { subjectId }, { offset: 0, limit: 1, db }));
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
