// A compiled task as statements for an engine: views over the tables, the judged candidates, then labels and funnel. Runs
// nothing.
import { identifier, type Sql, sql } from "../../store/sql.ts";
import type { Compiled } from "../aces/compile.ts";
import { judgedRows, labelRows, positiveOf, windowRows } from "../aces/extract.ts";
import { funnelTotals, subjectsByStep } from "../aces/funnel.ts";
import { sparkSql } from "./spark.ts";
import type { DeclaredTable } from "./tables.ts";
import { written } from "./written.ts";

/** The engines a script can be printed for. */
export const ENGINES = ["duckdb", "spark"] as const;
export type Engine = (typeof ENGINES)[number];

/** Statements to run in order, and those whose rows are wanted. */
export interface Statements {
  before: string[];
  results: { title: string; query: string }[];
  after: string[];
}

const JUDGED = "bedside_judged";

/** The queries over the table of judged candidates. */
function results(compiled: Compiled): { title: string; query: Sql }[] {
  const judged = identifier(JUDGED);
  const { conditions } = compiled;
  return [
    { title: "labels", query: labelRows(compiled, judged) },
    { title: "windows of the labels", query: windowRows(compiled, judged) },
    {
      title: "funnel: candidates for which a condition is the first not met, and those that do not meet it",
      query: funnelTotals(judged, conditions, positiveOf(compiled)),
    },
    { title: "funnel: subjects by the furthest condition they reach", query: subjectsByStep(judged, conditions) },
  ];
}

/** The text of everything a task asks for: what says which tables it reads. */
export function textOf(compiled: Compiled): string {
  return written(judgedRows(compiled));
}

/** The statements for DuckDB itself. */
function duckdbStatements(compiled: Compiled, tables: readonly DeclaredTable[]): Statements {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return {
    before: [
      ...schemas.map((schema) => written(sql`create schema if not exists ${identifier(schema)}`)),
      ...tables.map(({ schema, table, file }) =>
        written(sql`create or replace view ${identifier(schema, table)} as select * from read_parquet(${file})`),
      ),
      written(sql`create or replace temp table ${identifier(JUDGED)} as ${judgedRows(compiled)}`),
    ],
    results: results(compiled).map(({ title, query }) => ({ title, query: written(query) })),
    after: [],
  };
}

/** Under these a query of DuckDB means the same in Spark. */
export const SPARK_SETTINGS = [
  "set time zone 'UTC'",
  "set spark.sql.ansi.enabled = true",
  "set spark.sql.parser.escapedStringLiterals = false",
  "set spark.sql.parquet.inferTimestampNTZ.enabled = true",
];

/** What Spark is to be told before a query, and the translation of queries over these tables. */
export function sparkSetting(tables: readonly DeclaredTable[]): { before: string[]; translated(query: Sql): string } {
  const views = new Map(tables.map(({ schema, table, view }) => [`${schema}.${table}`, view]));
  const columns = tables.flatMap((table) => table.columns);
  const fractions = new Set(
    columns.filter(({ type }) => /FLOAT|DOUBLE|DECIMAL/.test(type)).map(({ name }) => name.toLowerCase()),
  );
  return {
    before: [...SPARK_SETTINGS, ...tables.map(sparkView)],
    translated: (query) => sparkSql(written(query), { tables: views, fractions }),
  };
}

/**
 * The statements for Spark. The judged candidates are kept, since Spark would work them out again for each result.
 * @throws BedsideError `cohort/untranslatable`.
 */
function sparkStatements(compiled: Compiled, tables: readonly DeclaredTable[]): Statements {
  const { before, translated } = sparkSetting(tables);
  const giveUp = `uncache table if exists \`${JUDGED}\``;
  return {
    before: [...before, giveUp, `cache lazy table \`${JUDGED}\` as ${translated(judgedRows(compiled))}`],
    results: results(compiled).map(({ title, query }) => ({ title, query: translated(query) })),
    after: [giveUp],
  };
}

/** Times of files written with a time zone are read as those without, as DuckDB gives them. */
function sparkView({ view, file, columns }: DeclaredTable): string {
  const list = columns.map(({ name, type }) =>
    type.startsWith("TIMESTAMP") ? `cast(${quoted(name)} as timestamp_ntz) as ${quoted(name)}` : quoted(name),
  );
  return `create or replace temporary view ${quoted(view)} as select ${list.join(", ")} from parquet.${quoted(file)}`;
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** The statements of a task as one script, to be run by the engine's own client. */
export function scriptOf(
  engine: Engine,
  compiled: Compiled,
  { tables, title }: { tables: readonly DeclaredTable[]; title: string },
): string {
  const statements = engine === "spark" ? sparkStatements : duckdbStatements;
  const { before, results, after } = statements(compiled, tables);
  const lines = [
    `-- ${title.replaceAll(/\s+/g, " ")}`,
    ...before.map((statement) => `${statement.trim()};`),
    ...results.flatMap(({ title, query }) => [`-- ${title}`, `${query.trim()};`]),
    ...after.map((statement) => `${statement};`),
  ];
  return `${lines.join("\n\n")}\n`;
}
