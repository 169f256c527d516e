// Who would be missed, what crosses over to another hospital, and the guards against leaks.
import type { LeakReport, ModelResult, UnderTriage } from "../../run/result.ts";
import { formatCount, formatEstimate, formatFigure } from "../format.ts";
import { type Child, h } from "../html.ts";
import { metricRows } from "../metric-rows.ts";
import { absentCell, estimateCell } from "../page.ts";
import type { Section } from "./section.ts";

type Triaged = ModelResult & { underTriage: UnderTriage };

/** Visits triaged as not urgent that ended badly. */
export const underTriageSection: Section = {
  id: "under-triage",
  title: "Under-triage",
  render({ models, task }, page) {
    const triaged = models.filter((model): model is Triaged => model.underTriage !== undefined);
    if (!triaged.length) return null;
    const { acuity, visits, events, share, ofEvents } = triaged[0]!.underTriage;
    return [
      h(
        "p",
        {},
        `${formatCount(visits)} held-out visits were triaged ${acuity}; ${formatCount(events)} of them ended with: ${task.label}. That is a share of ${formatEstimate(share)} of these visits, and ${formatEstimate(ofEvents)} of all such ends. A model that flags them costs a second look at every visit it flags.`,
      ),
      page.table({
        caption: `Visits triaged ${acuity}: how many of the bad ends a threshold catches, and how many visits it flags.`,
        columns: [
          { title: "Threshold" },
          { title: "Bad ends caught", align: "figure" },
          { title: "Visits flagged", align: "figure" },
        ],
        groups: triaged.map(({ title, underTriage }) => ({
          title,
          rows: underTriage.rows.map(({ rule, threshold, caught, flagged }) => ({
            cells: [
              `${formatFigure(threshold)}: ${rule}`,
              ...[caught, flagged].map((figure) => (figure ? estimateCell(figure) : absentCell("withheld"))),
            ],
          })),
        })),
      }),
    ];
  },
};

/** Trained on one source, tried on another. */
export const crossSourceSection: Section = {
  id: "cross-source",
  title: "From one source to another",
  render({ crossSource = [] }, page) {
    if (!crossSource.length) return null;
    const rows = metricRows(crossSource);
    const groups = new Map<string, typeof crossSource>();
    for (const each of crossSource) groups.set(each.title, [...(groups.get(each.title) ?? []), each]);
    return [
      h(
        "p",
        {},
        "A model that does well where it was made may do badly elsewhere. Each row is tried on patients that the model never saw; where it was trained further, on that many stays of the other source.",
      ),
      page.table({
        caption: "Models trained on one source and tried on another.",
        columns: [
          { title: "Trained on, tried on" },
          { title: "Trained further on", align: "number" },
          { title: "Patients", align: "number" },
          ...rows.map(({ title }) => ({ title, align: "figure" as const })),
        ],
        groups: [...groups].map(([title, entries]) => ({
          title,
          rows: entries.map(({ trainedOn, testedOn, fineTunedStays, patients, metrics }) => ({
            cells: [
              `${trainedOn} → ${testedOn}`,
              fineTunedStays > 0 ? `${formatCount(fineTunedStays)} stays` : "–",
              formatCount(patients),
              ...rows.map(({ id }) => estimateCell(metrics.find((metric) => metric.id === id))),
            ],
          })),
        })),
      }),
    ];
  },
};

/** What the guards found. */
export const leaksSection: Section = {
  id: "leaks",
  title: "Guards against leaks",
  render({ leaks, task }, page) {
    if (!leaks) return null;
    return [
      h(
        "ul",
        {},
        guardLines(leaks, task.outcome ?? "event").map((line) => h("li", {}, line)),
      ),
      leaks.found.length
        ? page.table({
            caption:
              "Features that alone nearly give the outcome away. Each needs an explanation before any figure is believed.",
            columns: [{ title: "Feature" }, { title: powerTitle(task.outcome ?? "event"), align: "number" }],
            rows: leaks.found.map(({ title, auroc }) => ({ cells: [title, formatFigure(auroc)] })),
          })
        : null,
    ];
  },
};

function powerTitle(outcome: string): string {
  return outcome === "event" ? "AUROC" : "Rank correlation";
}

function guardLines({ limit, features, found, subjectOverlap, shuffled }: LeakReport, outcome: string): Child[] {
  return [
    subjectOverlap === 0
      ? "No patient is in more than one part of a split."
      : `${formatCount(subjectOverlap)} patients are in more than one part of a split: figures are flattered.`,
    features === 0
      ? "No feature was looked at alone."
      : `${formatCount(features)} features were looked at one by one on training patients; ${
          found.length ? formatCount(found.length) : "none"
        } beyond ${powerTitle(outcome)} ${formatFigure(limit, 2)}.`,
    ...(shuffled
      ? [`Trained on shuffled labels, a model reaches AUROC ${formatEstimate(shuffled)}; 0.5 is right.`]
      : []),
  ];
}
