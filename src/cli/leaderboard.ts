// bedside leaderboard: compares finished runs on the same held-out patients.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderLeaderboard, renderLeaderboardTable } from "../report/index.ts";
import { compareRuns, readRuns } from "../run/leaderboard/index.ts";
import { openDatabase, writeJson, writeWhole } from "../store/index.ts";
import type { Verb } from "./options.ts";

export const leaderboard: Verb = {
  name: "leaderboard",
  summary: "compares finished runs: figures, paired differences by patient",
  positional: "RUN...",
  options: {
    out: { type: "text", value: "DIR", help: "folder for leaderboard.html and leaderboard.json" },
    resamples: { type: "number", value: "N", fallback: 1000, least: 100, help: "bootstrap resamples of patients" },
    seed: { type: "number", value: "S", fallback: 1, help: "names the resamples" },
    title: { type: "text", value: "TEXT", fallback: "Leaderboard", help: "heading of the page" },
  },
  examples: [
    "bedside leaderboard out/m4-lr out/m4-trees",
    "bedside leaderboard out/m4-lr out/m4-trees --out out/leaderboard",
  ],
  async run(given) {
    const runs = readRuns(given.positionals);
    const db = await openDatabase({
      folders: runs.map(({ folder }) => folder),
      tempFolder: join(tmpdir(), `bedside-leaderboard-${process.pid}`),
      memory: given.text("memory"),
      threads: given.number("threads"),
    });
    try {
      const board = await compareRuns(db, runs, {
        seed: given.number("seed"),
        resamples: given.number("resamples"),
        onTask: (task) => {
          if (!given.flag("quiet")) console.error(`Comparing ${task}`);
        },
      });
      console.log(renderLeaderboardTable(board));
      const out = given.optionalText("out");
      if (out !== undefined) {
        const page = renderLeaderboard(
          runs.map(({ result }) => result),
          { title: given.text("title"), comparison: board },
        );
        await writeJson(join(out, "leaderboard.json"), board);
        await writeWhole(join(out, "leaderboard.html"), page);
        console.log(`Leaderboard: ${join(out, "leaderboard.html")}`);
      }
      return 0;
    } finally {
      db.close();
    }
  },
};
