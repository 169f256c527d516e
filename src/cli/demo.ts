// bedside demo: the main job in one command, on a synthetic hospital or on the user's records.
import { join } from "node:path";
import { synthesize } from "../sources/synthetic/index.ts";
import type { Verb } from "./options.ts";
import { runAndPrint, runOptions } from "./run.ts";
import { stopSignal, terminalProgress } from "./terminal.ts";

const TASK = "yaib/mortality24";

export const demo: Verb = {
  name: "demo",
  summary: "from records to report in one command, on a synthetic hospital or on yours",
  options: {
    data: { type: "text", value: "DIR", many: true, help: "your records; a synthetic hospital when left out" },
    out: { type: "text", value: "DIR", fallback: "bedside-demo", help: "folder for everything" },
    patients: { type: "number", value: "N", fallback: 6000, least: 200, help: "size of the synthetic hospital" },
    ...runOptions,
  },
  examples: ["bedside demo", "bedside demo --data mimic-iv-3.1"],
  async run(given) {
    const signal = stopSignal((line) => console.error(line));
    let data = given.texts("data");
    if (data.length === 0) {
      const hospital = join(given.text("out"), "hospital");
      await synthesize({
        patients: given.number("patients"),
        seed: given.number("seed"),
        out: hospital,
        modules: ["hosp", "icu"],
        format: "csv.gz",
        progress: terminalProgress({ quiet: given.flag("quiet"), signal }),
        signal,
      });
      data = [hospital];
    }
    await runAndPrint(given, TASK, data, signal);
    return 0;
  },
};
