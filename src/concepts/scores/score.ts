// The clinical scores of emergency medicine as data. Knows no table.
import { readJsonAsset } from "../../store/assets.ts";
import type { ClinicalScore } from "./count.ts";

export * from "./count.ts";

let catalog: readonly ClinicalScore[] | undefined;

/** All scores, in the order of the result tables. */
export function clinicalScores(): readonly ClinicalScore[] {
  catalog ??= readJsonAsset<ClinicalScore[]>(import.meta.url, "scores.json");
  return catalog;
}
