// Writes what a run leaves for people and programs: the result, the manifest, and the documents made of it. Knows no stage.
import type { Progress } from "../core/progress.ts";
import { writeJson, writeWhole } from "../store/index.ts";
import type { RunFolder } from "./folder.ts";
import type { RunResult } from "./result.ts";

/** Makes documents of a result: file name → text. `report/` has the report and the model card. */
export type Documents = (result: RunResult) => Record<string, string>;

/** Writes `report.json`, `manifest.json` and the documents into the run's folder. */
export async function writeResult(
  result: RunResult,
  folder: RunFolder,
  { documents, progress }: { documents: Documents; progress: Progress },
): Promise<void> {
  progress.begin("Report");
  await writeJson(folder.at("report.json"), result);
  await writeJson(folder.at("manifest.json"), result.manifest);
  const made = Object.entries(documents(result));
  for (const [name, text] of made) await writeWhole(folder.at(name), text);
  progress.end(["report.json", "manifest.json", ...made.map(([name]) => name)].join(", "));
}
