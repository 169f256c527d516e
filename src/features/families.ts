// The groups by which a cohort is described and models are judged: sex, age band, ethnicity, admission. Knows no model.
import { findConcept } from "../concepts/dictionary.ts";
import { Bug } from "../core/errors.ts";
import type { Database } from "../store/index.ts";
import { type Descriptions, readDescriptions } from "./labels.ts";

/** What stands for a missing text. */
export const unknownGroup = "Unknown";

const AGE_BANDS: readonly [from: number, name: string][] = [
  [80, "80+"],
  [65, "65–79"],
  [45, "45–64"],
  [18, "18–44"],
  [Number.NEGATIVE_INFINITY, "under 18"],
];

/** The age band: 18–44, 45–64, 65–79, 80+ years. */
export function ageBand(years: number): string {
  return AGE_BANDS.find(([from]) => years >= from)?.[1] ?? unknownGroup;
}

/** Of no family in the dictionary's levels, which follow ricu and count it among others. */
const HISPANIC: [pattern: string, level: string][] = [
  ["HISPANIC*", "hispanic"],
  ["SOUTH AMERICAN*", "hispanic"],
];
const FAMILIES = ["asian", "black", "hispanic", "white", "other"];

/** Asian, Black, Hispanic, White, Other or Unknown, of a family's name or of a text as MIMIC-III and MIMIC-IV have it. */
export function ethnicityFamily(text: string | null): string {
  if (text === null || text.trim() === "") return unknownGroup;
  const family = FAMILIES.includes(text.toLowerCase()) ? text.toLowerCase() : levelOf(text);
  return family === null ? unknownGroup : capitalised(family);
}

/** The first pattern that fits; a `*` at the end stands for anything. */
function levelOf(text: string): string | null {
  const levels = [...HISPANIC, ...(findConcept("ethnic").levels ?? [])];
  const fits = (pattern: string) =>
    pattern.endsWith("*") ? text.toUpperCase().startsWith(pattern.slice(0, -1)) : text.toUpperCase() === pattern;
  return levels.find(([pattern]) => fits(pattern))?.[1] ?? null;
}

const ADMISSIONS: Record<string, string> = { med: "Medical", surg: "Surgical", other: "Other" };

/** The kind of admission, in words. */
export function admissionGroup(text: string | null): string {
  return text === null ? unknownGroup : (ADMISSIONS[text] ?? text);
}

/** The sex as recorded, in words. */
export function sexGroup(text: string | null): string {
  return text ?? unknownGroup;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The group of each stay in every family that models are judged by, in the order of `stayIds`.
 * @example (await subgroupFamilies(db, folder, stayIds)).Sex // ["Female", "Male", …]
 */
export async function subgroupFamilies(
  db: Database,
  folder: string,
  stayIds: ArrayLike<number>,
): Promise<Record<"Sex" | "Age" | "Ethnicity", string[]>> {
  const described = await readDescriptions(db, folder);
  const rows = rowsOfStays(described, stayIds);
  return {
    Sex: rows.map((row) => sexGroup(described.sex[row]!)),
    Age: rows.map((row) => ageBand(described.age[row]!)),
    Ethnicity: rows.map((row) => ethnicityFamily(described.ethnicity[row]!)),
  };
}

/** The rows of the descriptions that belong to the stays. */
export function rowsOfStays(described: Descriptions, stayIds: ArrayLike<number>): number[] {
  const rowOf = new Map<number, number>();
  described.stayIds.forEach((id, row) => {
    rowOf.set(id, row);
  });
  return Array.from(stayIds, (id) => {
    const row = rowOf.get(id);
    if (row === undefined) throw new Bug("A stay of the cohort is not described");
    return row;
  });
}
