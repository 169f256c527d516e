// Which stretch of a recording is read for a view of it, and its samples, filtered. Knows no component.
import { lowPass, removeBaseline, removeMains } from "../../../../../src/signal/filters/clean.ts";
import type { Lead } from "./paper.ts";
import type { text } from "./text.ts";
import type { EcgStretch } from "./types.ts";

/** A window of time, in seconds of the recording. */
export interface View {
  from: number;
  to: number;
}

export type Filter = keyof typeof text.filters;

/** Points a lead that are read at once; where a stretch has no more samples, the samples themselves come. */
export const readWidth = 8000;
/** Of a long recording a minute is measured at a time. */
const measuredSeconds = 60;
/** Slower samples are not filtered. */
const leastRateHz = 100;

/**
 * The stretch to read for a view: it begins at a multiple of half its length, so that moving on a little reads nothing
 * anew, and there is something on both sides for the filters.
 */
export function stretchOf(view: View, { seconds, rateHz }: { seconds: number; rateHz: number }): View {
  const samplesFit = readWidth / rateHz;
  if (seconds <= samplesFit) return { from: 0, to: seconds };
  const span = view.to - view.from;
  const half = Math.max(samplesFit / 2, span);
  const from = Math.max(0, Math.floor(view.from / half) * half);
  return { from, to: Math.min(seconds, from + 2 * half) };
}

/** Where the minute begins that is measured for a view. */
export function measuredFrom({ from, to }: View, seconds: number): number {
  return seconds <= measuredSeconds ? 0 : Math.floor((from + to) / 2 / measuredSeconds) * measuredSeconds;
}

/** The leads of a stretch; of ranges, lowest and highest follow each other as two samples a pixel. */
export function leadsOf({ leads, fromSeconds }: EcgStretch): Lead[] {
  return leads
    .filter(({ unit }) => unit === "mV")
    .map(({ name, kind, rateHz, values }) => ({
      name,
      fromSeconds,
      rateHz: kind === "ranges" ? 2 * rateHz : rateHz,
      values: Float32Array.from(values, (value) => value ?? Number.NaN),
    }));
}

/** Whether a stretch came as samples, which can be filtered. */
export function canFilter({ leads }: EcgStretch): boolean {
  return leads.every(({ kind, rateHz }) => kind === "samples" && rateHz >= leastRateHz);
}

/** A lead through a filter; what was not recorded stays a gap. */
export function filtered(lead: Lead, filter: Filter): Lead {
  const { values, rateHz } = lead;
  if (filter === "none") return lead;
  const level = removeBaseline(values, { rateHz });
  const clean =
    filter === "baseline"
      ? level
      : filter === "mains"
        ? removeMains(level, { rateHz, mainsHz: 60 })
        : lowPass(level, { rateHz, cutoffHz: 40 });
  return { ...lead, values: Float32Array.from(clean, (value, i) => (Number.isNaN(values[i]!) ? Number.NaN : value)) };
}
