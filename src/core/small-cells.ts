// Which counts of a table by group must not be shown, so that no count of a few patients can be read or worked out. Knows
// no metric.

/** What is counted in a set of rows. */
export interface RowCounts {
  patients: number;
  rows: number;
  /** Rows with label 1; the others are negative. */
  positives: number;
  /** Patients with a positive row, and with a negative one. */
  positivePatients: number;
  negativePatients: number;
}

/** The cell size rule of the US Centers for Medicare and Medicaid Services: no count of 1 to 10 people. */
export const smallCellLimit = 10;

/** Whether a column is withheld, for everybody together and for each group of a family. */
export interface Withheld {
  /** Patients and rows. */
  size: { overall: boolean; groups: boolean[] };
  /** Positives, and the metrics; withheld wherever the size is. */
  outcome: { overall: boolean; groups: boolean[] };
}

/** A count of 1 to `limit`. Zero may be shown (CMS cell size suppression rule). */
export function isSmall(count: number, limit: number): boolean {
  return count >= 1 && count <= limit;
}

/**
 * Decides what to withhold in one family of groups that share out the rows of `overall`.
 *
 * A group's size is withheld when it has few patients (1 to `limit`), its outcome when few patients have a positive or a
 * negative row. Columns are withheld from the smallest group upwards: a group is never shown beside a larger one that is
 * withheld, so that what is shown does not tell which groups are few. The next larger group follows until
 * - at least two groups are withheld (one alone is the total less the others),
 * - those withheld are not few when taken together, nor is what the shown groups leave over of the total,
 * - for sizes, the knowledge that no withheld group is larger than a shown one and none is empty narrows nothing.
 * Where even everything withheld would not do, the total goes too. The test makes every small table and looks for a count
 * that a reader who knows these rules could work out.
 *
 * Families are protected one by one: do not show two cuts of one variable (two age bandings) in the same table.
 *
 * @param countTogether the counts of several groups taken together.
 */
export function withholdSmallCells(
  overall: RowCounts,
  groups: readonly RowCounts[],
  countTogether: (hidden: readonly boolean[]) => RowCounts,
  limit: number,
): Withheld {
  const small = (count: number) => isSmall(count, limit);
  const few = (counts: RowCounts) => small(counts.positivePatients) || small(counts.negativePatients);
  const everything = { overall: true, groups: groups.map(() => true) };
  if (overall.patients <= limit + groups.length) return { size: everything, outcome: everything };

  const smallestFirst = groups.map((_, g) => g).sort((a, b) => groups[a]!.patients - groups[b]!.patients);
  const hiddenBelow = (end: number) => {
    const hidden = groups.map(() => false);
    for (const g of smallestFirst.slice(0, end)) hidden[g] = true;
    return hidden;
  };
  const leftOver = (end: number, count: (counts: RowCounts) => number) =>
    smallestFirst.slice(end).reduce((left, g) => left - count(groups[g]!), count(overall));

  let sizeEnd = smallestFirst.findLastIndex((g) => small(groups[g]!.patients)) + 1;
  const sizeIsSafe = () => {
    const left = leftOver(sizeEnd, (counts) => counts.patients);
    return (
      sizeEnd >= 2 &&
      left > limit + sizeEnd &&
      left <= (sizeEnd - 1) * (groups[smallestFirst[sizeEnd]!]!.patients - 1) + 1 &&
      !small(countTogether(hiddenBelow(sizeEnd)).patients)
    );
  };
  while (sizeEnd > 0 && sizeEnd < groups.length && !sizeIsSafe()) sizeEnd++;
  const size = { overall: false, groups: hiddenBelow(sizeEnd) };
  if (few(overall)) return { size, outcome: everything };

  let outcomeEnd = Math.max(sizeEnd, smallestFirst.findLastIndex((g) => few(groups[g]!)) + 1);
  const outcomeIsSafe = () =>
    outcomeEnd >= 2 &&
    !small(leftOver(outcomeEnd, (counts) => counts.positives)) &&
    !small(leftOver(outcomeEnd, (counts) => counts.rows - counts.positives)) &&
    !few(countTogether(hiddenBelow(outcomeEnd)));
  while (outcomeEnd > 0 && outcomeEnd < groups.length && !outcomeIsSafe()) outcomeEnd++;
  return { size, outcome: { overall: false, groups: hiddenBelow(outcomeEnd) } };
}
