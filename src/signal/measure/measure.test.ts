import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { type EcgRhythm, synthesizeEcg } from "../../sources/synthetic/ecg/index.ts";
import { leadQuality } from "../quality.ts";
import { leadAmplitudes } from "./amplitudes.ts";
import { frontalAxis, leadAvf, leadOne } from "./axis.ts";
import { measureEcg, measureEcgInDetail } from "./measure.ts";
import { qtcBazett, qtcFramingham, qtcFridericia, qtcHodges } from "./qtc.ts";

const made = (rhythm: EcgRhythm, i: number, settings: { snrDb?: number; rateBpm?: number } = {}) =>
  synthesizeEcg(randomStream(21, "measure", rhythm, i), { rhythm, ...settings });

test.each([20, 6])("intervals, rate and axes of sinus rhythm are the truth's within the goals at %s dB", (snrDb) => {
  const errors = { qrsMs: 0, qtMs: 0, prMs: 0 };
  const records = 8;
  for (let i = 0; i < records; i++) {
    const ecg = made("sinus", i, { snrDb, rateBpm: 55 + 5 * i });
    const { intervals, axes, heartRatePerMinute } = measureEcg(ecg);
    for (const name of ["qrsMs", "qtMs", "prMs"] as const)
      errors[name] += (intervals[name]! - ecg.intervals[name]) / records;
    expect(Math.abs(heartRatePerMinute! - ecg.intervals.rateBpm)).toBeLessThan(0.5);
    expect(Math.abs(((axes.qrsDegrees! - ecg.intervals.qrsAxis + 540) % 360) - 180)).toBeLessThan(snrDb > 10 ? 3 : 6);
    expect(Math.abs(((axes.tDegrees! - ecg.intervals.tAxis + 540) % 360) - 180)).toBeLessThan(snrDb > 10 ? 5 : 10);
  }
  expect(Math.abs(errors.qrsMs)).toBeLessThan(6.5);
  expect(Math.abs(errors.qtMs)).toBeLessThan(12);
  expect(Math.abs(errors.prMs)).toBeLessThan(10);
});

test("fibrillation is told from sinus rhythm, and ventricular beats are counted", () => {
  const judged = (rhythm: EcgRhythm) =>
    [0, 1, 2, 3, 4, 5].map((i) => measureEcg(made(rhythm, i, { snrDb: 20 })).rhythm);
  expect(judged("atrial-fibrillation").filter((r) => r.atrialFibrillationLikely).length).toBeGreaterThanOrEqual(5);
  expect(judged("sinus").filter((r) => r.atrialFibrillationLikely).length).toBe(0);
  expect(judged("sinus").every((r) => r.regular)).toBe(true);
  let found = 0;
  let there = 0;
  for (let i = 0; i < 6; i++) {
    const ecg = made("sinus-with-pvc", i, { snrDb: 20 });
    there += ecg.beats.filter(({ kind }) => kind === "V").length;
    found += measureEcg(ecg).rhythm.ventricularEctopicBeats;
  }
  expect(there).toBeGreaterThan(5);
  expect(Math.abs(found - there)).toBeLessThanOrEqual(0.2 * there);
});

test("what cannot be measured is null and has its reason", () => {
  const flat = measureEcg({
    leads: ["I", "II"],
    rateHz: 500,
    signals: [new Float32Array(5000), new Float32Array(5000)],
  });
  expect(flat.beats).toBe(0);
  expect(flat.intervals.qrsMs).toBeNull();
  expect(flat.reasons["intervals.qrsMs"]).toBe("no beat was found");
  expect(flat.reasons["byLead.0"]).toContain("flat");
  expect(JSON.parse(JSON.stringify(flat))).toEqual(flat);

  const ecg = made("sinus", 1);
  const gone = ecg.signals.map((lead, l) => (l === 6 ? lead.map(() => Number.NaN) : lead));
  const partial = measureEcg({ ...ecg, signals: gone });
  expect(partial.byLead[6]!.rMv).toBeNull();
  expect(partial.reasons["byLead.6"]).toBeDefined();
  expect(partial.intervals.qrsMs).toBeCloseTo(measureEcg(ecg).intervals.qrsMs!, -1);
  expect(partial.voltages.sokolowLyonMv).toBeNull();

  const one = measureEcg({ leads: ["V5"], rateHz: 500, signals: [ecg.signals[10]!] });
  expect(one.axes.qrsDegrees).toBeNull();
  expect(one.reasons["axes.qrsDegrees"]).toContain("limb leads");
  expect(one.intervals.qtMs).toBeGreaterThan(200);

  const noP = measureEcg(made("atrial-fibrillation", 2, { snrDb: 25 }));
  expect(noP.intervals.prMs).toBeNull();
  expect(noP.reasons["intervals.prMs"]).toContain("P wave");
});

test("amplitudes are in mV against the level before QRS, whatever the lead's offset and drift", () => {
  const ecg = made("sinus", 3);
  const plain = measureEcg(ecg);
  const moved = measureEcg({
    ...ecg,
    signals: ecg.signals.map((lead) => lead.map((mv, i) => mv + 2 + 0.2 * Math.sin((2 * Math.PI * 0.1 * i) / 500))),
  });
  plain.byLead.forEach((lead, l) => {
    if (lead.rMv !== null) expect(moved.byLead[l]!.rMv!).toBeCloseTo(lead.rMv, 1);
    expect(Math.abs(moved.byLead[l]!.jMv! - lead.jMv!)).toBeLessThan(0.03);
  });
  const twice = measureEcg({ ...ecg, signals: ecg.signals.map((lead) => lead.map((mv) => 2 * mv)) });
  expect(twice.byLead[1]!.rMv! / plain.byLead[1]!.rMv!).toBeCloseTo(2, 2);
  const { medianBeat } = measureEcgInDetail(ecg);
  expect(medianBeat.signals.length).toBe(12);
  expect(Math.max(...medianBeat.signals[1]!)).toBeGreaterThan(0.9 * plain.byLead[1]!.rMv!);
});

test("letters of the QRS complex follow its deflections", () => {
  const beat = new Float32Array(200);
  const hump = (at: number, mv: number) => {
    for (let i = -6; i <= 6; i++) beat[at + i]! += mv * Math.cos((Math.PI * i) / 14) ** 2;
  };
  const points = {
    pOnset: Number.NaN,
    pEnd: Number.NaN,
    qrsOnset: 70,
    qrsEnd: 130,
    tOnset: Number.NaN,
    tEnd: Number.NaN,
  };
  hump(82, -0.2);
  hump(96, 1);
  hump(110, -0.3);
  const found = leadAmplitudes(beat, points, 2);
  expect(found).toMatchObject({ qrsForm: "qRs", pMv: null, tMv: null });
  expect(found.qMv).toBeCloseTo(-0.2, 2);
  expect(found.rMv).toBeCloseTo(1, 2);
  expect(found.sMv).toBeCloseTo(-0.3, 2);
  beat.fill(0);
  hump(100, -1.2);
  expect(leadAmplitudes(beat, points, 2)).toMatchObject({ qrsForm: "QS", rMv: null, sMv: null });
});

test("corrected QT by the four formulas, at one beat a second and at two", () => {
  for (const formula of [qtcBazett, qtcFridericia, qtcFramingham, qtcHodges]) expect(formula(400, 1)).toBe(400);
  expect(qtcBazett(300, 0.5)).toBeCloseTo(424.26, 2);
  expect(qtcFridericia(300, 0.5)).toBeCloseTo(377.98, 2);
  expect(qtcFramingham(300, 0.5)).toBe(377);
  expect(qtcHodges(300, 0.5)).toBe(405);
});

test("the axis of a vector is its direction, from whichever limb leads there are", () => {
  for (const degrees of [-150, -60, 0, 45, 90, 170]) {
    const on = (lead: number) => Math.cos(((degrees - lead) * Math.PI) / 180);
    const leads: Record<string, number> = { I: on(0), II: on(60), III: on(120), AVF: (on(60) + on(120)) / 2 };
    for (const given of [
      ["I", "AVF"],
      ["I", "II"],
      ["II", "III"],
      ["II", "AVF"],
      ["I", "III"],
    ]) {
      const value = (lead: string) => (given.includes(lead) ? leads[lead] : undefined);
      expect(frontalAxis(leadOne(value)!, leadAvf(value)!)).toBeCloseTo(degrees, 6);
    }
  }
});

test("a clean lead is usable; flat, clipped, missing and noisy ones are told", () => {
  const lead = made("sinus", 0).signals[1]!;
  const at = { rateHz: 500 };
  expect(leadQuality(lead, at)).toMatchObject({ usable: true, flatShare: 0, missingShare: 0 });
  expect(leadQuality(lead, at).detectorAgreement).toBeGreaterThan(0.95);
  expect(leadQuality(new Float32Array(5000), at)).toMatchObject({ usable: false, flatShare: 1 });
  const clipped = leadQuality(
    lead.map((mv) => Math.max(-0.05, Math.min(0.05, mv))),
    at,
  );
  expect(clipped.saturatedShare).toBeGreaterThan(0.1);
  expect(clipped.usable).toBe(false);
  const stream = randomStream(2, "noise");
  const noise = leadQuality(
    lead.map(() => stream.uniform() - 0.5),
    at,
  );
  expect(noise.usable).toBe(false);
  expect(noise.kurtosis).toBeLessThan(2);
  const hum = leadQuality(
    lead.map((mv, i) => mv + 0.5 * Math.sin((2 * Math.PI * 60 * i) / 500)),
    at,
  );
  expect(hum.mainsShare).toBeGreaterThan(0.5);
  expect(
    leadQuality(
      lead.map((mv, i) => (i < 2000 ? Number.NaN : mv)),
      at,
    ).missingShare,
  ).toBe(0.4);
});
