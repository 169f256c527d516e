// The head of the report: what was asked, the one-sentence result, and what the reader must know first.
import type { RunResult } from "../../run/result.ts";
import { dataUseName } from "../data-use.ts";
import { formatCount } from "../format.ts";
import { eventWords } from "../guard.ts";
import { headline } from "../headline.ts";
import { type Html, h } from "../html.ts";

/** Title, result, note on use, key facts. */
export function titleBlock(result: RunResult): Html {
  const { task, data, cohort, missingness } = result;
  const { before, figure, after } = headline(result);
  const span = missingness.hours.length
    ? `, hourly from hour ${missingness.hours[0]} to ${missingness.hours.at(-1)}`
    : "";
  const facts: [string, string][] = [
    ["Question", task.question],
    ["What is predicted", task.label],
    ["When", task.predictionTime],
    [
      "From what",
      missingness.variables.length
        ? `${formatCount(missingness.variables.length)} variables charted in routine care${span}`
        : `What is known once of each ${task.unit}`,
    ],
    [
      "For whom",
      `${formatCount(cohort.stays)} ${cohort.attrition.unit} of ${formatCount(cohort.patients)} patients${eventWords(result, cohort, "; ")}`,
    ],
    ["Data", `${data.title} ${data.version} (${dataUseName[data.dataUse]})`],
    ["Unit of prediction", task.unit],
    [
      "Mode",
      task.mode === "faithful"
        ? "Faithful: reproduces known faults of the original"
        : "Corrected: does not repeat known faults of the original",
    ],
  ];
  return h(
    "header",
    { class: "title" },
    h("p", { class: "eyebrow" }, "Bedside report · ", task.id),
    h("h1", {}, task.title),
    h("p", { class: "system" }, task.system),
    h("p", { class: "result" }, before, figure ? h("strong", {}, figure) : null, after),
    h(
      "p",
      { class: "research" },
      "For research only. This is not a medical device, has not been tried in practice, and must not guide the care of any patient.",
    ),
    h(
      "dl",
      { class: "facts" },
      facts.map(([term, text]) => h("div", {}, h("dt", {}, term), h("dd", {}, text))),
    ),
    warnings(result),
  );
}

/** Everything the reader must know before believing a figure. */
export function warningsOf({ task, data, faults, warnings }: RunResult): string[] {
  const own: string[] = [];
  if (data.dataUse === "synthetic")
    own.push("The patients are made up: no figure here says anything about real patients.");
  if (data.dataUse === "credentialed") {
    own.push(
      "Made from credentialed records: whoever shares this report or the model answers to the data use agreement.",
    );
  }
  const kept = faults.filter(({ reproduced }) => reproduced).length;
  if (task.mode === "faithful" || kept) {
    own.push(
      `This run reproduces ${kept} known ${kept === 1 ? "fault" : "faults"} of the original (listed below); its figures are for comparison only.`,
    );
  }
  return [...own, ...warnings];
}

function warnings(result: RunResult): Html | null {
  const texts = warningsOf(result);
  if (!texts.length) return null;
  return h(
    "div",
    { class: "warnings", role: "note", "aria-labelledby": "warnings" },
    h("h2", { id: "warnings" }, "Before reading on"),
    h(
      "ul",
      {},
      texts.map((text) => h("li", {}, text)),
    ),
  );
}
