// What the features need to know of a cohort. Knows no file.

/** A variable of the cohort. */
export interface VariableShape {
  /** `hr` */
  readonly name: string;
  /** `Heart rate` */
  readonly title: string;
  readonly unit: string;
}

/** The part of a cohort that the features use; a `Cohort` fits. */
export interface CohortShape {
  /** What is predicted, and of what, in words. */
  readonly task: { readonly labelTitle: string; readonly unit: string };
  /** Hours of the grid, since admission to intensive care. */
  readonly hours: readonly number[];
  /** Variables over time, in the order of the columns. */
  readonly dynamic: readonly (VariableShape & {
    /** How several values become one: `sum`, `median` … */
    readonly aggregate: string;
  })[];
  /** Predictors known once a stay. */
  readonly static: readonly VariableShape[];
}
