// The tables of the forests' tests: numbers of 24 bits from one formula, the same as in golden/make_forest.py.
import type { Matrix } from "../../core/matrix.ts";
import { mix32 } from "../../core/random.ts";

/** Numbers in [0, 1) of 24 bits. */
export function uniforms(salt: number, count: number): Float64Array {
  const offset = salt * 7919 + 1;
  return Float64Array.from(
    { length: count },
    (_, k) => (mix32((Math.imul(k, 0x9e3779b1) + offset) | 0) >>> 8) / 2 ** 24,
  );
}

/** A table of the kinds that the golden script knows. */
export function fixtureTable(kind: string, rows: number, columns: number, salt: number): Matrix {
  const data = uniforms(salt, rows * columns);
  const gone = uniforms(salt + 1, rows * columns);
  let first = 0;
  for (let k = 0; k < data.length; k++) {
    const j = k % columns;
    if (j === 0) first = data[k]!;
    if (kind === "levels" && j % 3 === 0) data[k] = Math.floor(data[k]! * 5);
    let limit = (j % 3 === 0 ? 0.3 : 0.1) * (0.5 + data[k]!);
    // Whether column 3 is missing says more than its value.
    if (kind === "tree-missing" && j === 3) limit = first > 0.6 ? 0.95 : 0.02;
    if (kind.endsWith("missing") && j % 3 !== 2 && gone[k]! < limit) data[k] = Number.NaN;
  }
  return { rows, columns, data };
}

/** What the outcome depends on, about 0 in the middle; a missing value counts as 0.9. */
export function fixtureScores(kind: string, { rows, columns, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    const at = (j: number) => {
      const value = data[i * columns + j]!;
      return Number.isNaN(value) ? 0.9 : value;
    };
    const c = (j: number) => at(j) - 0.5;
    const is = (holds: boolean) => (holds ? 1 : 0);
    if (kind === "levels") {
      return is(at(0) >= 2) * 1.5 + is(at(3) === 1) * 2 - is(at(6) > 3) * is(c(1) > 0) * 2 + 3 * c(4) - 1;
    }
    if (kind === "interactions") {
      return 12 * c(0) * c(1) + 3 * Math.abs(c(2)) * is(c(3) > 0.1) + 4 * c(4) * c(5) + 2 * c(6);
    }
    if (kind === "rare") return 5 * c(0) + 4 * c(1) * is(c(2) > 0) - 3 * c(3) - 3.2;
    return 4 * c(0) - 3 * c(1) + 2.5 * c(2) * is(c(3) > 0) + 2 * c(3) - 1.5 * c(4);
  });
}

/** Labels 0 and 1, drawn with the logistic probability of the scores. */
export function fixtureLabels(kind: string, x: Matrix, salt: number): Float64Array {
  const draws = uniforms(salt + 2, x.rows);
  return fixtureScores(kind, x).map((score, i) => (draws[i]! < 1 / (1 + Math.exp(-score)) ? 1 : 0));
}
