// MEETI: what it makes, its published counts and its faults. It has no prediction task. Knows nothing of how a run is made.
import { readJsonAsset } from "../../store/assets.ts";
import type { FaultSpec, System } from "../system.ts";

/** The published counts. */
export interface MeetiCounts {
  source: string;
  data: string;
  recordings: number;
  patients: number;
  sourceRecordings: number;
}

/** What the publication counts. */
export const meetiCounts = readJsonAsset<MeetiCounts>(import.meta.url, "expected.json");

/** MEETI (arXiv 2507.15255). */
export const meeti: System = {
  id: "meeti",
  title: "MEETI",
  citation: "arXiv 2507.15255; Scientific Data 2026 (s41597-026-06796-1)",
  tasks: [],
  produces: {
    what: "Of every recording the waveform, its picture, measurements of beats and leads, and a text, under one id",
    command: "bedside run meeti",
  },
  faults: readJsonAsset<FaultSpec[]>(import.meta.url, "faults.json"),
  differences({ title, version }, mode) {
    const same = [
      `The original has ${meetiCounts.recordings.toLocaleString("en")} recordings of ${meetiCounts.patients.toLocaleString("en")} patients after a quality check that is not described; here every recording that can be read is written.`,
      mode === "faithful"
        ? "Beats and waves are found by Bedside's own delineation, not by the original's; everything measured on them is the original's."
        : "Measurements, amplitudes and texts are not the original's: see the faults.",
      "The original's texts are GPT-4o's; here they follow from rules, unless the user names a model.",
    ];
    return version.includes("synthetic")
      ? ["These recordings are synthetic.", ...same]
      : [`Made from ${title} ${version}.`, ...same];
  },
};
