// bedside import: turns folders of raw records into a store.

import { codeVersion } from "../run/version.ts";
import { describeImport, importData } from "../sources/index.ts";
import type { Verb } from "./options.ts";
import { stopSignal, terminalProgress } from "./terminal.ts";

export const importVerb: Verb = {
  name: "import",
  summary: "turns MIMIC-IV or MIMIC-III folders into a store of sorted Parquet tables",
  options: {
    data: { type: "text", value: "DIR", many: true, required: true, help: "folder with the records" },
    out: { type: "text", value: "STORE", required: true, help: "folder of the store" },
  },
  examples: ["bedside import --data mimic-iv-3.1 --data mimic-iv-ed-2.2 --out store"],
  async run(given) {
    const signal = stopSignal((line) => console.error(line));
    const manifest = await importData(given.texts("data"), given.text("out"), {
      progress: terminalProgress({ quiet: given.flag("quiet"), signal }),
      memory: given.text("memory"),
      threads: given.number("threads"),
      codeVersion: codeVersion(),
      signal,
    });
    for (const line of describeImport(manifest)) console.log(line);
    console.log(`Store: ${given.text("out")}`);
    return 0;
  },
};
