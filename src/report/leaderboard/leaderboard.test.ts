import { expect, test } from "vitest";
import type { Leaderboard } from "../../run/leaderboard/board.ts";
import { runResultFixture, withEveryText } from "../fixture.ts";
import { hourlyResultFixture, numberResultFixture } from "../fixture-outcomes.ts";
import { all, readPage, rowsOf, textOf } from "../reading.ts";
import { renderReport } from "../report.ts";
import { renderResultTable } from "../terminal.ts";
import { formatP } from "./comparison.ts";
import { renderLeaderboard, renderLeaderboardTable } from "./index.ts";

const results = [runResultFixture(), hourlyResultFixture(), numberResultFixture()];

function comparisonFixture(): Leaderboard {
  const { task, data } = results[0]!;
  const value = { id: "auroc", title: "AUROC", higherIsBetter: true, value: 0.86, low: 0.84, high: 0.88 };
  return {
    schema: 1,
    boards: [
      {
        ...{ task, data, patients: 1413, rows: 1513, leader: "trees/lgbm" },
        metrics: [{ id: "auroc", title: "AUROC", higherIsBetter: true }],
        entries: [
          {
            ...{ run: "trees", model: "lgbm", title: "Gradient-boosted trees", mode: "corrected", metrics: [value] },
            ...{ differences: [], trainSeconds: 3 },
          },
          {
            ...{ run: "linear", model: "lr", title: "Logistic regression", mode: "corrected" },
            metrics: [{ ...value, value: 0.83, low: 0.8, high: 0.86 }],
            differences: [
              { id: "auroc", difference: { value: -0.03, low: -0.05, high: -0.01 }, p: 0.0004, adjusted: 0.0004 },
            ],
            trainSeconds: 1,
          },
        ],
      },
    ],
    notComparable: [{ run: "old", task: task.id, why: "Its data differ" }],
    bootstrap: { resamples: 1000, level: 0.95, seed: 1 },
  };
}

test("models stand in rows, tasks in columns, and the best of each task is marked", () => {
  const page = readPage(renderLeaderboard(results));
  const rows = rowsOf(page, "#grid");
  expect(rows[0]!.slice(1)).toEqual([
    "Death in the ICU after the first day AUROC\u00a0↑",
    "Onset of sepsis AUROC\u00a0↑",
    "Length of stay still to come Mean absolute error (hours)\u00a0↓",
  ]);
  expect(rows.map(([name]) => name)).toEqual([
    "Model",
    "Logistic regression",
    "Gradient-boosted trees",
    "Gated recurrent unit",
    "Best possible",
  ]);
  const trees = all(page, "#grid tbody tr")[1]!;
  expect(all(trees, ".best").length).toBe(3); // the smaller error is the better one
});

test("each task has its figures, its regret where the best is known, and what was published", () => {
  const page = readPage(renderLeaderboard(results));
  const rows = rowsOf(page, "#task-yaib-mortality24");
  const regret = rows[0]!.indexOf("Regret in AUROC");
  const auroc = runResultFixture().models[0]!.metrics[0]!.value;
  expect(rows.find(([name]) => name === "Logistic regression")![regret]).toBe((0.881 - auroc).toFixed(3));
  expect(rows).toContainEqual(["LGBM", "0.877\u00a0±\u00a00.002", "0.442\u00a0±\u00a00.007"]);
  expect(rowsOf(page, "#task-yaib-sepsis")[0]).not.toContain("Regret in AUROC");
});

test("a regret with its interval stands in the page, the report and both terminals where the run has one", () => {
  const regret = {
    id: "regret_auroc",
    title: "Regret in AUROC",
    higherIsBetter: false,
    value: 0.012,
    low: 0.004,
    high: 0.02,
  };
  const result = runResultFixture();
  result.bestPossible!.regrets = { lr: regret };
  const cell = "0.012 (0.004–0.020)";
  const rows = rowsOf(readPage(renderLeaderboard([result])), "#task-yaib-mortality24");
  expect(rows.find(([name]) => name === "Logistic regression")![rows[0]!.indexOf("Regret in AUROC")]).toBe(cell);
  expect(textOf(readPage(renderReport(result)), "#best-possible")).toContain("Regret in AUROC");
  expect(renderResultTable(result)).toMatch(/Regret in AUROC +0\.012 \(0\.004–0\.020\)/);
  const comparison = comparisonFixture();
  comparison.boards[0]!.entries[1]!.regret = regret;
  expect(renderLeaderboardTable(comparison)).toMatch(/Logistic regression \(linear\).*0\.012 \(0\.004–0\.020\)/);
});

test("where the true risk is known of some rows only, it stands beside the models' figures on these rows alone", () => {
  const regret = {
    id: "regret_auroc",
    title: "Regret in AUROC",
    higherIsBetter: false,
    value: 0.12,
    low: 0.1,
    high: 0.2,
  };
  const own = { id: "auroc", title: "AUROC", higherIsBetter: true, value: 0.761, low: 0.75, high: 0.77 };
  const result = runResultFixture();
  const note = "It is known for some predictions made 24 to 48 hours after admission. Only these are compared here.";
  result.bestPossible = { ...result.bestPossible!, regrets: { lr: regret }, models: { lr: [own] }, note };
  const section = rowsOf(readPage(renderReport(result)), "#best-possible");
  expect(section[0]).toEqual(["", "True risk", "Logistic regression"]);
  expect(section[1]!.at(-1)).toContain("0.761");
  const text = renderResultTable(result);
  const [main, beside] = text.replace(/\s+/g, " ").split("made 24 to 48 hours after admission") as [string, string];
  expect(main).not.toMatch(/True risk|Regret|0\.761/);
  expect(beside).toMatch(/Logistic regression True risk .*AUROC 0\.761.*Regret in AUROC 0\.12/);
  const page = readPage(renderLeaderboard([result]));
  const rows = rowsOf(page, "#task-yaib-mortality24").map(([name]) => name);
  expect(rows).toContain("True risk (best possible, where it is known)");
  expect(rowsOf(page, "#grid").map(([name]) => name)).not.toContain("Best possible");
  const comparison = comparisonFixture();
  Object.assign(comparison.boards[0]!, { bestPossible: [own], bestIsPartly: true });
  expect(renderLeaderboardTable(comparison)).toMatch(
    /best possible\)\* +0\.761[\s\S]*\* On the rows whose true risk is known\./,
  );
});

test("paired differences and runs left out stand where a comparison is given", () => {
  const page = readPage(renderLeaderboard(results, { comparison: comparisonFixture() }));
  expect(rowsOf(page, "#task-yaib-mortality24")).toContainEqual([
    "Logistic regression (linear)",
    "−0.030 (−0.05 to −0.01)",
    "< 0.001",
  ]);
  expect(rowsOf(page, "#not-comparable")).toContainEqual(["old", "yaib/mortality24", "Its data differ"]);
});

test("the terminal tells the same, and no text of a run can steer it", () => {
  const text = renderLeaderboardTable(comparisonFixture());
  expect(text).toMatch(/Logistic regression \(linear\) +0\.830.*−0\.030 \(−0\.05 to −0\.01\) +< 0\.001/);
  expect(text).toContain("Not compared: old (yaib/mortality24). Its data differ.");
  const hostile = comparisonFixture();
  for (const entry of hostile.boards[0]!.entries) entry.title += "\u001b[2J\u202e";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(renderLeaderboardTable(hostile)).not.toMatch(/[\u001b\u202e]/);
});

test("the page loads nothing, holds no markup of its texts, and its ids are single", () => {
  const hostile = results.map((result) => {
    const changed = withEveryText(result, "<script>x</script>");
    changed.data.dataUse = result.data.dataUse;
    changed.task.mode = result.task.mode;
    return changed;
  });
  const page = readPage(renderLeaderboard([...results, ...hostile]));
  expect(all(page, "script, img, link")).toEqual([]);
  const ids = all(page, "[id]").map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(textOf(page, "main")).not.toMatch(/NaN|undefined|Infinity/);
});

test("no run and a run without models give a page too", () => {
  expect(renderLeaderboard([])).toContain("No run was given.");
  expect(renderLeaderboard([{ ...runResultFixture(), models: [] }])).not.toMatch(/NaN|undefined/);
});

test("p-values are printed as in papers", () => {
  expect([0.2, 0.0004, null].map(formatP)).toEqual(["0.200", "< 0.001", "–"]);
});
