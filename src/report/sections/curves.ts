// What the figures look like over all thresholds: discrimination, calibration, benefit, and the one threshold in use.
import type { MetricValue, ModelResult } from "../../run/result.ts";
import { calibration, calibrationLimit } from "../charts/calibration.ts";
import { decision } from "../charts/decision.ts";
import { precisionRecall } from "../charts/precision-recall.ts";
import { roc } from "../charts/roc.ts";
import { formatFigure } from "../format.ts";
import { hidesOutcome, isGuarded, predictsEvent, shownModels } from "../guard.ts";
import { heldOut } from "../headline.ts";
import { type Child, h } from "../html.ts";
import { bootstrapSentence, metricRows } from "../metric-rows.ts";
import { estimateCell } from "../page.ts";
import { metricName } from "./results.ts";
import type { Section } from "./section.ts";

/** Where the threshold puts a model, from two of its figures there. */
function atThreshold(
  { threshold }: ModelResult,
  x: (at: (id: string) => number) => number,
  y: (at: (id: string) => number) => number,
) {
  const at = (id: string) => threshold?.metrics.find((metric: MetricValue) => metric.id === id)?.value ?? Number.NaN;
  const point = { x: x(at), y: y(at) };
  return Number.isFinite(point.x) && Number.isFinite(point.y) ? point : undefined;
}

/** Instead of curves that would tell how few have the event. */
function hiddenNote(): Child {
  return h(
    "p",
    { class: "quiet" },
    "Withheld: no more than 10 held-out stays have the event, or lack it, and these figures would tell their number.",
  );
}

/** ROC and precision-recall. */
export const discriminationSection: Section = {
  id: "discrimination",
  title: "Discrimination",
  render(result, page) {
    const split = heldOut(result);
    if (!predictsEvent(result)) return null;
    const models = shownModels(result, split);
    if (!models.length) return null;
    if (hidesOutcome(result, split)) return [hiddenNote()];
    const prevalence = split && split.stays > 0 ? split.positives / (split.rows ?? split.stays) : undefined;
    return [
      h(
        "div",
        { class: "figures" },
        page.figure(
          {
            caption:
              "Receiver operating characteristic. Each point of a line is a threshold; the dotted diagonal is a coin toss, the dot the threshold in use.",
          },
          page.picture((options) =>
            roc(
              models.map((model) => ({
                title: model.title,
                curve: model.roc,
                threshold: atThreshold(
                  model,
                  (at) => 1 - at("specificity"),
                  (at) => at("sensitivity"),
                ),
              })),
              options,
            ),
          ),
        ),
        page.figure(
          {
            caption:
              "Precision and recall. The dotted line is the precision of a guess, the share of events; the dot the threshold in use.",
          },
          page.picture((options) =>
            precisionRecall(
              models.map((model) => ({
                title: model.title,
                curve: model.precisionRecall,
                threshold: atThreshold(
                  model,
                  (at) => at("sensitivity"),
                  (at) => at("ppv"),
                ),
              })),
              { ...options, prevalence },
            ),
          ),
        ),
      ),
    ];
  },
};

/** Reliability diagrams, one a model, on the same axes. */
export const calibrationSection: Section = {
  id: "calibration",
  title: "Calibration",
  render(result, page) {
    const { bootstrap } = result;
    if (!predictsEvent(result)) return null;
    const models = shownModels(result, heldOut(result));
    if (!models.length) return null;
    if (hidesOutcome(result, heldOut(result))) return [hiddenNote()];
    const bins = models.map(({ calibration }) => calibration);
    const small = isGuarded(result)
      ? "Bins of 10 rows or fewer are left out."
      : "A hollow dot is a bin of 10 rows or fewer, whose count is not shown.";
    const limit = Math.max(...bins.map((each) => calibrationLimit(each)));
    return [
      page.figure(
        {
          pair: true,
          caption: `Calibration: observed share of events against predicted risk, in bins of predicted risk, with ${Number((100 * bootstrap.level).toFixed(1))}\u00a0% intervals. On the dotted line the risks are right; below it they are too high. ${small} The bars count the rows of each bin.`,
        },
        models.map((model, series) =>
          h(
            "div",
            {},
            h("h3", {}, model.title),
            page.picture((options) => calibration(bins[series]!, { ...options, series, limit }), {
              label: `${model.title}: observed share of events against predicted risk in ${bins[series]!.length} bins`,
            }),
          ),
        ),
      ),
    ];
  },
};

/** Net benefit. */
export const decisionSection: Section = {
  id: "decision",
  title: "Net benefit",
  render(result, page) {
    if (!predictsEvent(result)) return null;
    const models = shownModels(result, heldOut(result));
    if (!models.length) return null;
    if (hidesOutcome(result, heldOut(result))) return [hiddenNote()];
    return [
      h(
        "p",
        {},
        "A threshold of 10\u00a0% says that finding one patient with the event is worth nine false alarms. At each threshold, the model is worth using only where its line lies above both treating all and treating none.",
      ),
      page.figure(
        {
          caption:
            "Decision curve: true positives per patient, less false positives weighted by the odds of the threshold.",
        },
        page.picture(
          (options) =>
            decision(
              models.map(({ title, decision }) => ({
                title,
                thresholds: decision.thresholds,
                benefit: decision.model,
              })),
              { ...options, all: models[0]!.decision.all },
            ),
          { wide: true },
        ),
      ),
    ];
  },
};

/** Figures at the threshold in use. */
export const thresholdSection: Section = {
  id: "threshold",
  title: "Performance at the threshold",
  render(result, page) {
    const { bootstrap } = result;
    if (!predictsEvent(result)) return null;
    const models = shownModels(result, heldOut(result));
    if (!models.length) return null;
    if (hidesOutcome(result, heldOut(result))) return [hiddenNote()];
    const called = models.flatMap(({ title, threshold }) => (threshold ? [{ title, threshold }] : []));
    if (!called.length) return null;
    const rows = metricRows(called.map(({ threshold }) => threshold));
    return [
      h(
        "p",
        {},
        "The threshold was fixed before the held-out patients were looked at; the rule stands in the first row.",
      ),
      page.table({
        caption: "Figures on held-out patients at the threshold.",
        columns: [{ title: "" }, ...called.map(({ title }) => ({ title, align: "figure" as const }))],
        rows: [
          { cells: ["Rule", ...called.map(({ threshold }) => h("span", { class: "rule" }, threshold.rule))] },
          { cells: ["Threshold", ...called.map(({ threshold }) => formatFigure(threshold.value))] },
          ...rows.map((row) => ({ cells: [metricName(row), ...row.values.map((value) => estimateCell(value))] })),
        ],
        note: bootstrapSentence(bootstrap),
      }),
    ];
  },
};
