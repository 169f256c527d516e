// Opens task files: one file, or the MEDS-DEV form of criteria and a data set's predicates. Knows no SQL.
import { readFileSync } from "node:fs";
import { explainFailure } from "../../store/failures.ts";
import { bedsideConcepts } from "./bedside-concepts.ts";
import type { Concepts } from "./concepts.ts";
import { parseTask } from "./parse.ts";
import type { Task } from "./task.ts";
import { readYaml } from "./yaml.ts";

export interface ReadOptions {
  /** The predicates file of the data set, for a task that leaves predicates open (`???`). */
  predicates?: string | undefined;
  /** The concept functions that predicates may name. Default: those that come with Bedside. */
  concepts?: Concepts | undefined;
}

/**
 * Reads and checks an ACES task file.
 * @throws BedsideError `task/…` with file and line of the first thing that is wrong; `disk/…` where a file cannot be read.
 */
export function readAcesTask(path: string, { predicates, concepts = bedsideConcepts() }: ReadOptions = {}): Task {
  return parseTask(readText(path), {
    file: path,
    concepts,
    ...(predicates === undefined ? {} : { predicatesText: readText(predicates), predicatesFile: predicates }),
  });
}

/** Whether a file is written in the task language: YAML with a `trigger` on the outermost level. */
export function isAcesTask(path: string): boolean {
  try {
    const { value } = readYaml(readText(path), path);
    return value instanceof Map && value.has("trigger");
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw explainFailure(cause, path);
  }
}
