// bedside run meeti: every recording's waveform, picture, measurements and text. Reads options and prints; does no work.
import { join } from "node:path";
import { nearestName, UsageError } from "../core/errors.ts";
import { renderMeetiReport } from "../report/index.ts";
import { PICTURE_FORMATS, runMeeti, type TextModel, WAVEFORM_FORMATS } from "../run/meeti/index.ts";
import type { Given, OptionSpec } from "./options.ts";
import { terminalProgress } from "./terminal.ts";

/** Options of the pipeline of recordings. */
export const meetiOptions: Record<string, OptionSpec> = {
  format: { type: "text", value: "FORMAT", fallback: "parquet", help: "of meeti: waveforms as parquet or npy" },
  pictures: { type: "text", value: "FORMAT", fallback: "png", help: "of meeti: pictures as png, svg or none" },
  fiducials: { type: "flag", help: "of meeti: draws onsets, peaks and ends on the pictures" },
  limit: { type: "number", value: "N", least: 1, help: "of meeti: the first N recordings only" },
  workers: { type: "number", value: "N", fallback: 1, least: 1, help: "of meeti: threads, one a core" },
  shard: { type: "number", value: "N", fallback: 200, least: 1, help: "of meeti: recordings in one folder of tables" },
  "text-model": {
    type: "text",
    value: "URL",
    help: "of meeti: asks a language model at this OpenAI-compatible address; never by default",
  },
  "text-model-name": { type: "text", value: "NAME", help: "of meeti: the model's name there" },
  ruling: { type: "text", value: "FILE", help: "of meeti: the ruling that lets credentialed data go to that address" },
};

/** Runs MEETI and prints the counts and where the report is. */
export async function runMeetiAndPrint(given: Given, data: readonly string[], signal: AbortSignal): Promise<void> {
  if (data.length !== 1) {
    throw new UsageError({
      code: "usage",
      what: "meeti takes one --data",
      fix: "give the folder of MIMIC-IV-ECG or PTB-XL, or a store",
    });
  }
  const out = given.text("out");
  const limit = given.optionalText("limit");
  const result = await runMeeti({
    data: data[0]!,
    out,
    mode: given.flag("faithful") ? "faithful" : "corrected",
    format: chosen(given, "format", WAVEFORM_FORMATS),
    pictures: chosen(given, "pictures", PICTURE_FORMATS),
    fiducials: given.flag("fiducials"),
    limit: limit === undefined ? undefined : Number(limit),
    workers: given.number("workers"),
    shardSize: given.number("shard"),
    seed: given.number("seed"),
    textModel: textModelOf(given),
    ruling: given.optionalText("ruling"),
    apiKey: process.env["BEDSIDE_TEXT_MODEL_KEY"],
    memory: given.text("memory"),
    command: given.command,
    startedAt: new Date().toISOString(),
    progress: terminalProgress({ quiet: given.flag("quiet"), signal }),
    documents: (made) => ({ "report.html": renderMeetiReport(made) }),
  });
  const { records, faults } = result.manifest;
  const left = Object.values(faults).reduce((sum, count) => sum + count, 0);
  console.log(
    `${records.written.toLocaleString("en")} recordings of ${records.patients.toLocaleString("en")} patients; ${left.toLocaleString("en")} left out`,
  );
  const { measured } = result;
  if (measured.records > 0) {
    const perSecond = measured.records / measured.seconds;
    console.log(`${perSecond.toFixed(1)} recordings a second with ${measured.workers} worker(s)`);
  }
  console.log(`Report: ${join(out, "report.html")}`);
}

function textModelOf(given: Given): TextModel | undefined {
  const [url, name] = [given.optionalText("text-model"), given.optionalText("text-model-name")];
  if (url === undefined && name === undefined) return undefined;
  if (url !== undefined && name !== undefined) return { url, name };
  throw new UsageError({
    code: "usage",
    what: "--text-model and --text-model-name go together",
    fix: "give the address and the model's name there, or neither",
  });
}

function chosen<Word extends string>(given: Given, option: string, known: readonly Word[]): Word {
  const word = given.text(option);
  const found = known.find((each) => each === word);
  if (found) return found;
  const meant = nearestName(word, known);
  throw new UsageError({
    code: "usage",
    what: `--${option} does not know "${word}"`,
    fix: meant ? `did you mean ${meant}?` : `use ${known.join(", ")}`,
  });
}
