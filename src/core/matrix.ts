// A table of numbers, the shape every model takes. Knows nothing of what the numbers mean.

/** Row-major numbers: row i, column j at `data[i * columns + j]`. */
export interface Matrix {
  rows: number;
  columns: number;
  data: Float64Array | Float32Array;
}

/** An all-zero matrix of 64-bit numbers. */
export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** The chosen rows, in the order given, copied. */
export function takeRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const { columns } = matrix;
  const data =
    matrix.data instanceof Float32Array
      ? new Float32Array(rows.length * columns)
      : new Float64Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * columns;
    data.set(matrix.data.subarray(from, from + columns), i * columns);
  }
  return { rows: rows.length, columns, data };
}
