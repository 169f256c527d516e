import { expect, test } from "vitest";
import { Kept, KeptAnswers } from "./kept.ts";

test("what was used longest ago goes first, and bytes never come to more than they may", () => {
  const kept = new Kept<string>(100);
  for (const key of ["a", "b", "c"]) kept.set(key, key, 40);
  expect([kept.get("a"), kept.get("b"), kept.bytes]).toEqual([undefined, "b", 80]);
  kept.set("d", "d", 40); // b was used after c
  expect([kept.get("b"), kept.get("c"), kept.get("d")]).toEqual(["b", undefined, "d"]);
  for (let i = 0; i < 1000; i++) {
    kept.set(String(i % 37), "x", (i * 7919) % 120);
    expect(kept.bytes).toBeLessThanOrEqual(100);
  }
});

test("a key set anew counts once, and one larger than everything is not kept", () => {
  const kept = new Kept<string>(100);
  kept.set("a", "1", 60);
  kept.set("a", "2", 70);
  expect([kept.get("a"), kept.bytes]).toEqual(["2", 70]);
  kept.set("a", "3", 101);
  expect([kept.get("a"), kept.bytes, kept.size]).toEqual([undefined, 0, 0]);
});

test("another owner finds nothing", () => {
  const kept = new Kept<string>(100);
  const [one, two] = [{}, {}];
  kept.of(one).set("a", "1", 10);
  expect([kept.of(one).get("a"), kept.of(two).get("a"), kept.bytes]).toEqual(["1", undefined, 0]);
});

test("who asks the same at the same time has it worked out once; a failure is told to all and not kept", async () => {
  const answers = new KeptAnswers(1000);
  let times = 0;
  const work = async () => ({ times: ++times });
  expect(await Promise.all([answers.get("a", work), answers.get("a", work)])).toEqual(['{"times":1}', '{"times":1}']);
  expect(await answers.get("a", work)).toBe('{"times":1}');
  const fail = () => Promise.reject(new Error("no"));
  await expect(Promise.all([answers.get("b", fail), answers.get("b", fail)])).rejects.toThrow("no");
  expect(await answers.get("b", work)).toBe('{"times":2}');
});

test("an answer that comes after the records were imported anew is not kept for the new ones", async () => {
  const answers = new KeptAnswers(1000);
  let finish = (_: string) => {};
  const late = answers.of(1).get("a", () => new Promise((done) => (finish = done)));
  const now = answers.of(2).get("a", async () => "new");
  finish("old");
  expect([await late, await now]).toEqual(['"old"', '"new"']);
  expect(await answers.of(2).get("a", async () => "never")).toBe('"new"');
});
