// Leaderboards as plain text for a terminal: a table a task.
import type { Leaderboard } from "../../run/leaderboard/board.ts";
import { absent, formatCount, formatEstimate, isEstimable } from "../format.ts";
import { entryName, formatP } from "./comparison.ts";

/** Control and formatting characters out, unbreakable spaces plain. */
function plain(text: string): string {
  return text.replace(/\u00a0/g, " ").replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

const longestName = 44;

/**
 * The boards as lines of text: figures of the first two metrics with intervals, and the paired difference to the leader.
 * @example process.stdout.write(renderLeaderboardTable(leaderboard))
 */
export function renderLeaderboardTable({ boards, notComparable, bootstrap }: Leaderboard): string {
  const lines: string[] = [];
  for (const { task, data, patients, rows, metrics, entries, leader, bestPossible, bestIsPartly } of boards) {
    const shown = metrics.slice(0, 2);
    const [first] = shown;
    const regret = entries.find((entry) => entry.regret)?.regret;
    const table = [
      [
        "",
        ...shown.map(({ title, higherIsBetter }) => `${title} ${higherIsBetter ? "↑" : "↓"}`),
        `Δ ${first!.title}`,
        "p, Holm",
        ...(regret ? [`${regret.title}${bestIsPartly ? "*" : ""}`] : []),
      ],
      ...entries.map((entry) => {
        const isLeader = `${entry.run}/${entry.model}` === leader;
        const found = entry.differences.find(({ id }) => id === first!.id);
        const difference = found && isEstimable(found.difference) ? formatEstimate(found.difference) : absent;
        return [
          cut(plain(entryName({ entries }, entry)), longestName),
          ...shown.map(({ id }) => formatEstimate(entry.metrics.find((metric) => metric.id === id))),
          isLeader ? "leader" : difference,
          isLeader ? "" : formatP(found?.adjusted ?? null),
          ...(regret ? [entry.regret ? formatEstimate(entry.regret) : absent] : []),
        ];
      }),
      ...(bestPossible
        ? [
            [
              `True risk (best possible)${bestIsPartly ? "*" : ""}`,
              ...shown.map(({ id }) => formatEstimate(bestPossible.find((m) => m.id === id))),
              "",
              "",
              ...(regret ? [""] : []),
            ],
          ]
        : []),
    ].map((row) => row.map(plain));
    const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
    const [head, ...rest] = table.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    );
    lines.push(
      plain(
        `${task.title} (${task.id}, ${task.mode}), ${data.title} ${data.version}: ${formatCount(patients)} held-out patients, ${formatCount(rows)} rows`,
      ),
      head!,
      "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2)),
      ...rest,
      ...(bestIsPartly ? ["* On the rows whose true risk is known."] : []),
      "",
    );
  }
  for (const { run, task, why } of notComparable) lines.push(plain(`Not compared: ${run} (${task}). ${why}.`));
  if (notComparable.length) lines.push("");
  if (boards.length) {
    lines.push(
      `Differences are paired by patient, from ${formatCount(bootstrap.resamples)} resamples; p-values two-sided, corrected by Holm.`,
    );
  }
  lines.push("For research only.");
  return `${lines.join("\n")}\n`;
}
