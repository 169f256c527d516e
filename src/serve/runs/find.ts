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

/**
 * Bytes of results that are kept. All are asked for together, in order, so that making room for one more would drop each
 * before it is asked for again: those that no longer fit are read every time instead.
 */
const KEPT_BYTES = 64 * 2 ** 20;

/** Reads results, each once as long as its file stays the same. */
export class RunReader {
  private readonly kept = new Map<string, { stamp: number; bytes: number; result: RunResult }>();
  private keptBytes = 0;
  private readonly runs: string;

  constructor(runs: string) {
    this.runs = runs;
  }

  list(): { run: FoundRun; result: RunResult }[] {
    const found = findRuns(this.runs);
    const paths = new Set(found.map(({ folder }) => join(folder, "report.json")));
    for (const path of this.kept.keys()) if (!paths.has(path)) this.drop(path);
    return found.flatMap((run) => {
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
    try {
      const { mtimeMs: stamp, size: bytes } = statSync(path);
      const kept = this.kept.get(path);
      if (kept?.stamp === stamp && kept.bytes === bytes) return kept.result;
      this.drop(path);
      const result = readJson<RunResult>(path);
      if (result?.schema !== 1 || !Array.isArray(result.models)) return undefined;
      if (this.keptBytes + bytes <= KEPT_BYTES) {
        this.kept.set(path, { stamp, bytes, result });
        this.keptBytes += bytes;
      }
      return result;
    } catch {
      return undefined; // not one of Bedside's, or gone since the folder was looked through
    }
  }

  private drop(path: string): void {
    this.keptBytes -= this.kept.get(path)?.bytes ?? 0;
    this.kept.delete(path);
  }
}
