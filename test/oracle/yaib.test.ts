// The oracle: what the authors' pipeline made of the open MIMIC-III demo, and what ours makes of it.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCohort, type Cohort, compareModes, parseTask, readTask, type Task } from "../../src/cohort/index.ts";
import type { Mode } from "../../src/concepts/index.ts";
import { silent } from "../../src/core/progress.ts";
import { importRecords } from "../../src/sources/index.ts";
import { openRecordStore, type RecordStore, sql } from "../../src/store/index.ts";
import { hasData, scratch, shared } from "../e2e/command.ts";
import { compare, total } from "./compare.ts";
import { type NamedModes, oraclePage, type TaskOracle } from "./page.ts";

const folder = scratch();
afterAll(() => folder.remove());

const published = join(shared, "yaib-demo-cohorts");

/** What the authors' files of each task hold: stays, hourly rows, labels, positive labels (or none), and their version of ricu. */
const tasks = [
  { name: "mortality24", stays: 99, rows: 2475, labels: 99, positive: 21, clock: "ricu-0.5" },
  { name: "aki", stays: 113, rows: 4968, labels: 4968, positive: 563, clock: "ricu-0.5" },
  { name: "sepsis", stays: 115, rows: 7707, labels: 7707, positive: 13, clock: "ricu-0.5" },
  { name: "kidney_function", stays: 69, rows: 1725, labels: 69, positive: 0, clock: "ricu-0.6" },
  { name: "los", stays: 132, rows: 9656, labels: 9656, positive: 0, clock: "ricu-0.6" },
];

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

/** The task with another clock in faithful mode. */
function withClock(name: string, from: string, to: string): Task {
  const yaml = readFileSync(new URL(`../../src/tasks/yaib/${name}.yaml`, import.meta.url), "utf8");
  expect(yaml).toContain(`faithful: ${from}`);
  return parseTask(yaml.replace(`faithful: ${from}`, `faithful: ${to}`), "changed.yaml");
}

/** The last steps of the funnel as the authors' attrition.csv has them: remaining, hits, removed. */
function attritionOf(name: string): number[][] {
  const path = join(published, name, "mimic_demo", "attrition.csv");
  const lines = readFileSync(path, "utf8").trim().split("\n").slice(1);
  return lines.map((line) => line.split(",").map(Number)).filter(([, hits, removed]) => hits !== 0 || removed !== 0);
}

const hasOracle =
  hasData("mimic-iii-demo") && tasks.every(({ name }) => hasData(`yaib-demo-cohorts/${name}/mimic_demo`));
const oracles: TaskOracle[] = [];
const modes: NamedModes[] = [];

describe.skipIf(!hasOracle)(
  "the published cohorts of the MIMIC-III demo (skipped where ../shared/data is absent)",
  () => {
    let store: RecordStore;
    beforeAll(async () => {
      store = await imported("mimic-iii-demo");
    });
    afterAll(() => store?.close());

    describe.each(tasks)("$name", ({ name, stays, rows, labels, positive, clock }) => {
      const theirs = join(published, name, "mimic_demo");
      let cohort: Cohort;
      let oracle: TaskOracle;
      beforeAll(async () => {
        cohort = await cohortOf(store, readTask(`yaib/${name}`), "faithful");
        const comparison = await compare(store.db, cohort, theirs);
        oracle = { name, cohort, clocks: [{ clock, comparison }] };
        oracles.push(oracle);
      });

      test("the stays, the hourly rows and the labels are theirs", () => {
        const { comparison } = oracle.clocks[0]!;
        expect(comparison.stays).toEqual({ ours: stays, theirs: stays, both: stays });
        expect(comparison.rows).toEqual({ ours: rows, theirs: rows, both: rows });
        expect(comparison.labels).toEqual({ compared: labels, unequal: 0 });
        expect([cohort.stays, cohort.label.rows, cohort.label.positiveRows]).toEqual([stays, labels, positive]);
      });

      test("the columns are theirs, in their order, and every cell is equal", async () => {
        const names = async (path: string) =>
          (await store.db.rows<{ column_name: string }>(sql`describe from read_parquet(${path})`)).map(
            (row) => row.column_name,
          );
        expect(await names(join(cohort.folder, "dynamic.parquet"))).toEqual(await names(join(theirs, "dyn.parquet")));
        expect(await names(join(cohort.folder, "static.parquet"))).toEqual(await names(join(theirs, "sta.parquet")));
        expect(total(oracle.clocks[0]!.comparison)).toEqual({ cells: rows * 48 + stays * 4, different: 0 });
      });

      test("the attrition is theirs: 132 stays of the base cohort, and the steps after it", () => {
        const { start, steps } = cohort.attrition;
        expect([start, steps[4]!.remaining]).toEqual([136, 132]);
        const ours = steps.slice(5).map(({ remaining, hits, removed }) => [remaining, hits, removed]);
        expect(ours).toEqual(name === "los" ? [] : attritionOf(name));
      });

      test("with the other version of ricu cells differ", async () => {
        const other = clock === "ricu-0.5" ? "ricu-0.6" : "ricu-0.5";
        const different = await cohortOf(store, withClock(name, clock, other), "faithful");
        const comparison = await compare(store.db, different, theirs);
        oracle.clocks.push({ clock: other, comparison });
        expect(total(comparison).different).toBeGreaterThan(0);
      });
    });

    test("corrected mode reads less of the future, and what it changes is counted", async () => {
      for (const { name, cohort } of oracles) {
        const corrected = await cohortOf(store, readTask(`yaib/${name}`), "corrected");
        modes.push({ data: "MIMIC-III demo", name, rows: compareModes(cohort, corrected) });
        expect(corrected.hours.at(-1)).toBeLessThan(cohort.hours.at(-1)!);
      }
    });

    test("onset labels are positive before the onset only, in corrected mode, and no row follows it", async () => {
      for (const name of ["aki", "sepsis"]) {
        const corrected = await cohortOf(store, readTask(`yaib/${name}`), "corrected");
        const last = await store.db.rows<{ positive: number; after: number }>(sql`
          select max(hours) as positive, count(*) filter (not ends) as after from (
            select stay_id, count(*) as hours, max(time) = (
              select max(time) from read_parquet(${join(corrected.folder, "labels.parquet")}) b where b.stay_id = a.stay_id
            ) as ends
            from read_parquet(${join(corrected.folder, "labels.parquet")}) a where label = 1 group by stay_id)`);
        expect(Number(last[0]!.positive ?? 0)).toBeLessThanOrEqual(6);
        expect(Number(last[0]!.after)).toBe(0);
      }
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
    // stays, stays with the event, labels: faithful, then corrected
    { name: "mortality24", faithful: [96, 10, 96], corrected: [96, 10, 96] },
    { name: "aki", faithful: [117, 51, 5533], corrected: [118, 84, 2495] },
    { name: "sepsis", faithful: [117, 9, 6626], corrected: [111, 8, 5328] },
    { name: "kidney_function", faithful: [73, 0, 73], corrected: [73, 0, 73] },
    { name: "los", faithful: [137, 0, 10161], corrected: [136, 0, 9163] },
  ])("$name has plausible counts in both modes", async ({ name, ...expected }) => {
    const cohorts = {
      faithful: await cohortOf(store, readTask(`yaib/${name}`), "faithful"),
      corrected: await cohortOf(store, readTask(`yaib/${name}`), "corrected"),
    };
    modes.push({ data: "MIMIC-IV demo", name, rows: compareModes(cohorts.faithful, cohorts.corrected) });
    for (const mode of ["faithful", "corrected"] as const) {
      const { attrition, stays, positives, label, warnings, folder: at } = cohorts[mode];
      expect(attrition.start).toBe(140);
      expect([stays, positives, label.rows], mode).toEqual(expected[mode]);
      expect(warnings).toEqual(readTask(`yaib/${name}`).definition.caveats);
      const rates = await store.db.row<{
        hr: number;
        crea: number;
        urine: number;
        lowest: number;
        highest: number;
      }>(sql`
        select avg((hr is not null)::integer) as hr, avg((crea is not null)::integer) as crea,
          avg((urine is not null)::integer) as urine, min(temp) as lowest, max(temp) as highest
        from read_parquet(${join(at, "dynamic.parquet")})`);
      expect(rates.hr).toBeGreaterThan(0.9);
      expect(rates.crea).toBeGreaterThan(0.04);
      expect(rates.crea).toBeLessThan(0.2);
      expect(rates.urine).toBeGreaterThan(0.35);
      expect([rates.lowest >= 32, rates.highest <= 42]).toEqual([true, true]);
    }
  });
});

describe.skipIf(!hasOracle || !hasData("mimic-iv-demo-2.2"))(
  "the page (skipped where ../shared/data is absent)",
  () => {
    test("docs/yaib-oracle.md says what was compared (npx vitest run test/oracle -u)", async () => {
      expect([oracles.length, modes.length]).toEqual([5, 10]);
      await expect(oraclePage(oracles, modes)).toMatchFileSnapshot("../../docs/yaib-oracle.md");
    });
  },
);
