// Texts by rules: what they say of measurements given by hand, and that no number in them is without a source.
import { describe, expect, test } from "vitest";
import type { Row } from "../tables.ts";
import { unsupportedNumbers } from "./check.ts";
import { Facts } from "./facts.ts";
import { interpret, textOf } from "./interpret.ts";
import { LIMITS } from "./limits.ts";
import { RULES, SECTIONS } from "./rules.ts";

const NORMAL: Row = {
  beats: 12,
  leads: 12,
  heart_rate_per_minute: 72.4,
  rhythm: "sinus",
  p_wave_share: 1,
  regular: true,
  fibrillation_likely: false,
  p_axis_degrees: 55,
  qrs_axis_degrees: 40.2,
  pr_ms: 158.3,
  qrs_ms: 92.4,
  qt_ms: 398,
  qtc_bazett_ms: 437.2,
  qtc_fridericia_ms: 423.5,
  ventricular_ectopic_beats: 0,
  atrial_ectopic_beats: 0,
  sokolow_lyon_mv: 2.1,
  cornell_mv: 1.2,
};
const LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
const lead = (name: string, more: Row = {}): Row => ({
  lead: name,
  usable: true,
  r_mv: 0.8,
  s_mv: -0.3,
  r_peak_time_ms: 40,
  j_mv: 0.01,
  st60_mv: 0.01,
  t_mv: 0.3,
  p_mv: 0.1,
  ...more,
});
const facts = (record: Row = {}, leads: Record<string, Row> = {}) =>
  new Facts(
    { ...NORMAL, ...record },
    LEADS.map((name) => lead(name, leads[name])),
  );
const said = (record?: Row, leads?: Record<string, Row>) => textOf(interpret(facts(record, leads)));

describe("the rules", () => {
  test("call a normal record normal, section after section", () => {
    const findings = interpret(facts());
    expect(findings.map(({ sentence }) => sentence)).toEqual([
      "Ventricular rate 72/min (normal).",
      "Sinus rhythm, regular.",
      "QRS axis 40° (normal).",
      "PR interval 158 ms (normal).",
      "QT interval 398 ms, corrected by Bazett 437 ms, by Fridericia 424 ms (normal).",
      "QRS duration 92 ms (normal).",
      "No ST elevation, ST depression or T wave inversion in two neighbouring leads.",
    ]);
    const order = findings.map(({ section }) => SECTIONS.indexOf(section));
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });

  test.each<[string, Row, Record<string, Row>, RegExp]>([
    ["a slow rate", { heart_rate_per_minute: 48 }, {}, /48\/min \(slow\)\. Sinus bradycardia/],
    ["fibrillation", { rhythm: "atrial-fibrillation" }, {}, /as in atrial fibrillation/],
    [
      "P waves that point up",
      { rhythm: "other-p-waves", p_axis_degrees: -60 },
      {},
      /axis of -60°, unlike sinus rhythm/,
    ],
    [
      "no P wave",
      { rhythm: "no-p-waves", pr_ms: null },
      {},
      /Regular rhythm; no P waves were found before most beats\./,
    ],
    ["P waves that may be hidden", { rhythm: "narrow-tachycardia" }, {}, /P waves cannot be told apart at this rate/],
    ["P waves before some beats", { rhythm: "uncertain", pr_ms: null }, {}, /before some beats only.*is uncertain\./],
    ["flutter", { rhythm: "atrial-flutter", flutter_per_minute: 294 }, {}, /Waves at 294\/min .* atrial flutter\./],
    [
      "dropped beats",
      { rhythm: "dropped-beats", p_waves_without_qrs: 3 },
      {},
      /: 3 beside 12 beats, as in second-degree/,
    ],
    [
      "a paced rhythm",
      { rhythm: "ventricular-paced", ventricular_paced_beats: 11, qrs_ms: 160 },
      {},
      /pulse before 11 of 12 QRS complexes\..*160 ms \(wide, as ventricular pacing makes it\)/,
    ],
    [
      "pulses now and then",
      { ventricular_paced_beats: 3, atrial_paced_beats: 2 },
      {},
      /Pulses as of a pacemaker before 3 of 12 QRS complexes and the P waves of 2 beats\./,
    ],
    ["first-degree block", { pr_ms: 214 }, {}, /PR interval 214 ms \(prolonged, first-degree AV block\)/],
    ["a long QT", { qtc_bazett_ms: 487 }, {}, /Bazett 487 ms.*\(prolonged\)/],
    ["ectopy", { ventricular_ectopic_beats: 1 }, {}, /1 ventricular ectopic beat among 12\./],
    ["left axis", { qrs_axis_degrees: -52 }, { aVL: { q_mv: -0.1 } }, /left axis deviation.*qR in aVL/],
    ["a wide tachycardia", { heart_rate_per_minute: 150, qrs_ms: 160 }, {}, /Wide-complex tachycardia: 150\/min/],
    [
      "left bundle branch block",
      { qrs_ms: 150 },
      { V1: { r_mv: 0.1, s_mv: -1.5 }, V6: { r_peak_time_ms: 80 } },
      /150 ms \(wide, pattern of left bundle branch block\)/,
    ],
    [
      "right bundle branch block",
      { qrs_ms: 140 },
      { V1: { r_prime_mv: 0.9 } },
      /140 ms \(wide, pattern of right bundle branch block\)/,
    ],
    ["high voltage", { sokolow_lyon_mv: 4.2 }, {}, /left ventricular hypertrophy: Sokolow–Lyon 4\.2 mV/],
    [
      "an inferior injury",
      {},
      { II: { j_mv: 0.21 }, III: { j_mv: 0.28 }, aVF: { j_mv: 0.24 } },
      /ST elevation in II \(0\.21 mV\), aVF \(0\.24 mV\) and III \(0\.28 mV\), inferior\./,
    ],
    ["unusable leads", {}, { V5: { usable: false }, aVR: { usable: false } }, /aVR and V5 cannot be measured/],
    [
      "broad Q waves",
      {},
      Object.fromEntries(["V1", "V2"].map((name) => [name, { q_mv: -0.4, q_duration_ms: 44 }])),
      /Broad and deep Q waves in V1 \(0\.40 mV\) and V2/,
    ],
  ])("name %s", (_, record, leads, expected) => {
    expect(said(record, leads)).toMatch(expected);
  });

  test("claim no absence of P waves where they may be hidden, and no PR interval without P waves", () => {
    for (const rhythm of ["narrow-tachycardia", "wide-complex-tachycardia", "uncertain"]) {
      const text = said({ rhythm, heart_rate_per_minute: 130 });
      expect(text).not.toMatch(/without P|no P wave/i);
      expect(text).not.toMatch(/PR interval/);
    }
  });

  test("say nothing of one lead alone", () => {
    expect(said({}, { III: { j_mv: 0.3 } })).toMatch(/No ST elevation/);
    // V2 and V3 have a limit of their own
    expect(said({}, { V1: { j_mv: 0.15 }, V2: { j_mv: 0.15 } })).toMatch(/No ST elevation/);
  });

  test("say nothing of what was not measured", () => {
    expect(interpret(new Facts({ beats: 0, leads: 12 }, [])).map(({ rule }) => rule)).toEqual(["quality/no-beat"]);
  });

  test("have ids of their own, and every limit a unit and a source", () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const { unit, source } of Object.values(LIMITS)) expect(unit && source).toBeTruthy();
    const used = new Set(RULES.flatMap(({ limits }) => limits));
    expect(Object.keys(LIMITS).filter((name) => !used.has(name as keyof typeof LIMITS))).toEqual([]);
  });
});

describe("the check of numbers", () => {
  const values = [93.8, 158.26, -0.213, 72];
  test("passes what rounds to a value, signs aside, leads and words with digits left alone", () => {
    expect(unsupportedNumbers("QRS 94 ms, PR 158 or 158.3 ms, V1 to V6, −0.21 mV, rate 72.", values)).toEqual([]);
  });
  test("passes other units of the same", () => {
    expect(unsupportedNumbers("PR 0.158 s, ST 2.1 mm, 0.16 seconds", values)).toEqual([]);
  });
  test("names every number that no value gives", () => {
    expect(unsupportedNumbers("QRS 95 ms, PR 158.4 ms, 172 ms, 0.094", values)).toEqual([
      "95",
      "158.4",
      "172",
      "0.094",
    ]);
  });
});
