// Models x tasks at a glance: the first figure of each, shaded from worst to best in its task.
import type { MetricValue, RunResult } from "../../run/result.ts";
import { formatValue, isEstimable } from "../format.ts";
import { type Child, h } from "../html.ts";
import { isPartlyKnown } from "../metric-rows.ts";
import { absentCell, type Page } from "../page.ts";

/** A task's column: the first figure of every model, by title. */
interface TaskColumn {
  title: string;
  first: MetricValue | undefined;
  figures: Map<string, MetricValue & { low: number; high: number }>;
  bound: MetricValue | undefined;
}

function columnOf(results: readonly RunResult[]): TaskColumn {
  const models = results.flatMap((result) => result.models);
  const first = models.find(({ metrics }) => metrics.length)?.metrics[0];
  const figures: TaskColumn["figures"] = new Map();
  for (const { title, metrics } of models) {
    const figure = metrics.find(({ id }) => id === first?.id);
    if (isEstimable(figure) && !figures.has(title))
      figures.set(title, figure as MetricValue & { low: number; high: number });
  }
  const wholly = results.filter((result) => !isPartlyKnown(result));
  const bound = wholly.flatMap(({ bestPossible }) => bestPossible?.metrics ?? []).find(({ id }) => id === first?.id);
  return { title: results[0]!.task.title, first, figures, bound };
}

/** The table; a row a model, a column a task. */
export function gridTable(results: readonly RunResult[], page: Page): Child {
  const tasks = [...new Set(results.map(({ task }) => task.id))];
  const columns = tasks.map((id) => columnOf(results.filter(({ task }) => task.id === id)));
  const models = [...new Set(results.flatMap((result) => result.models.map(({ title }) => title)))];
  return page.table({
    caption: "The first figure of every model in every task; the darker, the better within the task.",
    columns: [
      { title: "Model" },
      ...columns.map(({ title, first }) => ({
        title: [
          title,
          first ? h("span", { class: "quiet" }, ` ${first.title}\u00a0${first.higherIsBetter ? "↑" : "↓"}`) : null,
        ],
        align: "number" as const,
      })),
    ],
    rows: [
      ...models.map((model) => ({ cells: [model, ...columns.map((column) => heatCell(column, model))] })),
      ...(columns.some(({ bound }) => isEstimable(bound))
        ? [
            {
              cells: [
                "Best possible",
                ...columns.map(({ bound }) => (isEstimable(bound) ? formatValue(bound) : absentCell("not known"))),
              ],
            },
          ]
        : []),
    ],
    note: "Figures without an interval are not shown; the intervals stand in the tables below. Small differences are often chance.",
  });
}

function heatCell({ figures }: TaskColumn, model: string): Child {
  const figure = figures.get(model);
  if (!figure) return absentCell("not given");
  const values = [...figures.values()].map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [worst, best] = figure.higherIsBetter ? [least, most] : [most, least];
  const share = most > least ? Math.abs(figure.value - worst) / (most - least) : 1;
  const shown = h("span", { class: "heat", style: `--share:${share.toFixed(2)}` }, formatValue(figure));
  return figure.value === best ? h("span", { class: "best" }, shown) : shown;
}
