// Tells a data set's version from its columns and row counts. No release says it in its tables.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BedsideError, nearestName } from "../core/errors.ts";
import { readJson, type StoredSource } from "../store/index.ts";
import { compareVersions } from "./catalog.ts";
import { matchColumns, missingColumns } from "./columns.ts";
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
    throw mixedVersions(tables.find(({ path }) => path === oldFile)!, { atLeast, before, newFile });
  }
  return { ...rest, ...(atLeast ? { atLeast } : {}), ...(before ? { before } : {}) };
}

/** A file without columns that the version of the others has: misspelt there, or of an older version. */
function mixedVersions(
  old: FoundTable,
  { atLeast, before, newFile }: Required<VersionBounds> & { newFile: string | undefined },
): BedsideError {
  const { source, spec, header, path } = old;
  const { absent, extra } = matchColumns(spec, header);
  const names = absent
    .filter(({ since }) => since && compareVersions(since, atLeast.version) <= 0)
    .map(({ name }) => name);
  if (names.some((name) => nearestName(name, extra))) return missingColumns(path, old, header, { names, extra });
  return new BedsideError({
    code: "import/mixed-versions",
    what: `Table ${spec.table} is of an older version of ${source.title} than the others`,
    where: path,
    why: `${before.because}, which every version from ${before.version} on has, while ${newFile} shows version ${atLeast.version} or later`,
    fix: "take all tables from one release",
  });
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
  const best = byRowCounts(source, rows, new Set(possible));
  if (best) {
    return {
      ...best,
      versionReason: `${best.equal} of ${rows.size} tables have the row counts of ${best.version}`,
      oldest: releaseOf(best.version),
    };
  }
  const newest = possible.at(-1) ?? oldest;
  const reasons = [bounds.atLeast?.because, bounds.before?.because].filter((reason) => reason !== undefined);
  return {
    version: oldest === newest ? oldest : `${oldest} to ${newest}`,
    versionReason: `${reasons.length ? reasons.join(", ") : "its columns are those of every version"}; ${rows.size ? "its row counts are of no known release" : "its rows were not counted"}`,
    // a part of a data set whose every release is open is open too
    dataUse: source.versions.every(({ dataUse }) => dataUse === "open") ? "open" : "credentialed",
    declared: {},
    oldest,
  };
}

/** `2.2` of `2.2 demo`. */
function releaseOf(version: string): string {
  return version.split(" ")[0]!;
}

/**
 * The release whose declared rows most tables have, if half of those that can be compared have them. Dictionaries are no
 * proof: they stay the same over releases.
 */
function byRowCounts(
  source: SourceSpec,
  rows: ReadonlyMap<string, number>,
  possible: ReadonlySet<string>,
): (Pick<Told, "version" | "dataUse" | "declared"> & { equal: number }) | undefined {
  const counted = source.versions
    .filter(({ version }) => possible.has(releaseOf(version)))
    .map(({ version, dataUse, rows: declared }) => {
      const known = [...rows].filter(([table]) => declared[table] !== undefined);
      const equal = known.filter(([table, count]) => declared[table] === count);
      const proof = equal.filter(([table]) => !table.startsWith("d_"));
      return { version, dataUse, declared, equal: proof.length && equal.length * 2 >= known.length ? equal.length : 0 };
    })
    .sort((a, b) => b.equal - a.equal);
  return counted[0]?.equal ? counted[0] : undefined;
}
