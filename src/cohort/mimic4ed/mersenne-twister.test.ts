// The authors' split must be theirs to the visit: reference values from NumPy 2 (numpy.random.RandomState).
import { expect, test } from "vitest";
import { permutation } from "./mersenne-twister.ts";

test("a permutation is NumPy's, to the place", () => {
  expect([...permutation(10, 10)]).toEqual([8, 2, 5, 6, 3, 1, 0, 7, 4, 9]);
});

test("one that needs the state many times over is NumPy's too", () => {
  const order = permutation(10, 1500);
  expect([...order.subarray(0, 5)]).toEqual([633, 56, 1245, 1306, 1031]);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1500 }, (_, i) => i));
});

test("nothing and one thing have one order", () => {
  expect([...permutation(10, 0)]).toEqual([]);
  expect([...permutation(10, 1)]).toEqual([0]);
});
