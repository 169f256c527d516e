// Short texts as features: n-grams hashed without a vocabulary, the frequent ones as columns.
export { bucketColumns, type FrequentOptions, frequentBuckets } from "./frequent.ts";
export {
  bucketOf,
  bucketsOf,
  DIMENSION,
  type HashingOptions,
  hashedColumns,
  hashTexts,
  type SparseCounts,
} from "./hashing.ts";
export { murmurHash3 } from "./murmur.ts";
export { characterNgrams, type Reach, wordNgrams } from "./ngrams.ts";
export { normaliseComplaint } from "./normalise.ts";
