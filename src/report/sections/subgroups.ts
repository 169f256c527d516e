// How the models did in groups of patients, small groups suppressed.
import type { ModelResult, SubgroupRow } from "../../run/result.ts";
import { forest } from "../charts/forest.ts";
import { formatCount, isEstimable } from "../format.ts";
import { type Child, h } from "../html.ts";
import { absentCell, estimateCell, type Page, type Row } from "../page.ts";
import type { Section } from "./section.ts";

/** A table for every model, a picture for the first figure of the first. */
export const subgroupsSection: Section = {
  id: "subgroups",
  title: "Subgroups",
  render({ models }, page) {
    const told = models
      .map((model) => ({ ...model, subgroups: model.subgroups.filter(isTold).map(renamed) }))
      .filter(({ subgroups }) => subgroups.length);
    if (!told.length) return null;
    return [
      h(
        "p",
        {},
        "Counts of 1 to 10 patients are withheld, and with them the counts from which they could be worked out and the figures that rest on them: in so small a group a patient could be recognised, and the figure would say little. Differences between groups within their intervals may be chance.",
      ),
      told.map((model) => [
        told.length > 1 ? h("h3", {}, model.title) : null,
        picture(
          model,
          models.findIndex(({ id }) => id === model.id),
          page,
        ),
        subgroupTable(model, page),
      ]),
    ];
  },
};

/** The row of everybody is left out where its counts are withheld: the whole report speaks of everybody. */
function isTold({ family, positives }: SubgroupRow): boolean {
  return family !== "overall" || typeof positives === "number";
}

/** Families with a capital; everybody under a name of its own. */
function renamed(row: SubgroupRow): SubgroupRow {
  if (row.family === "overall") return { ...row, family: "All", group: "All held-out patients" };
  return { ...row, family: row.family.charAt(0).toUpperCase() + row.family.slice(1) };
}

function picture(model: ModelResult, series: number, page: Page): Child {
  const measure = firstMetric(model.subgroups);
  if (!measure) return null;
  const overall = model.metrics.find(({ id }) => id === measure.id)?.value;
  return page.figure(
    {
      caption: `${model.title}: ${measure.title} in each group. The dotted line is the figure in all held-out patients.`,
    },
    page.picture(
      (options) =>
        forest(
          model.subgroups.map(({ family, group, metrics }) => {
            const value = metrics.find((metric) => metric?.id === measure.id);
            const { value: at = null, low = null, high = null } = isEstimable(value) ? value : {};
            return { group: family, title: group, value: at, low, high };
          }),
          { ...options, series, measure: measure.title, reference: overall },
        ),
      { wide: true, label: `${model.title}: ${measure.title} in ${model.subgroups.length} groups of patients` },
    ),
  );
}

function firstMetric(rows: SubgroupRow[]): { id: string; title: string } | undefined {
  return rows.flatMap(({ metrics }) => metrics).find((metric) => isEstimable(metric)) ?? undefined;
}

function subgroupTable(model: ModelResult, page: Page): Child {
  const titles = new Map<string, string>();
  for (const { metrics } of model.subgroups)
    for (const metric of metrics) if (metric) titles.set(metric.id, metric.title);
  const families = new Map<string, Row[]>();
  for (const row of model.subgroups) {
    const figures = [...titles.keys()].map((id) => {
      const value = row.metrics.find((metric) => metric?.id === id);
      return value ? estimateCell(value) : absentCell(typeof row.positives === "string" ? "withheld" : "not defined");
    });
    const counts = [row.patients, row.stays, row.positives].map(countCell);
    families.set(row.family, [...(families.get(row.family) ?? []), { cells: [row.group, ...counts, ...figures] }]);
  }
  return page.table({
    caption: `${model.title}: held-out patients by group.`,
    columns: [
      { title: "Group" },
      { title: "Patients", align: "number" },
      { title: "Stays", align: "number" },
      { title: "Events", align: "number" },
      ...[...titles.values()].map((title) => ({ title, align: "figure" as const })),
    ],
    groups: [...families].map(([title, rows]) => ({ title, rows })),
    note: titles.size ? null : "Every group is too small for a figure.",
  });
}

function countCell(count: number | string): Child {
  return typeof count === "string" ? h("span", { class: "suppressed" }, count) : formatCount(count);
}
