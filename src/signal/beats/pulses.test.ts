// A pacemaker's pulses: found where they are, bridged, and not seen in sharp complexes or at low rates.
import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { type EcgRhythm, synthesizeEcg } from "../../sources/synthetic/ecg/index.ts";
import { measureEcg } from "../measure/measure.ts";
import { bridgePulses, findPulses } from "./pulses.ts";

const made = (rhythm: EcgRhythm, i = 0) => synthesizeEcg(randomStream(9, "pulses", rhythm, i), { rhythm, snrDb: 20 });

test("every paced beat's pulse is found within a sample, and bridged", () => {
  const ecg = made("paced");
  const pulses = findPulses(ecg.signals, ecg.rateHz);
  for (const { kind, global } of ecg.beats) {
    if (kind !== "/" || !(global.qrsOnset > 100)) continue;
    expect(pulses.some(({ sample }) => Math.abs(2 * sample - (global.qrsOnset - 6)) <= 3)).toBe(true);
  }
  const lead = ecg.signals[1]!;
  const bridged = bridgePulses(lead, pulses, ecg.rateHz);
  for (const { sample, sizeMv } of pulses) {
    if (sizeMv > 0.5) expect(Math.abs(bridged[sample]!)).toBeLessThan(Math.abs(lead[sample]!));
  }
  expect(bridgePulses(lead, [], ecg.rateHz)).toBe(lead);
});

test("paced beats are counted; sinus rhythm has none; slow recordings cannot tell", () => {
  const paced = made("paced");
  const { rhythm, beats } = measureEcg(paced);
  expect(rhythm.ventricularPacedBeats).toBeGreaterThanOrEqual(beats - 1);
  for (let i = 0; i < 3; i++) expect(measureEcg(made("sinus", i)).rhythm.ventricularPacedBeats).toBe(0);
  const signals = paced.signals.map((lead) => lead.filter((_, i) => i % 4 === 0));
  expect(measureEcg({ ...paced, rateHz: 125, signals }).rhythm.ventricularPacedBeats).toBeNull();
});
