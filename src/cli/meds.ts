// bedside meds: writes the records as a MEDS data set.

import { UsageError } from "../core/errors.ts";
import { codeVersion } from "../run/version.ts";
import { meds as format } from "../sources/index.ts";
import type { Verb } from "./options.ts";
import { withRecords } from "./records.ts";

const VERSIONS = ["0.4.0", "0.3.3"] as const;
const CODES = ["0.1", "0.0.1"] as const satisfies readonly format.CodeStyle[];

export const meds: Verb = {
  name: "meds",
  summary: "writes the records as a MEDS data set: bedside meds export",
  positional: "export",
  options: {
    data: { type: "text", value: "DIR", many: true, required: true, help: "folder with the records, or a store" },
    out: { type: "text", value: "DIR", required: true, help: "folder of the data set" },
    "meds-version": { type: "text", value: "V", fallback: VERSIONS[0], help: "0.4.0 or 0.3.3" },
    codes: {
      type: "text",
      value: "STYLE",
      fallback: CODES[0],
      help: "0.1, as MEDS-DEV's predicates ask for, or 0.0.1, as in the MEDS release of the demo; MIMIC-IV",
    },
    seed: { type: "number", value: "S", fallback: 1, help: "decides who is for training, tuning and testing" },
  },
  examples: [
    "bedside meds export --data mimic-iv-3.1 --data mimic-iv-ed-2.2 --out meds",
    "bedside meds export --data mimic-iv-3.1 --out meds --codes 0.0.1 --meds-version 0.3.3",
  ],
  async run(given) {
    const [action] = given.positionals;
    if (action !== "export") throw misuse(`bedside meds does not know "${action}"`, "use bedside meds export");
    const version = VERSIONS.find((known) => known.startsWith(given.text("meds-version")));
    if (!version) {
      throw misuse(
        `There is no MEDS ${given.text("meds-version")} here`,
        `use --meds-version ${VERSIONS.join(" or ")}`,
      );
    }
    const style = CODES.find((known) => known === given.text("codes"));
    if (!style) throw misuse(`There are no codes ${given.text("codes")} here`, `use --codes ${CODES.join(" or ")}`);
    const made = await withRecords(given, (store, out, progress) =>
      format.exportMeds(store, out, {
        progress,
        version,
        style,
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

function misuse(what: string, fix: string): UsageError {
  return new UsageError({ code: "usage", what, fix });
}
