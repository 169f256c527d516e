import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import {
  bucketColumns,
  bucketOf,
  characterNgrams,
  frequentBuckets,
  type HashingOptions,
  hashTexts,
  murmurHash3,
  normaliseComplaint,
  wordNgrams,
} from "./index.ts";

interface Golden {
  texts: string[];
  hashes: Record<string, [number, number]>;
  cases: (Required<HashingOptions> & { counts: [number, number][][] })[];
}
const golden: Golden = JSON.parse(readFileSync(new URL("golden/hashing.json", import.meta.url), "utf8"));
const bytes = (text: string) => new TextEncoder().encode(text);

test("the hash is scikit-learn's, whatever the length and the seed", () => {
  for (const [text, [zero, seeded]] of Object.entries(golden.hashes)) {
    expect([text, murmurHash3(bytes(text)), murmurHash3(bytes(text), 42)]).toEqual([text, zero, seeded]);
  }
});

test.each(golden.cases.map((one) => [JSON.stringify({ ...one, counts: undefined }), one] as const))(
  "counts are those of scikit-learn's HashingVectorizer: %s",
  (_name, { counts, ...options }) => {
    const found = hashTexts(
      golden.texts.map((text) => text.toLowerCase()),
      options,
    );
    const rows = golden.texts.map((_, i) =>
      Array.from(found.indices.subarray(found.offsets[i], found.offsets[i + 1]), (column, k) => [
        column,
        found.values[found.offsets[i]! + k]!,
      ]),
    );
    expect(rows).toEqual(counts);
    expect(found.columns).toBe(options.dimension);
  },
);

test("words and characters side by side have columns of their own", () => {
  const both = hashTexts(["chest pain"], { dimension: 1000 });
  const words = hashTexts(["chest pain"], { dimension: 1000, characters: null });
  const letters = hashTexts(["chest pain"], { dimension: 1000, words: null });
  expect(both.columns).toBe(2000);
  expect([...both.indices]).toEqual([...words.indices, ...letters.indices.map((column) => column + 1000)]);
});

test("n-grams are of neighbouring words, and of characters inside a word", () => {
  expect(wordNgrams("chest pain, a cough", [1, 2])).toEqual(["chest", "pain", "cough", "chest pain", "pain cough"]);
  expect(wordNgrams("x", [1, 2])).toEqual([]);
  expect(characterNgrams("ab", [3, 5])).toEqual([" ab", "ab ", " ab "]);
  expect(characterNgrams(" a  b ", [3, 3])).toEqual([" a ", " b "]);
});

describe("a complaint as it is hashed", () => {
  test("is in small letters, blanks are single, abbreviations written out where they are whole words", () => {
    expect(normaliseComplaint("  SOB,  N/V ")).toBe("dyspnea, nausea vomiting");
    expect(normaliseComplaint("ABD PAIN/LT arm")).toBe("abdominal pain/left arm");
    expect(normaliseComplaint("Sobbing, Hand lac")).toBe("sobbing, hand laceration");
    expect(normaliseComplaint("n/v/d")).toBe("nausea vomiting diarrhea");
  });

  test("stays as it is the second time", () => {
    for (const text of golden.texts) {
      const once = normaliseComplaint(text);
      expect(normaliseComplaint(once)).toBe(once);
    }
  });
});

describe("frequent buckets", () => {
  const texts = ["chest pain", "back pain", "cough", "headache"];
  const counts = hashTexts(texts, { characters: null });
  const stream = randomStream(3, "rows");
  const textOf = Int32Array.from({ length: 400 }, () => stream.below(5) - 1);
  const train = Array.from({ length: 200 }, (_, i) => i);

  test("are those of training rows, by how many rows have them, and leave rare ones out", () => {
    const pain = bucketOf("pain").bucket;
    expect(frequentBuckets(counts, textOf, train, { most: 1 })).toEqual([pain]);
    const cough = train.filter((row) => textOf[row] === 2).length;
    expect(frequentBuckets(counts, textOf, train, { least: cough + 1 })).not.toContain(bucketOf("cough").bucket);
    expect(frequentBuckets(counts, textOf, train, { least: cough })).toContain(bucketOf("cough").bucket);
  });

  test("do not change with rows that do not train", () => {
    const other = textOf.map((text, row) => (row < 200 ? text : 3));
    expect(frequentBuckets(counts, other, train)).toEqual(frequentBuckets(counts, textOf, train));
  });

  test("that no training row tells apart stand once: a word and the pair it is always in", () => {
    const chosen = frequentBuckets(counts, textOf, train);
    const twins = ["chest", "chest pain"].map((ngram) => bucketOf(ngram).bucket);
    expect(chosen.filter((bucket) => twins.includes(bucket))).toHaveLength(1);
  });

  test("become columns with their counts; a row without a text has none", () => {
    const buckets = frequentBuckets(counts, textOf, train);
    const rows = [textOf.indexOf(0), textOf.indexOf(-1)];
    const { data, columns } = bucketColumns(counts, textOf, rows, buckets);
    const { bucket, sign } = bucketOf("pain");
    expect(data[buckets.indexOf(bucket)]).toBe(sign);
    expect([...data.subarray(columns)]).toEqual(buckets.map(() => 0));
  });
});
