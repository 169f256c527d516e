// Synthetic records: the truth they carry holds in their samples, and rhythms show what the textbooks say.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../core/random.ts";
import { type BeatTruth, ECG_LEADS, type EcgSettings, RHYTHMS, type SyntheticEcg, synthesizeEcg } from "./index.ts";
import { meanPower } from "./noise.ts";
import { VISIBLE_MV } from "./waves.ts";

const made = (settings: EcgSettings, seed = 1) => synthesizeEcg(randomStream(seed, "test"), settings);
const of = (ecg: SyntheticEcg, lead: (typeof ECG_LEADS)[number]) => ecg.signals[ECG_LEADS.indexOf(lead)]!;
const kinds = ({ beats }: SyntheticEcg) => beats.map(({ kind }) => kind);
const rrOf = ({ beats }: SyntheticEcg) => {
  const at = beats.filter(({ kind }) => kind !== "P").map(({ global }) => global.qrsPeak);
  return at.slice(1).map((time, i) => time - at[i]!);
};
/** The greatest deflection over the leads at a time, mV. */
const deflection = ({ signals, rateHz }: SyntheticEcg, ms: number) =>
  Math.max(...signals.map((lead) => Math.abs(lead[Math.round((ms / 1000) * rateHz)]!)));
const inner = ({ beats }: SyntheticEcg) =>
  beats.filter(({ global }) => Object.values(global).every((ms) => !Number.isNaN(ms)));

describe("a record", () => {
  test("is the same for the same stream, another for another, and the same heart with noise or without", () => {
    const [one, two, other] = [made({ rhythm: "sinus" }), made({ rhythm: "sinus" }), made({ rhythm: "sinus" }, 2)];
    expect(one).toEqual(two);
    expect(other.signals[1]).not.toEqual(one.signals[1]);
    expect(made({ rhythm: "sinus", snrDb: 10 }).beats).toEqual(one.beats);
  });

  test("keeps Einthoven's and Goldberger's laws, with noise too", () => {
    const ecg = made({ rhythm: "atrial-fibrillation", snrDb: 6 });
    for (let i = 0; i < 5000; i += 97) {
      expect(of(ecg, "I")[i]! + of(ecg, "III")[i]!).toBeCloseTo(of(ecg, "II")[i]!, 5);
      expect(of(ecg, "aVR")[i]! + of(ecg, "aVL")[i]! + of(ecg, "aVF")[i]!).toBeCloseTo(0, 5);
    }
  });

  test("has the signal-to-noise ratio asked for", () => {
    const clean = made({ rhythm: "sinus" });
    for (const snrDb of [20, 6]) {
      const noisy = made({ rhythm: "sinus", snrDb });
      const noise = noisy.signals.map((lead, l) => lead.map((value, i) => value - clean.signals[l]![i]!));
      expect(10 * Math.log10(meanPower(clean.signals) / meanPower(noise))).toBeCloseTo(snrDb, 0);
    }
  });

  test("has the hum at the mains asked for, and none without", () => {
    const power = (mains: number, mainsHz: number, hz: number) => {
      const clean = made({ rhythm: "sinus" });
      const ecg = made({ rhythm: "sinus", snrDb: 10, mainsHz, noise: { wander: 0.5, mains, muscle: 0 } });
      let [re, im] = [0, 0];
      of(ecg, "V3").forEach((value, i) => {
        const rest = value - of(clean, "V3")[i]!;
        re += rest * Math.cos((2 * Math.PI * hz * i) / 500);
        im += rest * Math.sin((2 * Math.PI * hz * i) / 500);
      });
      return Math.hypot(re, im) / 5000;
    };
    expect(power(0.5, 60, 60)).toBeGreaterThan(0.005);
    expect(power(0.5, 50, 60)).toBeLessThan(0.001);
    expect(power(0, 60, 60)).toBeLessThan(0.001);
  });
});

describe("the truth", () => {
  test("of a quiet heart lies where its waves rise over 20 microvolts and fall below", () => {
    const ecg = made({ rhythm: "sinus", rateBpm: 50 });
    expect(inner(ecg).length).toBeGreaterThanOrEqual(6);
    for (const { global } of inner(ecg)) {
      for (const ms of [global.pOnset, global.tEnd]) expect(deflection(ecg, ms)).toBeGreaterThan(0.6 * VISIBLE_MV);
      expect(deflection(ecg, global.pOnset - 8)).toBeLessThan(VISIBLE_MV);
      expect(deflection(ecg, global.pOnset + 4)).toBeGreaterThan(VISIBLE_MV);
      expect(deflection(ecg, global.tEnd - 4)).toBeGreaterThan(VISIBLE_MV);
      expect(deflection(ecg, global.tEnd + 8)).toBeLessThan(VISIBLE_MV);
      expect(deflection(ecg, global.qrsOnset + 4)).toBeGreaterThan(VISIBLE_MV);
      expect(deflection(ecg, global.qrsEnd - 4)).toBeGreaterThan(VISIBLE_MV);
    }
  });

  test("has every lead's waves within those of all leads, in their order", () => {
    const ecg = made({ rhythm: "sinus", conduction: "rbbb", rateBpm: 70 });
    for (const { global, leads } of inner(ecg)) {
      const { pOnset, pPeak, pEnd, qrsOnset, qrsPeak, qrsEnd, tPeak, tEnd } = global;
      const order = [pOnset, pPeak, pEnd, qrsOnset, qrsPeak, qrsEnd, tPeak, tEnd];
      expect([...order].sort((a, b) => a - b)).toEqual(order);
      const onsets = leads.map((lead) => lead.qrsOnset).filter((ms) => !Number.isNaN(ms));
      expect(Math.min(...onsets)).toBe(qrsOnset);
      expect(Math.max(...leads.map((lead) => lead.qrsEnd).filter((ms) => !Number.isNaN(ms)))).toBe(qrsEnd);
    }
  });

  test("meets the PR and QT intervals asked for", () => {
    for (const prMs of [120, 180, 260]) {
      const { intervals } = made({ rhythm: "sinus", prMs, qtcMs: 420, rateBpm: 60 });
      expect(intervals.prMs).toBeCloseTo(prMs, 3);
      expect(intervals.qtMs / Math.cbrt(60 / intervals.rateBpm)).toBeGreaterThan(405);
      expect(intervals.qtMs / Math.cbrt(60 / intervals.rateBpm)).toBeLessThan(435);
    }
  });

  test("is missing, not wrong, where a wave lies beyond the record's ends", () => {
    for (const rhythm of RHYTHMS) {
      for (const { global, leads } of made({ rhythm }).beats) {
        for (const limits of [global, ...leads]) {
          for (const ms of Object.values(limits)) expect(Number.isNaN(ms) || (ms >= 0 && ms < 10_000)).toBe(true);
        }
      }
    }
  });
});

describe("rhythms", () => {
  const spread = (values: number[]) => (Math.max(...values) - Math.min(...values)) / Math.min(...values);

  test("sinus rhythm has a P wave before every complex", () => {
    expect(kinds(made({ rhythm: "sinus" })).filter((kind) => kind !== "N")).toEqual([]);
    expect(inner(made({ rhythm: "sinus" })).every(({ global }) => global.pEnd < global.qrsOnset)).toBe(true);
  });

  test("fibrillation is irregular and has no P wave", () => {
    const ecg = made({ rhythm: "atrial-fibrillation", rateBpm: 100 });
    expect(ecg.beats.every(({ global }) => Number.isNaN(global.pOnset))).toBe(true);
    expect(spread(rrOf(ecg))).toBeGreaterThan(0.5);
  });

  test("premature beats come early, wide, and leave a full pause", () => {
    const ecg = made({ rhythm: "sinus-with-pvc", rateBpm: 70 });
    const beats = ecg.beats.filter(({ kind }) => kind !== "P");
    const at = beats.findIndex(({ kind }, i) => kind === "V" && i > 0 && i < beats.length - 1);
    const time = (b: BeatTruth | undefined) => b!.global.qrsPeak;
    expect(time(beats[at]) - time(beats[at - 1])).toBeLessThan(700);
    expect(time(beats[at + 1]) - time(beats[at - 1])).toBeGreaterThan(1600);
    expect(beats[at]!.global.qrsEnd - beats[at]!.global.qrsOnset).toBeGreaterThan(120);
  });

  test("a Wenckebach cycle's PR grows until a P wave is alone", () => {
    const ecg = made({ rhythm: "av-block-2-wenckebach", rateBpm: 75 });
    expect(kinds(ecg)).toContain("P");
    const pr = ecg.beats.map(({ kind, global }) => (kind === "P" ? 0 : global.qrsOnset - global.pOnset));
    for (let i = 1; i < pr.length; i++) if (pr[i]! > 0 && pr[i - 1]! > 0) expect(pr[i]!).toBeGreaterThan(pr[i - 1]!);
  });

  test("in complete block the atria are faster than the ventricles", () => {
    const all = kinds(made({ rhythm: "av-block-3" }));
    expect(all.filter((kind) => kind === "P").length).toBeGreaterThan(1.3 * all.filter((kind) => kind !== "P").length);
  });

  test.each([
    ["ventricular-tachycardia", "normal", 130, 220, 120, 230],
    ["paced", "normal", 55, 85, 120, 230],
    ["sinus", "lbbb", 50, 115, 120, 190],
    ["sinus", "rbbb", 50, 115, 112, 180],
    ["sinus", "normal", 50, 115, 66, 118],
    ["supraventricular-tachycardia", "normal", 140, 215, 66, 118],
  ] as const)("%s with %s conduction has its rate and width", (rhythm, conduction, slow, fast, narrow, wide) => {
    for (let seed = 0; seed < 12; seed++) {
      const { rateBpm, qrsMs } = made({ rhythm, conduction }, seed).intervals;
      expect(rateBpm).toBeGreaterThan(slow - 10);
      expect(rateBpm).toBeLessThan(fast);
      expect(qrsMs).toBeGreaterThan(narrow);
      expect(qrsMs).toBeLessThan(wide);
    }
  });

  test("injury lifts ST over the wall and lowers it opposite", () => {
    const st = (conduction: EcgSettings["conduction"], lead: (typeof ECG_LEADS)[number]) => {
      const ecg = made({ rhythm: "sinus", rateBpm: 65, ...(conduction ? { conduction } : {}) });
      const { qrsEnd } = inner(ecg)[1]!.global;
      return of(ecg, lead)[Math.round((qrsEnd + 30) / 2)]!;
    };
    for (const lead of ["II", "III", "aVF"] as const) expect(st("inferior-injury", lead)).toBeGreaterThan(0.1);
    expect(st("inferior-injury", "aVL")).toBeLessThan(-0.1);
    for (const lead of ["V2", "V3"] as const) expect(st("anterior-injury", lead)).toBeGreaterThan(0.2);
    expect(st("st-depression", "V5")).toBeLessThan(-0.1);
    expect(Math.abs(st("normal", "V5"))).toBeLessThan(0.08);
  });
});
