// The leaderboard page: tasks x models at a glance, then a table a task with the published figures beside ours.
import type { Leaderboard } from "../../run/leaderboard/board.ts";
import type { RunResult } from "../../run/result.ts";
import type { ChartDocument } from "../charts/draw.ts";
import { formatCount } from "../format.ts";
import { type Child, h, slug } from "../html.ts";
import { beginPage } from "../page.ts";
import { type PagePart, renderShell } from "../shell.ts";
import { comparisonTable, notComparablePart } from "./comparison.ts";
import { gridTable } from "./grid.ts";
import { taskTables } from "./task.ts";

export interface LeaderboardOptions {
  /** Heading of the page. */
  title?: string;
  /** Paired differences between the models, from `bedside leaderboard`. */
  comparison?: Leaderboard | undefined;
  document?: ChartDocument | undefined;
}

/**
 * One self-contained HTML file over several runs: a grid of tasks and models, and for every task its figures with
 * intervals, the regret to the best possible where it is known, the published figures, and paired differences where a
 * comparison is given.
 * @example writeFileSync("leaderboard.html", renderLeaderboard([mortality, sepsis]))
 */
export function renderLeaderboard(
  results: readonly RunResult[],
  { title = "Leaderboard", comparison, document }: LeaderboardOptions = {},
): string {
  const page = beginPage(document);
  const tasks = [...new Set(results.map(({ task }) => task.id))];
  const parts: PagePart[] = [];
  if (results.some(({ models }) => models.length)) {
    parts.push({ id: "grid", title: "All tasks and models", body: gridTable(results, page) });
  }
  const seen = new Set(parts.map(({ id }) => id));
  for (const task of tasks) {
    const own = results.filter((result) => result.task.id === task);
    const board = comparison?.boards.find((each) => each.task.id === task);
    let id = `task-${slug(task)}`;
    while (seen.has(id)) id += "-2";
    seen.add(id);
    parts.push({
      id,
      title: own[0]!.task.title,
      body: [taskTables(own, page), board ? comparisonTable(board, comparison!, page) : null],
    });
  }
  if (comparison?.notComparable.length) {
    parts.push({ id: "not-comparable", title: "Not comparable", body: notComparablePart(comparison, page) });
  }
  return renderShell({
    title,
    head: titleOf(results, title),
    parts,
    foot: `Made by Bedside${results[0] ? ` ${results[0].manifest.codeVersion}` : ""}. It holds counts and figures of groups only: no record, no patient number, no date.`,
  });
}

function titleOf(results: readonly RunResult[], title: string): Child {
  const data = [...new Set(results.map(({ data }) => `${data.title} ${data.version}`))];
  const tasks = new Set(results.map(({ task }) => task.id)).size;
  const models = new Set(results.flatMap((result) => result.models.map((model) => model.title))).size;
  const made = results.some(({ data }) => data.dataUse === "synthetic");
  return h(
    "header",
    { class: "title" },
    h("p", { class: "eyebrow" }, "Bedside leaderboard"),
    h("h1", {}, title),
    h(
      "p",
      { class: "result" },
      results.length
        ? `${formatCount(tasks)} ${tasks === 1 ? "task" : "tasks"}, ${formatCount(models)} ${models === 1 ? "model" : "models"}, on ${data.join("; ")}.`
        : "No run was given.",
    ),
    h(
      "p",
      { class: "research" },
      `For research only: nothing here must guide the care of any patient.${made ? " Made-up patients are among the data: figures on them say nothing about real ones." : ""}`,
    ),
  );
}
