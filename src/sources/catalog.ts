// The data sets that can be imported, read once from the JSON files beside. Reads no patient data.
import { readJsonAsset } from "../store/assets.ts";
import type { SourceSpec, TableSpec, VersionSpec } from "./source.ts";

const TITLES: Record<string, string> = {
  "mimic-iv": "MIMIC-IV",
  "mimic-iv-ed": "MIMIC-IV-ED",
  "mimic-iii": "MIMIC-III",
  "mimic-iv-ecg": "MIMIC-IV-ECG",
  "ptb-xl": "PTB-XL",
};

let loaded: readonly SourceSpec[] | undefined;

/** Every data set, by the order in which folders are compared with them. */
export function sourceCatalog(): readonly SourceSpec[] {
  loaded ??= Object.entries(TITLES).map(([id, title]) => ({
    id,
    title,
    tables: readJsonAsset<{ tables: TableSpec[] }>(import.meta.url, `${id}/tables.json`).tables,
    versions: readJsonAsset<VersionSpec[]>(import.meta.url, `${id}/versions.json`),
  }));
  return loaded;
}

/** The table of that name, if the data set has it. */
export function findTable(source: SourceSpec, table: string): TableSpec | undefined {
  return source.tables.find((spec) => spec.table === table);
}

/** `2.2` before `3.0` before `10.0`. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => version.split(".").map(Number));
  return x![0]! - y![0]! || (x![1] ?? 0) - (y![1] ?? 0) || (x![2] ?? 0) - (y![2] ?? 0);
}
