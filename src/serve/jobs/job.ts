// A job of the workbench: a command of Bedside that runs on its own and can be stopped and gone on with. Pure data.

/** What a job does. */
export type JobKind = "import" | "run" | "cohort" | "synth";

/**
 * `waiting` for its turn; `running`; `stopped` by the user; `interrupted` when the computer or the server went down;
 * `failed` with a problem; `done`. All but `done` can be gone on with.
 */
export type JobState = "waiting" | "running" | "stopping" | "stopped" | "interrupted" | "failed" | "done";

/** How far a job is. */
export interface JobProgress {
  stage: string;
  done: number;
  total: number | null;
  note: string;
}

/** `job.json` */
export interface Job {
  schema: 1;
  id: string;
  kind: JobKind;
  /** What it does, for people: `yaib/mortality24: lr, lgbm`. */
  title: string;
  /** The verb and its arguments. */
  arguments: string[];
  /** The same, as one would type it. */
  command: string;
  /** The folder it writes, by name inside the runs folder. */
  folder: string | null;
  state: JobState;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  pid: number | null;
  exitCode: number | null;
  /** The last lines said, where it failed. */
  reason: string | null;
}
