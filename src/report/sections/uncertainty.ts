// What is uncertain beyond the patients drawn: training seeds, and sets or intervals with promised coverage.
import type { Conformal, ConformalRow, Estimate, ModelResult, SeedTable } from "../../run/result.ts";
import { formatFigure, formatLevel, formatShare } from "../format.ts";
import { h } from "../html.ts";
import { absentCell, estimateCell } from "../page.ts";
import type { Section } from "./section.ts";

type Seeded = ModelResult & { seeds: SeedTable };
type Bounded = ModelResult & { conformal: Conformal };

/** Every figure by training seed. */
export const seedsSection: Section = {
  id: "seeds",
  title: "Training seeds",
  render({ models }, page) {
    const seeded = models.filter((model): model is Seeded => (model.seeds?.seeds.length ?? 0) > 1);
    if (!seeded.length) return null;
    return [
      h(
        "p",
        {},
        "These models were trained several times from different seeds on the same patients. The figures above are means over seeds; here each seed stands apart. The standard deviation is of the training alone, the intervals above of who was tested.",
      ),
      seeded.map(({ title, seeds }) =>
        page.table({
          caption: `${title}: figures by training seed.`,
          columns: [
            { title: "" },
            ...seeds.seeds.map((seed) => ({
              title: typeof seed === "number" ? `Seed ${seed}` : seed,
              align: "number" as const,
            })),
            { title: "Mean", align: "number" },
            { title: "Standard deviation", align: "number" },
          ],
          rows: seeds.metrics.map((row) => ({
            cells: [
              row.title,
              ...row.values.map((value) => formatFigure(value)),
              formatFigure(row.mean),
              formatFigure(row.deviation, 4),
            ],
          })),
        }),
      ),
    ];
  },
};

/** More classes than this are shown by the one that fares worst. */
const MOST_CLASSES = 3;

function leastOf({ byClass = [] }: ConformalRow): Estimate | undefined {
  return byClass.map(({ coverage }) => coverage).reduce((a, b) => (b.value < a.value ? b : a), byClass[0]!.coverage);
}

/** Sets and intervals. */
export const conformalSection: Section = {
  id: "conformal",
  title: "Predictions with promised coverage",
  render({ models, task }, page) {
    const bounded = models.filter((model): model is Bounded => !!model.conformal?.rows.length);
    if (!bounded.length) return null;
    const { kind, promised } = bounded[0]!.conformal;
    const isSets = kind === "sets";
    const classes = bounded[0]!.conformal.rows[0]!.byClass ?? [];
    const shown = classes.length <= MOST_CLASSES ? classes : [];
    const worst = classes.length > MOST_CLASSES;
    const thing = isSets ? "set of outcomes" : "interval";
    return [
      h(
        "p",
        {},
        `Instead of one answer a model can give ${isSets ? "a" : "an"} ${thing}, made wide enough on tuning patients to hold the truth for ${formatLevel(promised)} of new rows (split conformal prediction). The promise holds for patients like these; here it is checked on those held out.${task.per === "hour" ? " Hours of one stay are alike, so for hourly rows it holds only about." : ""}`,
      ),
      page.table({
        caption: `Promised: the truth lies inside for ${formatLevel(promised)} of rows. Found on held-out patients.`,
        columns: [
          { title: "" },
          { title: "Truth inside", align: "figure" },
          ...shown.map(({ name }) => ({ title: name, align: "figure" as const })),
          ...(worst ? [{ title: "Least in any class", align: "figure" as const }] : []),
          {
            title: isSets ? "Outcomes in a set" : `Mean width${task.labelUnit ? ` (${task.labelUnit})` : ""}`,
            align: "number",
          },
          ...(isSets
            ? [
                { title: "One outcome only", align: "number" as const },
                { title: "None", align: "number" as const },
              ]
            : []),
        ],
        groups: bounded.map(({ title, conformal }) => ({
          title,
          rows: conformal.rows.map((row) => ({
            cells: [
              row.title,
              estimateCell(row.coverage),
              ...shown.map(({ name }) => estimateCell(row.byClass?.find((each) => each.name === name)?.coverage)),
              ...(worst ? [estimateCell(leastOf(row))] : []),
              Number.isFinite(row.size) ? formatFigure(row.size) : absentCell("without bound"),
              ...(isSets ? [formatShare(row.single ?? Number.NaN, 1), formatShare(row.empty ?? Number.NaN, 1)] : []),
            ],
          })),
        })),
        note: isSets
          ? "A set that holds several outcomes says that the model cannot tell them apart. By true class, the promise is kept for each outcome on its own."
          : null,
      }),
    ];
  },
};
