// Tells a data set's version from its columns and row counts. No release says it in its tables.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { readJson, type StoredSource } from "../store/index.ts";
import { compareVersions } from "./catalog.ts";
import { matchColumns } from "./columns.ts";
import type { FoundTable } from "./find.ts";
import type { SourceSpec } from "./source.ts";

/** The versions a folder can be, by its columns. */
export interface VersionBounds {
  /** The oldest it can be, with what shows it. */
  atLeast?: { version: string; because: string };
  /** It is older than this one, with what shows it. */
  before?: { version: string; because: string };
}

/** MIMIC-IV 1.0 keeps patients, admissions and transfers in a folder of that name; later releases do not. */
const CORE_ENDS = "2.0";

/**
 * What the columns say.
 * @throws BedsideError when a file has the columns of an older version than the others.
 */
export function versionBounds(tables: readonly FoundTable[]): VersionBounds {
  const bounds: VersionBounds & { oldFile?: string; newFile?: string } = {};
  for (const { spec, header, inside, module, path } of tables) {
    const { byColumn } = matchColumns(spec, header);
    const marks = spec.columns
      .filter(({ since }) => since)
      .map((column) => ({
        version: column.since!,
        has: byColumn.get(column) !== undefined,
        what: `${inside} ${column.name}`,
      }));
    if (spec.since) marks.push({ version: spec.since, has: true, what: inside });
    if (module === "core") marks.push({ version: CORE_ENDS, has: false, what: `${inside} outside core/` });
    for (const { version, has, what } of marks) {
      if (has && (!bounds.atLeast || compareVersions(version, bounds.atLeast.version) > 0)) {
        bounds.atLeast = { version, because: `it has ${what}` };
        bounds.newFile = path;
      }
      if (!has && (!bounds.before || compareVersions(version, bounds.before.version) < 0)) {
        bounds.before = { version, because: `it lacks ${what}` };
        bounds.oldFile = path;
      }
    }
  }
  const { atLeast, before, oldFile, newFile, ...rest } = bounds;
  if (atLeast && before && compareVersions(before.version, atLeast.version) <= 0) {
    const { source, spec } = tables.find(({ path }) => path === oldFile)!;
    throw new BedsideError({
      code: "import/mixed-versions",
      what: `Table ${spec.table} is of an older version of ${source.title} than the others`,
      where: oldFile,
      why: `${before.because}, which every version from ${before.version} on has, while ${newFile} shows version ${atLeast.version} or later`,
      fix: "take all tables from one release",
    });
  }
  return { ...rest, ...(atLeast ? { atLeast } : {}), ...(before ? { before } : {}) };
}

type Told = Pick<StoredSource, "version" | "versionReason" | "dataUse"> & {
  /** Rows the version declares, by table. */
  declared: Record<string, number>;
  /** For versions that are a range, its oldest. */
  oldest: string;
};

interface SyntheticNote {
  version: string;
  rows?: Record<string, number>;
}

/** The version by row counts where a release has exactly these, else by columns. */
export function tellVersion(
  source: SourceSpec,
  tables: readonly FoundTable[],
  rows: ReadonlyMap<string, number>,
  bounds: VersionBounds,
): Told {
  const note = tables.map(({ release }) => join(release, "SYNTHETIC.json")).find((path) => existsSync(path));
  const releases = source.versions.map(({ version }) => version).filter((version) => !version.includes("demo"));
  const possible = releases
    .filter((version) => !bounds.atLeast || compareVersions(version, bounds.atLeast.version) >= 0)
    .filter((version) => !bounds.before || compareVersions(version, bounds.before.version) < 0)
    .sort(compareVersions);
  const oldest = possible[0] ?? releases[0]!;
  if (note) {
    const { version, rows: declared = {} } = readJson<SyntheticNote>(note)!;
    const name = version.includes("synthetic") ? version : `${version} synthetic`;
    return {
      version: name,
      versionReason: "SYNTHETIC.json says so",
      dataUse: "synthetic",
      declared,
      oldest: possible.at(-1) ?? oldest,
    };
  }
  let best:
    | { version: string; dataUse: StoredSource["dataUse"]; declared: Record<string, number>; equal: number }
    | undefined;
  for (const { version, dataUse, rows: declared } of source.versions) {
    const equal = [...rows].filter(([table, count]) => declared[table] === count).length;
    const known = [...rows].filter(([table]) => declared[table] !== undefined).length;
    if (equal > 0 && equal * 2 >= known && equal > (best?.equal ?? 0)) best = { version, dataUse, declared, equal };
  }
  if (best) {
    return {
      ...best,
      versionReason: `${best.equal} of ${rows.size} tables have the row counts of ${best.version}`,
      oldest: best.version.split(" ")[0]!,
    };
  }
  const newest = possible.at(-1) ?? oldest;
  const reasons = [bounds.atLeast?.because, bounds.before?.because].filter((reason) => reason !== undefined);
  return {
    version: oldest === newest ? oldest : `${oldest} to ${newest}`,
    versionReason: `${reasons.length ? reasons.join(", ") : "its columns are those of every version"}; its row counts are of no known release`,
    dataUse: "credentialed",
    declared: {},
    oldest,
  };
}
