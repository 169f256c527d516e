// The documents that lie in a run's folder beside report.json: the page, the model card, the checklist.
import type { RunResult } from "../run/result.ts";
import { renderModelCard } from "./model-card.ts";
import { renderReport } from "./report.ts";
import { renderTripod } from "./tripod-card.ts";

/**
 * File name → text of every document of a run.
 * @example Object.keys(renderDocuments(result)) // ["report.html", "model-card.md", "tripod-ai.md"]
 */
export function renderDocuments(result: RunResult): Record<string, string> {
  return {
    "report.html": renderReport(result),
    "model-card.md": renderModelCard(result),
    "tripod-ai.md": renderTripod(result),
  };
}
