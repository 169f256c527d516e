// The model files of a run, by model and fold. Knows no HTTP and no model.
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The files of a model: one a fold, a seed or a repetition, in order of name. */
export function modelFiles(folder: string, model: string): string[] {
  const name = new RegExp(`^${model}(-(fold|seed|repetition)-\\d+)*\\.json$`);
  try {
    return readdirSync(join(folder, "models"))
      .filter((file) => name.test(file))
      .sort()
      .map((file) => join(folder, "models", file));
  } catch {
    return [];
  }
}

/** Of these, the files that held a fold out; all where there is one fold. */
export function filesOfFold(files: readonly string[], fold: number): string[] {
  const own = files.filter((file) => new RegExp(`-fold-${fold}(-|\\.json$)`).test(file));
  return own.length ? own : files.filter((file) => !/-fold-\d+/.test(file));
}
