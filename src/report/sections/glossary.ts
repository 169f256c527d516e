// What the words mean.
import { explanationTerms, metricMeanings, terms } from "../glossary.ts";
import { h } from "../html.ts";
import { metricRows } from "../metric-rows.ts";
import type { Section } from "./section.ts";

/** The metrics that appear in this report, then the other terms. */
export const glossarySection: Section = {
  id: "glossary",
  title: "Glossary",
  render({ models }) {
    const rows = metricRows(models.flatMap((model) => (model.threshold ? [model, model.threshold] : [model])));
    const metrics = rows.flatMap(({ id, title }): [string, string][] =>
      Object.hasOwn(metricMeanings, id) ? [[title, metricMeanings[id]!]] : [],
    );
    const more = models.some(({ explanation }) => explanation) ? explanationTerms : [];
    const entries = [...metrics, ...terms, ...more].map(([term, meaning]) =>
      h("div", {}, h("dt", {}, term), h("dd", {}, meaning)),
    );
    return [h("dl", { class: "glossary" }, entries)];
  },
};
