// Draws progress in a terminal, or as plain lines where there is none, and turns Ctrl-C into a stop. Knows no verb.
import { writeFileSync } from "node:fs";
import type { Progress } from "../core/progress.ts";
import { formatDuration } from "../core/time.ts";

/** What the terminal needs of the process; tests give their own. */
export interface TerminalOptions {
  stream?: NodeJS.WriteStream;
  /** Milliseconds. */
  clock?: () => number;
  quiet?: boolean;
  /** Where another program reads how far the work is. Default: what BEDSIDE_PROGRESS_FILE names, if anything. */
  file?: string | undefined;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
}

const BAR_WIDTH = 24;
/** Redraw at most this often, in milliseconds. */
const REDRAW_GAP = 100;
const WRITE_GAP = 400;

/** Progress drawn on the terminal: a bar per stage, kept as one line when the stage ends. */
export function terminalProgress(options: TerminalOptions): Progress {
  const { stream = process.stderr, clock = () => performance.now(), quiet = false, signal } = options;
  const { file = process.env["BEDSIDE_PROGRESS_FILE"] } = options;
  const live = Boolean(stream.isTTY) && !quiet;
  let stage = "";
  let total: number | undefined;
  let start = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let written = Number.NEGATIVE_INFINITY;

  const tell = (done: number, note: string) => {
    if (!file || clock() - written < WRITE_GAP) return;
    written = clock();
    try {
      writeFileSync(file, JSON.stringify({ stage, done, total: total ?? null, note }));
    } catch {
      // whoever reads it has gone; the work goes on
    }
  };
  const clear = () => {
    if (live) stream.write("\r\x1b[2K");
  };
  const draw = (done: number, note = "") => {
    tell(done, note);
    if (!live || clock() - drawn < REDRAW_GAP) return;
    drawn = clock();
    const line = `${stage.padEnd(22)} ${total ? bar(Math.min(1, done / total)) : spinner(clock())}  ${note}`;
    clear();
    stream.write(line.slice(0, (stream.columns ?? 80) - 1));
  };
  const keep = (line: string) => {
    if (quiet) return;
    clear();
    stream.write(`${line}\n`);
  };
  return {
    begin(name, size) {
      stage = name;
      total = size;
      start = clock();
      drawn = Number.NEGATIVE_INFINITY;
      written = Number.NEGATIVE_INFINITY;
      draw(0);
    },
    at: draw,
    end(summary = "") {
      keep(`${stage.padEnd(22)} ${formatDuration(clock() - start).padStart(12)}  ${summary}`.trimEnd());
      stage = "";
    },
    say: keep,
    signal,
  };
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}

function spinner(now: number): string {
  const place = Math.floor(now / REDRAW_GAP) % BAR_WIDTH;
  return `${"░".repeat(place)}█${"░".repeat(BAR_WIDTH - place - 1)}      `;
}

/**
 * A signal aborted by the first Ctrl-C (or SIGTERM), so that work can end in order; a second one ends the process at once.
 */
export function stopSignal(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      say("\nStopping … (once more to end at once)");
      controller.abort();
    });
  }
  return controller.signal;
}
