// Rhythm names and P waves on made-up ECGs whose rhythm is known: a confusion table with floors.
import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { type EcgConduction, type EcgRhythm, synthesizeEcg } from "../../sources/synthetic/ecg/index.ts";
import { measureEcg } from "./measure.ts";
import type { RhythmName } from "./rhythm-name.ts";

const RECORDS = 4;

/** The names that are right for a rhythm, and how many of four records must have one. */
const RIGHT: Record<EcgRhythm, { names: readonly RhythmName[]; least: number }> = {
  sinus: { names: ["sinus"], least: 4 },
  "sinus-with-pvc": { names: ["sinus"], least: 3 },
  "sinus-with-pac": { names: ["sinus"], least: 3 },
  "atrial-fibrillation": { names: ["atrial-fibrillation"], least: 3 },
  "atrial-flutter": { names: ["atrial-flutter"], least: 2 },
  "supraventricular-tachycardia": { names: ["narrow-tachycardia"], least: 3 },
  junctional: { names: ["no-p-waves", "other-p-waves"], least: 3 },
  "ventricular-tachycardia": { names: ["wide-complex-tachycardia"], least: 3 },
  paced: { names: ["ventricular-paced"], least: 4 },
  "av-block-1": { names: ["sinus"], least: 3 },
  "av-block-2-wenckebach": { names: ["dropped-beats"], least: 3 },
  "av-block-2-mobitz": { names: ["dropped-beats"], least: 4 },
  // Dissociated P waves are not followed: what must not be told is sinus rhythm.
  "av-block-3": { names: ["no-p-waves", "uncertain", "dropped-beats", "other-p-waves"], least: 3 },
};

test.each(Object.entries(RIGHT) as [EcgRhythm, (typeof RIGHT)[EcgRhythm]][])(
  "%s is named as it is",
  (rhythm, { names, least }) => {
    const said = Array.from({ length: RECORDS }, (_, i) => {
      const ecg = synthesizeEcg(randomStream(43, "confusion", rhythm, i), { rhythm, snrDb: 20 });
      return measureEcg(ecg).rhythm.name;
    });
    expect(said.filter((name) => name && names.includes(name)).length, said.join(", ")).toBeGreaterThanOrEqual(least);
  },
);

test("P waves are found at any rate and PR interval at which they do not hide, and none in fibrillation", () => {
  const share = (rhythm: EcgRhythm, settings: { rateBpm: number; prMs: number }[]) => {
    let found = 0;
    let there = 0;
    settings.forEach((more, i) => {
      const ecg = synthesizeEcg(randomStream(44, "p", rhythm, i), { rhythm, snrDb: 20, ...more });
      const { byBeat } = measureEcg(ecg);
      for (const { kind, global } of ecg.beats) {
        if (kind === "P") continue;
        const beat = byBeat.find(({ rPeak }) => Math.abs(rPeak! - global.qrsPeak) < 120);
        if (!beat) continue;
        there++;
        if (Number.isNaN(global.pPeak) ? beat.pPeak !== null : Math.abs((beat.pPeak ?? 0) - global.pPeak) < 60) found++;
      }
    });
    return found / there;
  };
  const sinus = [
    { rateBpm: 60, prMs: 240 },
    { rateBpm: 80, prMs: 240 },
    { rateBpm: 90, prMs: 260 },
    { rateBpm: 100, prMs: 240 },
    { rateBpm: 110, prMs: 160 },
    { rateBpm: 120, prMs: 150 },
  ];
  expect(share("sinus", sinus)).toBeGreaterThan(0.8);
  // In fibrillation whatever is found is wrong.
  expect(
    share(
      "atrial-fibrillation",
      [90, 110, 130].map((rateBpm) => ({ rateBpm, prMs: 160 })),
    ),
  ).toBeLessThan(0.1);
});

test("bundle branch block is wide with a normal rhythm, and normal conduction is narrow", () => {
  const widths = (conduction: EcgConduction) =>
    [0, 1, 2].map((i) => {
      const ecg = synthesizeEcg(randomStream(45, "bbb", i), { rhythm: "sinus", conduction, rateBpm: 70, snrDb: 20 });
      const { intervals, rhythm } = measureEcg(ecg);
      expect(rhythm.name).toBe("sinus");
      return intervals.qrsMs!;
    });
  expect(Math.min(...widths("lbbb"))).toBeGreaterThan(120);
  expect(Math.min(...widths("rbbb"))).toBeGreaterThan(110);
  expect(Math.max(...widths("normal"))).toBeLessThan(120);
});
