// How much of the memory a command may use is the database's: DuckDB's limit counts what it sorts and groups, not the rest.
import { BedsideError } from "../core/errors.ts";

const MB = 1e6;
const UNITS: Record<string, number> = {
  "": 1,
  k: 1e3,
  m: MB,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/**
 * The bytes of a size as people write it: `800MB`, `1.5GB`, `2GiB`.
 * @throws BedsideError `store/memory-size` for anything else.
 */
export function memoryBytes(size: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(|[kmgt]i?)(?:b|bytes)?\s*$/i.exec(size) ?? [];
  const bytes = Number(number) * UNITS[unit?.toLowerCase() ?? ""]!;
  if (bytes > 0) return Math.floor(bytes);
  throw new BedsideError({
    code: "store/memory-size",
    what: `"${size}" is no size of memory`,
    why: "it needs a number above 0 and a unit",
    fix: "write it as --memory 800MB or --memory 4GB",
  });
}

/** What Node, the libraries, decompression and the Parquet writer take, whatever the budget. */
const BASE_BYTES = 180 * MB;
/** What the allocator holds beyond what DuckDB counts, as a share of the budget. */
const UNCOUNTED_SHARE = 0.1;
/** A small budget is the database's for the most part: it could do nothing with less. */
const LARGEST_RESERVE = 0.28;

/** The bytes of a process's budget that DuckDB may count on: the budget less a reserve for what DuckDB does not count. */
export function databaseBytes(budget: number): number {
  return Math.floor(budget - Math.min(BASE_BYTES + UNCOUNTED_SHARE * budget, LARGEST_RESERVE * budget));
}
