// A task on a data set in a mode, with every name resolved: what to read, how to count, what is missing. Runs nothing.
import {
  type Concept,
  type ConceptSource,
  conceptSource,
  dictionary,
  findConcept,
  type Mode,
} from "../concepts/index.ts";
import { BedsideError, Bug } from "../core/errors.ts";
import { type RecordStore, schemaOf } from "../store/records.ts";
import { sql } from "../store/sql.ts";
import { clocks, type Rounding } from "./clock.ts";
import { eventFunctions, stayFunctions } from "./functions.ts";
import { type ItemTable, itemTables } from "./items.ts";
import type { Task } from "./task.ts";
import { type Exclusion, inMode } from "./task-schema.ts";

/** Everything an extraction needs to know. */
export interface Plan {
  task: Task;
  mode: Mode;
  /** `mimic-iv` */
  id: string;
  source: ConceptSource;
  rounding: Rounding;
  dynamic: readonly Concept[];
  static: readonly Concept[];
  describing: readonly Concept[];
  /** Variables that come from items: the dynamic ones, then the static ones that have items. Their place is their number. */
  measured: readonly Concept[];
  tables: ItemTable[];
  first: number;
  last: number;
  /** No event of this hour or later is read at all, or none where the whole record counts. */
  blindFrom: number | null;
  /** No static value of this hour or later is read. */
  staticsBlindFrom: number | null;
  exclusions: readonly Exclusion[];
  /** Things the reader must know, as tables that are not there. */
  warnings: string[];
  has(table: string): boolean;
}

/**
 * Resolves a task for a store.
 * @throws BedsideError when the store has no data set the dictionary covers, or lacks a table or column the task needs.
 */
export async function planCohort(store: RecordStore, task: Task, mode: Mode): Promise<Plan> {
  const { definition } = task;
  const id = sourceOf(store);
  const source = conceptSource(id);
  const concepts = (names: readonly string[]) => names.map(findConcept);
  const dynamic = concepts(definition.dynamic);
  const statics = concepts(definition.static.names);
  const describing = concepts(definition.describing);
  const measured = [...dynamic, ...statics.filter(({ items }) => items !== undefined)];
  const from = inMode(definition.static.from, mode);
  const plan: Plan = {
    task,
    mode,
    id,
    source,
    rounding: clocks[inMode(definition.clock, mode)],
    dynamic,
    static: statics,
    describing,
    measured,
    tables: itemTables(measured, { id, source, mode, units: dictionary().units }),
    first: definition.grid.first,
    last: inMode(definition.grid.last, mode),
    blindFrom: null,
    staticsBlindFrom: from === "before-prediction" ? definition.prediction.hour : null,
    exclusions: definition.exclusions,
    warnings: [...definition.caveats],
    has: (table) => store.has(id, table),
  };
  plan.blindFrom = blindFrom(plan);
  await checkTables(store, plan);
  return plan;
}

/** The hour after the last one that anything of the task looks at, where there is one. */
function blindFrom({ exclusions, last, mode, staticsBlindFrom, measured, dynamic }: Plan): number | null {
  let latest: number | null = last;
  if (measured.length > dynamic.length)
    latest = staticsBlindFrom === null ? null : Math.max(last, staticsBlindFrom - 1);
  for (const { observedHours, gapHours } of exclusions) {
    const seen = observedHours
      ? inMode(observedHours.lastHour, mode)
      : gapHours
        ? inMode(gapHours.lastHour, mode)
        : last;
    latest = seen === null || latest === null ? null : Math.max(latest, seen);
  }
  return latest === null ? null : latest + 1;
}

function sourceOf(store: RecordStore): string {
  const covered = Object.keys(dictionary().sources);
  const found = store.manifest.sources.map(({ id }) => id).filter((id) => covered.includes(id));
  if (found.length === 1) return found[0]!;
  throw new BedsideError({
    code: found.length === 0 ? "cohort/no-source" : "cohort/two-sources",
    what:
      found.length === 0
        ? "These records hold no data set that a cohort can be made of"
        : "These records hold two data sets, and a cohort is made of one",
    where: store.folder,
    why: found.length === 0 ? `cohorts are made of ${covered.join(" or ")}` : found.join(", "),
    fix: found.length === 0 ? "give the folder of one of them with --data" : "give one of them with --data",
  });
}

/** Refuses where a needed table or column is missing; warns where an optional one is, and does without. */
async function checkTables(store: RecordStore, plan: Plan): Promise<void> {
  const { id, source, task, mode } = plan;
  const columns = await columnsOf(store, id);
  const needed = new Map<string, string>([
    ["icustays", "the stays"],
    ["admissions", "the times of the hospital stay"],
    ["patients", "age and sex"],
  ]);
  for (const event of eventNames(task))
    for (const table of eventFunctionOf(event, mode).tables)
      if (!needed.has(table)) needed.set(table, findConcept(event).title.toLowerCase());
  for (const table of task.definition.needs) needed.set(table, "most of its variables");
  for (const [table, what] of needed) {
    if (!plan.has(table)) throw missingTable(task, `${table}`, source.title, what);
  }
  requireColumns(columns, plan, "icustays", [source.stay, "subject_id", "hadm_id", "intime", "outtime"]);
  requireColumns(columns, plan, "admissions", ["subject_id", "hadm_id", "admittime", "dischtime"]);

  plan.tables = plan.tables.filter(({ table, items }) => {
    if (plan.has(table)) return true;
    const names = [...new Set(items.map(({ variable }) => plan.measured[variable]!.name))];
    plan.warnings.push(
      `Table ${table} of ${source.title} is missing: without values from it are ${listed(names)} (the stays go on without).`,
    );
    return false;
  });
  for (const { table, columns: named } of plan.tables) {
    const link = named.link === "stay" ? source.stay : "hadm_id";
    requireColumns(columns, plan, table, ["subject_id", link, "itemid", named.time, named.value]);
    for (const optional of ["unit", "error"] as const) {
      const column = named[optional];
      if (column && !columns.get(table)!.has(column)) delete named[optional];
    }
  }
  const unread = (concept: Concept) => {
    const place = concept.column?.[id];
    return place !== undefined && !columns.get(place.table)?.has(place.column);
  };
  for (const concept of new Set([...plan.static, ...plan.describing])) {
    if (!unread(concept)) continue;
    const { table, column } = concept.column![id]!;
    plan.warnings.push(
      `${plan.has(table) ? `Column ${column} of table ${table}` : `Table ${table}`} of ${source.title} is missing: ${concept.title.toLowerCase()} is unknown for every stay.`,
    );
    const without = { ...concept, column: {} };
    plan.static = plan.static.map((one) => (one === concept ? without : one));
    plan.describing = plan.describing.map((one) => (one === concept ? without : one));
  }
}

/** The outcomes a task's label and exclusions ask for. */
export function eventNames(task: Task): string[] {
  const { label, exclusions } = task.definition;
  return [...new Set([label.event, ...exclusions.flatMap(({ event }) => (event ? [event.name] : []))])];
}

/** The function that finds an outcome. */
export function eventFunctionOf(name: string, mode: Mode): (typeof eventFunctions)[string] {
  const found = eventFunctions[findConcept(name).function?.[mode] ?? ""];
  if (!found) throw new Bug(`The outcome ${name} has no function`);
  return found;
}

/** The function that gives a value per stay. */
export function stayFunctionOf(concept: Concept, mode: Mode): (typeof stayFunctions)[string] {
  const found = stayFunctions[concept.function?.[mode] ?? ""];
  if (!found) throw new Bug(`The concept ${concept.name} has no function`);
  return found;
}

async function columnsOf(store: RecordStore, id: string): Promise<Map<string, Set<string>>> {
  const rows = await store.db.rows<{ table_name: string; column_name: string }>(
    sql`select table_name, column_name from duckdb_columns() where schema_name = ${schemaOf(id)}`,
  );
  const columns = new Map<string, Set<string>>();
  for (const { table_name: table, column_name: column } of rows) {
    if (!columns.has(table)) columns.set(table, new Set());
    columns.get(table)!.add(column);
  }
  return columns;
}

function requireColumns(
  columns: Map<string, Set<string>>,
  { task, source }: Plan,
  table: string,
  names: string[],
): void {
  const missing = names.find((name) => !columns.get(table)?.has(name));
  if (missing === undefined) return;
  throw new BedsideError({
    code: "cohort/missing-column",
    what: `Column ${missing} of table ${table} is missing`,
    where: `${source.title}, table ${table}`,
    why: `${task.id} cannot run without it`,
    fix: "import the records again from the original files",
  });
}

function missingTable(task: Task, table: string, source: string, what: string): BedsideError {
  return new BedsideError({
    code: "cohort/missing-table",
    what: `Table ${table} is missing, and ${task.id} cannot run without it`,
    where: `${source}, table ${table}`,
    why: `the task takes ${what} from it`,
    fix: `add ${table}.csv.gz to the folder (or give its folder with another --data) and import again`,
  });
}

function listed(names: readonly string[]): string {
  return `${names.length} variable${names.length === 1 ? "" : "s"}: ${names.join(", ")}`;
}
