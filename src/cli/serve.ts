// bedside serve: the workbench in a browser, on this computer only.
import { spawn } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BedsideError } from "../core/errors.ts";
import { serveWorkbench } from "../serve/index.ts";
import { isFolder, replaceFile, writeWhole } from "../store/index.ts";
import type { Verb } from "./options.ts";
import { stopSignal } from "./terminal.ts";

export const serve: Verb = {
  name: "serve",
  summary: "opens the workbench: patients, cohorts, runs and papers in a browser, on this computer only",
  options: {
    data: { type: "text", value: "DIR", many: true, help: "folder with the records, or a store" },
    runs: { type: "text", value: "DIR", fallback: "bedside-runs", help: "folder where runs are kept" },
    port: { type: "number", value: "N", fallback: 4180, least: 0, help: "port; 0 for any that is free" },
    open: { type: "flag", help: "open the page in the browser of this computer" },
  },
  examples: [
    "bedside serve --data mimic-iv-3.1 --data mimic-iv-ed-2.2 --runs runs",
    "bedside serve --runs runs --port 0",
  ],
  async run(given) {
    const signal = stopSignal((line) => console.error(line));
    const data = given.texts("data");
    for (const folder of data) {
      if (!isFolder(folder)) {
        throw new BedsideError({
          code: "serve/no-folder",
          what: "There is no such folder",
          where: folder,
          fix: "check --data",
        });
      }
    }
    const runs = given.text("runs");
    const served = await serveWorkbench({
      data,
      runs,
      port: given.number("port"),
      memory: given.text("memory"),
      threads: given.number("threads"),
      program: [
        process.execPath,
        fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "main.ts" : "main.js", import.meta.url)),
      ],
      now: () => new Date(),
      onFault: (error) => console.error(`A fault while answering: ${error instanceof Error ? error.name : "unknown"}`),
    });
    // programs of the same user find the address and the token here; those of a server beside it, of its own
    const { isOwner, ownerPid } = served.bench.jobs.standing();
    const tokenFile = join(runs, ".workbench", isOwner ? "api-token.json" : `api-token-${served.port}.json`);
    await replaceFile(tokenFile, async (temporary) => {
      await writeWhole(temporary, JSON.stringify({ port: served.port, token: served.sessions.apiToken }));
      chmodSync(temporary, 0o600);
    });
    const link = served.launchLink();
    console.log(`Workbench: ${link}`);
    console.log(
      "The link opens the page once, within ten minutes. Ctrl-C ends the server; press Enter for a new link.",
    );
    if (!isOwner) {
      console.log(
        `Another server of this runs folder${ownerPid ? ` (process ${ownerPid})` : ""} runs its jobs; this one reads.`,
      );
    }
    if (given.flag("open")) openBrowser(link);
    process.stdin.on("data", () => console.log(`Workbench: ${served.launchLink()}`));
    process.stdin.unref();
    await new Promise<void>((done) => {
      if (signal.aborted) done();
      signal.addEventListener("abort", () => done());
    });
    await served.close();
    if (!isOwner) rmSync(tokenFile, { force: true });
    return 0;
  },
};

/** Opens the page in the user's own browser; where that cannot be done the printed link is there. */
function openBrowser(link: string): void {
  const [program, ...words] =
    process.platform === "darwin"
      ? ["open", link]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", link]
        : ["xdg-open", link];
  spawn(program!, words, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
