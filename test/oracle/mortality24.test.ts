// The oracle: what the authors' pipeline made of the open MIMIC-III demo, and what ours makes of it.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCohort, type Cohort, parseTask, readTask, type Task } from "../../src/cohort/index.ts";
import type { Mode } from "../../src/concepts/index.ts";
import { silent } from "../../src/core/progress.ts";
import { importRecords } from "../../src/sources/index.ts";
import { openRecordStore, type RecordStore, sql } from "../../src/store/index.ts";
import { hasData, scratch, shared } from "../e2e/command.ts";
import { compare, total } from "./compare.ts";
import { type NamedComparison, oraclePage } from "./page.ts";

const folder = scratch();
afterAll(() => folder.remove());

const published = join(shared, "yaib-demo-cohorts");
const yaml = readFileSync(new URL("../../src/tasks/yaib/mortality24.yaml", import.meta.url), "utf8");

async function imported(data: string): Promise<RecordStore> {
  const store = folder.at(data, "store");
  const resources = { memory: "1GB", threads: 2, progress: silent, signal: silent.signal };
  await importRecords([join(shared, data)], store, resources);
  return openRecordStore(store, {
    folders: [folder.path, published].filter(Boolean),
    tempFolder: folder.at(data, "temp"),
  });
}

let built = 0;
async function cohortOf(store: RecordStore, task: Task, mode: Mode): Promise<Cohort> {
  const out = folder.at(`cohort${built++}`);
  mkdirSync(out);
  return buildCohort(store, task, { mode, out });
}

/** The task with other words in its YAML. */
function changed(...changes: [string, string][]): Task {
  return parseTask(
    changes.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    }, yaml),
    "changed.yaml",
  );
}

const hasOracle = hasData("mimic-iii-demo") && hasData("yaib-demo-cohorts/mortality24/mimic_demo");
describe.skipIf(!hasOracle)(
  "the published cohorts of the MIMIC-III demo (skipped where ../shared/data is absent)",
  () => {
    let store: RecordStore;
    let cohort: Cohort;
    const clocks: NamedComparison[] = [];
    const theirs = join(published, "mortality24", "mimic_demo");
    beforeAll(async () => {
      store = await imported("mimic-iii-demo");
      cohort = await cohortOf(store, readTask("yaib/mortality24"), "faithful");
      clocks.push({ clock: "ricu-0.5", comparison: await compare(store.db, cohort, theirs) });
    });
    afterAll(() => store?.close());

    test("the attrition is theirs: 132 stays of the base cohort, then 125, then 99", () => {
      const attrition = readFileSync(join(theirs, "attrition.csv"), "utf8")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",").map(Number));
      const { start, steps } = cohort.attrition;
      expect([start, steps[4]!.remaining]).toEqual([136, 132]);
      expect(steps.slice(5).map(({ remaining, hits, removed }) => [remaining, hits, removed])).toEqual(attrition);
    });

    test("the stays, the labels and the hourly rows are theirs", () => {
      const { stays, rows, labels } = clocks[0]!.comparison;
      expect(stays).toEqual({ ours: 99, theirs: 99, both: 99 });
      expect(rows).toEqual({ ours: 2475, theirs: 2475, both: 2475 });
      expect(labels).toEqual({ compared: 99, unequal: 0 });
      expect([cohort.stays, cohort.positives]).toEqual([99, 21]);
    });

    test("the columns are theirs, in their order, and every cell is equal", async () => {
      const names = async (path: string) =>
        (await store.db.rows<{ column_name: string }>(sql`describe from read_parquet(${path})`)).map(
          (row) => row.column_name,
        );
      expect(await names(join(cohort.folder, "dynamic.parquet"))).toEqual(await names(join(theirs, "dyn.parquet")));
      expect(await names(join(cohort.folder, "static.parquet"))).toEqual(await names(join(theirs, "sta.parquet")));
      expect(total(clocks[0]!.comparison)).toEqual({ cells: 2475 * 48 + 99 * 4, different: 0 });
    });

    test("docs/yaib-oracle.md says so, with what other clocks give and the base cohort (npx vitest run test/oracle -u)", async () => {
      for (const clock of ["ricu-0.6", "exact"]) {
        const task = changed(["faithful: ricu-0.5", `faithful: ${clock}`]);
        clocks.push({ clock, comparison: await compare(store.db, await cohortOf(store, task, "faithful"), theirs) });
      }
      const lastSteps = yaml.slice(yaml.indexOf("  - id: early-death"));
      const baseTask = changed(
        [lastSteps, ""],
        ["faithful: ricu-0.5", "faithful: ricu-0.6"],
        ["last: { corrected: 23, faithful: 24 }", "last: { corrected: 23, faithful: 168 }"],
      );
      const los = join(published, "los", "mimic_demo");
      const base = await compare(store.db, await cohortOf(store, baseTask, "faithful"), los, {
        rows: "ours",
        labels: false,
      });
      expect(base.stays).toEqual({ ours: 132, theirs: 132, both: 132 });
      expect(total(base).different).toBe(0);
      const page = oraclePage({ attrition: cohort.attrition, clocks, base });
      await expect(page).toMatchFileSnapshot("../../docs/yaib-oracle.md");
    });

    test("corrected mode keeps the stays of this demo and reads less of their future", async () => {
      const corrected = await cohortOf(store, readTask("yaib/mortality24"), "corrected");
      expect([corrected.stays, corrected.positives, corrected.hours.at(-1)]).toEqual([99, 21, 23]);
      expect(corrected.attrition.steps.map(({ remaining }) => remaining)).toEqual([136, 133, 133, 133, 132, 125, 99]);
    });
  },
);

describe.skipIf(!hasData("mimic-iv-demo-2.2"))("the MIMIC-IV demo (skipped where ../shared/data is absent)", () => {
  let store: RecordStore;
  beforeAll(async () => {
    store = await imported("mimic-iv-demo-2.2");
  });
  afterAll(() => store?.close());

  test.each([
    ["faithful" as const, 25],
    ["corrected" as const, 24],
  ])("%s mode gives plausible counts", async (mode, hours) => {
    const cohort = await cohortOf(store, readTask("yaib/mortality24"), mode);
    expect(cohort.attrition.start).toBe(140);
    expect([cohort.stays, cohort.patients, cohort.positives, cohort.hours.length]).toEqual([96, 72, 10, hours]);
    expect(cohort.warnings).toEqual(readTask("yaib/mortality24").definition.caveats);
    const rates = await store.db.row<{
      rows: bigint;
      hr: number;
      crea: number;
      urine: number;
      lowest: number;
      highest: number;
    }>(sql`
      select count(*) as rows, avg((hr is not null)::integer) as hr, avg((crea is not null)::integer) as crea,
        avg((urine is not null)::integer) as urine, min(temp) as lowest, max(temp) as highest
      from read_parquet(${join(cohort.folder, "dynamic.parquet")})`);
    expect(Number(rates.rows)).toBe(96 * hours);
    expect(rates.hr).toBeGreaterThan(0.9);
    expect(rates.crea).toBeGreaterThan(0.05);
    expect(rates.crea).toBeLessThan(0.2);
    expect(rates.urine).toBeGreaterThan(0.4);
    expect([rates.lowest >= 32, rates.highest <= 42]).toEqual([true, true]);
  });
});
