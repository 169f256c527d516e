// Calibration and net benefit before and after recalibration on tuning patients.
import type { ModelResult, Recalibrated } from "../../run/result.ts";
import { decision } from "../charts/decision.ts";
import { reliability } from "../charts/reliability.ts";
import { shownModels } from "../guard.ts";
import { heldOut } from "../headline.ts";
import { type Child, h } from "../html.ts";
import { metricRows } from "../metric-rows.ts";
import { estimateCell, type Page } from "../page.ts";
import type { Section } from "./section.ts";

/** As tall as the reliability picture beside it. */
const BENEFIT_HEIGHT = 390;

type Mended = ModelResult & { recalibrated: Recalibrated[] };

/** A table and two pictures for every model. */
export const recalibrationSection: Section = {
  id: "recalibration",
  title: "Calibration before and after recalibration",
  render(result, page) {
    const models = shownModels(result, heldOut(result)).filter(
      (model): model is Mended => !!model.recalibrated?.length,
    );
    if (!models.length) return null;
    return [
      h(
        "p",
        {},
        "Risks can be mended without training again: Platt scaling bends all risks by one line through the log-odds, isotonic regression by a rising step function. Both are learnt on tuning patients only and tried on those held out. The ranking of patients stays as it is, apart from ties.",
      ),
      models.map((model) => [
        models.length > 1 ? h("h3", {}, model.title) : null,
        parts(model, page, models.length > 1),
      ]),
    ];
  },
};

function parts({ title, recalibrated }: Mended, page: Page, named: boolean): Child[] {
  const rows = metricRows(recalibrated);
  const heading = named ? "h4" : "h3";
  return [
    page.table({
      caption: `${title}: figures on held-out patients, before and after.`,
      columns: [{ title: "" }, ...recalibrated.map((each) => ({ title: each.title, align: "figure" as const }))],
      rows: rows.map((row) => ({ cells: [row.title, ...row.values.map((value) => estimateCell(value))] })),
    }),
    page.figure(
      {
        pair: true,
        caption: `${title}: observed against predicted risk (left) and net benefit (right), before and after.`,
      },
      h(
        "div",
        {},
        h(heading, {}, "Reliability"),
        page.picture(
          (options) =>
            reliability(
              recalibrated.map(({ title, calibration }) => ({ title, bins: calibration })),
              options,
            ),
          {
            label: `${title}: reliability before and after recalibration`,
          },
        ),
      ),
      h(
        "div",
        {},
        h(heading, {}, "Net benefit"),
        page.picture(
          (options) =>
            decision(
              recalibrated.map(({ title, decision }) => ({
                ...{ title, thresholds: decision.thresholds, benefit: decision.model },
              })),
              { ...options, all: recalibrated[0]!.decision.all, height: BENEFIT_HEIGHT },
            ),
          { label: `${title}: net benefit before and after recalibration` },
        ),
      ),
    ),
  ];
}
