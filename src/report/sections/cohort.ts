// Who was studied: the funnel, table one, the splits.
import { funnel } from "../charts/funnel.ts";
import { formatCount } from "../format.ts";
import { eventText, fewText, hitsText, isGuarded, predictsEvent, shownAttrition, shownSplits } from "../guard.ts";
import { type Child, h } from "../html.ts";
import type { Section } from "./section.ts";

/** The funnel as picture and table. */
export const cohortSection: Section = {
  id: "cohort",
  title: "Cohort",
  render(result, page) {
    const { cohort } = result;
    const attrition = shownAttrition(result);
    const lost = attrition.start - (attrition.steps.at(-1)?.remaining ?? attrition.start);
    const fewLost = !attrition.steps.length && cohort.attrition.steps.some(({ removed }) => removed > 0);
    const counts: Child = attrition.steps.length
      ? page.table({
          numbered: false,
          caption: "The counts of the figure above.",
          columns: [
            { title: "Left out" },
            { title: "Hits", align: "number" },
            { title: "Removed", align: "number" },
            { title: "Remaining", align: "number" },
          ],
          rows: [
            { cells: [`All ${attrition.unit}`, "", "", formatCount(attrition.start)] },
            ...attrition.steps.map(({ title, hits, removed, remaining }) => ({
              cells: [title, hitsText(result, hits), formatCount(removed), formatCount(remaining)],
            })),
          ],
          note: `Hits are all ${attrition.unit} a criterion applies to; removed are those among them that no criterion before had taken.${isGuarded(result) ? " Criteria that remove 1 to 10 are joined to the next, and counts of 1 to 10 are not shown." : ""}`,
        })
      : null;
    const events = eventText(result, cohort);
    const told = !predictsEvent(result)
      ? "."
      : cohort.rows === undefined
        ? `; ${events} have the event.`
        : `; the event holds in ${events} of their ${formatCount(cohort.rows)} hours.`;
    return [
      h(
        "p",
        {},
        fewLost
          ? `${fewText} ${attrition.unit} were left out. `
          : `Of ${formatCount(attrition.start)} ${attrition.unit}, ${formatCount(lost)} were left out. `,
        `The ${formatCount(cohort.stays)} that remain are of ${formatCount(cohort.patients)} patients${told}`,
      ),
      page.figure(
        {
          caption: `From all ${attrition.unit} to those studied. The solid bar is who remains, the orange end who is removed by the criterion named above it.`,
        },
        page.picture((options) => funnel(attrition, options), { wide: true }),
      ),
      counts,
    ];
  },
};

/** Table one. */
export const tableOneSection: Section = {
  id: "table-one",
  title: "Baseline characteristics",
  render({ tableOne, cohort }, page) {
    if (!tableOne.rows.length) return [h("p", { class: "quiet" }, "No characteristics were recorded.")];
    return [
      page.table({
        caption: `Characteristics of the ${cohort.attrition.unit} studied.`,
        columns: [{ title: "" }, ...tableOne.groups.map((title) => ({ title, align: "figure" as const }))],
        rows: tableOne.rows.map(({ title, level, cells }) => ({
          cells: [title, ...cells.map((cell) => h("span", { class: "estimate" }, cell.replace(/ %/g, "\u00a0%")))],
          kind: level ? "level" : undefined,
        })),
      }),
    ];
  },
};

/** How patients were divided. */
export const splitsSection: Section = {
  id: "splits",
  title: "Data split",
  render(result, page) {
    const { cohort } = result;
    const splits = shownSplits(result);
    const hasRows = cohort.splits.some(({ rows }) => rows !== undefined);
    const hasEvent = predictsEvent(result);
    return [
      h("p", {}, cohort.splitRule),
      splits.length
        ? page.table({
            caption: "Parts of the cohort.",
            columns: [
              { title: "Part" },
              { title: "Patients", align: "number" },
              { title: cohort.attrition.unit, align: "number" },
              ...(hasRows ? [{ title: "Hours", align: "number" as const }] : []),
              ...(hasEvent
                ? [
                    { title: hasRows ? "Hours with the event" : "With the event", align: "number" as const },
                    { title: "Share", align: "number" as const },
                  ]
                : []),
            ],
            rows: splits.map(({ name, patients, stays, rows, positives, share }) => ({
              cells: [name, patients, stays, ...(hasRows ? [rows] : []), ...(hasEvent ? [positives, share] : [])],
            })),
          })
        : null,
    ];
  },
};
