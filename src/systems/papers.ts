// The nineteen publications Bedside is about, as a reader of papers browses them. Facts and our own words; runs nothing.
import { readJsonAsset } from "../store/assets.ts";

/** A publication. */
export interface Paper {
  /** The system's id where it runs here. */
  id: string;
  title: string;
  /** `2023-06` */
  published: string;
  citation: string;
  /** `EHR`, `ED`, `ECG`, `text`, `image`, `codes`. */
  modalities: readonly string[];
  /** `benchmark`, `model`, `foundation model`, `data set`, `audit`. */
  kind: string;
  /** What it does, one sentence. */
  summary: string;
  about: readonly string[];
  /** Data sets it needs, by id. */
  needs: readonly string[];
  /** Data sets that do as well as the one needed, where there is one needed only. */
  or?: readonly string[];
  /** The figure it is known for; with task and metric where ours can stand beside it. */
  headline: { text: string; task?: string; metric?: string; value?: number };
}

let loaded: readonly Paper[] | undefined;

/** All of them, the newest first. */
export function papers(): readonly Paper[] {
  loaded ??= readJsonAsset<Paper[]>(import.meta.url, "papers.json").sort((a, b) =>
    a.published < b.published ? 1 : -1,
  );
  return loaded;
}
