// The figures of one task: every model of every run, the regret to the best possible, the published figures.
import type { ModelResult, RunResult } from "../../run/result.ts";
import { formatCount, formatFigure, formatSeconds, isEstimable } from "../format.ts";
import { eventWords } from "../guard.ts";
import { heldOut } from "../headline.ts";
import { type Child, h } from "../html.ts";
import { bootstrapSentence, isPartlyKnown, metricRows } from "../metric-rows.ts";
import { absentCell, estimateCell, type Page } from "../page.ts";

/** Figures shown of every model; the others stand in the run's own report. */
const MOST_METRICS = 3;
/** Figures that say little beside the others in a narrow table. */
const leftOut = new Set(["min_precision_sensitivity", "median_absolute_error"]);

/** A sentence and one or two tables. */
export function taskTables(results: readonly RunResult[], page: Page): Child {
  const { task, bootstrap } = results[0]!;
  const all = results.flatMap(({ models }) => models);
  const rows = metricRows(all)
    .filter(({ id }) => !leftOut.has(id))
    .slice(0, MOST_METRICS);
  const hasBest = results.some(({ bestPossible }) => bestPossible);
  const first = rows[0];
  return [
    h("p", {}, `${task.question} Predicted: ${task.label}, ${task.predictionTime}.`),
    page.table({
      caption: `${task.title}: figures on held-out patients.`,
      columns: [
        { title: "Model" },
        ...rows.map(({ title, higherIsBetter }) => ({
          title: `${title} ${higherIsBetter ? "↑" : "↓"}`,
          align: "figure" as const,
        })),
        ...(hasBest ? [{ title: `Regret in ${first?.title ?? ""}`, align: "number" as const }] : []),
        { title: "Training", align: "number" },
        { title: "Prediction", align: "number" },
      ],
      groups: results.map((result) => ({
        title: groupTitle(result),
        rows: [
          ...result.models.map((model) => ({
            cells: [
              model.title,
              ...rows.map(({ id }) => estimateCell(model.metrics.find((metric) => metric.id === id))),
              ...(hasBest ? [regretCell(result, model, first?.id)] : []),
              formatSeconds(model.trainSeconds),
              formatSeconds(model.predictSeconds),
            ],
          })),
          ...(result.bestPossible
            ? [
                {
                  cells: [
                    `True risk (best possible${isPartlyKnown(result) ? ", where it is known" : ""})`,
                    ...rows.map(({ id }) =>
                      estimateCell(result.bestPossible!.metrics.find((metric) => metric.id === id)),
                    ),
                    ...(hasBest ? [""] : []),
                    "",
                    "",
                  ],
                },
              ]
            : []),
        ],
      })),
      note: `${bootstrapSentence(bootstrap)}${hasBest ? ` Regret: how far a model stays behind the true risk${results.some(isPartlyKnown) ? ", on the rows where that is known" : ""}.` : ""}`,
    }),
    publishedTable(results, rows, page),
  ];
}

function groupTitle(result: RunResult): string {
  const { data, task } = result;
  const part = heldOut(result);
  const size = part ? `, ${formatCount(part.patients)} held-out patients${eventWords(result, part)}` : "";
  return `${data.title} ${data.version}, ${task.mode}${size}`;
}

function regretCell(result: RunResult, { id: model, metrics }: ModelResult, id: string | undefined): Child {
  const { bestPossible } = result;
  const paired = bestPossible?.regrets?.[model];
  if (paired && paired.id === `regret_${id}`) return estimateCell(paired);
  const best = isPartlyKnown(result) ? undefined : bestPossible?.metrics.find((metric) => metric.id === id);
  const own = metrics.find((metric) => metric.id === id);
  if (!isEstimable(best) || !isEstimable(own)) return absentCell("not known");
  return formatFigure(best.higherIsBetter ? best.value - own.value : own.value - best.value);
}

function publishedTable(results: readonly RunResult[], rows: { id: string; title: string }[], page: Page): Child {
  const published = results[0]!.published.filter(({ metric }) => rows.some(({ id }) => id === metric));
  if (!published.length) return null;
  const shown = rows.filter(({ id }) => published.some(({ metric }) => metric === id));
  const groups = new Map<string, Map<string, typeof published>>();
  for (const entry of published) {
    const title = `${entry.system}, ${entry.data}`;
    if (!groups.has(title)) groups.set(title, new Map());
    const models = groups.get(title)!;
    models.set(entry.model, [...(models.get(entry.model) ?? []), entry]);
  }
  return page.table({
    caption: "As published, on other data or by another split: not like with like.",
    columns: [{ title: "Model" }, ...shown.map(({ title }) => ({ title, align: "figure" as const }))],
    groups: [...groups].map(([title, models]) => ({
      title,
      rows: [...models].map(([model, entries]) => ({
        cells: [
          model,
          ...shown.map(({ id }) => {
            const entry = entries.find(({ metric }) => metric === id);
            if (!entry) return absentCell("not published");
            const spread = entry.plusMinus === undefined ? "" : `\u00a0±\u00a0${formatFigure(entry.plusMinus, 3)}`;
            return h("span", { class: "estimate" }, `${formatFigure(entry.value)}${spread}`);
          }),
        ],
      })),
    })),
    note: `Source: ${[...new Set(published.map(({ source }) => source))].join("; ")}.`,
  });
}
