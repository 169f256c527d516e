// Where a network's attention went, and whether the variables it points at are those that matter.
import type { Attention } from "../../run/result.ts";
import { attention as picture } from "../charts/attention.ts";
import { formatCount } from "../format.ts";
import { h } from "../html.ts";
import type { Section } from "./section.ts";

/** A picture and the check for every model with attention. */
export const attentionSection: Section = {
  id: "attention",
  title: "Where the network looks",
  render({ models }, page) {
    const looking = models.filter(({ attention }) => attention);
    if (looking.length === 0) return null;
    return [
      h(
        "p",
        {},
        "Attention says what a network's layers weigh, not what changes its predictions: read the picture together with the check below it. Neither shows causes.",
      ),
      looking.map(({ title, attention }) => {
        const own = attention!;
        return [
          page.figure(
            {
              caption: `${title}: mean attention over ${formatCount(own.samples)} held-out predictions, by variable and hour before the prediction; 1 is attention spread evenly. Variables are weighed anew in every 12 hours, hours within them; a cell is the product of both. Hours that fewer than 11 predictions have are left out.`,
            },
            page.picture((options) => picture(own, options), {
              wide: true,
              label: `${title}: attention by variable and hour`,
            }),
          ),
          h("p", {}, verdict(own)),
          page.table({
            caption: `${title}: attention and what shuffling a variable among ${formatCount(own.check.samples)} held-out predictions does to the mean log loss (${own.check.loss.toFixed(4)}).`,
            columns: [
              { title: "Variable" },
              { title: "Share of attention", align: "number" },
              { title: "Rise of the loss", align: "number" },
            ],
            rows: [...own.variables]
              .sort((a, b) => b.share - a.share)
              .map((variable) => ({
                cells: [variable.title, `${(100 * variable.share).toFixed(1)} %`, signed(variable.rise)],
              })),
          }),
        ];
      }),
    ];
  },
};

/** Below so many held-out predictions the check is not put into words. */
const FEW = 200;

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}

function verdict({ check }: Attention): string {
  const { size, most, others, correlation } = check;
  const both = `Shuffling the ${size} variables most looked at together changes the loss by ${signed(most)}; ${size} others, by ${signed(others)} (mean of several draws).`;
  const told =
    check.samples < FEW
      ? "On so few predictions this tells little: chance alone moves both."
      : most > others && most > 0
        ? "What the network looks at matters more than the rest."
        : "What the network looks at does not matter more than the rest: do not read the picture as an explanation.";
  const ranks =
    correlation === null
      ? ""
      : ` The rank correlation of attention and rise over all variables is ${correlation.toFixed(2)}.`;
  return `${both} ${told}${ranks}`;
}
