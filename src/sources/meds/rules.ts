// Which table gives which MEDS events, as data: one JSON file per data set, read once and checked against the tables'
// declarations. Holds no SQL.
import { Bug } from "../../core/errors.ts";
import { readJsonAsset } from "../../store/index.ts";
import { findTable, sourceCatalog } from "../catalog.ts";
import type { TableSpec } from "../source.ts";
import { readTemplate, type Template, templateColumns } from "./template.ts";

/**
 * Which generation of the public MIMIC-IV extraction (MIMIC_IV_MEDS) the codes follow: `0.1` (releases 0.0.2 to 0.1.2, and
 * the predicates that MEDS-DEV publishes), or `0.0.1`, with which the MEDS release of the demo was made.
 */
export type CodeStyle = "0.1" | "0.0.1";

/** A rule as it stands in the JSON file. */
interface RuleText {
  table: string;
  /** The code's template. */
  code: string;
  /** The column of the time; the first of several that is not null; 1 January of a year; null: static. */
  time: string | string[] | { year: string; minus: string } | null;
  number?: string;
  text?: string;
  /** Columns of a second table, one row per key. `pick`: the smallest value of each, where a key has several rows. */
  join?: { table: string; on: string; take: string[]; pick?: "min" };
  /** A column without which there is no event. */
  needs?: string;
  /** Rows to leave out: a column and the value they have. */
  unless?: Record<string, string | number>;
  /** Identifiers left empty. */
  without?: string[];
  /** Columns, beside those of the event, that tell two records apart: what is equal in all of them is written once. */
  apart?: string[];
  /** Equal records are events of their own: two entries of a chart, not one written twice. */
  repeats?: boolean;
  /** Only in these code styles. */
  styles?: CodeStyle[];
}

/** A rule, checked. */
export interface Rule extends Omit<RuleText, "code"> {
  source: string;
  spec: TableSpec;
  template: Template;
}

/** The data sets that have rules, in the order of their events. */
export const MEDS_SOURCES = ["mimic-iv", "mimic-iv-ed", "mimic-iii"] as const;

const loaded = new Map<string, readonly Rule[]>();

/** The rules of a data set, all styles. */
export function rulesOf(source: string): readonly Rule[] {
  let rules = loaded.get(source);
  if (!rules) {
    rules = readJsonAsset<RuleText[]>(import.meta.url, `rules/${source}.json`).map((text, i) => check(source, text, i));
    loaded.set(source, rules);
  }
  return rules;
}

function check(source: string, { code, ...text }: RuleText, index: number): Rule {
  const catalog = sourceCatalog().find(({ id }) => id === source);
  const spec = catalog && findTable(catalog, text.table);
  const wrong = (what: string) => new Bug(`MEDS rule ${index} of ${source}: ${what}`);
  if (!catalog || !spec) throw wrong(`there is no table ${text.table}`);
  const template = readTemplate(code);
  const other = text.join && findTable(catalog, text.join.table);
  const taken = text.join?.take ?? [];
  const has = (table: TableSpec | undefined, column: string) => table?.columns.some(({ name }) => name === column);
  for (const column of [...taken, ...(text.join ? [text.join.on] : [])]) {
    if (!has(other, column)) throw wrong(`${text.join!.table} has no ${column}`);
  }
  const own = [
    text.number,
    text.text,
    text.needs,
    ...(text.apart ?? []),
    ...Object.keys(text.unless ?? {}),
    text.join?.on,
  ];
  for (const column of own) if (column !== undefined && !has(spec, column)) throw wrong(`no column ${column}`);
  for (const column of [...timeColumns(text.time), ...templateColumns(template)]) {
    if (!taken.includes(column) && !has(spec, column)) throw wrong(`no column ${column}`);
  }
  return { ...text, source, spec, template };
}

/** The columns a time is made of. */
export function timeColumns(time: Rule["time"]): string[] {
  if (time === null) return [];
  if (typeof time === "string") return [time];
  return Array.isArray(time) ? time : [time.year, time.minus];
}
