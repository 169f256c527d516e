// The two modes of a task side by side, as rows to print: how many stays, patients, hours and labels each has. Knows no database.
import { UsageError } from "../core/errors.ts";
import type { Cohort } from "./cohort.ts";

/** One figure of both modes. */
export interface ModeRow {
  id: string;
  /** `Positive hours` */
  title: string;
  faithful: string;
  corrected: string;
}

const grouped = new Intl.NumberFormat("en-US");
const percent = new Intl.NumberFormat("en-US", {
  style: "percent",
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const decimal = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/**
 * What the faithful and the corrected cohort of one task on the same records have in common and what not.
 * @throws UsageError when they are not the two modes of one task.
 * @example compareModes(faithful, corrected) // [{ id: "stays", title: "ICU stays", faithful: "113", corrected: "107" }, …]
 */
export function compareModes(faithful: Cohort, corrected: Cohort): ModeRow[] {
  if (faithful.task.id !== corrected.task.id || faithful.mode !== "faithful" || corrected.mode !== "corrected")
    throw new UsageError({
      code: "cohort/not-two-modes",
      what: "These are not the two modes of one task",
      why: `the first is ${faithful.task.id} in ${faithful.mode} mode, the second ${corrected.task.id} in ${corrected.mode} mode`,
      fix: "give the faithful and the corrected cohort of the same task",
    });
  const row = (id: string, title: string, of: (cohort: Cohort) => string): ModeRow => ({
    id,
    title,
    faithful: of(faithful),
    corrected: of(corrected),
  });
  const { label, attrition } = faithful;
  const isBinary = label.kind === "binary";
  const rows = label.per === "hour" ? "hours" : "stays";
  return [
    row("stays", attrition.unit, ({ stays }) => grouped.format(stays)),
    row("patients", "Patients", ({ patients }) => grouped.format(patients)),
    ...(isBinary ? [row("positives", "Stays with the event", ({ positives }) => grouped.format(positives))] : []),
    ...(faithful.hours.length
      ? [row("hours", "Hours of the grid", ({ hours }) => `${hours[0]} to ${hours.at(-1)}`)]
      : []),
    row("labels", `Labels (${rows})`, (cohort) => grouped.format(cohort.label.rows)),
    ...(isBinary
      ? [
          row("positive-labels", `Positive ${rows}`, (cohort) => grouped.format(cohort.label.positiveRows)),
          row("prevalence", `Share of positive ${rows}`, (cohort) => percent.format(cohort.label.mean)),
        ]
      : [row("mean", `Mean label (${label.unit})`, (cohort) => decimal.format(cohort.label.mean))]),
    ...attrition.steps.map(({ id, title }) =>
      row(`removed-${id}`, `Removed: ${title}`, (cohort) =>
        grouped.format(cohort.attrition.steps.find((step) => step.id === id)?.removed ?? 0),
      ),
    ),
  ];
}

/** Those rows as lines for the terminal. */
export function printModes(rows: readonly ModeRow[]): string[] {
  const table = [{ title: "", faithful: "faithful", corrected: "corrected" }, ...rows];
  const width = (of: (row: (typeof table)[number]) => string) => Math.max(...table.map((row) => of(row).length));
  const [title, faithful, corrected] = [width((r) => r.title), width((r) => r.faithful), width((r) => r.corrected)];
  return table.map(
    (row) => `${row.title.padEnd(title)}  ${row.faithful.padStart(faithful)}  ${row.corrected.padStart(corrected)}`,
  );
}
