// Rows for training: typed arrays cut into seeded, shuffled batches. Knows no model.
import { BedsideError } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import { type Kind, type Shape, sizeOf } from "../tensor/index.ts";

/** One quantity of every row: row i at `data[i * size(shape)]`, where `shape` is that of one row. */
export interface Field {
  shape: Shape;
  data: Float32Array | Int32Array | Uint8Array;
}

/** Rows as named fields: `{ x: [24, 48] floats, label: [] floats }`. */
export type Rows = Readonly<Record<string, Field>>;

/** The kind of element a field feeds: bytes are truth values. */
export function kindOf({ data }: Field): Kind {
  return data instanceof Float32Array ? "float" : data instanceof Int32Array ? "int" : "bool";
}

/** Number of rows. @throws BedsideError when fields disagree. */
export function countRows(rows: Rows): number {
  let count: number | undefined;
  for (const [name, { shape, data }] of Object.entries(rows)) {
    const own = data.length / Math.max(sizeOf(shape), 1);
    if (!Number.isInteger(own) || (count !== undefined && own !== count)) {
      throw new BedsideError({
        code: "nn/uneven-rows",
        what: `The field "${name}" has ${data.length} elements`,
        why:
          count === undefined
            ? `rows of ${sizeOf(shape)} do not divide it`
            : `${count} rows of ${sizeOf(shape)} are ${count * sizeOf(shape)}`,
      });
    }
    count = own;
  }
  return count ?? 0;
}

/** Copies the chosen rows of a field; rows beyond `chosen` up to `total` are zeros. */
export function takeField({ shape, data }: Field, chosen: ArrayLike<number>, total = chosen.length): Field["data"] {
  const size = sizeOf(shape);
  const out = new (data.constructor as new (length: number) => typeof data)(total * size);
  for (let i = 0; i < chosen.length; i++) {
    const at = chosen[i]! * size;
    out.set(data.subarray(at, at + size), i * size);
  }
  return out;
}

/** The chosen rows as new rows. */
export function takeRowsOf(rows: Rows, chosen: ArrayLike<number>): Rows {
  return Object.fromEntries(
    Object.entries(rows).map(([name, field]) => [name, { shape: field.shape, data: takeField(field, chosen) }]),
  );
}

export interface BatchOptions {
  batchSize: number;
  seed: number;
  epoch: number;
  /** Default true. */
  shuffle?: boolean;
  /** Leaves out a last batch smaller than the others. Default false. */
  dropLast?: boolean;
}

/** Row numbers of each batch of an epoch: the same for the same seed and epoch. */
export function batchesOf(
  count: number,
  { batchSize, seed, epoch, shuffle = true, dropLast = false }: BatchOptions,
): Int32Array[] {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (shuffle) randomStream(seed, "batches", epoch).shuffle(order as never);
  const batches: Int32Array[] = [];
  for (let at = 0; at < count; at += batchSize) {
    const batch = order.subarray(at, Math.min(at + batchSize, count));
    if (!dropLast || batch.length === batchSize || batches.length === 0) batches.push(batch);
  }
  return batches;
}

/** Sequences of different lengths as one field of equal length, and which steps are real. */
export interface Padded {
  values: Field;
  /** 1 for real steps, 0 for padding. */
  mask: Field;
}

/**
 * Pads sequences at their end with zeros. Sequence i has `lengths[i]` steps of `width` numbers, one after the other in
 * `data`. Longer ones keep their last `length` steps.
 */
export function padSequences(data: Float32Array, lengths: ArrayLike<number>, width: number, length: number): Padded {
  const values = new Float32Array(lengths.length * length * width);
  const mask = new Float32Array(lengths.length * length);
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const own = lengths[i]!;
    const kept = Math.min(own, length);
    values.set(data.subarray((at + own - kept) * width, (at + own) * width), i * length * width);
    mask.fill(1, i * length, i * length + kept);
    at += own;
  }
  return { values: { shape: [length, width], data: values }, mask: { shape: [length], data: mask } };
}
