// bedside bench: runs a measurement of bench/, beside other tools where they are installed.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BedsideError } from "../core/errors.ts";
import type { Verb } from "./options.ts";

export const bench: Verb = {
  name: "bench",
  summary: "measures Bedside beside other tools, in turn: tensor, trees, cohorts, extract",
  positional: "NAME",
  options: {
    runs: { type: "number", value: "N", fallback: 3, least: 1, help: "how often each is run" },
    python: {
      type: "text",
      value: "PATH",
      help: "a Python that has the other tools; BEDSIDE_PYTHON or python3 when left out",
    },
  },
  examples: ["bedside bench tensor", "bedside bench tensor --runs 5 --python venv/bin/python"],
  async run(given) {
    const script = fileURLToPath(new URL("../../bench/main.mjs", import.meta.url));
    if (!existsSync(script)) {
      throw new BedsideError({
        code: "bench/missing",
        what: "The measurements are not there",
        where: script,
        fix: "install the package again",
      });
    }
    const python = given.optionalText("python");
    const args = [script, given.positionals[0]!, "--runs", String(given.number("runs"))];
    if (python) args.push("--python", python);
    return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
  },
};
