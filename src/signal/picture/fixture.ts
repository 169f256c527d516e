// Four synthetic records for tests of pictures, with their true marks. Not for use outside tests.
import { randomStream } from "../../core/random.ts";
import { type EcgConduction, type EcgRhythm, synthesizeEcg } from "../../sources/synthetic/ecg/index.ts";
import type { PictureMark } from "./fiducials.ts";
import type { PictureRecord } from "./sheet.ts";

export interface MarkedRecord extends PictureRecord {
  title: string;
  marks: PictureMark[];
}

/** A synthetic record with the marks of its true waves. */
export function markedRecord(rhythm: EcgRhythm, conduction: EcgConduction = "normal"): MarkedRecord {
  const { leads, signals, rateHz, beats } = synthesizeEcg(randomStream(3, "picture", rhythm, conduction), {
    rhythm,
    conduction,
    snrDb: 24,
  });
  const marks = beats.flatMap(({ global }) =>
    Object.entries(global)
      .filter(([, ms]) => !Number.isNaN(ms))
      .map(([name, ms]): PictureMark => {
        const [, wave, part] = /^(p|qrs|t)(.*)$/.exec(name)!;
        return {
          ms,
          wave: wave!.toUpperCase() as PictureMark["wave"],
          part: part!.toLowerCase() as PictureMark["part"],
        };
      }),
  );
  return { title: `${rhythm}, ${conduction}`, leads, signals, rateHz, marks };
}

/** Sinus rhythm, left bundle branch block, atrial fibrillation, and a premature ventricular beat. */
export function fourRecords(): MarkedRecord[] {
  return [
    markedRecord("sinus"),
    markedRecord("sinus", "lbbb"),
    markedRecord("atrial-fibrillation"),
    markedRecord("sinus-with-pvc"),
  ];
}
