#!/usr/bin/env node
// The command line: finds the verb, runs it, and turns what goes wrong into words and an exit code.
import { BedsideError, describeProblem, nearestName, Stopped, UsageError } from "../core/errors.ts";
import { codeVersion } from "../run/version.ts";
import { cohort } from "./cohort.ts";
import { demo } from "./demo.ts";
import { importVerb } from "./import.ts";
import { meds } from "./meds.ts";
import { helpPage, readArguments, type Verb } from "./options.ts";
import { run } from "./run.ts";
import { synth } from "./synth.ts";

const verbs: readonly Verb[] = [demo, run, cohort, importVerb, meds, synth];

function overview(): string {
  return [
    "Bedside: from a hospital's raw records to a model at the bedside",
    "",
    "Usage: bedside VERB [options]",
    "",
    "Verbs:",
    ...verbs.map((verb) => `  ${`${verb.name} ${verb.positional ?? ""}`.padEnd(18)}${verb.summary}`),
    "",
    "bedside VERB --help shows a verb's options. Research use only; DATA-USE.md says what that means.",
  ].join("\n");
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    console.log(codeVersion());
    return 0;
  }
  const verb = verbs.find((candidate) => candidate.name === name);
  if (!verb) {
    const known = verbs.map((candidate) => candidate.name);
    const meant = nearestName(name, known);
    throw new UsageError({
      code: "usage",
      what: `There is no verb "${name}"`,
      fix: meant ? `did you mean bedside ${meant}?` : `the verbs are: ${known.join(", ")}`,
    });
  }
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

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (failure) => {
    process.exitCode = report(failure);
  },
);
