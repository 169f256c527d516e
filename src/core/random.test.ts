import { expect, test } from "vitest";
import { randomStream } from "./random.ts";

test("the same seed and keys give the same draws, others do not", () => {
  const draws = (seed: number, ...keys: (string | number)[]) => {
    const stream = randomStream(seed, ...keys);
    return Array.from({ length: 5 }, () => stream.uint32());
  };
  expect(draws(1, "a", 2)).toEqual(draws(1, "a", 2));
  expect(draws(1, "a", 2)).not.toEqual(draws(1, "a", 3));
  expect(draws(1, "a")).not.toEqual(draws(2, "a"));
  expect(draws(1, "1")).not.toEqual(draws(1, 1));
});

test("the draws of a seed never change between releases", () => {
  const stream = randomStream(42, "contract");
  expect([stream.uint32(), stream.uint32(), stream.uint32()]).toMatchInlineSnapshot(`
    [
      1058210442,
      2126970601,
      1958562955,
    ]
  `);
});

test("uniform and normal draws have the moments of their distributions", () => {
  const stream = randomStream(7, "moments");
  const n = 200_000;
  let sum = 0;
  let squares = 0;
  let uniformSum = 0;
  for (let i = 0; i < n; i++) {
    const z = stream.normal();
    sum += z;
    squares += z * z;
    uniformSum += stream.uniform();
  }
  expect(Math.abs(sum / n)).toBeLessThan(0.01);
  expect(Math.abs(squares / n - 1)).toBeLessThan(0.02);
  expect(Math.abs(uniformSum / n - 0.5)).toBeLessThan(0.005);
});

test("neighbouring keys are independent", () => {
  let agreement = 0;
  for (let key = 0; key < 10_000; key++) {
    agreement += (randomStream(1, key).uniform() - 0.5) * (randomStream(1, key + 1).uniform() - 0.5);
  }
  expect(Math.abs(agreement / 10_000)).toBeLessThan(0.003);
});

test("a shuffle keeps every item", () => {
  const items = randomStream(3, "shuffle").shuffle(Int32Array.from({ length: 50 }, (_, i) => i));
  expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect([...items]).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
});
