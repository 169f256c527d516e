// The four pictures of the report, drawn anew from the recordings. For open and made-up data only.
import { deflateSync } from "node:zlib";
import { BedsideError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { drawSheet, encodePng } from "../../signal/index.ts";
import { measureCorrected } from "./measured.ts";
import type { ExamplePicture } from "./result.ts";
import type { MeetiSource } from "./source.ts";
import { Facts } from "./text/facts.ts";
import { interpret, textOf } from "./text/interpret.ts";

const EXAMPLES = 4;
/** Recordings tried for them. */
const TRIED = 12;
const DPI = 72;

/** Drawn by lot from the first `count` recordings, with fiducials and text by rules. None for credentialed data. */
export function examplePictures({ records, dataUse }: MeetiSource, count: number, seed: number): ExamplePicture[] {
  if (dataUse === "credentialed") return [];
  const lot = randomStream(seed, "meeti examples");
  const places = new Set(Array.from({ length: Math.min(TRIED, count) }, () => lot.below(count)));
  const found: ExamplePicture[] = [];
  for (const place of places) {
    if (found.length === EXAMPLES) break;
    try {
      const ecg = records.open(place).record();
      const { record, leads, marks } = measureCorrected(ecg, 0);
      const { image, dpi } = drawSheet(ecg, { dpi: DPI, marks });
      const png = encodePng(image, { dpi, deflate: (bytes) => deflateSync(bytes, { level: 9 }) });
      found.push({
        png: Buffer.from(png).toString("base64"),
        width: image.width,
        height: image.height,
        text: textOf(interpret(new Facts(record, leads))),
      });
    } catch (cause) {
      if (!(cause instanceof BedsideError)) throw cause; // a faulty recording is counted elsewhere
    }
  }
  return found;
}
