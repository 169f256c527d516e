// bedside cohort: extracts a task's cohort and prints its funnel.
import { join } from "node:path";
import { extractLabels, isAcesTask, readAcesTask } from "../cohort/aces/index.ts";
import { type Cohort, cohortTask, compareModes, printFunnel, printModes } from "../cohort/index.ts";
import type { Mode } from "../concepts/index.ts";
import type { Progress } from "../core/progress.ts";
import { meds } from "../sources/index.ts";
import { type RecordStore, writeJson } from "../store/index.ts";
import type { Given, Verb } from "./options.ts";
import { withRecords } from "./records.ts";

export const cohort: Verb = {
  name: "cohort",
  summary: "extracts a task's cohort: labels, hourly grid, static variables, attrition",
  positional: "TASK",
  options: {
    data: { type: "text", value: "DIR", many: true, required: true, help: "folder with the records, or a store" },
    out: { type: "text", value: "DIR", required: true, help: "folder for the cohort" },
    predicates: { type: "text", value: "FILE", help: "predicates of the data set, for a task that leaves them open" },
    faithful: { type: "flag", help: "follow the authors' pipeline, faults included" },
    compare: { type: "flag", help: "make both modes, in OUT/faithful and OUT/corrected, and print them side by side" },
  },
  examples: [
    "bedside cohort yaib/mortality24 --data mimic-iv-3.1 --out cohort",
    "bedside cohort yaib/mortality24 --faithful --data store --out cohort-faithful",
    "bedside cohort task.yaml --predicates mimic-iv.yaml --data meds --out cohort",
  ],
  async run(given) {
    const name = given.positionals[0]!;
    const work = isAcesTask(name) ? labels(given, name) : variables(given, name);
    for (const line of await withRecords(given, work)) console.log(line);
    console.log(`Cohort: ${given.text("out")}`);
    return 0;
  },
};

/** Does the work and gives the lines to print. */
type Work = (store: RecordStore, out: string, progress: Progress) => Promise<string[]>;

/** A task of a system: labels and predictors. */
function variables(given: Given, name: string): Work {
  const task = cohortTask(name);
  if (given.flag("compare")) {
    return async (store, out, progress) => {
      const made = (mode: Mode) => task.extract(store, { mode, out: join(out, mode), progress });
      const faithful = await made("faithful");
      const corrected = await made("corrected");
      return [
        `${task.title} on ${faithful.source.title} ${faithful.source.version}`,
        ...printModes(compareModes(faithful, corrected)),
      ];
    };
  }
  const mode: Mode = given.flag("faithful") ? "faithful" : "corrected";
  return async (store, out, progress) => {
    const found = await task.extract(store, { mode, out, progress });
    return [
      `${task.title} (${mode}) on ${found.source.title} ${found.source.version}`,
      ...printFunnel(found.attrition),
      summary(found),
      ...found.warnings.map((warning) => `Note: ${warning}`),
    ];
  };
}

/** Who is in, and what is to be predicted. */
function summary({ patients, positives, stays, attrition, label }: Cohort): string {
  const who = `${patients} patients, `;
  if (label.kind !== "binary")
    return `${who}${label.rows} labels of ${stays} ${attrition.unit}, mean ${label.mean.toFixed(2)} ${label.unit}`;
  const hours = label.per === "hour" ? `; ${label.positiveRows} of ${label.rows} hours positive` : "";
  return `${who}${positives} of ${stays} ${attrition.unit} with the event${hours}`;
}

/** A task in the task language: labels alone, in the MEDS schema. */
function labels(given: Given, file: string): Work {
  const task = readAcesTask(file, { predicates: given.optionalText("predicates") });
  return async (store, out, progress) => {
    const found = await extractLabels(store.db, meds.eventsRelation(store), task, {
      out: join(out, "labels.parquet"),
      windowsOut: join(out, "windows.parquet"),
      narrow: (filter) => meds.narrowedEvents(store, filter),
      sizes: meds.eventCounts(store),
      faithful: given.flag("faithful"),
      progress,
    });
    await writeJson(join(out, "attrition.json"), found.funnel);
    return [
      ...printFunnel(found.attrition),
      `${found.rows} rows of ${found.subjects} subjects, ${found.positives} with the event`,
      ...found.warnings.map((warning) => `Note: ${warning}`),
    ];
  };
}
