// Where a training's batches come from: rows of one shape, or whatever makes its own batches. Knows no model.
import { batchesOf, countRows, type Field, type Rows, takeField } from "./data.ts";

/** What one batch feeds into a program. */
export interface Feed {
  /** Batches of one key have fields of the same shapes: one program is compiled for each. */
  key: string;
  /** Rows in the fields. */
  batchSize: number;
  /** Shapes are those of one row. */
  fields: Rows;
}

/** Batches that are made when they are needed. */
export interface BatchSource {
  /** The row numbers of each batch of an epoch: the same for the same seed and epoch. */
  batches(seed: number, epoch: number): Int32Array[];
  /** What a batch feeds. */
  feed(batch: Int32Array): Feed;
}

/** Whether it makes its own batches. */
export function isSource(rows: Rows | BatchSource): rows is BatchSource {
  return typeof (rows as BatchSource).feed === "function";
}

/** Batches of rows held in memory. */
export function rowsSource(
  rows: Rows,
  { batchSize, shuffle, dropLast }: { batchSize: number; shuffle?: boolean; dropLast?: boolean },
): BatchSource {
  const count = countRows(rows);
  const options = {
    batchSize,
    ...(shuffle === undefined ? {} : { shuffle }),
    ...(dropLast === undefined ? {} : { dropLast }),
  };
  return {
    batches: (seed, epoch) => batchesOf(count, { ...options, seed, epoch }),
    feed: (batch) => ({
      key: String(batch.length),
      batchSize: batch.length,
      fields: Object.fromEntries(
        Object.entries(rows).map(([name, field]): [string, Field] => [
          name,
          { shape: field.shape, data: takeField(field, batch) },
        ]),
      ),
    }),
  };
}
