// Weighs the categories of a growing list of variables by logistic regression. Knows no points and no tuning rows.
import { type LogisticModel, trainLogisticRegression } from "../logistic/index.ts";
import { type Categories, categoryCount } from "./categories.ts";

/** One variable of the list: its categories and that of each training row. */
export interface CodedVariable {
  readonly categories: Categories;
  readonly codes: Uint8Array;
}

/** What the regression of one list of variables found. */
export interface CategoryWeights {
  /** Log-odds by variable and category against the variable's most common category. */
  readonly coefficients: readonly Float64Array[];
  readonly converged: boolean;
}

/**
 * Adds variables one after the other; each step takes the last model as its start. Rows alike in all categories and in
 * the outcome are one row with a weight, which leaves the model as it is and makes short lists quick on many patients.
 */
export class CategoryRegression {
  private readonly variables: CodedVariable[] = [];
  /** Which group of like rows each training row belongs to. */
  private readonly groups: Uint32Array;
  private groupCount: number;
  private last: LogisticModel | undefined;

  constructor(
    private readonly labels: Uint8Array,
    private readonly options: { c: number; signal?: AbortSignal | undefined },
  ) {
    this.groups = Uint32Array.from(labels);
    this.groupCount = 2;
  }

  /** Takes one more variable in. */
  add(variable: CodedVariable): void {
    const count = categoryCount(variable.categories);
    const seen = new Map<number, number>();
    const { groups } = this;
    for (let i = 0; i < groups.length; i++) {
      const key = groups[i]! * count + variable.codes[i]!;
      const group = seen.get(key) ?? seen.size;
      if (group === seen.size) seen.set(key, group);
      groups[i] = group;
    }
    this.groupCount = seen.size;
    this.variables.push(variable);
  }

  /** Trains on the variables taken in so far. */
  train(): CategoryWeights {
    const columns = this.variables.map(({ categories }) => indicatorColumns(categories));
    const width = columns.reduce((sum, own) => sum + own.filter((column) => column >= 0).length, 0);
    if (width === 0) return { coefficients: this.spread(columns, []), converged: true };
    const { x, y, sampleWeights } = this.table(columns, width);
    const { c, signal } = this.options;
    const before = this.last?.coefficients ?? [];
    const start = this.last && {
      coefficients: Float64Array.from({ length: width }, (_, j) => before[j] ?? 0),
      intercept: this.last.intercept,
    };
    const model = trainLogisticRegression(x, y, { c, sampleWeights, start, signal });
    this.last = model;
    return { coefficients: this.spread(columns, model.coefficients), converged: model.converged };
  }

  /** One row per group of like rows: a 1 in the column of each category that is not the variable's most common. */
  private table(columns: readonly Int32Array[], width: number) {
    const rows = this.groupCount;
    const x = { rows, columns: width, data: new Float32Array(rows * width) };
    const y = new Uint8Array(rows);
    const sampleWeights = new Float64Array(rows);
    const starts = startsOf(columns);
    for (let i = 0; i < this.groups.length; i++) {
      const group = this.groups[i]!;
      if (sampleWeights[group]!++ > 0) continue;
      y[group] = this.labels[i]!;
      for (let v = 0; v < columns.length; v++) {
        const column = columns[v]![this.variables[v]!.codes[i]!]!;
        if (column >= 0) x.data[group * width + starts[v]! + column] = 1;
      }
    }
    return { x, y, sampleWeights };
  }

  private spread(columns: readonly Int32Array[], coefficients: ArrayLike<number>): Float64Array[] {
    const starts = startsOf(columns);
    return columns.map((own, v) =>
      Float64Array.from(own, (column) => (column < 0 ? 0 : coefficients[starts[v]! + column]!)),
    );
  }
}

/** The column of each category within its variable; −1 for the most common one, which is the reference. */
function indicatorColumns(categories: Categories): Int32Array {
  let next = 0;
  return Int32Array.from({ length: categoryCount(categories) }, (_, i) => (i === categories.common ? -1 : next++));
}

function startsOf(columns: readonly Int32Array[]): number[] {
  let next = 0;
  return columns.map((own) => {
    const start = next;
    next += own.length - 1;
    return start;
  });
}
