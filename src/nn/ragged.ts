// Sequences of any length in batches: padded to a few lengths, filled when they are needed. Knows no model.
import { type RandomStream, randomStream } from "../core/random.ts";
import { type Shape, sizeOf } from "../tensor/index.ts";
import type { Field } from "./data.ts";
import type { BatchSource, Feed } from "./source.ts";

/** One quantity of every step of every sequence, which writes itself where it is wanted. */
export interface RaggedField {
  /** The shape of one step: `[48]`, or `[]` for a single number. */
  shape: Shape;
  kind: "float" | "int";
  /** What stands in padding. Default 0. */
  padding?: number;
  /** Writes all steps of a sequence, one after the other, from `out[at]` on. `out` holds `padding` there before. */
  fill(sequence: number, out: Float32Array | Int32Array, at: number): void;
}

/** Sequences of different lengths. */
export interface Ragged {
  /** Steps of each sequence. */
  lengths: ArrayLike<number>;
  fields: Readonly<Record<string, RaggedField>>;
}

/** Padded lengths are multiples of this, but for the longest. */
const STEP = 4;
/** Each padded length is a program of its own to compile. */
const MOST_LENGTHS = 6;

/**
 * The padded lengths, ascending, that waste the fewest steps on padding: at most `most`, multiples of 4 or the longest
 * length itself. Every sequence goes to the first one that holds it.
 */
export function paddedLengths(lengths: ArrayLike<number>, { most = MOST_LENGTHS }: { most?: number } = {}): number[] {
  let longest = 0;
  for (let i = 0; i < lengths.length; i++) longest = Math.max(longest, lengths[i]!);
  const count = new Map<number, number>();
  for (let i = 0; i < lengths.length; i++) {
    const padded = Math.min(longest, STEP * Math.ceil(Math.max(1, lengths[i]!) / STEP));
    count.set(padded, (count.get(padded) ?? 0) + 1);
  }
  const ends = [...count.keys()].sort((a, b) => a - b);
  const upTo = [0];
  for (const [j, end] of ends.entries()) upTo.push(upTo[j]! + count.get(end)!);
  // cost[j]: the fewest steps of the sequences up to ends[j], the last group padded to ends[j]
  let cost = ends.map((end, j) => end * upTo[j + 1]!);
  const froms: number[][] = [ends.map(() => -1)];
  for (let groups = 2; groups <= Math.min(most, ends.length); groups++) {
    const before = cost;
    const from = ends.map(() => -1);
    cost = ends.map((end, j) => {
      let least = before[j]!;
      from[j] = -2;
      for (let i = 0; i < j; i++) {
        const own = before[i]! + end * (upTo[j + 1]! - upTo[i + 1]!);
        if (own < least) [least, from[j]] = [own, i];
      }
      return least;
    });
    froms.push(from);
  }
  const chosen: number[] = [];
  for (let j = ends.length - 1, groups = froms.length - 1; j >= 0; groups--) {
    const from = froms[groups]![j]!;
    // -2: one group fewer does as well
    if (from === -2) continue;
    chosen.unshift(ends[j]!);
    j = from;
  }
  return chosen;
}

/** The sequences of each padded length. */
export function bucketsOf(lengths: ArrayLike<number>, padded: readonly number[]): Int32Array[] {
  const rows: number[][] = padded.map(() => []);
  for (let i = 0; i < lengths.length; i++) rows[padded.findIndex((length) => length >= lengths[i]!)]!.push(i);
  return rows.map((own) => Int32Array.from(own));
}

export interface RaggedSourceOptions {
  /** Sequences in a batch, at most. */
  batchSize: number;
  /** Steps in a batch, padding too, at most: batches of long sequences hold fewer; not where they are mixed. Default: any number. */
  batchSteps?: number;
  /** Default 6. */
  mostLengths?: number;
  /**
   * Whether a batch holds sequences of any length, padded to its longest. Of one length each, batches compute less padding,
   * but where what is learnt goes with the length (hours left, an event that ends the sequence) every step pulls to one
   * side. Default false.
   */
  mixed?: boolean;
}

/**
 * Batches of sequences of about one length each, in an order that follows from the seed. The sequences of a length are
 * dealt to batches as even as can be; places left over in a batch are padding throughout.
 */
export function raggedSource(ragged: Ragged, options: RaggedSourceOptions): BatchSource {
  if (options.mixed) return mixedSource(ragged, options);
  const { batchSize, batchSteps = Number.POSITIVE_INFINITY, mostLengths } = options;
  const { lengths, fields } = ragged;
  const padded = paddedLengths(lengths, mostLengths === undefined ? {} : { most: mostLengths });
  const buckets = bucketsOf(lengths, padded).map((rows, k) => {
    const most = Math.max(1, Math.min(batchSize, Math.floor(batchSteps / padded[k]!)));
    const batches = Math.ceil(rows.length / most);
    return { rows, batches, size: Math.ceil(rows.length / Math.max(batches, 1)) };
  });
  const lengthOf = (row: number) => padded.findIndex((length) => length >= lengths[row]!);
  return {
    batches(seed, epoch) {
      const all = buckets.flatMap(({ rows, batches }, k) =>
        deal(rows, batches, randomStream(seed, "sequences", epoch, k)),
      );
      return randomStream(seed, "batches", epoch).shuffle(all);
    },
    feed(batch) {
      const k = lengthOf(batch[0]!);
      return padSequencesOf(fields, batch, padded[k]!, buckets[k]!.size);
    },
  };
}

/** The rows in a drawn order, dealt to batches as even as can be. */
function deal(rows: Int32Array, batches: number, stream: RandomStream): Int32Array[] {
  const order = stream.shuffle(rows.slice() as never) as Int32Array;
  return Array.from({ length: batches }, (_, b) =>
    order.slice(Math.floor((b * rows.length) / batches), Math.floor(((b + 1) * rows.length) / batches)),
  );
}

/** Pairs of steps in a batch, at most: attention holds some numbers for each. 64 sequences of a week of hours have fewer. */
const MOST_PAIRS = 2 ** 21;

/** How many sequences of a padded length go into a batch: of long ones fewer, so that their pairs of steps fit in memory. */
export function placesFor(length: number, batchSize: number): number {
  return Math.max(1, Math.min(batchSize, Math.floor(MOST_PAIRS / (length * length))));
}

/**
 * Batches of sequences of any length, dealt as even as can be; each is padded to the first padded length that holds it.
 * Sequences too long to be many in a batch have batches of their own.
 */
function mixedSource({ lengths, fields }: Ragged, options: RaggedSourceOptions): BatchSource {
  const { batchSize, mostLengths } = options;
  const padded = paddedLengths(lengths, mostLengths === undefined ? {} : { most: mostLengths });
  const lengthOf = (row: number) => padded.find((length) => length >= lengths[row]!)!;
  const isLong = (row: number) => placesFor(lengthOf(row), batchSize) < batchSize;
  const all = Int32Array.from({ length: lengths.length }, (_, row) => row);
  const long = padded.map((length) => all.filter((row) => isLong(row) && lengthOf(row) === length));
  const groups = [{ rows: all.filter((row) => !isLong(row)), most: batchSize, key: [] as number[] }]
    .concat(long.map((rows, k) => ({ rows, most: placesFor(padded[k]!, batchSize), key: [k] })))
    .filter(({ rows }) => rows.length > 0)
    .map((group) => {
      const batches = Math.ceil(group.rows.length / group.most);
      return { ...group, batches, places: Math.ceil(group.rows.length / batches) };
    });
  const placesOf = new Map(groups.map(({ key, places }) => [key[0] ?? -1, places]));
  return {
    batches(seed, epoch) {
      const dealt = groups.flatMap(({ rows, batches, key }) =>
        deal(rows, batches, randomStream(seed, "sequences", epoch, ...key)),
      );
      return groups.length > 1 ? randomStream(seed, "batches", epoch).shuffle(dealt) : dealt;
    },
    feed(batch) {
      const longest = Math.max(...Array.from(batch, lengthOf));
      const places = placesOf.get(isLong(batch[0]!) ? padded.indexOf(longest) : -1)!;
      return padSequencesOf(fields, batch, longest, places);
    },
  };
}

/** The chosen sequences padded to one length, and to one number of sequences. */
export function padSequencesOf(
  fields: Ragged["fields"],
  rows: ArrayLike<number>,
  length: number,
  batchSize = rows.length,
): Feed {
  const padded: Record<string, Field> = {};
  for (const [name, { shape, kind, padding = 0, fill }] of Object.entries(fields)) {
    const size = sizeOf(shape) * length;
    const data = kind === "float" ? new Float32Array(batchSize * size) : new Int32Array(batchSize * size);
    if (padding !== 0) data.fill(padding);
    for (let i = 0; i < rows.length; i++) fill(rows[i]!, data, i * size);
    padded[name] = { shape: [length, ...shape], data };
  }
  return { key: `${batchSize} × ${length}`, batchSize, fields: padded };
}
