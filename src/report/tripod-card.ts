// The TRIPOD+AI checklist as a Markdown file beside the model card, for the supplement of a paper.
import type { RunResult } from "../run/result.ts";
import { markdownTable, markdownText } from "./markdown.ts";
import { tripodItems, tripodText } from "./tripod.ts";

/**
 * The checklist as Markdown: number, what is asked, what is known and where it stands in the report.
 * @example writeFileSync("tripod-ai.md", renderTripod(result))
 */
export function renderTripod(result: RunResult): string {
  const items = tripodItems(result);
  const open = items.filter(({ known, more }) => known === null || more).length;
  return `${[
    `# TRIPOD+AI checklist: ${markdownText(result.task.title)}`,
    `Filled in from the run, in our words for each item (after Collins et al., BMJ 2024;385:e078378). ${open} of ${items.length} items and sub-items are left to the authors in whole or in part.`,
    markdownTable(
      ["Item", "Part", "Asks for", "Known", "Section of the report"],
      items.map((item) => [item.number, item.part, item.asks, tripodText(item), item.where?.title ?? ""]),
    ),
  ].join("\n\n")}\n`;
}
