// Hourly predictions as bedside alarms: events found, false alarms, lead time.
import type { AlarmPoint, Alarms, ModelResult } from "../../run/result.ts";
import { alarms } from "../charts/alarms.ts";
import { formatCount, formatFigure } from "../format.ts";
import { hidesOutcome } from "../guard.ts";
import { heldOut } from "../headline.ts";
import { type Child, h } from "../html.ts";
import { absentCell, estimateCell } from "../page.ts";
import type { Section } from "./section.ts";

type Alarming = ModelResult & { alarms: Alarms };

/** The curve of all models and a table of the thresholds in use. */
export const alarmsSection: Section = {
  id: "alarms",
  title: "As bedside alarms",
  render(result, page) {
    const models = result.models.filter((model): model is Alarming => model.alarms !== undefined);
    if (!models.length) return null;
    const { silenceHours, beforeHours, events, patientDays } = models[0]!.alarms;
    const intro = h(
      "p",
      {},
      `An alarm sounds in an hour whose predicted risk is at or above the threshold, unless one sounded in the ${formatCount(silenceHours)} hours before. An event is found when an alarm sounds in its hours, from ${formatCount(beforeHours)} hours before the onset; every other alarm is false. The held-out patients had ${formatCount(events)} events in ${formatCount(patientDays)} patient-days.`,
    );
    if (hidesOutcome(result, heldOut(result)) || typeof events === "string") {
      return [intro, h("p", { class: "quiet" }, "Withheld: no more than 10 held-out patients have the event.")];
    }
    return [
      intro,
      page.figure(
        {
          caption:
            "Share of events found against false alarms per patient-day, as the threshold falls. Dots are the thresholds of the table below.",
        },
        page.picture(
          (options) =>
            alarms(
              models.map(({ title, alarms: { curve, points } }) => ({
                title,
                curve,
                points: points.map(({ recall, falsePerDay }) => ({
                  recall: recall.value,
                  falsePerDay: falsePerDay.value,
                })),
              })),
              options,
            ),
          { wide: true },
        ),
      ),
      page.table({
        caption: "Alarms at thresholds chosen on tuning patients.",
        columns: [
          { title: "Threshold" },
          { title: "Events found", align: "figure" },
          { title: "Before the onset", align: "figure" },
          { title: "Alarms that are right", align: "figure" },
          { title: "False alarms per patient-day", align: "figure" },
          { title: "Lead time, hours", align: "figure" },
        ],
        groups: models.map(({ title, alarms: { points } }) => ({
          title,
          rows: points.map((point) => ({ cells: row(point) })),
        })),
        note: "Of the thresholds at which so many alarms are right on tuning patients, the one that finds most events there is taken. Lead time: from the first alarm of a found event to its onset, median (quartiles); below zero where the alarm came late.",
      }),
    ];
  },
};

function row({ rule, threshold, recall, inTime, precision, falsePerDay, lead }: AlarmPoint): Child[] {
  const name = rule ? `${formatFigure(threshold)}: ${rule}` : formatFigure(threshold);
  const hours = lead
    ? h(
        "span",
        { class: "estimate" },
        formatFigure(lead.median, 1),
        " ",
        h("span", { class: "interval" }, `(${formatFigure(lead.low, 1)} to ${formatFigure(lead.high, 1)})`),
      )
    : absentCell("too few events found");
  return [name, ...[recall, inTime, precision, falsePerDay].map((figure) => estimateCell(figure)), hours];
}
