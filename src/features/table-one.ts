// Table one: who the cohort is, with and without the event, small counts withheld. Knows no model.
import { isSmall, smallCellLimit } from "../core/small-cells.ts";
import { type Database, identifier, join, type Sql, sql } from "../store/index.ts";
import type { CohortShape } from "./cohort-shape.ts";
import { admissionGroup, ethnicityFamily, rowsOfStays, sexGroup } from "./families.ts";
import { cohortTable, type LabelShape, type Labels, readDescriptions } from "./labels.ts";
import { Counter, cutFamily, type FamilyCut, withheldCell } from "./table-one-counts.ts";
import { describeNumbers } from "./table-one-numbers.ts";

/** A row of table one, with a text for each group of columns. */
export interface TableOneRow {
  title: string;
  /** Whether the row is one of those that the row before it sums up. */
  level?: boolean;
  cells: string[];
}

export interface TableOne {
  groups: string[];
  rows: TableOneRow[];
}

/** Summarised over the first day, by concept. */
const FIRST_DAY = ["hr", "map", "resp", "temp", "lact", "crea", "wbc", "plt", "urine"];
const FIRST_DAY_HOURS = 24;

/**
 * Table one of a cohort: all stays, those with the event (at any hour), those without; all alone where the outcome is no event. Numbers are medians with quartiles over stays.
 *
 * Counts of 1 to 10 patients are withheld, and with them the counts from which they could be worked out
 * (`withholdSmallCells`); so are the quartiles of fewer than 11 patients.
 */
export async function tableOne(
  db: Database,
  folder: string,
  cohort: CohortShape & { label?: LabelShape },
): Promise<TableOne> {
  const isEvent = (cohort.label?.kind ?? "binary") === "binary";
  const { stayIds, subjectIds, labels } = await readStays(db, folder, isEvent);
  const all = await readDescriptions(db, folder);
  const order = rowsOfStays(all, stayIds);
  const counter = new Counter(subjectIds, labels);
  const text = (values: readonly (string | null)[], group: (text: string | null) => string) =>
    order.map((row) => group(values[row]!));
  const number = (values: Float64Array) => Float64Array.from(order, (row) => values[row]!);
  // what is not known of anybody, as admission of recordings, has no rows
  const cut = (title: string, values: readonly (string | null)[], group: (text: string | null) => string) =>
    values.some((value) => value !== null) ? [cutFamily(title, text(values, group), counter)] : [];
  const families = [
    ...cut("Sex", all.sex, sexGroup),
    ...cut("Ethnicity", all.ethnicity, ethnicityFamily),
    ...cut("Admission", all.admissionType, admissionGroup),
  ];
  const hidden = hiddenEverywhere(counter, families);
  const row = (title: string, values: Float64Array, level?: true): TableOneRow => ({
    title,
    ...(level ? { level } : {}),
    cells: describeNumbers(values, subjectIds, labels),
  });
  const fixed = await readNumbers(db, staticNumbers(folder, cohort), stayIds);
  const firstDay = await readNumbers(db, firstDayNumbers(folder, cohort), stayIds);
  const groups = ["All", `Event: ${lowerFirst(cohort.task.labelTitle)}`, "No event"].slice(0, isEvent ? 3 : 1);
  const shown = (rows: TableOneRow[]) => rows.map((each) => ({ ...each, cells: each.cells.slice(0, groups.length) }));
  return {
    groups,
    rows: shown([
      ...totals(cohort.task.unit, counter, hidden),
      row("Age, years", number(all.age)),
      ...families.flatMap((family) => family.rows(hidden)),
      ...fixed.map(({ title, values }) => row(title, values)),
      ...(isKnown(all.losIcuDays) ? [row("Length of stay in intensive care, days", number(all.losIcuDays))] : []),
      ...(firstDay.length ? [{ title: `In the first ${FIRST_DAY_HOURS} hours`, cells: ["", "", ""] }] : []),
      ...firstDay.map(({ title, values }) => row(title, values, true)),
    ]),
  };
}

function isKnown(values: Float64Array): boolean {
  return values.some((value) => !Number.isNaN(value));
}

/** A row a stay, whether it has the event at any hour; without an event none has. */
async function readStays(db: Database, folder: string, isEvent: boolean): Promise<Labels> {
  const columns = await db.columns(sql`
    select stay_id::bigint as stay_id, any_value(subject_id)::bigint as subject_id,
      ${isEvent ? sql`max(label)::integer` : sql`0`} as event
    from ${cohortTable(folder, "labels")} group by stay_id order by stay_id`);
  return {
    stayIds: columns.numbers("stay_id"),
    subjectIds: columns.numbers("subject_id"),
    labels: Uint8Array.from(columns.integers("event")),
  };
}

interface Hidden {
  size: boolean;
  outcome: boolean;
}

/** What no family may show because one of them may not show it of everybody. */
function hiddenEverywhere({ all }: Counter, families: readonly FamilyCut[]): Hidden {
  const size = isSmall(all.patients, smallCellLimit) || families.some(({ withheld }) => withheld.size.overall);
  const outcome =
    size ||
    isSmall(all.positivePatients, smallCellLimit) ||
    isSmall(all.negativePatients, smallCellLimit) ||
    families.some(({ withheld }) => withheld.outcome.overall);
  return { size, outcome };
}

function totals(unit: string, { all }: Counter, { size, outcome }: Hidden): TableOneRow[] {
  const show = (count: number, isHidden: boolean) => (isHidden ? withheldCell : count.toLocaleString("en-US"));
  const { patients, positivePatients, negativePatients } = all;
  // A patient can have stays of both kinds: the three counts tell how many have, and how many have only one.
  const both = positivePatients + negativePatients - patients;
  const few = [both, positivePatients - both, negativePatients - both].some((count) => isSmall(count, smallCellLimit));
  return [
    {
      title: `${unit}s`,
      cells: [show(all.rows, size), show(all.positives, outcome), show(all.rows - all.positives, outcome)],
    },
    {
      title: "Patients",
      cells: [show(patients, size), show(positivePatients, outcome || few), show(negativePatients, outcome || few)],
    },
  ];
}

/** As inside a sentence; an abbreviation stays as it is. */
function lowerFirst(text: string): string {
  return text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

function withUnit(title: string, unit: string): string {
  return unit ? `${title}, ${unit}` : title;
}

interface NumberQuery {
  columns: { name: string; title: string }[];
  query: Sql;
}

async function readNumbers(db: Database, { columns, query }: NumberQuery, stayIds: Float64Array) {
  if (columns.length === 0) return [];
  const found = await db.columns(query);
  const rowOf = new Map<number, number>();
  found.numbers("stay id of the row").forEach((id, row) => {
    rowOf.set(id, row);
  });
  return columns.map(({ name, title }) => {
    const values = found.numbers(name);
    return { title, values: Float64Array.from(stayIds, (id) => values[rowOf.get(id) ?? -1] ?? Number.NaN) };
  });
}

/** Height and weight; age and sex stand elsewhere in the table. */
function staticNumbers(folder: string, cohort: CohortShape): NumberQuery {
  const columns = cohort.static
    .filter(({ name }) => name === "height" || name === "weight")
    .map(({ name, title, unit }) => ({ name, title: withUnit(title, unit) }));
  const selected = join(columns.map(({ name }) => sql`${identifier(name)}::double as ${identifier(name)}`));
  return {
    columns,
    query: sql`
      select stay_id::bigint as "stay id of the row", ${selected} from ${cohortTable(folder, "static")}`,
  };
}

/** One number a stay: the total of what is summed, else the median of the hourly values. */
function firstDayNumbers(folder: string, cohort: CohortShape): NumberQuery {
  const variables = FIRST_DAY.flatMap((name) => cohort.dynamic.filter((variable) => variable.name === name));
  const selected = variables.map(({ name, aggregate }) =>
    aggregate === "sum"
      ? sql`sum(${identifier(name)} order by "time") as ${identifier(name)}`
      : sql`median(${identifier(name)}) as ${identifier(name)}`,
  );
  return {
    columns: variables.map(({ name, title, unit, aggregate }) => ({
      name,
      title: withUnit(`${title}, ${aggregate === "sum" ? "total" : "median"}`, unit),
    })),
    query: sql`
      select stay_id::bigint as "stay id of the row", ${join(selected)}
      from ${cohortTable(folder, "dynamic")}
      where "time" >= 0 and "time" < ${FIRST_DAY_HOURS}
      group by 1`,
  };
}
