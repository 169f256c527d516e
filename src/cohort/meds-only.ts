// Why a task that reads tables is refused where there is a MEDS data set alone. Knows no task.
import { BedsideError } from "../core/errors.ts";
import type { RecordStore } from "../store/records.ts";

/**
 * The refusal of a task that reads the tables named. Events do not give the tables back: numbers are rounded to 32 bits,
 * repeated records are one, a result stands at the time it was reported and no longer at that of its sample, the start
 * and end of an infusion are two events that nothing ties together, and units of doses, error marks, the hospital's own
 * outcome flags, ethnicity and the visits of the emergency department have no place in them.
 */
export function refusesMeds(task: string, tables: readonly string[], where: string): BedsideError {
  return new BedsideError({
    code: "cohort/needs-tables",
    what: `${task} cannot be made from a MEDS data set`,
    where,
    why: `it needs the tables ${listed(tables)}; MEDS keeps events alone, without all the columns that say to which stay they belong, in what unit, from when to when, and whether in error`,
    fix: "give the folder of the MIMIC release that it was made from with --data; task files in the task language (ACES) run on MEDS",
  });
}

/** Whether a store holds a MEDS data set and nothing else. */
export function isMedsOnly({ manifest }: RecordStore): boolean {
  return manifest.sources.length > 0 && manifest.sources.every(({ id }) => id === "meds");
}

function listed(tables: readonly string[]): string {
  return `${tables.slice(0, -1).join(", ")} and ${tables.at(-1)}`;
}
