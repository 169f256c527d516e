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
import {
  type EventFunction,
  eventFunctions,
  type OnsetFunction,
  onsetFunctions,
  stayFunctions,
} from "./functions/index.ts";
import { itemsOf } from "./functions/items.ts";
import { type ItemTable, itemTables } from "./items.ts";
import { isMedsOnly, refusesMeds } from "./meds-only.ts";
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
  /**
   * Variables that come from items: the dynamic ones, then the static ones that have items, then those that only onsets
   * look at. Their place is their number.
   */
  measured: readonly Concept[];
  tables: ItemTable[];
  first: number;
  last: number;
  /** Hours since ICU admission of the prediction, or of the first one where one is made every hour. */
  predictionHour: number;
  hourly: boolean;
  /** Whether an hour that the end of the stay cuts short has a row. */
  keepsCutHour: boolean;
  /** The event that ends the rows of a stay, and how many hours after it they end. */
  until: { name: string; after: number } | null;
  /** No event of this hour or later is read at all, or none where the whole record counts. */
  blindFrom: number | null;
  /** No static value of this hour or later is read. */
  staticsBlindFrom: number | null;
  exclusions: readonly Exclusion[];
  /** Things the reader must know, as tables that are not there. */
  warnings: string[];
  has(table: string): boolean;
  hasColumn(table: string, column: string): boolean;
}

/**
 * Resolves a task for a store.
 * @throws BedsideError when the store has no data set the dictionary covers, or lacks a table or column the task needs.
 */
export async function planCohort(store: RecordStore, task: Task, mode: Mode): Promise<Plan> {
  const { definition } = task;
  if (isMedsOnly(store)) throw refusesMeds(task.id, tablesOf(task), store.folder);
  const id = sourceOf(store);
  const source = conceptSource(id);
  const concepts = (names: readonly string[]) => names.map(findConcept);
  const dynamic = concepts(definition.dynamic);
  const statics = concepts(definition.static.names);
  const describing = concepts(definition.describing);
  const looked = onsetNames(task, mode).flatMap((name) => onsetFunctionOf(name, mode)!.variables);
  const measured = [
    ...new Set([...dynamic, ...statics.filter(({ items }) => items !== undefined), ...concepts(looked)]),
  ];
  const predictionHour = inMode(definition.prediction.hour, mode);
  const from = inMode(definition.static.from, mode);
  const columns = await columnsOf(store, id);
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
    predictionHour,
    hourly: definition.prediction.every === "hour",
    keepsCutHour: inMode(definition.grid.cutHour ?? "kept", mode) === "kept",
    until: untilOf(task, mode),
    blindFrom: null,
    staticsBlindFrom: from === "before-prediction" ? predictionHour : null,
    exclusions: definition.exclusions,
    warnings: [...definition.caveats],
    has: (table) => store.has(id, table),
    hasColumn: (table, column) => columns.get(table)?.has(column) ?? false,
  };
  plan.blindFrom = blindFrom(plan);
  checkTables(columns, plan);
  return plan;
}

/** The tables whose rows onsets read: their columns must be there, and one that is missing is told. */
function checkParts(columns: Map<string, Set<string>>, plan: Plan): void {
  const { id, source, task, mode } = plan;
  const missing = new Map<string, string[]>();
  for (const onset of onsetNames(task, mode))
    for (const name of onsetFunctionOf(onset, mode)!.rows) {
      for (const { table } of itemsOf(name, id, mode)) {
        const { time, end, value, group } = source.tables[table]!;
        const named = [time, end, value, group].filter((column) => column !== undefined);
        if (plan.has(table)) requireColumns(columns, plan, table, ["subject_id", source.stay, "itemid", ...named]);
        else missing.set(table, [...(missing.get(table) ?? []), findConcept(name).title.toLowerCase()]);
      }
    }
  for (const [table, titles] of missing)
    plan.warnings.push(
      `Table ${table} of ${source.title} is missing: onsets are found without its rows on ${titles.join(", ")}.`,
    );
}

/** The event that ends the rows: that of the label, or the onset, or the one the grid names. */
function untilOf({ definition: { label, grid } }: Task, mode: Mode): Plan["until"] {
  if (label.onset) return { name: label.onset.name, after: inMode(label.onset.window, mode).after };
  const name = label.event ?? inMode(grid.until ?? null, mode);
  return name === null ? null : { name, after: 0 };
}

/** The hour after the last one that anything of the task looks at, where there is one. */
function blindFrom(plan: Plan): number | null {
  const { task, exclusions, last, mode, staticsBlindFrom } = plan;
  const { median, onset } = task.definition.label;
  // An onset that comes later than the rows and the time before it that counts as positive changes no label; what decides
  // whether it is one may come later still, as antibiotics do that must go on.
  if (onset && mode === "faithful") return null;
  const looks: (number | null)[] = [last];
  if (plan.static.some(({ items }) => items !== undefined))
    looks.push(staticsBlindFrom === null ? null : staticsBlindFrom - 1);
  if (median) looks.push(inMode(median.hours, mode)[1]);
  if (onset) looks.push(last + inMode(onset.window, mode).before);
  for (const { observedHours, gapHours } of exclusions) {
    if (observedHours) looks.push(inMode(observedHours.lastHour, mode));
    if (gapHours) looks.push(inMode(gapHours.lastHour, mode));
  }
  return looks.reduce((latest, seen) => (seen === null || latest === null ? null : Math.max(latest, seen + 1)), 0);
}

/** The tables no data set may lack for a task. */
export function tablesOf({ definition }: Task): string[] {
  return ["icustays", "admissions", "patients", ...definition.needs];
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
function checkTables(columns: Map<string, Set<string>>, plan: Plan): void {
  const { id, source, task, mode } = plan;
  const needed = new Map<string, string>([
    ["icustays", "the stays"],
    ["admissions", "the times of the hospital stay"],
    ["patients", "age and sex"],
  ]);
  for (const event of outcomeNames(task, mode)) {
    const tables = eventFunctionOf(event, mode)?.tables ?? onsetFunctionOf(event, mode)?.tables(id) ?? [];
    for (const table of tables) if (!needed.has(table)) needed.set(table, findConcept(event).title.toLowerCase());
  }
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
  checkParts(columns, plan);
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

/** The outcomes a task's label, rows and exclusions ask for, and those that these look at. */
function outcomeNames(task: Task, mode: Mode): string[] {
  const { label, grid, exclusions } = task.definition;
  const until = inMode(grid.until ?? null, mode);
  const asked = [
    ...(label.event ? [label.event] : []),
    ...(label.onset ? [label.onset.name] : []),
    ...(until ? [until] : []),
    ...exclusions.flatMap(({ event }) => (event ? [event.name] : [])),
  ];
  return [...new Set(asked.flatMap((name) => [...(onsetFunctionOf(name, mode)?.events ?? []), name]))];
}

/** The outcomes that the admission tells. */
export function eventNames(task: Task, mode: Mode): string[] {
  return outcomeNames(task, mode).filter((name) => eventFunctionOf(name, mode));
}

/** The outcomes that are found in a stay's measurements and treatments. */
export function onsetNames(task: Task, mode: Mode): string[] {
  return outcomeNames(task, mode).filter((name) => onsetFunctionOf(name, mode));
}

/** The function that finds an outcome in the admissions. */
export function eventFunctionOf(name: string, mode: Mode): EventFunction | undefined {
  return eventFunctions[outcomeFunction(name, mode)];
}

/** The function that finds the onset of an outcome. */
export function onsetFunctionOf(name: string, mode: Mode): OnsetFunction | undefined {
  return onsetFunctions[outcomeFunction(name, mode)];
}

function outcomeFunction(name: string, mode: Mode): string {
  const found = findConcept(name).function?.[mode];
  if (found && (eventFunctions[found] || onsetFunctions[found])) return found;
  throw new Bug(`The outcome ${name} has no function`);
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
