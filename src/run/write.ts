// Writes what a run leaves for people: report, model card, manifest. Knows no stage.
import type { Progress } from "../core/progress.ts";
import { renderModelCard, renderReport } from "../report/index.ts";
import { writeJson, writeWhole } from "../store/index.ts";
import type { RunFolder } from "./folder.ts";
import type { RunResult } from "./result.ts";

/** Writes `report.json`, `report.html`, `model-card.md` and `manifest.json` into the run's folder. */
export async function writeResult(result: RunResult, folder: RunFolder, progress: Progress): Promise<void> {
  progress.begin("Report");
  await writeJson(folder.at("report.json"), result);
  await writeWhole(folder.at("model-card.md"), renderModelCard(result));
  await writeJson(folder.at("manifest.json"), result.manifest);
  await writeWhole(folder.at("report.html"), renderReport(result));
  progress.end("report.html, report.json, model-card.md, manifest.json");
}
