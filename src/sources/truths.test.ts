// A store remembers where a synthetic hospital's true risks lie, for as long as the same hospital is there.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { notedTruths, noteTruths } from "./truths.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bedside-truths-"));
  for (const name of ["store", "hospital/truth", "real"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "hospital", "SYNTHETIC.json"), '{"seed":1}');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);

test("the folders with true risks are remembered, others are not", async () => {
  await noteTruths(at("store"), [at("real"), at("hospital")]);
  expect(notedTruths(at("store"))).toEqual([at("hospital")]);
});

test("a store without a note, or with a damaged one, remembers none", () => {
  expect(notedTruths(at("store"))).toEqual([]);
  writeFileSync(at("store", "truths.json"), "{");
  expect(notedTruths(at("store"))).toEqual([]);
});

test("another hospital in the same place is not taken for the one imported", async () => {
  await noteTruths(at("store"), [at("hospital")]);
  writeFileSync(at("hospital", "SYNTHETIC.json"), '{"seed":2}');
  expect(notedTruths(at("store"))).toEqual([]);
});

test("a hospital that is gone is forgotten, and so is one that the next import does not read", async () => {
  await noteTruths(at("store"), [at("hospital")]);
  rmSync(at("hospital"), { recursive: true });
  expect(notedTruths(at("store"))).toEqual([]);
  await noteTruths(at("store"), [at("real")]);
  expect(notedTruths(at("store"))).toEqual([]);
});
