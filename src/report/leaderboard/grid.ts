// Tasks x models at a glance: the first figure of each, shaded from worst to best in its task.
import type { MetricValue, RunResult } from "../../run/result.ts";
import { formatValue, isEstimable } from "../format.ts";
import { type Child, h } from "../html.ts";
import { absentCell, type Page } from "../page.ts";

/** A model's cell: its first run of the task that gives the figure. */
function figureOf(results: readonly RunResult[], model: string, metric: string): MetricValue | undefined {
  return results
    .flatMap(({ models }) => models.filter(({ title }) => title === model))
    .flatMap(({ metrics }) => metrics.filter(({ id }) => id === metric))
    .find(isEstimable);
}

/** The table; a row a task, a column a model. */
export function gridTable(results: readonly RunResult[], page: Page): Child {
  const tasks = [...new Set(results.map(({ task }) => task.id))];
  const models = [...new Set(results.flatMap((result) => result.models.map(({ title }) => title)))];
  return page.table({
    caption: "The first figure of every model in every task; the darker, the better within the task.",
    columns: [
      { title: "Task" },
      { title: "Figure" },
      ...models.map((title) => ({ title, align: "number" as const })),
      { title: "Best possible", align: "number" },
    ],
    rows: tasks.map((id) => {
      const own = results.filter(({ task }) => task.id === id);
      const first = own.flatMap((result) => result.models).find(({ metrics }) => metrics.length)?.metrics[0];
      const cells = models.map((model) => (first ? figureOf(own, model, first.id) : undefined));
      const values = cells.flatMap((cell) => (cell ? [cell.value] : []));
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const best = first?.higherIsBetter ? most : least;
      const bound = own
        .flatMap(({ bestPossible }) => bestPossible?.metrics ?? [])
        .find((metric) => metric.id === first?.id && isEstimable(metric));
      return {
        cells: [
          own[0]!.task.title,
          first ? `${first.title} ${first.higherIsBetter ? "↑" : "↓"}` : "",
          ...cells.map((cell) => {
            if (!isEstimable(cell)) return absentCell("not given");
            const share =
              most > least ? Math.abs(cell.value - (first!.higherIsBetter ? least : most)) / (most - least) : 1;
            const shown = h("span", { class: "heat", style: `--share:${share.toFixed(2)}` }, formatValue(cell));
            return cell.value === best ? h("span", { class: "best" }, shown) : shown;
          }),
          isEstimable(bound) ? formatValue(bound) : absentCell("not known"),
        ],
      };
    }),
    note: "Figures without an interval are not shown; the intervals stand in the tables below. Small differences are often chance.",
  });
}
