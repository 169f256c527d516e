// Texts as sparse counts of hashed n-grams: no vocabulary is kept, so nothing is learnt of any text. Knows no label.
import { murmurHash3 } from "./murmur.ts";
import { characterNgrams, type Reach, wordNgrams } from "./ngrams.ts";

/** Counts of rows, row after row: those of row i at `offsets[i]` to `offsets[i + 1]`, columns ascending. */
export interface SparseCounts {
  rows: number;
  columns: number;
  offsets: Int32Array;
  indices: Int32Array;
  values: Int32Array;
}

export interface HashingOptions {
  /** Words in a row; null for none. Default 1 to 2. */
  words?: Reach | null;
  /** Characters in a row inside a word; null for none. Default 3 to 5. */
  characters?: Reach | null;
  /** Buckets of each of the two kinds. Default 2¹⁸. */
  dimension?: number;
  /** Half of the n-grams count −1, so that those that share a bucket cancel out on average. Default true. */
  signed?: boolean;
}

export const DIMENSION = 2 ** 18;
const encoder = new TextEncoder();

/** The bucket of an n-gram and the sign it counts with, as scikit-learn's FeatureHasher. */
export function bucketOf(ngram: string, dimension = DIMENSION): { bucket: number; sign: 1 | -1 } {
  const hash = murmurHash3(encoder.encode(ngram));
  return { bucket: Math.abs(hash) % dimension, sign: hash >= 0 ? 1 : -1 };
}

/** The n-grams of a text, those of words in the columns from 0, those of characters in the columns from `dimension`. */
export function* bucketsOf(
  text: string,
  { words = [1, 2], characters = [3, 5], dimension = DIMENSION, signed = true }: HashingOptions = {},
): Generator<{ ngram: string; column: number; value: number }> {
  const kinds: [string[], number][] = [
    [words ? wordNgrams(text, words) : [], 0],
    [characters ? characterNgrams(text, characters) : [], words ? dimension : 0],
  ];
  for (const [ngrams, from] of kinds) {
    for (const ngram of ngrams) {
      const { bucket, sign } = bucketOf(ngram, dimension);
      yield { ngram, column: from + bucket, value: signed ? sign : 1 };
    }
  }
}

/** How many columns the counts have. */
export function hashedColumns({ words, characters, dimension = DIMENSION }: HashingOptions = {}): number {
  return dimension * ((words === null ? 0 : 1) + (characters === null ? 0 : 1));
}

/**
 * The counts of each text. With one kind of n-gram they are those of scikit-learn's HashingVectorizer (`norm=None`,
 * `alternate_sign=signed`, analyzer `word` or `char_wb`) on texts in small letters.
 */
export function hashTexts(texts: Iterable<string>, options: HashingOptions = {}): SparseCounts {
  const offsets = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const text of texts) {
    const counts = new Map<number, number>();
    for (const { column, value } of bucketsOf(text, options)) counts.set(column, (counts.get(column) ?? 0) + value);
    for (const column of [...counts.keys()].sort((a, b) => a - b)) {
      const value = counts.get(column)!;
      if (value === 0) continue;
      indices.push(column);
      values.push(value);
    }
    offsets.push(indices.length);
  }
  return {
    rows: offsets.length - 1,
    columns: hashedColumns(options),
    offsets: Int32Array.from(offsets),
    indices: Int32Array.from(indices),
    values: Int32Array.from(values),
  };
}
