// What the models of trees go by: the weightiest features, which way they push, and how with their value.
import type { Explanation } from "../../run/result.ts";
import { beeswarm } from "../charts/beeswarm.ts";
import { contributionScale } from "../charts/contribution.ts";
import { dependence, dependenceKey, dependenceRange } from "../charts/dependence.ts";
import { importance } from "../charts/importance.ts";
import { formatCount } from "../format.ts";
import { shownModels } from "../guard.ts";
import { heldOut } from "../headline.ts";
import { type Child, h } from "../html.ts";
import type { Page } from "../page.ts";
import type { Section } from "./section.ts";

/** Three figures for every explained model. */
export const explanationSection: Section = {
  id: "explanation",
  title: "What drives the predictions",
  render(result, page) {
    const explained = shownModels(result, heldOut(result)).filter(({ explanation }) => explanation);
    if (!explained.length) return null;
    return [
      h(
        "p",
        {},
        "A model of trees adds up what each feature contributes to a prediction (SHAP values). These figures show what the model goes by; they do not show causes. Features that say nearly the same share their contribution between them.",
      ),
      explained.map(({ title, explanation }) => [
        explained.length > 1 ? h("h3", {}, title) : null,
        figures(title, explanation!, page, explained.length > 1),
      ]),
    ];
  },
};

function figures(title: string, explanation: Explanation, page: Page, isBelow: boolean): Child[] {
  const { scale, rows, features, used, swarms, dependence: curves } = explanation;
  const { words } = contributionScale(scale);
  const parts: Child[] = [
    h(
      "p",
      {},
      `${formatCount(used)} of ${formatCount(features)} features moved the prediction of any of the ${formatCount(rows)} held-out rows looked at.${
        scale === "probability"
          ? ""
          : " Log-odds add up where risks do not: 0 leaves the odds as they are, 0.7 more about doubles them, 0.7 less about halves them."
      }`,
    ),
    explanation.importance.length
      ? importanceFigure(title, explanation, page)
      : h("p", {}, "No feature moves a prediction: everybody is given the same risk."),
  ];
  if (swarms.length) {
    parts.push(
      page.figure(
        {
          caption: `${title}: how far each feature pushes the risk of held-out patients up (right) or down (left), in ${words}. A body is thick where many patients lie; its colour is the mean rank of the feature's value there, so that orange on the right reads "high values raise the risk". No part of a body stands for fewer than 11 patients; the outermost parts hold what lies beyond them too.`,
        },
        page.picture((options) => beeswarm(swarms, { ...options, scale }), {
          wide: true,
          label: `${title}: contributions of the ${swarms.length} weightiest features`,
        }),
      ),
    );
  }
  if (curves.length) {
    const range = dependenceRange(curves);
    const heading = isBelow ? "h4" : "h3";
    parts.push(
      page.figure(
        {
          pair: true,
          caption: `${title}: how the contribution of the weightiest features follows their value. Line or dot: mean over held-out patients with about that value; band: the middle 80\u00a0% of them, who differ in all else; dashes or diamond: the mean prediction if everybody had that value, less the mean prediction. Above 0 the risk is pushed up. Groups of fewer than 11 patients are joined with their neighbours or left out.`,
        },
        h("div", { class: "key" }, page.picture(dependenceKey, { wide: true })),
        curves.map((curve) =>
          h(
            "div",
            {},
            h(heading, {}, curve.title),
            page.picture((options) => dependence(curve, { ...options, scale, range }), {
              label: `${title}: contribution by value of ${curve.title}`,
            }),
          ),
        ),
      ),
    );
  }
  return parts;
}

function importanceFigure(title: string, { scale, importance: features, repeats }: Explanation, page: Page): Child {
  const { words } = contributionScale(scale);
  return page.figure(
    {
      caption: `${title}: the weightiest features by three measures that need not agree. Contribution: mean size of the push on held-out patients, up or down, in ${words}. Gain: share of what all splits gained in training. Fall of AUROC: what the ranking of held-out patients loses when the feature is shuffled among them (mean of ${repeats} shuffles; line: interval by patient).`,
    },
    page.picture((options) => importance(features, { ...options, scale }), {
      wide: true,
      label: `${title}: the weightiest features by contribution, gain and permutation`,
    }),
  );
}
