// The model card: what the models of a run are for, how they did and what they must not be used for, as Markdown with
// the YAML head that model hubs read.
import { stringify } from "yaml";
import type { RunResult } from "../run/result.ts";
import { modelUse } from "./data-use.ts";
import { formatCount, formatEstimate, formatFigure, isEstimable } from "./format.ts";
import { eventWords, fewText, shownAttrition, shownModels } from "./guard.ts";
import { headlineText, heldOut } from "./headline.ts";
import { markdownTable as table, markdownText as text } from "./markdown.ts";
import { bootstrapSentence, type MetricRow, metricRows } from "./metric-rows.ts";
import { warningsOf } from "./sections/title.ts";

/** A code block that its own content cannot end. */
function code(value: string): string {
  const longest = Math.max(2, ...[...value.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${value.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")}\n${fence}`;
}

function list(items: string[]): string {
  return items.map((item) => `- ${text(item)}`).join("\n");
}

function metricTable(models: { title: string }[], rows: MetricRow[]): string {
  return table(
    ["", ...models.map(({ title }) => title)],
    rows.map(({ title, values }) => [title, ...values.map((value) => formatEstimate(value))]),
  );
}

/** Features named in the card. */
const DRIVERS = 8;

/** The weightiest features of every explained model, which is more than a reader of the figures can guess. */
function driverLines(result: RunResult): string[] {
  const explained = result.models.filter(({ explanation }) => explanation?.importance.length);
  if (!explained.length) return [];
  return [
    "### What drives the predictions",
    "The features by the mean size of their contribution (SHAP) on held-out patients. They say what the model goes by, not what causes the outcome.",
    list(
      explained.map(({ title, explanation }) => {
        const names = explanation!.importance.slice(0, DRIVERS).map((feature) => feature.title);
        return `${title}: ${names.join("; ")}`;
      }),
    ),
  ];
}

function frontMatter({ task, data, models, manifest }: RunResult): string {
  const decimals = (value: number) => Number(value.toFixed(4));
  const kind = task.outcome === "number" ? "tabular-regression" : "tabular-classification";
  return stringify(
    {
      license: "other",
      license_name: `data-use-${data.dataUse}`,
      library_name: "bedside",
      pipeline_tag: kind,
      tags: ["clinical", "research-use-only", task.id],
      datasets: [data.id],
      dataUse: data.dataUse,
      dataVersion: data.version,
      dataFingerprint: manifest.dataFingerprint,
      codeVersion: manifest.codeVersion,
      seed: manifest.seed,
      mode: task.mode,
      "model-index": models.map(({ title, metrics }) => ({
        name: title,
        results: [
          {
            task: { type: kind, name: task.title },
            dataset: { type: data.id, name: `${data.title} ${data.version}`, split: "test" },
            metrics: metrics.filter(isEstimable).map(({ id, title, value, low, high }) => ({
              type: id,
              name: title,
              value: decimals(value),
              args: { low: decimals(low ?? 0), high: decimals(high ?? 0) },
            })),
          },
        ],
      })),
    },
    { lineWidth: 0 },
  );
}

/**
 * The model card of a run, for the README.md beside the model files: YAML front matter, then intended use, figures,
 * limits and data use.
 */
export function renderModelCard(result: RunResult): string {
  const { task, data, cohort, models, faults, differences, manifest, bootstrap } = result;
  const shown = shownModels(result, heldOut(result));
  const called = shown.flatMap(({ title, threshold }) => (threshold ? [{ title, threshold }] : []));
  const small = (models[0]?.subgroups ?? []).filter(({ family }) => family !== "overall");
  const measure = small.flatMap(({ metrics }) => metrics).find((metric) => isEstimable(metric));
  const parts: (string | false)[] = [
    `# ${text(task.title)}`,
    text(headlineText(result)),
    "> For research only. Not a medical device; never tried in practice; it must not guide the care of any patient.",
    "## Intended use",
    list([
      `Question: ${task.question}`,
      `Predicted: ${task.label}`,
      `When: ${task.predictionTime}, once for each ${task.unit}`,
      `Known from: ${task.system}`,
      "For: comparing methods on the same task, and study of this model's behaviour.",
    ]),
    "Not for: decisions about patients, patients outside the cohort below, records charted in another way, any use as a finished product.",
    "## Data",
    `${text(`${data.title} ${data.version}`)}: ${formatCount(cohort.stays)} ${text(cohort.attrition.unit)} of ${formatCount(cohort.patients)} patients${eventWords(result, cohort)}. ${text(cohort.splitRule)}`,
    "### Left out",
    list(shownAttrition(result).steps.map(({ title, removed }) => `${title}: ${formatCount(removed)}`)) ||
      (cohort.attrition.steps.some(({ removed }) => removed > 0)
        ? `${fewText} ${text(cohort.attrition.unit)}.`
        : "No one."),
    "## Figures on held-out patients",
    models.length ? metricTable(models, metricRows(models)) : "No model was evaluated.",
    models.length > 0 && text(bootstrapSentence(bootstrap)),
    called.length > 0 && "### At the threshold",
    called.length > 0 &&
      list(called.map(({ title, threshold }) => `${title}: ${formatFigure(threshold.value)}, ${threshold.rule}`)),
    called.length > 0 && metricTable(called, metricRows(called.map(({ threshold }) => threshold))),
    !!measure && "### Subgroups",
    !!measure && `${text(models[0]!.title)}. Counts of 1 to 10 patients, and figures that rest on them, are withheld.`,
    !!measure &&
      table(
        ["Group", "Patients", "Events", measure!.title],
        small.map(({ family, group, patients, positives, metrics }) => [
          `${family}: ${group}`,
          formatCount(patients),
          formatCount(positives),
          formatEstimate(metrics.find((metric) => metric?.id === measure!.id)),
        ]),
      ),
    ...driverLines(result),
    "## Limits",
    list([
      ...warningsOf(result),
      ...faults.map(({ title, original, corrected, reproduced }) =>
        reproduced
          ? `Fault of the original, reproduced here: ${title}. ${original}`
          : `Fault of the original, corrected here: ${title}. ${corrected}`,
      ),
      ...differences.map((difference) => `Against the published figures: ${difference}`),
      "Tried on the same hospital it was made from; how it does elsewhere is not known.",
    ]),
    "## Data use",
    modelUse[data.dataUse],
    "## Reproduce",
    code(manifest.command),
    `Code ${text(manifest.codeVersion)}, seed ${manifest.seed}, data fingerprint ${text(manifest.dataFingerprint)}.`,
  ];
  return `---\n${frontMatter(result)}---\n\n${parts.filter((part) => part).join("\n\n")}\n`;
}
