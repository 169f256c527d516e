// Reads the data files that stand beside the code (JSON, YAML). Knows nothing of the user's files.
import { readFileSync } from "node:fs";
import { Bug } from "../core/errors.ts";

/**
 * The text of a data file beside a module.
 * @example readAsset(import.meta.url, "versions.json")
 */
export function readAsset(moduleUrl: string, name: string): string {
  try {
    return readFileSync(new URL(name, moduleUrl), "utf8");
  } catch (cause) {
    throw new Bug(`The file ${name} that belongs to Bedside itself cannot be read`, { cause });
  }
}

/** A JSON file beside a module, as the type its owner declares. */
export function readJsonAsset<T>(moduleUrl: string, name: string): T {
  return JSON.parse(readAsset(moduleUrl, name)) as T;
}
