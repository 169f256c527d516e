import { mkdirSync, existsSync } from "node:fs";
import { test } from "vitest";
import { silent } from "../../src/core/progress.ts";
import { importRecords } from "../../src/sources/index.ts";
test("import", async () => {
  mkdirSync("/tmp/yaib", { recursive: true });
  for (const d of ["mimic-iii-demo", "mimic-iv-demo-2.2"]) {
    if (existsSync(`/tmp/yaib/${d}/store.json`)) continue;
    await importRecords([`/work/shared/data/${d}`], `/tmp/yaib/${d}`, { memory: "1GB", threads: 2, progress: silent, signal: silent.signal } as never);
  }
}, 120000);
