// Scores that can be counted by hand: points by band, the risk of each total, how many variables are enough.
import type { ScoreTable } from "../../run/result.ts";
import { parsimony } from "../charts/parsimony.ts";
import { formatCount, formatFigure } from "../format.ts";
import { h } from "../html.ts";
import type { Section } from "./section.ts";

/** The points of every integer score. */
export const scoreTableSection: Section = {
  id: "score-table",
  title: "The score to count by hand",
  render({ models, task }, page) {
    const scored = models.filter(({ scoreTable }) => scoreTable);
    if (scored.length === 0) return null;
    return scored.map(({ title, scoreTable }) => {
      const table = scoreTable!;
      return [
        h(
          "p",
          {},
          `${title}: add the points of each variable; the highest total is ${table.highest}. More points mean more risk: ${firstLower(task.label)}. ${table.note ?? ""}`.trim(),
        ),
        page.table({
          caption: `${title}: points by band.`,
          columns: [{ title: "Band" }, { title: "Points", align: "number" }],
          groups: table.variables.map(({ title: variable, unit, bands }) => ({
            title: unit ? `${variable} (${unit})` : variable,
            rows: bands.map((band) => ({ cells: [band.title, String(band.points)] })),
          })),
          note: tunedNote(table),
        }),
        page.table({
          caption: `${title}: what a total means.`,
          columns: [{ title: "Total" }, { title: "Probability", align: "number" }],
          rows: table.risks.map(({ points, risk }) => ({ cells: [String(points), formatRisk(risk)] })),
          note: "Fitted on tuning patients by logistic regression on the total.",
        }),
        table.parsimony.length > 1
          ? page.figure(
              {
                caption: `${title}: AUROC on tuning patients of scores of the first ${formatCount(table.parsimony.length)} variables, before the bands were fine-tuned. They came in this order: ${table.parsimony.map(({ added }) => added).join(", ")}.`,
              },
              page.picture((options) => parsimony(table.parsimony, { ...options, chosen: table.variables.length }), {
                wide: true,
                label: `${title}: parsimony plot`,
              }),
            )
          : null,
      ];
    });
  },
};

function tunedNote({ tuned }: ScoreTable): string {
  if (tuned.length === 0) return "Bands are cut at quantiles of training patients.";
  return `Bands were cut at quantiles of training patients and fine-tuned on tuning patients. ${tuned.join("; ")}.`;
}

/** `12.3 %`; a small one with the digits it needs. */
function formatRisk(risk: number): string {
  return `${formatFigure(100 * risk, risk < 0.01 ? 2 : 1)}\u00a0%`;
}

function firstLower(text: string): string {
  return /^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
