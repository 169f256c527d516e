import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketsOf, paddedLengths, placesFor, raggedSource } from "./ragged.ts";

const lengthsOf = fc.array(fc.integer({ min: 1, max: 169 }), { minLength: 1, maxLength: 60 });

/** Each sequence is its own number, step after step. */
const numbered = (lengths: number[]) => ({
  lengths,
  fields: {
    x: {
      shape: [],
      kind: "float" as const,
      padding: -1,
      fill: (row: number, out: Float32Array | Int32Array, at: number) => void out.fill(row, at, at + lengths[row]!),
    },
  },
});

describe("padded lengths", () => {
  test("hold every sequence, and are the ones with the least padding of those that may be chosen", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 12 }), (lengths) => {
        const cost = (ends: number[]) =>
          lengths.reduce((sum, length) => sum + (ends.find((end) => end >= length) ?? Number.POSITIVE_INFINITY), 0);
        const longest = Math.max(...lengths);
        const chosen = paddedLengths(lengths, { most: 2 });
        expect(chosen.length).toBeLessThanOrEqual(2);
        expect(chosen.at(-1)).toBe(longest);
        for (let other = 4; other < longest; other += 4) {
          expect(cost(chosen)).toBeLessThanOrEqual(cost([other, longest]));
        }
        expect(cost(chosen)).toBeLessThanOrEqual(cost([longest]));
      }),
    );
  });

  test("are one where all sequences are alike, and at most six of many", () => {
    expect(paddedLengths([25, 25, 25])).toEqual([25]);
    expect(paddedLengths(Array.from({ length: 169 }, (_, i) => i + 1)).length).toBe(6);
  });

  test("share the sequences out without losing one", () => {
    fc.assert(
      fc.property(lengthsOf, (lengths) => {
        const padded = paddedLengths(lengths);
        const buckets = bucketsOf(lengths, padded);
        expect(buckets.flatMap((rows) => [...rows]).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        for (const [k, rows] of buckets.entries())
          for (const row of rows) expect(lengths[row]).toBeLessThanOrEqual(padded[k]!);
      }),
    );
  });
});

describe("batches of sequences", () => {
  test("hold each once an epoch, with its own values and padding after them", () => {
    fc.assert(
      fc.property(
        lengthsOf,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 5 }),
        fc.boolean(),
        (lengths, batchSize, epoch, mixed) => {
          const source = raggedSource(numbered(lengths), { batchSize, batchSteps: 400, mixed });
          const seen: number[] = [];
          const sizes = new Map<string, number>();
          for (const batch of source.batches(3, epoch)) {
            const { key, batchSize: places, fields } = source.feed(batch);
            expect(batch.length).toBeLessThanOrEqual(Math.min(places, batchSize));
            expect(batch.length).toBeGreaterThan(0);
            const { data, shape } = fields.x!;
            const [steps] = shape as [number];
            expect(mixed || steps === 1 || places * steps <= 400 || places === 1).toBe(true);
            expect(sizes.get(key) ?? data.length).toBe(data.length);
            sizes.set(key, data.length);
            for (const [place, row] of batch.entries()) {
              const own = [...data.subarray(place * steps, (place + 1) * steps)];
              expect(own).toEqual(Array.from({ length: steps }, (_, t) => (t < lengths[row]! ? row : -1)));
            }
            expect(data.subarray(batch.length * steps).every((value) => value === -1)).toBe(true);
            seen.push(...batch);
          }
          expect(seen.sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
          expect(sizes.size).toBeLessThanOrEqual(6);
        },
      ),
    );
  });

  test("of any length hold few where some are very long, and all are there", () => {
    const lengths = Array.from({ length: 150 }, (_, i) => (i % 30 === 0 ? 1800 - i : 20 + i));
    const source = raggedSource(numbered(lengths), { batchSize: 32, mixed: true });
    const seen: number[] = [];
    for (const batch of source.batches(1, 0)) {
      const { batchSize: places, fields } = source.feed(batch);
      const [steps] = fields.x!.shape as [number];
      expect(places === 1 || places * steps * steps <= 2 ** 21).toBe(true);
      if (steps < 200) expect(places).toBeGreaterThan(25);
      for (const row of batch) expect(lengths[row]).toBeLessThanOrEqual(steps);
      seen.push(...batch);
    }
    expect(seen.sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
    expect(placesFor(168, 64)).toBe(64);
    expect(placesFor(1800, 64)).toBe(1);
  });

  test("come in an order of the seed and the epoch", () => {
    const source = raggedSource(numbered(Array.from({ length: 200 }, (_, i) => 1 + (i % 90))), { batchSize: 16 });
    const order = (seed: number, epoch: number) => source.batches(seed, epoch).map((batch) => [...batch]);
    expect(order(1, 2)).toEqual(order(1, 2));
    expect(order(1, 2)).not.toEqual(order(1, 3));
    expect(order(1, 2)).not.toEqual(order(2, 2));
  });
});
