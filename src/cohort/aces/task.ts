// What a task file says, checked and ready to compile. Knows neither YAML nor SQL.

/** A checked task. Only the predicates that the trigger and the windows use are in it. */
export interface Task {
  file: string | undefined;
  description: string | undefined;
  /** The `metadata` block as it stands, for passing on. */
  metadata: unknown;
  trigger: { predicate: string; line: number };
  /** In an order in which every derived predicate comes after its inputs. */
  predicates: Map<string, Predicate>;
  /** In an order in which every window comes after the windows it refers to, otherwise as in the file. */
  windows: Window[];
  /** The window and predicate whose count becomes the label. */
  label: { window: string; predicate: string } | undefined;
  /** The boundary that becomes the prediction time. */
  index: { window: string; side: Side } | undefined;
  /** What is allowed but probably not meant, each with its line. */
  warnings: string[];
}

export type Predicate = PlainPredicate | ConceptPredicate | DerivedPredicate;

interface Named {
  name: string;
  line: number;
}

/** Bounds on the number of an event; an event without a number is outside every bound. */
export interface ValueBounds {
  min: { value: number; inclusive: boolean } | undefined;
  max: { value: number; inclusive: boolean } | undefined;
}

/** Counts the events of a code (or several), perhaps with bounds on their number and conditions on other columns. */
export interface PlainPredicate extends Named, ValueBounds {
  kind: "plain";
  code: { equal: string } | { any: string[] } | { regex: string };
  /** Further columns of the events and the value each must have. */
  columns: Map<string, { value: string | number | boolean; line: number }>;
  /** A patient demographic: looked for among the events without a time, and demanded of every subject. */
  static: boolean;
}

/** Counts the rows a named concept function gives (an extension of ACES). */
export interface ConceptPredicate extends Named, ValueBounds {
  kind: "concept";
  concept: string;
  static: boolean;
}

/** 1 at every moment at which all (`and`) or any (`or`) of its inputs occur. */
export interface DerivedPredicate extends Named {
  kind: "derived";
  operator: "and" | "or";
  inputs: string[];
}

export type Side = "start" | "end";

/** How a boundary lies to the one it refers to. */
export interface Boundary {
  /** As written. */
  text: string;
  line: number;
  /** `trigger`, `start`, `end` (of the same window) or another window's boundary. */
  reference: "trigger" | Side | { window: string; side: Side };
  step: Step;
}
export type Step =
  | { kind: "same" }
  /** Fixed time away, in microseconds, never 0. */
  | { kind: "shift"; micros: number }
  /** The nearest event of a predicate, later or earlier; `_RECORD_START` and `_RECORD_END` are the record's ends. */
  | { kind: "next" | "previous"; predicate: string };

/** How often a predicate may occur in a window, both bounds included. */
export interface Constraint {
  predicate: string;
  min: number | undefined;
  max: number | undefined;
  line: number;
}

export interface Window {
  name: string;
  line: number;
  start: Boundary;
  end: Boundary;
  /** The side that refers outside the window; the other refers to it. */
  root: Side;
  startInclusive: boolean;
  endInclusive: boolean;
  has: Constraint[];
  label: { predicate: string; line: number } | undefined;
  index: { side: Side; line: number } | undefined;
}

/** One per moment (subject and time) with any event. */
export const ANY_EVENT = "_ANY_EVENT";
/** One at the first moment of a subject. */
export const RECORD_START = "_RECORD_START";
/** One at the last moment of a subject. */
export const RECORD_END = "_RECORD_END";
/** The predicates every task has. */
export const SPECIAL: ReadonlySet<string> = new Set([ANY_EVENT, RECORD_START, RECORD_END]);
