// What the models look at: coefficients, regularisation path, and how often each variable was measured at all.
import { coefficients } from "../charts/coefficients.ts";
import { missingness } from "../charts/missingness.ts";
import { path } from "../charts/path.ts";
import { formatCount } from "../format.ts";
import { h } from "../html.ts";
import type { Section } from "./section.ts";

/** The weightiest coefficients of every linear model. */
export const coefficientsSection: Section = {
  id: "coefficients",
  title: "Coefficients",
  render({ models }, page) {
    const linear = models.filter(({ coefficients }) => coefficients?.length);
    if (!linear.length) return null;
    return linear.map((model) => {
      const all = model.coefficients!;
      const used = all.filter(({ value }) => value !== 0).length;
      return [
        h(
          "p",
          {},
          `${model.title} uses ${formatCount(used)} of ${formatCount(all.length)} predictors. A coefficient is an association within this model, given all other predictors; it is not a cause, and predictors that say the same share their weight.`,
        ),
        page.figure(
          {
            caption: `${model.title}: the largest coefficients, for predictors scaled to a standard deviation of one.`,
          },
          page.picture((options) => coefficients(all, options), {
            wide: true,
            label: `${model.title}: largest coefficients`,
          }),
        ),
      ];
    });
  },
};

/** Every candidate tried on the tuning patients. */
export const pathSection: Section = {
  id: "path",
  title: "Regularisation path",
  render({ models }, page) {
    const tuned = models.filter(({ path }) => path?.length);
    if (!tuned.length) return null;
    return tuned.map((model) =>
      page.figure(
        {
          pair: true,
          caption: `${model.title}: the candidates tried, by strength of regularisation (C) and share of the l1 penalty (l1). Left, the score on tuning patients${bestScore(model.path!)}; right, how many predictors keep a coefficient. In cross-validation this is the first fold. Chosen: ${model.chosen}.`,
        },
        page.picture((options) => path(model.path!, options)),
        page.picture((options) => path(model.path!, { ...options, y: "nonZero" })),
      ),
    );
  },
};

/** Which way the score runs, as far as the choice tells. */
function bestScore(path: { score: number; chosen: boolean }[]): string {
  const chosen = path.find((candidate) => candidate.chosen)?.score;
  const scores = path.map(({ score }) => score).filter(Number.isFinite);
  const [lowest, highest] = [Math.min(...scores), Math.max(...scores)];
  if (lowest === highest || (chosen !== lowest && chosen !== highest)) return "";
  return chosen === lowest ? ", the lowest being best" : ", the highest being best";
}

/** How often each variable was measured. */
export const missingnessSection: Section = {
  id: "missingness",
  title: "Missing data",
  render({ missingness: data, cohort }, page) {
    if (!data.variables.length || !data.hours.length) {
      return [h("p", { class: "quiet" }, "No hourly variable was extracted.")];
    }
    return [
      h(
        "p",
        {},
        "What is measured follows what clinicians worry about; that a value is missing is itself information, and may mean something else in another hospital.",
      ),
      page.figure(
        {
          caption: `Share of ${cohort.attrition.unit} with at least one value, for each variable in each hour, before any filling in; the shading sets low shares apart more than high ones. Right: mean over the hours.`,
        },
        page.picture((options) => missingness(data, options), { wide: true }),
      ),
    ];
  },
};
