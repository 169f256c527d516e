// What every writer of records needs: the tables, running numbers, names of staff. Knows no patient.
import { type RandomStream, randomStream } from "../../core/random.ts";
import { below } from "./draws.ts";
import type { TableFile } from "./table-file.ts";

/** Tables by name; those of modules not asked for are absent. */
export type Tables = Partial<Record<string, TableFile>>;

/** Numbers that rise over the whole hospital, in order of patients. */
export interface Counters {
  labEvent: number;
  specimen: number;
  microEvent: number;
  transfer: number;
  order: number;
  pharmacy: number;
}

export interface Scribe {
  tables: Tables;
  counters: Counters;
}

export function newCounters(): Counters {
  return {
    labEvent: 1,
    specimen: 10_000,
    microEvent: 1,
    transfer: FIRST_TRANSFER,
    order: 1_000_000,
    pharmacy: 10_000_000,
  };
}

/** Stays in intensive care and visits to the emergency department are transfers too, under their own numbers: these lie above. */
const FIRST_TRANSFER = 100_000_000;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const PROVIDERS = 600;
const CAREGIVERS = 400;
const FIRST_CAREGIVER = 1_200;
const CAREGIVER_STRIDE = 241;

/** Ids of physicians, the same in every hospital. */
export const providers: readonly string[] = names();
/** Ids of nurses and others at the bedside, the same in every hospital. */
export const caregivers: readonly number[] = Array.from(
  { length: CAREGIVERS },
  (_, i) => FIRST_CAREGIVER + i * CAREGIVER_STRIDE,
);

function names(): string[] {
  const stream = randomStream(0, "providers");
  const found = new Set<string>();
  while (found.size < PROVIDERS) {
    found.add(`P${Array.from({ length: 5 }, () => LETTERS[below(stream, LETTERS.length)]).join("")}`);
  }
  return [...found].sort();
}

export function provider(stream: RandomStream): string {
  return providers[below(stream, PROVIDERS)]!;
}

export function caregiver(stream: RandomStream): number {
  return caregivers[below(stream, CAREGIVERS)]!;
}
