// What a concept function is given and what it gives. A declaration; knows no function.
import type { ConceptSource, Mode } from "../../concepts/index.ts";
import type { Sql } from "../../store/sql.ts";
import type { Rounding } from "../clock.ts";

/** Where a function finds its tables, and how it counts time. */
export interface FunctionScene {
  /** `mimic-iv` */
  id: string;
  source: ConceptSource;
  rounding: Rounding;
}

/** A value per stay: an expression over the aliases `s` (the stay table), `a` (admissions) and `p` (patients). */
export interface StayFunction {
  tables: readonly string[];
  value(scene: FunctionScene): Sql;
}

/** An event per stay: a query that gives `hadm_id` and `at` (timestamp). */
export interface EventFunction {
  tables: readonly string[];
  query(scene: FunctionScene): Sql;
}

/** The stays whose events are read, and what is known of them. */
export interface BatchScene extends FunctionScene {
  mode: Mode;
  subjects: { from: number; to: number };
  /** The number of a variable in `cohort_event` (i, hour, variable, value). */
  variable(name: string): number;
  has(table: string): boolean;
  /** Whether a table has the column `value` with the text that was charted. */
  hasText(table: string): boolean;
}

/** One step of finding an onset: the table it makes and the query that makes it. */
export interface OnsetStep {
  /** `cohort_kdigo` */
  table: string;
  query: Sql;
}

/**
 * When a state begins in a stay: steps run in their order for one range of subjects at a time; the last one gives `i` and
 * `hour`, the first hour of the state, hours before admission included.
 */
export interface OnsetFunction {
  /** Tables without which it makes no sense, in a data set. */
  tables(id: string): readonly string[];
  /** Variables it looks at, read from their items like those of the grid. */
  variables: readonly string[];
  /** Concepts of whose rows it reads more than a value; without a table of theirs it goes on. */
  rows: readonly string[];
  /** Other outcomes it looks at, in `cohort_happening`. */
  events: readonly string[];
  steps(scene: BatchScene): OnsetStep[];
}
