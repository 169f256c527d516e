// Paired differences between the models of a task, and the runs that could not be compared.
import type { Board, BoardDifference, BoardEntry, Leaderboard } from "../../run/leaderboard/board.ts";
import { formatCount, formatFigure, formatLevel, isEstimable } from "../format.ts";
import { type Child, h } from "../html.ts";
import { absentCell, estimateCell, type Page } from "../page.ts";

/** A p-value as printed: `0.003`, `< 0.001`. */
export function formatP(p: number | null): string {
  if (p === null || !Number.isFinite(p)) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** The name of a model on its board: with its run only where there are several. */
export function entryName({ entries }: Pick<Board, "entries">, { title, run }: BoardEntry): string {
  return entries.some((entry) => entry.run !== run) ? `${title} (${run})` : title;
}

/** Every model against the leader, on the first two figures. */
export function comparisonTable(board: Board, { bootstrap }: Leaderboard, page: Page): Child {
  const metrics = board.metrics.slice(0, 2);
  const isLeader = ({ run, model }: BoardEntry) => `${run}/${model}` === board.leader;
  const leader = board.entries.find(isLeader);
  if (!leader || board.entries.length < 2) return null;
  return page.table({
    caption: `Against ${entryName(board, leader)}, the best by ${metrics[0]!.title}: paired differences on the same ${formatCount(board.patients)} held-out patients.`,
    columns: [
      { title: "Model" },
      ...metrics.flatMap(({ title, higherIsBetter }) => [
        { title: `Difference in ${title} ${higherIsBetter ? "↑" : "↓"}`, align: "figure" as const },
        { title: "p, Holm", align: "number" as const },
      ]),
    ],
    rows: board.entries.map((entry) => ({
      cells: [
        entryName(board, entry),
        ...metrics.flatMap(({ id }): Child[] => {
          if (isLeader(entry)) return ["leader", ""];
          return differenceCells(entry.differences.find((each) => each.id === id));
        }),
      ],
      kind: isLeader(entry) ? ("strong" as const) : undefined,
    })),
    note: `${formatLevel(bootstrap.level)} intervals and two-sided p-values from ${formatCount(bootstrap.resamples)} resamples of patients, the same for all models; p-values corrected by Holm for all models of the table. The leader was chosen on these same patients, which flatters it.`,
  });
}

function differenceCells(found: BoardDifference | undefined): Child[] {
  if (!found || !isEstimable(found.difference)) return [absentCell("not given"), ""];
  return [estimateCell(found.difference), h("span", {}, formatP(found.adjusted))];
}

/** What could not be compared, by name, and why. */
export function notComparablePart({ notComparable }: Leaderboard, page: Page): Child {
  return page.table({
    caption: "Runs and models that were not compared.",
    columns: [{ title: "Run" }, { title: "Task" }, { title: "Why" }],
    rows: notComparable.map(({ run, task, why }) => ({ cells: [run, task, why] })),
  });
}

/** A difference as plain text, signed. */
export function formatDifference({ value }: { value: number }): string {
  const text = formatFigure(value);
  return value > 0 ? `+${text}` : text;
}
