// Counts of stays and patients by group and event, small ones withheld. Knows no file.
import { type RowCounts, smallCellLimit, type Withheld, withholdSmallCells } from "../core/small-cells.ts";
import { unknownGroup } from "./families.ts";
import type { TableOneRow } from "./table-one.ts";

/** What stands where a count or a figure must not be shown. */
export const withheldCell = "withheld";

/** Counts stays and the patients behind them. */
export class Counter {
  readonly all: RowCounts;
  private readonly labels: Uint8Array;
  private readonly patientOf: Uint32Array;
  private readonly patients: number;

  constructor(subjectIds: Float64Array, labels: Uint8Array) {
    const numbers = new Map<number, number>();
    this.patientOf = Uint32Array.from(subjectIds, (id) => {
      if (!numbers.has(id)) numbers.set(id, numbers.size);
      return numbers.get(id)!;
    });
    this.patients = numbers.size;
    this.labels = labels;
    this.all = this.count(() => true);
  }

  /** The counts of the stays that are wanted, by row. */
  count(isWanted: (row: number) => boolean): RowCounts {
    const seen = new Uint8Array(this.patients); // 1: has a stay without the event, 2: has one with it
    const counts = { patients: 0, rows: 0, positives: 0, positivePatients: 0, negativePatients: 0 };
    for (let row = 0; row < this.labels.length; row++) {
      if (!isWanted(row)) continue;
      counts.rows++;
      counts.positives += this.labels[row]!;
      seen[this.patientOf[row]!]! |= this.labels[row] === 1 ? 2 : 1;
    }
    for (const mark of seen) {
      if (mark !== 0) counts.patients++;
      if (mark & 1) counts.negativePatients++;
      if (mark & 2) counts.positivePatients++;
    }
    return counts;
  }
}

/** A family of groups that share out the stays. */
export interface FamilyCut {
  withheld: Withheld;
  /** The family's rows: a title, then a row a group with `n (share)` for all, event, no event. */
  rows(hidden: { size: boolean; outcome: boolean }): TableOneRow[];
}

const LAST_GROUPS = ["Other", unknownGroup];

/** Cuts the stays by the group of each; groups in the order of their names, other and unknown last. */
export function cutFamily(title: string, groupOf: readonly string[], counter: Counter): FamilyCut {
  const names = [...new Set(groupOf)].sort(
    (a, b) => LAST_GROUPS.indexOf(a) - LAST_GROUPS.indexOf(b) || (a < b ? -1 : 1),
  );
  const counts = names.map((name) => counter.count((row) => groupOf[row] === name));
  const together = (hidden: readonly boolean[]) => {
    const gone = new Set(names.filter((_, i) => hidden[i]));
    return counter.count((row) => gone.has(groupOf[row]!));
  };
  const { all } = counter;
  const withheld = withholdSmallCells(all, counts, together, smallCellLimit);
  return {
    withheld,
    rows: (hidden) => [
      { title: `${title}, n (%)`, cells: ["", "", ""] },
      ...names.map((name, i) => {
        const hideSize = hidden.size || withheld.size.groups[i]!;
        const hideOutcome = hidden.outcome || hideSize || withheld.outcome.groups[i]!;
        const { rows, positives } = counts[i]!;
        return {
          title: name,
          level: true,
          cells: [
            shareCell(rows, all.rows, hideSize),
            shareCell(positives, all.positives, hideOutcome),
            shareCell(rows - positives, all.rows - all.positives, hideOutcome),
          ],
        };
      }),
    ],
  };
}

function shareCell(count: number, total: number, isHidden: boolean): string {
  if (isHidden) return withheldCell;
  return `${count.toLocaleString("en-US")} (${total === 0 ? "0.0" : ((100 * count) / total).toFixed(1)} %)`;
}
