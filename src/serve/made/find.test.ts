// Data sets that were made: found by their manifest, and no picture of credentialed records is shown.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { findMade, samplePicture } from "./find.ts";

const runs = mkdtempSync(join(tmpdir(), "bedside-made-"));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

function make(name: string, manifest: Record<string, unknown>): void {
  const pictures = join(runs, name, "shards/00000/pictures");
  mkdirSync(pictures, { recursive: true });
  for (const picture of ["7.png", "3.png", "1.svg"]) writeFileSync(join(pictures, picture), "");
  writeFileSync(join(runs, name, "manifest.json"), JSON.stringify(manifest));
}

const manifest = (dataUse: string, startedAt: string) => ({
  ...{ schema: 1, system: "meeti", startedAt, data: { dataUse }, settings: { pictures: "png" } },
  shards: [{ shard: "00000" }],
});

beforeEach(() => {
  make("one", manifest("open", "2026-01-01"));
  make("group/two", manifest("credentialed", "2026-01-02"));
  make("another", { schema: 1, system: "another" });
  make("damaged", {});
  writeFileSync(join(runs, "damaged/manifest.json"), "{");
  make(".hidden", manifest("open", "2026-01-03"));
});

test("those of MEETI are found, the newest first, also one folder deeper", () => {
  expect(findMade(runs).map(({ name }) => name)).toEqual(["group/two", "one"]);
});

test("the first picture is shown of open data, none of credentialed data", () => {
  const [guarded, open] = findMade(runs);
  expect(samplePicture(guarded!)).toBeUndefined();
  expect(samplePicture(open!)).toMatch(/3\.png$/);
});
