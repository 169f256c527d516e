// bedside synth: makes a synthetic hospital.
import { UsageError } from "../core/errors.ts";
import { synthesize } from "../sources/synthetic/index.ts";
import type { Verb } from "./options.ts";
import { stopSignal, terminalProgress } from "./terminal.ts";

const MODULES = ["hosp", "icu", "ed", "ecg"] as const;
const USUAL = "hosp,icu,ed";
const MIXES = ["general", "icu"] as const;
const FORMATS = ["csv.gz", "parquet"] as const;

export const synth: Verb = {
  name: "synth",
  summary: "makes a synthetic hospital in MIMIC-IV's layout, with the true risk of every outcome",
  options: {
    patients: { type: "number", value: "N", required: true, least: 1, help: "how many patients" },
    seed: { type: "number", value: "S", fallback: 1, help: "the same seed gives the same bytes" },
    out: { type: "text", value: "DIR", required: true, help: "folder to make" },
    mix: { type: "text", value: "MIX", fallback: "general", help: "general, or icu: all have been in intensive care" },
    modules: { type: "text", value: "LIST", fallback: USUAL, help: `which of ${MODULES.join(", ")}` },
    format: { type: "text", value: "FORMAT", fallback: "csv.gz", help: "csv.gz or parquet" },
  },
  examples: [
    "bedside synth --patients 1000 --seed 1 --out hospital",
    "bedside synth --patients 10000 --mix icu --modules hosp,icu --out icu-hospital",
    "bedside synth --patients 300000 --out big --format parquet --modules hosp,icu",
  ],
  async run(given) {
    const signal = stopSignal((line) => console.error(line));
    await synthesize({
      patients: given.number("patients"),
      seed: given.number("seed"),
      out: given.text("out"),
      mix: chosen("mix", [given.text("mix")], MIXES)[0]!,
      modules: chosen("modules", given.text("modules").split(","), MODULES),
      format: chosen("format", [given.text("format")], FORMATS)[0]!,
      progress: terminalProgress({ quiet: given.flag("quiet"), signal }),
      signal,
    });
    console.log(`Synthetic hospital: ${given.text("out")}`);
    return 0;
  },
};

/** The words given, each of which must be one of those known. */
function chosen<Word extends string>(option: string, words: string[], known: readonly Word[]): Word[] {
  for (const word of words) {
    if (!known.includes(word as Word)) {
      throw new UsageError({
        code: "usage",
        what: `--${option} does not know "${word}"`,
        fix: `use ${known.join(", ")}`,
      });
    }
  }
  return words as Word[];
}
