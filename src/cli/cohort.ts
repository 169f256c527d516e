// bedside cohort: extracts a task's cohort and prints its funnel.
import { join } from "node:path";
import { extractLabels, isAcesTask, readAcesTask } from "../cohort/aces/index.ts";
import { ENGINES, type Engine, readSparkUrl, sparkJudge, taskScript } from "../cohort/dialect/index.ts";
import { type Cohort, cohortTask, compareModes, printFunnel, printModes } from "../cohort/index.ts";
import type { Mode } from "../concepts/index.ts";
import { nearestName, UsageError } from "../core/errors.ts";
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
    engine: {
      type: "text",
      value: "NAME",
      fallback: "duckdb",
      help: "what runs a task file: duckdb (embedded) or spark",
    },
    "spark-url": { type: "text", value: "URL", help: "Spark's Thrift server, as thrift://user@host:10000" },
    "spark-data": { type: "text", value: "PATH", help: "where Spark finds the folder of the store, if elsewhere" },
    "print-sql": {
      type: "text",
      value: "NAME",
      help: "print a task file as one script for duckdb or spark; run nothing",
    },
    compare: { type: "flag", help: "make both modes, in OUT/faithful and OUT/corrected, and print them side by side" },
  },
  examples: [
    "bedside cohort yaib/mortality24 --data mimic-iv-3.1 --out cohort",
    "bedside cohort yaib/mortality24 --faithful --data store --out cohort-faithful",
    "bedside cohort task.yaml --predicates mimic-iv.yaml --data meds --out cohort",
    "bedside cohort task.yaml --data store --out cohort --engine spark --spark-url thrift://localhost:10000",
    "bedside cohort task.yaml --data store --out cohort --print-sql spark > task.sql",
  ],
  async run(given) {
    const name = given.positionals[0]!;
    const inLanguage = isAcesTask(name);
    const printed = engineOf(given, "print-sql");
    const engine = engineOf(given, "engine")!;
    if (!inLanguage && (printed || engine !== "duckdb")) throw onlyEmbedded(name);
    checkSpark(given, engine);
    const work = printed ? script(given, name, printed) : inLanguage ? labels(given, name) : variables(given, name);
    const needs = inLanguage ? {} : { task: cohortTask(name) };
    for (const line of await withRecords(given, work, needs)) console.log(line);
    if (!printed) console.log(`Cohort: ${given.text("out")}`);
    return 0;
  },
};

/** Does the work and gives the lines to print. */
type Work = (store: RecordStore, out: string, progress: Progress) => Promise<string[]>;

/** The engine an option names. */
function engineOf(given: Given, option: string): Engine | undefined {
  const name = given.optionalText(option) ?? (option === "engine" ? given.text(option) : undefined);
  const engine = ENGINES.find((known) => known === name);
  if (name === undefined || engine) return engine;
  const meant = nearestName(name, ENGINES);
  throw new UsageError({
    code: "usage",
    what: `--${option} knows no "${name}"`,
    fix: meant ? `did you mean ${meant}?` : `it knows ${ENGINES.join(" and ")}`,
  });
}

/** @throws UsageError where what Spark needs is missing, or given to another engine. */
function checkSpark(given: Given, engine: Engine): void {
  const url = given.optionalText("spark-url");
  if (engine === "spark" && url === undefined) {
    throw new UsageError({
      code: "usage",
      what: "--spark-url is missing",
      why: "--engine spark runs on a server",
      fix: "name a Thrift server of Spark, as thrift://localhost:10000",
    });
  }
  if (engine !== "spark" && url !== undefined) {
    throw new UsageError({
      code: "usage",
      what: "--spark-url is given, and nothing runs on Spark",
      fix: "add --engine spark",
    });
  }
  if (url !== undefined) readSparkUrl(url);
}

function onlyEmbedded(task: string): UsageError {
  return new UsageError({
    code: "usage",
    what: `${task} runs on the embedded engine only`,
    why: "its cohort is made in many steps over tables, with joins and lists that have no sure translation",
    fix: "leave --engine and --print-sql out; tasks in the task language have both",
  });
}

/** A task in the task language as a script. */
function script(given: Given, file: string, engine: Engine): Work {
  const task = readAcesTask(file, { predicates: given.optionalText("predicates") });
  return async (store) => {
    const text = await taskScript(store, meds.eventsRelation(store), task, {
      engine,
      narrow: (filter) => meds.narrowedEvents(store, filter),
      faithful: given.flag("faithful"),
      data: given.optionalText("spark-data"),
    });
    return [text.trimEnd()];
  };
}

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
  const url = given.optionalText("spark-url");
  return async (store, out, progress) => {
    const found = await extractLabels(store.db, meds.eventsRelation(store), task, {
      out: join(out, "labels.parquet"),
      windowsOut: join(out, "windows.parquet"),
      narrow: (filter) => meds.narrowedEvents(store, filter),
      sizes: meds.eventCounts(store),
      faithful: given.flag("faithful"),
      judge:
        url === undefined
          ? undefined
          : sparkJudge(store, { url, password: process.env["SPARK_PASSWORD"], data: given.optionalText("spark-data") }),
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
