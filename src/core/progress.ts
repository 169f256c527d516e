// How long work tells of itself and can be stopped. Knows nothing of terminals: the command line draws the bars.

/** Where long work reports to, and learns that the user wants to stop. */
export interface Progress {
  /** A stage begins; `total` is in the stage's own unit (rows, stays, fits), absent where it is not known. */
  begin(stage: string, total?: number): void;
  /** `done` of the stage's total; `note` says what is being worked on. */
  at(done: number, note?: string): void;
  /** The stage is over; `summary` is one line worth keeping. */
  end(summary?: string): void;
  /** A line for the user, outside any stage. */
  say(line: string): void;
  /** Aborted when the user asks to stop. */
  readonly signal: AbortSignal;
}

/** Progress that shows nothing and never stops. */
export const silent: Progress = {
  begin() {},
  at() {},
  end() {},
  say() {},
  signal: new AbortController().signal,
};
