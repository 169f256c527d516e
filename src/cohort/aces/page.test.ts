// The tasks in docs/task-language.md are tasks, and what the page says they print on the demo is what they print.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../core/progress.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { printFunnel } from "../attrition.ts";
import { bedsideConcepts } from "./bedside-concepts.ts";
import { extractLabels } from "./extract.ts";
import { parseTask } from "./parse.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../../docs/task-language.md"), "utf8");
/** Each task of the page and the lines that stand right below it. */
const examples = [...page.matchAll(/```yaml\n(.*?)```(?:(?!```yaml).)*?```text\n(.*?)```/gs)].map((found) => ({
  task: found[1]!,
  prints: found[2]!,
}));
const demo = resolve(
  import.meta.dirname,
  "../../../../shared/data/mimic-iv-demo-meds-0.0.1/mimic_iv_demo_meds_events.parquet",
);
const absent = !existsSync(demo);

test("the page has three tasks that are read without a warning", () => {
  expect(examples).toHaveLength(3);
  for (const { task } of examples) expect(parseTask(task, { concepts: bedsideConcepts() }).warnings).toEqual([]);
});

describe.skipIf(absent)(`on the MEDS demo${absent ? ` (skipped: ${demo} is not there)` : ""}`, () => {
  let folder: string;
  let db: Database;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bedside-page-"));
    db = await openDatabase({ folders: [folder, resolve(demo, "..")], tempFolder: join(folder, "temp") });
  });
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  test.each(examples)("the page's tasks print what stands below them: $#", async ({ task, prints }) => {
    const events = sql`(select subject_id, time, code, value as numeric_value from read_parquet(${demo}))`;
    const { attrition, rows, subjects, positives } = await extractLabels(
      db,
      events,
      parseTask(task, { concepts: bedsideConcepts() }),
      {
        out: join(folder, "labels.parquet"),
        progress: silent,
      },
    );
    const last = `${rows.toLocaleString("en-US")} labels of ${subjects} subjects, ${positives.toLocaleString("en-US")} true`;
    expect([...printFunnel(attrition), last].join("\n")).toBe(prints.trimEnd());
  });
});
