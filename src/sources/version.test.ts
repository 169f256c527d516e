// The version of a data set from columns and row counts, without any file.
import { describe, expect, test } from "vitest";
import { sourceCatalog } from "./catalog.ts";
import { tellVersion, type VersionBounds } from "./version.ts";

const source = (id: string) => sourceCatalog().find((spec) => spec.id === id)!;
const declared = (id: string, version: string) =>
  source(id).versions.find((spec) => spec.version === version)!.rows as Record<string, number>;
const tell = (id: string, rows: Record<string, number>, bounds: VersionBounds = {}) =>
  tellVersion(source(id), [], new Map(Object.entries(rows)), bounds);

describe("a folder with the rows a release declares is that release", () => {
  const releases = sourceCatalog().flatMap(({ id, versions }) =>
    versions
      .filter(({ rows }) => Object.keys(rows).length > 0)
      .map(({ version, dataUse }) => ({ id, version, dataUse })),
  );
  test.each(releases)("$id $version", ({ id, version, dataUse }) => {
    const told = tell(id, declared(id, version));
    expect([told.version, told.dataUse]).toEqual([version, dataUse]);
    expect(told.declared).toEqual(declared(id, version));
  });

  test("also when a table was cut short, which is then seen to differ", () => {
    const told = tell("mimic-iv", { ...declared("mimic-iv", "3.1"), labevents: 17 });
    expect(told.version).toBe("3.1");
    expect(told.declared["labevents"]).toBe(declared("mimic-iv", "3.1")["labevents"]);
  });

  test("but not on the word of dictionaries, which stay the same over releases", () => {
    const { d_items, d_icd_diagnoses } = declared("mimic-iv", "2.2");
    const told = tell("mimic-iv", { d_items: d_items!, d_icd_diagnoses: d_icd_diagnoses!, icustays: 12 });
    expect(told.version).toBe("1.0 to 3.1");
    expect(told.declared).toEqual({});
  });

  test("and not against its columns", () => {
    const before = { version: "2.2", because: "it lacks a column" };
    expect(tell("mimic-iv", declared("mimic-iv", "2.2"), { before }).version).toBe("1.0 to 2.1");
  });
});

test("unknown rows leave the versions that the columns allow, with the reason", () => {
  const atLeast = { version: "2.2", because: "it has hosp/admissions.csv.gz admit_provider_id" };
  const told = tell("mimic-iv", { patients: 5 }, { atLeast });
  expect([told.version, told.dataUse]).toEqual(["2.2 to 3.1", "credentialed"]);
  expect(told.versionReason).toContain("admit_provider_id");
});
