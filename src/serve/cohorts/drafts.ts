// Cohorts of tasks that are being written: extracted beside the runs, one at a time; a newer one ends the one before.
// Knows no HTTP.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Attrition, buildCohort, parseTask } from "../../cohort/index.ts";
import type { Mode } from "../../concepts/mode.ts";
import { BedsideError, type Problem, Stopped } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import { type TableOneRow, tableOne } from "../../features/index.ts";
import { hashText, literal, makeFolder, type RecordStore, sql } from "../../store/index.ts";

/** What is known of a draft. */
export interface Draft {
  id: string;
  state: "running" | "done" | "failed" | "stopped";
  stage: string;
  share: number | null;
  problem: Problem | null;
  funnel: Attrition | null;
  label: { title: string; kind: string; per: string; rows: number; positives: number; mean: number } | null;
  stays: number;
  patients: number;
  tableOne: { groups: string[]; rows: TableOneRow[] } | null;
  warnings: string[];
  /** A few stays, with and without the event: patients whose timelines are worth a look. */
  samples: { subjectId: bigint; label: number }[];
}

const SAMPLES = 12;

export class Drafts {
  private readonly folder: string;
  private current: { draft: Draft; stop: AbortController; ended: Promise<void> } | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The draft of that id, if it is the last one asked for. */
  get(id: string): Draft | undefined {
    return this.current?.draft.id === id ? this.current.draft : undefined;
  }

  /**
   * Begins to extract the cohort of a task's text.
   * @throws BedsideError where the task is wrong, with its line.
   */
  async start(store: RecordStore, yaml: string, mode: Mode): Promise<Draft> {
    const task = parseTask(yaml, "task");
    const id = hashText(`${mode}\n${yaml}\n${store.manifest.fingerprint}`).slice(0, 16);
    const known = this.current;
    if (known?.draft.id === id && known.draft.state !== "stopped") return known.draft;
    known?.stop.abort();
    await known?.ended;
    const draft: Draft = {
      id,
      state: "running",
      stage: "",
      share: null,
      problem: null,
      funnel: null,
      label: null,
      stays: 0,
      patients: 0,
      tableOne: null,
      warnings: [],
      samples: [],
    };
    const stop = new AbortController();
    const out = join(this.folder, `draft-${process.pid}`);
    const work = async () => {
      rmSync(out, { recursive: true, force: true });
      makeFolder(out);
      const db = await store.db.beside();
      try {
        const beside: RecordStore = { ...store, db, source: store.source, has: store.has, close() {} };
        const cohort = await buildCohort(beside, task, { mode, out, progress: progressOf(draft, stop.signal) });
        const { attrition, label, stays, patients, positives, warnings } = cohort;
        Object.assign(draft, { funnel: attrition, stays, patients, warnings });
        draft.label = {
          title: task.labelTitle,
          kind: label.kind,
          per: label.per,
          rows: label.rows,
          positives,
          mean: label.mean,
        };
        draft.stage = "Table one";
        draft.tableOne = label.kind === "binary" && label.per === "stay" ? await tableOne(db, out, cohort) : null;
        draft.samples = await samplesOf(beside, out);
        draft.state = "done";
      } finally {
        db.close();
      }
    };
    const ended = work().catch((error) => {
      draft.state = error instanceof Stopped ? "stopped" : "failed";
      if (error instanceof BedsideError) draft.problem = error.problem;
      else if (!(error instanceof Stopped))
        draft.problem = { code: "serve/fault", what: "The server met a fault of its own" };
    });
    this.current = { draft, stop, ended };
    return draft;
  }

  async close(): Promise<void> {
    this.current?.stop.abort();
    await this.current?.ended;
    rmSync(join(this.folder, `draft-${process.pid}`), { recursive: true, force: true });
  }
}

function progressOf(draft: Draft, signal: AbortSignal): Progress {
  let total: number | undefined;
  return {
    begin(stage, size) {
      draft.stage = stage;
      draft.share = null;
      total = size;
    },
    at(done) {
      draft.share = total ? Math.min(1, done / total) : null;
    },
    end() {},
    say() {},
    signal,
  };
}

/** Stays with the event and without, in turn, the lowest numbers first. */
async function samplesOf(store: RecordStore, out: string): Promise<Draft["samples"]> {
  const rows = await store.db.rows<{ subject_id: bigint; label: number }>(sql`
    select subject_id::bigint as subject_id, label from (
      select subject_id, max(label)::double as label, row_number() over (partition by max(label) > 0 order by subject_id) as turn
      from read_parquet(${literal(join(out, "labels.parquet"))}) group by subject_id
    ) order by turn, label desc limit ${SAMPLES}`);
  return rows.map(({ subject_id, label }) => ({ subjectId: subject_id, label }));
}
