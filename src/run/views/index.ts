// The views that models ask for, by the word in a trainer and in a model file.
import { Bug } from "../../core/errors.ts";
import { edClinical } from "./ed-clinical.ts";
import { edCodes } from "./ed-codes.ts";
import { edText } from "./ed-text.ts";
import { edVitals } from "./ed-vitals.ts";
import { hourlyTableView, recency, sequences } from "./hourly.ts";
import { table } from "./table.ts";
import { tscanSequences, tscanWindows } from "./tscan.ts";
import { tscanStatistics } from "./tscan-statistics.ts";
import type { View } from "./view.ts";

export type { FitOptions, ModelInput, OpenView, View, ViewScene } from "./view.ts";

const views: readonly View[] = [
  table,
  hourlyTableView,
  recency,
  sequences,
  edClinical,
  edCodes,
  edVitals,
  edText,
  tscanSequences,
  tscanWindows,
  tscanStatistics,
  // one line a view
];

/** The view of an id. */
export function findView(id: string): View {
  const found = views.find((view) => view.id === id);
  if (!found) throw new Bug(`there is no view ${id}`);
  return found;
}
