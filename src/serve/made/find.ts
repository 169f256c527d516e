// The data sets that were made in the runs folder: what their manifests say. Knows no HTTP.
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { meeti } from "../../run/index.ts";
import { readJson } from "../../store/index.ts";
import { runId } from "../runs/find.ts";

/** A data set that has been found. */
export interface MadeData {
  id: string;
  /** Its folder by name, inside the runs folder. */
  name: string;
  folder: string;
  manifest: meeti.MeetiManifest;
}

/** Folders deep. */
const DEEP = 2;

/** The data sets of MEETI in a folder of runs, the newest first. Links are not followed. */
export function findMade(runs: string): MadeData[] {
  const found: MadeData[] = [];
  const look = (folder: string, depth: number) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
      const inner = join(folder, entry.name);
      const manifest = existsSync(join(inner, "shards")) ? readManifest(inner) : undefined;
      if (manifest) {
        const name = relative(runs, inner).replaceAll("\\", "/");
        found.push({ id: runId(name), name, folder: inner, manifest });
      } else if (depth < DEEP) look(inner, depth + 1);
    }
  };
  look(runs, 1);
  return found.sort((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? 1 : -1));
}

function readManifest(folder: string): meeti.MeetiManifest | undefined {
  try {
    const manifest = readJson<meeti.MeetiManifest>(join(folder, "manifest.json"));
    return manifest?.schema === 1 && manifest.system === "meeti" ? manifest : undefined;
  } catch {
    return undefined; // being written just now, or not one of Bedside's
  }
}

/** The first picture of a data set; none where patients' data may not be shown, or none was drawn. */
export function samplePicture({ folder, manifest }: MadeData): string | undefined {
  const { pictures } = manifest.settings;
  if (pictures === "none" || manifest.data.dataUse === "credentialed") return undefined;
  for (const { shard } of manifest.shards) {
    const place = join(folder, "shards", shard, "pictures");
    if (!existsSync(place)) continue;
    const [first] = readdirSync(place)
      .filter((name) => name.endsWith(`.${pictures}`))
      .sort();
    if (first) return join(place, first);
  }
  return undefined;
}
