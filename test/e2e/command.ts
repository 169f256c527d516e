// Runs the built command line as a user would. Knows no verb.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built command line; `npm test` builds it first. */
export const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** The project's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));
/** Open data beside the project. */
export const shared = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

/** How a command ended. */
export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

export interface CommandOptions {
  cwd?: string;
  /** Called with what came on stderr so far; may send a signal. */
  onError?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs `bedside` with these arguments. */
export function bedside(args: readonly string[], { cwd = root, onError }: CommandOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const outcome: Outcome = { code: null, out: "", err: "" };
    child.stdout.on("data", (text) => {
      outcome.out += text;
    });
    child.stderr.on("data", (text) => {
      outcome.err += text;
      onError?.(outcome.err, (signal) => child.kill(signal));
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...outcome, code }));
  });
}

/** A folder that is removed when the tests of a file are over. */
export function scratch(): { path: string; at(...names: string[]): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "bedside-test-"));
  return {
    path,
    at: (...names) => join(path, ...names),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Whether a data set of the open data is there; says so once when it is not. */
export function hasData(name: string): boolean {
  const there = existsSync(join(shared, name));
  if (!there) console.log(`Skipped: ../shared/data/${name} is not there`);
  return there;
}
