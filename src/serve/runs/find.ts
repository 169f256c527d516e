// The runs of a folder: those with a result, read when asked for. Knows no HTTP.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { RunResult } from "../../run/index.ts";
import { readJson } from "../../store/index.ts";

/** A run that has been found. */
export interface FoundRun {
  id: string;
  /** Its folder by name, inside the runs folder. */
  name: string;
  folder: string;
}

/** Folders deep: a run, or a run of a whole system with one folder a task. */
const DEEP = 2;

/** An id for addresses, made of the folder's name. */
export function runId(name: string): string {
  return createHash("sha256").update(name).digest("base64url").slice(0, 16);
}

/** The runs with a result, by name. Links are not followed. */
export function findRuns(runs: string): FoundRun[] {
  const found: FoundRun[] = [];
  const look = (folder: string, depth: number) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
      const inner = join(folder, entry.name);
      if (existsSync(join(inner, "report.json"))) {
        const name = relative(runs, inner).replaceAll("\\", "/");
        found.push({ id: runId(name), name, folder: inner });
      }
      if (depth < DEEP) look(inner, depth + 1);
    }
  };
  look(runs, 1);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Kept {
  stamp: number;
  result: RunResult;
}

/** Reads results, each once as long as its file stays the same. */
export class RunReader {
  private readonly kept = new Map<string, Kept>();
  private readonly runs: string;

  constructor(runs: string) {
    this.runs = runs;
  }

  list(): { run: FoundRun; result: RunResult }[] {
    return findRuns(this.runs).flatMap((run) => {
      const result = this.read(run);
      return result ? [{ run, result }] : [];
    });
  }

  /** The run of an id, with its result. */
  find(id: string): { run: FoundRun; result: RunResult } | undefined {
    const run = findRuns(this.runs).find((each) => each.id === id);
    const result = run && this.read(run);
    return run && result ? { run, result } : undefined;
  }

  private read({ folder }: FoundRun): RunResult | undefined {
    const path = join(folder, "report.json");
    const stamp = statSync(path).mtimeMs;
    const kept = this.kept.get(path);
    if (kept?.stamp === stamp) return kept.result;
    try {
      const result = readJson<RunResult>(path);
      if (result?.schema !== 1 || !Array.isArray(result.models)) return undefined;
      this.kept.set(path, { stamp, result });
      return result;
    } catch {
      return undefined; // not one of Bedside's
    }
  }
}
