// What lies in folders, told without an import.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { detectSources } from "./detect.ts";
import { writeFixture } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-detect-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("data sets in several folders are told with version, files and missing tables, and nothing is written", async () => {
  writeFixture(join(folder, "four"), { source: "mimic-iv", tables: ["patients", "icustays"], version: "2.0" });
  writeFixture(join(folder, "ed"), { source: "mimic-iv-ed" });
  const found = await detectSources([join(folder, "four"), join(folder, "ed")]);
  expect(found.map(({ id, version }) => [id, version])).toEqual([
    ["mimic-iv", "1.0 to 3.1"],
    ["mimic-iv-ed", "2.0 to 2.2"],
  ]);
  expect(found[0]!.tables.map(({ table, path }) => [table, path])).toEqual([
    ["patients", join(folder, "four/hosp/patients.csv.gz")],
    ["icustays", join(folder, "four/icu/icustays.csv.gz")],
  ]);
  expect(found[0]!.missing.find(({ table }) => table === "chartevents")!.neededFor.length).toBeGreaterThan(0);
  expect(readdirSync(folder).sort()).toEqual(["ed", "four"]);
});
