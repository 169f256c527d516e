// What outcomes other than a single event show: numbers, classes, labels.
import type { ModelResult } from "../../run/result.ts";
import { agreement } from "../charts/agreement.ts";
import { confusion } from "../charts/confusion.ts";
import { forest } from "../charts/forest.ts";
import { formatCount, formatFigure, formatShare, isEstimable } from "../format.ts";
import { shownModels } from "../guard.ts";
import { heldOut } from "../headline.ts";
import { type Child, h } from "../html.ts";
import { absentCell, estimateCell, type Page } from "../page.ts";
import type { Section } from "./section.ts";

/** Observed against predicted numbers. */
export const agreementSection: Section = {
  id: "agreement",
  title: "Observed against predicted",
  render(result, page) {
    const models = shownModels(result, heldOut(result)).filter(({ agreement }) => agreement);
    if (!models.length) return null;
    const unit = models[0]!.agreement!.unit;
    return [
      page.figure(
        {
          pair: true,
          caption: `Tenths of the held-out rows by prediction, from low to high${unit ? `, in ${unit}` : ""}. On the dotted line predictions are right on average; a wide bar is the middle 80\u00a0% of what was observed in the tenth.`,
        },
        models.map((model) =>
          h(
            "div",
            {},
            h("h3", {}, model.title),
            page.picture(
              (options) =>
                agreement(model.agreement!, {
                  ...options,
                  series: result.models.findIndex(({ id }) => id === model.id),
                }),
              { label: `${model.title}: observed against predicted in ${model.agreement!.bins.length} groups of rows` },
            ),
          ),
        ),
      ),
      page.table({
        caption: `How far predictions lie from what was observed${unit ? `, in ${unit}` : ""}.`,
        columns: [
          { title: "Model" },
          { title: "Bias", align: "figure" },
          { title: "Limits of agreement", align: "figure" },
        ],
        rows: models.map(({ title, agreement: found }) => ({
          cells: [
            title,
            estimateCell(found!.bias),
            h(
              "span",
              { class: "estimate" },
              `${formatFigure(found!.limits.low)} to ${formatFigure(found!.limits.high)}`,
            ),
          ],
        })),
        note: "Bias: mean of predicted less observed. Limits: bias plus and minus 1.96 standard deviations (Bland and Altman); with skewed errors they hold fewer or more than 95\u00a0% of the rows.",
      }),
    ];
  },
};

/** Classes: who is taken for what. */
export const confusionSection: Section = {
  id: "confusion",
  title: "Classes",
  render(result, page) {
    const models = result.models.filter(({ confusion }) => confusion);
    if (!models.length) return null;
    return models.map((model) =>
      page.figure(
        {
          caption: `${model.title}: of the held-out rows of each true class (row), the share in per cent that was put into each class (column).`,
        },
        page.picture((options) => confusion(model.confusion!, options), {
          wide: true,
          label: `${model.title}: true against predicted classes`,
        }),
      ),
    );
  },
};

/** Several labels: each on its own. */
export const perNameSection: Section = {
  id: "labels",
  title: "Label by label",
  render(result, page) {
    const models = result.models.filter(({ perName }) => perName?.length);
    if (!models.length) return null;
    const [first] = models as [ModelResult];
    return [
      page.figure(
        { caption: `${first.title}: AUROC of each label on held-out patients.` },
        page.picture(
          (options) =>
            forest(
              first.perName!.map(({ title, metrics }) => {
                const value = metrics.find(({ id }) => id === "auroc");
                const { value: at = null, low = null, high = null } = isEstimable(value) ? value : {};
                return { title, value: at, low, high };
              }),
              { ...options, measure: "AUROC" },
            ),
          { wide: true, label: `${first.title}: AUROC of ${first.perName!.length} labels` },
        ),
      ),
      models.map((model) => labelTable(model, page)),
    ];
  },
};

function labelTable({ title, perName = [] }: ModelResult, page: Page): Child {
  const titles = new Map(perName.flatMap(({ metrics }) => metrics.map((metric) => [metric.id, metric.title] as const)));
  return page.table({
    caption: `${title}: every label, how often it comes and how well it is found.`,
    columns: [
      { title: "Label" },
      { title: "With it", align: "number" },
      { title: "Share", align: "number" },
      ...[...titles.values()].map((name) => ({ title: name, align: "figure" as const })),
    ],
    rows: perName.map(({ title: label, positives, prevalence, metrics }) => ({
      cells: [
        label,
        typeof positives === "string" ? h("span", { class: "suppressed" }, positives) : formatCount(positives),
        prevalence === null ? absentCell("withheld") : formatShare(prevalence, 1),
        ...[...titles.keys()].map((id) => estimateCell(metrics.find((metric) => metric.id === id))),
      ],
    })),
  });
}
