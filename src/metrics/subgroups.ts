// Metrics by subgroup in a table that may be shown: small counts withheld. Knows nothing of which subgroups matter.
import { auroc } from "./auroc.ts";
import { averagePrecision } from "./average-precision.ts";
import { type BootstrapOptions, bootstrapAll, type Interval, numberPatients, type SubjectIds } from "./bootstrap.ts";
import { brier } from "./brier.ts";
import { binaryRows, fail, optionWithin, type Rows, type Statistic, saysUndefined } from "./inputs.ts";
import { isSmall, type RowCounts, smallCellLimit, type Withheld, withholdSmallCells } from "./small-cells.ts";

/** A count, or word that it is withheld. */
export type Count = number | "withheld";

/** One line of the table; plain data. */
export interface SubgroupRow {
  /** The family ("sex"); "overall" in the line for everybody. */
  name: string;
  /** The group within it ("F"); "all" in the line for everybody. */
  group: string;
  patients: Count;
  rows: Count;
  /** Rows with label 1. */
  positives: Count;
  /** By metric; null where `positives` is withheld and where the metric is not defined on these rows. */
  metrics: Record<string, Interval | null>;
}

/** Metrics by subgroup; plain data, fit to be shared. */
export interface SubgroupTable {
  overall: SubgroupRow;
  /** By family in the order given, groups in the order of their names. */
  groups: SubgroupRow[];
  /** Counts of 1 to this many patients are withheld. */
  limit: number;
  /** A sentence to print below the table. */
  note: string;
}

export interface SubgroupOptions extends BootstrapOptions {
  /** The patient of each row. */
  subjects: SubjectIds;
  /** For each family the group of each row. Two cuts of one variable do not belong in one table. */
  families: Record<string, ArrayLike<string>>;
  /** The metrics by name, as their `prepare`; AUROC, average precision and Brier by default. */
  metrics?: Record<string, (labels: ArrayLike<number>, scores: ArrayLike<number>) => Statistic>;
  /** Largest count of patients that is withheld; 10 by default, and never less. */
  limit?: number;
}

/**
 * Patients, rows, positives and metrics with intervals, overall and by group. Counts of 1 to `limit` patients (in the
 * group, with a positive row, or with a negative row) are withheld, and with them the counts from which they could be
 * worked out; metrics are not given where the positives are withheld. How: `withholdSmallCells`.
 *
 * @param labels 0 or 1 a row. @param scores as the metrics want them; probabilities for the default ones.
 * @throws `metrics/bad-option` for a limit below 10; `metrics/sizes-differ`; what the metrics throw on wrong input.
 * @example subgroupMetrics([0, 1], [0.2, 0.9], { subjects: [1, 2], families: { sex: ["F", "M"] }, seed: 1 }).overall.patients // "withheld"
 */
export function subgroupMetrics(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  {
    subjects,
    families,
    metrics = { auroc: auroc.prepare, averagePrecision: averagePrecision.prepare, brier: brier.prepare },
    limit = smallCellLimit,
    ...bootstrapOptions
  }: SubgroupOptions,
): SubgroupTable {
  optionWithin("limit", limit, smallCellLimit, Number.MAX_SAFE_INTEGER);
  const rows = binaryRows(labels, scores);
  needOneEach("subjects", subjects, rows);
  const { patient, count } = numberPatients(subjects);
  const all = countRows(rows.labels, patient, count, () => true);
  const cut = Object.entries(families).map(([name, groups]) =>
    cutFamily(name, groups, rows, patient, count, all, limit),
  );

  const line = (
    name: string,
    group: string,
    counts: RowCounts,
    hidden: Hidden,
    isMember: (row: number) => boolean,
  ) => ({
    name,
    group,
    patients: hidden.size ? ("withheld" as const) : counts.patients,
    rows: hidden.size ? ("withheld" as const) : counts.rows,
    positives: hidden.outcome ? ("withheld" as const) : counts.positives,
    metrics: measure(takeMembers(rows, subjects, isMember), metrics, hidden.outcome, bootstrapOptions),
  });
  const hiddenOverall = {
    size: isSmall(all.patients, limit) || cut.some(({ withheld }) => withheld.size.overall),
    outcome:
      isSmall(all.positivePatients, limit) ||
      isSmall(all.negativePatients, limit) ||
      cut.some(({ withheld }) => withheld.outcome.overall),
  };
  return {
    overall: line(
      "overall",
      "all",
      all,
      { ...hiddenOverall, outcome: hiddenOverall.size || hiddenOverall.outcome },
      () => true,
    ),
    groups: cut.flatMap(({ name, groupNames, groupOf, counts, withheld }) =>
      groupNames.map((group, g) => {
        const hidden = {
          size: hiddenOverall.size || withheld.size.groups[g]!,
          outcome: hiddenOverall.size || hiddenOverall.outcome || withheld.outcome.groups[g]!,
        };
        return line(name, group, counts[g]!, hidden, (row) => groupOf[row] === g);
      }),
    ),
    limit,
    note: `Counts of 1 to ${limit} patients are withheld, and with them the counts from which they could be worked out.`,
  };
}

interface Hidden {
  size: boolean;
  outcome: boolean;
}

interface Family {
  name: string;
  groupNames: string[];
  groupOf: Uint32Array;
  counts: RowCounts[];
  withheld: Withheld;
}

function cutFamily(
  name: string,
  groups: ArrayLike<string>,
  rows: Rows,
  patient: Uint32Array,
  patients: number,
  all: RowCounts,
  limit: number,
): Family {
  needOneEach(name, groups, rows);
  const groupNames = [...new Set(Array.from(groups))].sort();
  if (groupNames.some((group) => typeof group !== "string")) {
    fail("metrics/bad-group", "A row has no group", {
      where: name,
      fix: 'Name the group of every row, "unknown" if need be',
    });
  }
  const number = new Map(groupNames.map((group, g) => [group, g]));
  const groupOf = Uint32Array.from({ length: groups.length }, (_, row) => number.get(groups[row]!)!);
  const countIf = (wanted: (group: number) => boolean) =>
    countRows(rows.labels, patient, patients, (row) => wanted(groupOf[row]!));
  const counts = groupNames.map((_, g) => countIf((group) => group === g));
  const withheld = withholdSmallCells(all, counts, (hidden) => countIf((group) => hidden[group]!), limit);
  return { name, groupNames, groupOf, counts, withheld };
}

function countRows(
  labels: Float64Array,
  patient: Uint32Array,
  patients: number,
  isMember: (row: number) => boolean,
): RowCounts {
  const seen = new Uint8Array(patients); // 1: has a negative row, 2: has a positive row
  const counts = { patients: 0, rows: 0, positives: 0, positivePatients: 0, negativePatients: 0 };
  for (let row = 0; row < labels.length; row++) {
    if (!isMember(row)) continue;
    counts.rows++;
    counts.positives += labels[row]!;
    seen[patient[row]!]! |= labels[row] === 1 ? 2 : 1;
  }
  for (const mark of seen) {
    if (mark !== 0) counts.patients++;
    if (mark & 1) counts.negativePatients++;
    if (mark & 2) counts.positivePatients++;
  }
  return counts;
}

function takeMembers(rows: Rows, subjects: SubjectIds, isMember: (row: number) => boolean) {
  const taken: number[] = [];
  for (let row = 0; row < rows.labels.length; row++) if (isMember(row)) taken.push(row);
  return {
    labels: Float64Array.from(taken, (row) => rows.labels[row]!),
    scores: Float64Array.from(taken, (row) => rows.scores[row]!),
    subjects: taken.map((row) => subjects[row]!),
  };
}

function measure(
  { labels, scores, subjects }: ReturnType<typeof takeMembers>,
  metrics: NonNullable<SubgroupOptions["metrics"]>,
  withheld: boolean,
  options: BootstrapOptions,
): Record<string, Interval | null> {
  const result: Record<string, Interval | null> = Object.fromEntries(Object.keys(metrics).map((name) => [name, null]));
  if (withheld) return result;
  const defined: Record<string, Statistic> = {};
  for (const [name, prepare] of Object.entries(metrics)) {
    try {
      const statistic = prepare(labels, scores);
      statistic();
      defined[name] = statistic;
    } catch (error) {
      if (!saysUndefined(error)) throw error;
    }
  }
  return { ...result, ...bootstrapAll(defined, subjects, options) };
}

function needOneEach(name: string, values: ArrayLike<unknown>, rows: Rows): void {
  if (values.length === rows.labels.length) return;
  fail("metrics/sizes-differ", `The ${name} and the labels differ in number`, {
    where: `${values.length} ${name}, ${rows.labels.length} labels`,
    fix: "Give one for each row",
  });
}
