// bedside meds: writes the records as a MEDS data set.

import { UsageError } from "../core/errors.ts";
import { codeVersion } from "../run/version.ts";
import { meds as format } from "../sources/index.ts";
import type { Verb } from "./options.ts";
import { withRecords } from "./records.ts";

const VERSIONS = ["0.4.0", "0.3.3"] as const;

export const meds: Verb = {
  name: "meds",
  summary: "writes the records as a MEDS data set: bedside meds export",
  positional: "export",
  options: {
    data: { type: "text", value: "DIR", many: true, required: true, help: "folder with the records, or a store" },
    out: { type: "text", value: "DIR", required: true, help: "folder of the data set" },
    "meds-version": { type: "text", value: "V", fallback: VERSIONS[0], help: "0.4.0 or 0.3.3" },
    seed: { type: "number", value: "S", fallback: 1, help: "decides who is for training, tuning and testing" },
  },
  examples: ["bedside meds export --data mimic-iv-3.1 --data mimic-iv-ed-2.2 --out meds"],
  async run(given) {
    const [action] = given.positionals;
    const version = VERSIONS.find((known) => known.startsWith(given.text("meds-version")));
    if (action !== "export" || !version) {
      throw new UsageError({
        code: "usage",
        what: version
          ? `bedside meds does not know "${action}"`
          : `There is no MEDS ${given.text("meds-version")} here`,
        fix: version ? "use bedside meds export" : `use --meds-version ${VERSIONS.join(" or ")}`,
      });
    }
    const made = await withRecords(given, (store, out, progress) =>
      format.exportMeds(store, out, {
        progress,
        version,
        seed: given.number("seed"),
        createdAt: new Date().toISOString(),
        codeVersion: codeVersion(),
      }),
    );
    const count = (n: number) => n.toLocaleString("en");
    const { subjects, events, codes, shards } = made;
    console.log(`${count(subjects)} subjects, ${count(events)} events, ${count(codes)} codes, ${count(shards)} shards`);
    console.log(`MEDS ${version}: ${given.text("out")}`);
    return 0;
  },
};
