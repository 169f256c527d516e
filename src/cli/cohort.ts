// bedside cohort: extracts a task's cohort and prints its funnel.
import { buildCohort, printFunnel, readTask } from "../cohort/index.ts";
import { openData } from "../run/data.ts";
import { lockFolder } from "../store/index.ts";
import type { Verb } from "./options.ts";
import { stopSignal, terminalProgress } from "./terminal.ts";

export const cohort: Verb = {
  name: "cohort",
  summary: "extracts a task's cohort: labels, hourly grid, static variables, attrition",
  positional: "TASK",
  options: {
    data: { type: "text", value: "DIR", many: true, required: true, help: "folder with the records, or a store" },
    out: { type: "text", value: "DIR", required: true, help: "folder for the cohort" },
    faithful: { type: "flag", help: "follow the authors' pipeline, faults included" },
  },
  examples: [
    "bedside cohort yaib/mortality24 --data mimic-iv-3.1 --out cohort",
    "bedside cohort yaib/mortality24 --faithful --data store --out cohort-faithful",
  ],
  async run(given) {
    const task = readTask(given.positionals[0]!);
    const out = given.text("out");
    const signal = stopSignal((line) => console.error(line));
    const progress = terminalProgress({ quiet: given.flag("quiet"), signal });
    const release = lockFolder(out);
    try {
      const store = await openData(given.texts("data"), out, {
        memory: given.text("memory"),
        threads: given.number("threads"),
        progress,
      });
      try {
        const mode = given.flag("faithful") ? "faithful" : "corrected";
        const found = await buildCohort(store, task, { mode, out, progress });
        console.log(`${task.title} (${mode}) on ${found.source.title} ${found.source.version}`);
        for (const line of printFunnel(found.attrition)) console.log(line);
        console.log(`${found.patients} patients, ${found.positives} of ${found.stays} stays with the event`);
        for (const warning of found.warnings) console.log(`Note: ${warning}`);
        console.log(`Cohort: ${out}`);
      } finally {
        store.close();
      }
    } finally {
      release();
    }
    return 0;
  },
};
