#!/usr/bin/env node
// The command line: finds the verb, runs it, and turns what goes wrong into words and an exit code.
import { writeFileSync } from "node:fs";
import { BedsideError, describeProblem, nearestName, Stopped, UsageError } from "../core/errors.ts";
import { codeVersion } from "../run/version.ts";
import { helpPage, readArguments, type Verb } from "./options.ts";

/** The verbs; each is loaded when it is called, so that a short command does not wait for what it does not use. */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  demo: async () => (await import("./demo.ts")).demo,
  run: async () => (await import("./run.ts")).run,
  cohort: async () => (await import("./cohort.ts")).cohort,
  import: async () => (await import("./import.ts")).importVerb,
  meds: async () => (await import("./meds.ts")).meds,
  synth: async () => (await import("./synth.ts")).synth,
  serve: async () => (await import("./serve.ts")).serve,
  leaderboard: async () => (await import("./leaderboard.ts")).leaderboard,
  bench: async () => (await import("./bench.ts")).bench,
};

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(verbs).map((load) => load()));
  return [
    "Bedside: from a hospital's raw records to a model at the bedside",
    "",
    "Usage: bedside VERB [options]",
    "",
    "Verbs:",
    ...all.map((verb) => `  ${`${verb.name} ${verb.positional ?? ""}`.padEnd(18)}${verb.summary}`),
    "",
    "bedside VERB --help shows a verb's options. Research use only; DATA-USE.md says what that means.",
  ].join("\n");
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(await overview());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    console.log(codeVersion());
    return 0;
  }
  if (!Object.hasOwn(verbs, name)) {
    const known = Object.keys(verbs);
    const meant = nearestName(name, known);
    throw new UsageError({
      code: "usage",
      what: `There is no verb "${name}"`,
      fix: meant ? `did you mean bedside ${meant}?` : `the verbs are: ${known.join(", ")}`,
    });
  }
  const verb = await verbs[name]!();
  const given = readArguments(verb, rest);
  if (given.flag("help")) {
    console.log(helpPage(verb));
    return 0;
  }
  return verb.run(given);
}

/** The exit code for a failure, after saying what it was. */
function report(failure: unknown): number {
  if (failure instanceof BedsideError) {
    console.error(`\nError: ${describeProblem(failure.problem)}`);
    return failure.exitCode;
  }
  if (failure instanceof Stopped) {
    console.error("\nStopped. The same command goes on from what is finished.");
    return 130;
  }
  // The message of an unexpected error may quote a row, so only its kind and place are shown.
  const error = failure instanceof Error ? failure : new Error(String(failure));
  const frames = (error.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  console.error(`\nBedside met a fault of its own (${error.name}).`);
  if (error.name === "Bug" || process.env["BEDSIDE_DEBUG"]) console.error(error.message);
  console.error(frames.slice(0, 8).join("\n"));
  if (!process.env["BEDSIDE_DEBUG"]) console.error("BEDSIDE_DEBUG=1 shows its message, which may quote the data.");
  return 1;
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // the reader of a pipe has gone
  throw error;
});

// a queue that was started anew is not our parent, and learns from a file how we ended
const exitFile = process.env["BEDSIDE_EXIT_FILE"];
delete process.env["BEDSIDE_EXIT_FILE"]; // ours alone, not of what we start
if (exitFile) {
  process.on("exit", (code) => {
    try {
      writeFileSync(exitFile, JSON.stringify({ code }));
    } catch {
      // whoever wanted to know has gone with its folder
    }
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (failure) => {
    process.exitCode = report(failure);
  },
);
