// How the models did: the table of figures, the best any model could do, the published figures.
import type { MetricValue, ModelResult, RunResult } from "../../run/result.ts";
import { type ForestRow, forest } from "../charts/forest.ts";
import { formatSeconds, isEstimable } from "../format.ts";
import { type Child, fragment, h } from "../html.ts";
import { besideTruth, bootstrapSentence, isPartlyKnown, type MetricRow, metricRows } from "../metric-rows.ts";
import { absentCell, estimateCell } from "../page.ts";
import { allFigures, figureTitles, formatPublished, reachOf, SECONDS } from "./published-figures.ts";
import type { Section } from "./section.ts";

/** The name of a metric and which way is better. */
export function metricName({ title, higherIsBetter }: Pick<MetricRow, "title" | "higherIsBetter">): Child {
  const words = higherIsBetter ? " higher is better" : " lower is better";
  return fragment(
    title,
    "\u00a0",
    h("span", { class: "sign" }, higherIsBetter ? "↑" : "↓", h("span", { class: "hidden" }, words)),
  );
}

/** Whether an arrow for better or worse makes sense: not where the best value lies in the middle. */
function hasDirection({ id }: { id: string }): boolean {
  return !/slope|intercept/.test(id);
}

function nameOf(row: MetricRow): Child {
  return hasDirection(row) ? metricName(row) : row.title;
}

/** All models, all figures. */
export const resultsSection: Section = {
  id: "results",
  title: "Performance",
  render({ models, bootstrap }, page) {
    if (!models.length) return [h("p", { class: "quiet" }, "No model was evaluated in this run.")];
    return [
      page.table({
        caption: "Figures on held-out patients.",
        columns: [{ title: "" }, ...models.map(({ title }) => ({ title, align: "figure" as const }))],
        rows: [
          ...metricRows(models).map((row, i) => ({
            cells: [nameOf(row), ...row.values.map((value) => estimateCell(value))],
            kind: i ? undefined : ("strong" as const),
          })),
          {
            cells: ["Chosen on tuning patients", ...models.map(({ chosen }) => h("span", { class: "quiet" }, chosen))],
          },
          {
            cells: [
              "Time to train",
              ...models.map(({ trainSeconds }) => h("span", { class: "quiet" }, formatSeconds(trainSeconds))),
            ],
          },
          ...(models.some(({ predictSeconds }) => predictSeconds !== undefined)
            ? [
                {
                  cells: [
                    "Time to predict",
                    ...models.map(({ predictSeconds }) => h("span", { class: "quiet" }, formatSeconds(predictSeconds))),
                  ],
                },
              ]
            : []),
        ],
        note: bootstrapSentence(bootstrap),
      }),
    ];
  },
};

/** The figures of the true risk, where it is known. */
export const bestPossibleSection: Section = {
  id: "best-possible",
  title: "Best possible performance",
  render({ bestPossible, models }, page) {
    if (!bestPossible) return null;
    const isPart = isPartlyKnown({ bestPossible });
    const beside = models.filter(({ id }) => !isPart || bestPossible.models![id]);
    const own = beside.map((model) => ({ metrics: besideTruth({ bestPossible }, model) }));
    const all = [{ metrics: bestPossible.metrics }, ...own];
    const regrets = Object.values(bestPossible.regrets ?? {});
    const known = new Set([...bestPossible.metrics, ...regrets].map(({ id }) => id));
    const rows = isPart ? "on the rows with a known true risk" : "on the same held-out patients";
    return [
      h("p", {}, bestPossible.note),
      page.table({
        caption: `The true risk beside the models, ${rows}.`,
        columns: [
          { title: "" },
          { title: "True risk", align: "figure" },
          ...beside.map(({ title }) => ({ title, align: "figure" as const })),
        ],
        rows: metricRows(all)
          .filter(({ id }) => known.has(id))
          .map((row) => ({ cells: [nameOf(row), ...row.values.map((value) => estimateCell(value))] })),
      }),
    ];
  },
};

function ours(model: { title: string; metrics: MetricValue[] }, metric: string): ForestRow {
  const value = model.metrics.find(({ id }) => id === metric);
  const shown = isEstimable(value) ? value : { value: null, low: null, high: null };
  return {
    group: "This run",
    title: model.title,
    value: shown.value,
    low: shown.low,
    high: shown.high,
    emphasis: true,
  };
}

function theirs(published: RunResult["published"], metric: string): ForestRow[] {
  return published
    .filter((entry) => entry.metric === metric)
    .map((entry) => ({
      group: `${entry.system}, ${entry.data}`,
      title: entry.model,
      value: entry.value,
      ...reachOf(entry),
      text: formatPublished(entry),
      emphasis: false,
    }));
}

/** Our figures beside the published ones. */
export const publishedSection: Section = {
  id: "published",
  title: "Published figures beside ours",
  render({ published, differences, models }, page) {
    if (!published.length) return [h("p", { class: "quiet" }, "No published figure is stored for this task.")];
    const metrics = [...new Set(published.map(({ metric }) => metric))];
    const titles = figureTitles(models);
    const first = metrics.includes("auroc") ? "auroc" : metrics[0]!;
    const kinds = new Map<string, Map<string, RunResult["published"]>>();
    for (const entry of published) {
      const group = `${entry.system}, ${entry.data}`;
      if (!kinds.has(group)) kinds.set(group, new Map());
      const rows = kinds.get(group)!;
      rows.set(entry.model, [...(rows.get(entry.model) ?? []), entry]);
    }
    const sources = [...new Set(published.map(({ source }) => source))];
    return [
      differences.length
        ? [
            h("p", {}, "The comparison is not like with like. What differs:"),
            h(
              "ul",
              {},
              differences.map((text) => h("li", {}, text)),
            ),
          ]
        : null,
      page.figure(
        {
          caption: `${titles.get(first) ?? first}: this run with its interval (blue), published figures with their ± or interval (grey). The two kinds of whisker do not mean the same.`,
        },
        page.picture(
          (options) =>
            forest([...models.map((model) => ours(model, first)), ...theirs(published, first)], {
              ...options,
              measure: titles.get(first) ?? first,
            }),
          { wide: true, label: `${titles.get(first) ?? first} of this run and as published` },
        ),
      ),
      page.table({
        caption: "Published figures and ours.",
        columns: [
          { title: "Model" },
          ...metrics.map((id) => ({ title: titles.get(id) ?? id, align: "figure" as const })),
        ],
        groups: [
          {
            title: "This run",
            rows: models.map((model) => ({
              cells: [model.title, ...metrics.map((id) => ourCell(model, id))],
            })),
          },
          ...[...kinds].map(([title, rows]) => ({
            title,
            rows: [...rows].map(([model, entries]) => ({
              cells: [model, ...metrics.map((id) => publishedCell(entries.find(({ metric }) => metric === id)))],
            })),
          })),
        ].filter(({ rows }) => rows.length),
        note: `Source: ${sources.join("; ")}.`,
      }),
    ];
  },
};

function ourCell(model: ModelResult, metric: string): Child {
  if (metric === SECONDS) return formatSeconds(model.trainSeconds);
  return estimateCell(allFigures(model).find(({ id }) => id === metric));
}

function publishedCell(entry: RunResult["published"][number] | undefined): Child {
  if (!entry) return absentCell("not published");
  return h("span", { class: "estimate" }, formatPublished(entry));
}
