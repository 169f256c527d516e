// Named concept functions: what ACES predicates cannot say, said in SQL. Knows no task.
import { Bug } from "../../core/errors.ts";
import type { Sql } from "../../store/sql.ts";

/** What a concept function may build on. */
export interface ConceptContext {
  /** The relation of events, to stand after `from` with an alias. */
  events: Sql;
}

/**
 * A concept a task can count like events: `predicates: { aki: { concept: kdigo_stage, value_min: 2, value_min_inclusive: true } }`.
 */
export interface ConceptFunction {
  /** As used in task files: letters, digits and _. */
  name: string;
  /** What a row means, its unit, and the source of the definition. */
  description: string;
  /**
   * A query that gives `subject_id`, `time` (null for a static fact) and `numeric_value`, a row per occurrence. Its rows
   * are no events of the record: `_ANY_EVENT` and the record's start and end do not see them.
   */
  sql(context: ConceptContext): Sql;
}

/** The concept functions a task may name. */
export type Concepts = ReadonlyMap<string, ConceptFunction>;

/** Gathers concept functions by name. */
export function conceptFunctions(...functions: ConceptFunction[]): Concepts {
  const concepts = new Map<string, ConceptFunction>();
  for (const concept of functions) {
    if (concepts.has(concept.name)) throw new Bug(`Two concept functions are called ${concept.name}`);
    concepts.set(concept.name, concept);
  }
  return concepts;
}
