// Draws rows for training where a table of all of them would not fit. Knows no model.
import { randomStream } from "../core/random.ts";

/**
 * At most `most` of the rows, spread evenly over them: the rows are cut into equal pieces and one is drawn from each. They
 * stand stay after stay, so that every stay gives its share. All of them where there are no more.
 */
export function drawRows(rows: Int32Array, most: number, seed: number, name: string): Int32Array {
  if (rows.length <= most) return rows;
  const random = randomStream(seed, "drawn rows", name);
  return Int32Array.from({ length: most }, (_, i) => {
    const from = Math.floor((i * rows.length) / most);
    const to = Math.floor(((i + 1) * rows.length) / most);
    return rows[from + random.below(to - from)]!;
  });
}
