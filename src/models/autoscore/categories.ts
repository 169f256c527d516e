// The categories of one variable: which of them a value falls into and how they are written. Knows no points.
import type { Matrix } from "../../core/matrix.ts";

/**
 * How a column becomes categories. Numeric: category 0 lies below `cutoffs[0]`, category i from `cutoffs[i - 1]` to below
 * `cutoffs[i]`. Categorical: category i is the code `codes[i]`. Missing, where it occurred in training, is the last one.
 */
export interface Categories {
  readonly name: string;
  /** The column of the table. */
  readonly column: number;
  readonly bounds:
    | { readonly kind: "numeric"; readonly cutoffs: readonly number[] }
    | { readonly kind: "categorical"; readonly codes: readonly number[] };
  /** Whether missing is a category of its own. */
  readonly missing: boolean;
  /** The most common category in training; it takes missing values and codes that training did not hold. */
  readonly common: number;
}

/** How many categories there are, missing included. */
export function categoryCount({ bounds, missing }: Pick<Categories, "bounds" | "missing">): number {
  const present = bounds.kind === "numeric" ? bounds.cutoffs.length + 1 : bounds.codes.length;
  return present + (missing ? 1 : 0);
}

/** The category of every row. Values beyond the training rows' fall into the lowest or the highest category. */
export function categoriesOf(variable: Categories, x: Matrix): Uint8Array {
  const { column, bounds, missing, common } = variable;
  const ifMissing = missing ? categoryCount(variable) - 1 : common;
  const found = new Uint8Array(x.rows);
  // 32-bit readings are compared with cut-offs of 32 bits: 36.6 is not below 36.6.
  const stored = x.data instanceof Float32Array ? Math.fround : (value: number) => value;
  const cutoffs = bounds.kind === "numeric" ? bounds.cutoffs.map(stored) : [];
  const byCode = new Map(bounds.kind === "categorical" ? bounds.codes.map((code, i) => [stored(code), i]) : []);
  for (let i = 0, k = column; i < x.rows; i++, k += x.columns) {
    const value = x.data[k]!;
    if (Number.isNaN(value)) {
      found[i] = ifMissing;
    } else if (bounds.kind === "categorical") {
      found[i] = byCode.get(value) ?? common;
    } else {
      let category = 0;
      while (category < cutoffs.length && value >= cutoffs[category]!) category++;
      found[i] = category;
    }
  }
  return found;
}

/** A category's words and bounds; `low` is included, `high` is not, null is no bound. */
export interface CategoryBounds {
  /** `<60`, `60 to <80`, `≥80`, `= 2`, `missing`. */
  readonly category: string;
  readonly low: number | null;
  readonly high: number | null;
  /** Of a categorical variable. */
  readonly code: number | null;
}

/** The categories in order. */
export function describeCategories({ bounds, missing }: Pick<Categories, "bounds" | "missing">): CategoryBounds[] {
  const open = { low: null, high: null, code: null };
  const rows: CategoryBounds[] =
    bounds.kind === "categorical"
      ? bounds.codes.map((code) => ({ ...open, category: `= ${code}`, code }))
      : Array.from({ length: bounds.cutoffs.length + 1 }, (_, i) => {
          const low = bounds.cutoffs[i - 1] ?? null;
          const high = bounds.cutoffs[i] ?? null;
          return { category: between(low, high), low, high, code: null };
        });
  if (missing) rows.push({ ...open, category: "missing" });
  return rows;
}

function between(low: number | null, high: number | null): string {
  if (low === null) return high === null ? "any value" : `<${high}`;
  return high === null ? `≥${low}` : `${low} to <${high}`;
}
