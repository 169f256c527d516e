// The open demos come in with the row counts they declare, where they are at hand.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { silent } from "../core/progress.ts";
import { importRecords } from "./import.ts";

const shared = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bedside-demos-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  { name: "mimic-iv-demo-2.2", id: "mimic-iv", version: "2.2 demo", tables: 31, missing: [] as string[] },
  { name: "mimic-iv-ed-demo-2.2", id: "mimic-iv-ed", version: "2.2 demo", tables: 6, missing: [] as string[] },
  { name: "mimic-iii-demo", id: "mimic-iii", version: "1.4 demo", tables: 25, missing: ["noteevents"] },
])("$name", ({ name, id, version, tables, missing }) => {
  const there = existsSync(join(shared, name));
  if (!there) console.log(`Skipped: ../shared/data/${name} is not there`);

  test.skipIf(!there)("comes in whole", async () => {
    const { sources } = await importRecords([join(shared, name)], join(folder, name), { progress: silent });
    expect(sources.map((source) => [source.id, source.version, source.dataUse])).toEqual([[id, version, "open"]]);
    const source = sources[0]!;
    expect(source.tables.length).toBe(tables);
    expect(source.missing.map(({ table }) => table)).toEqual(missing);
    expect(source.tables.filter(({ declaredRows }) => declaredRows !== undefined).length).toBeGreaterThanOrEqual(6);
    for (const { table, rows, declaredRows } of source.tables) {
      if (declaredRows !== undefined) expect(rows, table).toBe(declaredRows);
    }
  });
});
