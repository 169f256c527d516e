// Walks a matrix a few rows at a time as 64-bit numbers, so that one fast kernel serves 32- and 64-bit tables.
import type { Matrix } from "../../core/matrix.ts";

/** Numbers a block holds: small enough to stay in a processor's first cache. */
const BLOCK_NUMBERS = 4096;

/**
 * Calls `visit(block, from, count)` for the rows `from … from + count - 1`, in order. The block is row-major and
 * reused; it has room for a whole number of fours of rows, and what lies past `count` rows is 0.
 */
export function forEachBlock(x: Matrix, visit: (block: Float64Array, from: number, count: number) => void): void {
  const { rows, columns, data } = x;
  const blockRows = 4 * Math.max(1, Math.floor(BLOCK_NUMBERS / (4 * columns)));
  const block = new Float64Array(blockRows * columns);
  for (let from = 0; from < rows; from += blockRows) {
    const count = Math.min(blockRows, rows - from);
    block.set(data.subarray(from * columns, (from + count) * columns));
    if (count < blockRows) block.fill(0, count * columns);
    visit(block, from, count);
  }
}
