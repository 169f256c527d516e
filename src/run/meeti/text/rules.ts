// The clinical rules from which the text is made: one sentence a rule, in the order of a reading. Knows limits by name only.
import { type Facts, inWords, leadName, type Teller } from "./facts.ts";
import { at, type LimitName } from "./limits.ts";
import { ST_T_RULES } from "./rules-st-t.ts";
import { hasShapes, isLbbb, isRbbb, isWide, q, r, s } from "./shapes.ts";

export const SECTIONS = [
  "quality",
  "rate",
  "rhythm",
  "axis",
  "intervals",
  "conduction",
  "hypertrophy",
  "ST-T",
] as const;
export type Section = (typeof SECTIONS)[number];

/** A rule: gives a sentence where it applies. */
export interface Rule {
  id: string;
  section: Section;
  /** Its limits by name. */
  limits: readonly LimitName[];
  say(facts: Facts, teller: Teller): string | undefined;
}

const LIMB = ["I", "II", "III", "aVR", "aVL", "aVF"];
const CHEST = ["V1", "V2", "V3", "V4", "V5", "V6"];

const few = (count: number, one: string, more: string) => (count === 1 ? one : more);

const QUALITY: Rule[] = [
  {
    id: "quality/unusable-leads",
    section: "quality",
    limits: [],
    say(facts) {
      const bad = facts.leads.filter(({ usable }) => usable === false).map(({ lead }) => leadName(String(lead)));
      if (!bad.length) return;
      return bad.length === facts.leads.length
        ? "No lead can be measured."
        : `${inWords(bad)} cannot be measured: flat, saturated or missing.`;
    },
  },
  {
    id: "quality/no-beat",
    section: "quality",
    limits: [],
    say: (facts) => (facts.number("beats") > 0 ? undefined : "No beat was found."),
  },
];

const RATE: Rule = {
  id: "rate",
  section: "rate",
  limits: ["slow", "fast"],
  say(facts, teller) {
    const rate = facts.number("heart_rate_per_minute");
    if (!(rate > 0)) return;
    const word = rate < at("slow") ? "slow" : rate > at("fast") ? "fast" : "normal";
    return `Ventricular rate ${teller.show("heart_rate_per_minute")}/min (${word}).`;
  },
};

/** `Regular rhythm`, `Irregular rhythm` or, where it could not be told, `Rhythm`. */
function orderOf(facts: Facts): string {
  const regular = facts.is("regular");
  return regular === undefined ? "Rhythm" : regular ? "Regular rhythm" : "Irregular rhythm";
}

const RHYTHM: Rule[] = [
  {
    id: "rhythm",
    section: "rhythm",
    limits: [
      "slow",
      "fast",
      "pWavesPresent",
      "pWavesAbsent",
      "pWavesHidden",
      "pWavesUntold",
      "pacedShare",
      "sinusAxisFrom",
      "sinusAxisTo",
    ],
    say(facts, teller) {
      const order = orderOf(facts);
      const end = order === "Rhythm" ? "" : order.startsWith("Regular") ? "regular" : "irregular";
      switch (facts.cell("rhythm")) {
        case "ventricular-paced":
          return `Ventricular paced rhythm: a pacemaker's pulse before ${teller.show("ventricular_paced_beats")} of ${teller.show("beats")} QRS complexes.`;
        case "atrial-flutter":
          return `Waves at ${teller.show("flutter_per_minute")}/min between the QRS complexes, as in atrial flutter.`;
        case "atrial-fibrillation":
          return "Irregular rhythm without P waves, as in atrial fibrillation.";
        case "wide-complex-tachycardia":
        case "narrow-tachycardia":
          return `${order}; P waves cannot be told apart at this rate.`;
        case "no-p-waves":
          return `${order}; no P waves were found before most beats.`;
        case "uncertain":
          return `${order}; P waves were found before some beats only: whether the others have one is uncertain.`;
        case "dropped-beats":
          return `P waves without a QRS complex after them: ${teller.show("p_waves_without_qrs")} beside ${teller.show("beats")} beats, as in second-degree AV block.`;
        case "other-p-waves":
          return `P waves before most beats with an axis of ${teller.show("p_axis_degrees")}°, unlike sinus rhythm${end ? `; ${end}` : ""}.`;
        case "sinus": {
          const rate = facts.number("heart_rate_per_minute");
          const name =
            rate < at("slow") ? "Sinus bradycardia" : rate > at("fast") ? "Sinus tachycardia" : "Sinus rhythm";
          return `${name}${end ? `, ${end}` : ""}.`;
        }
        default:
          return;
      }
    },
  },
  {
    id: "rhythm/pacing",
    section: "rhythm",
    limits: ["pacedShare"],
    say(facts, teller) {
      const some = facts.number("ventricular_paced_beats") > 0 && facts.cell("rhythm") !== "ventricular-paced";
      const parts = [
        some ? `${teller.show("ventricular_paced_beats")} of ${teller.show("beats")} QRS complexes` : undefined,
        facts.number("atrial_paced_beats") > 0
          ? `the P waves of ${teller.show("atrial_paced_beats")} beats`
          : undefined,
      ].filter((part) => part !== undefined);
      return parts.length ? `Pulses as of a pacemaker before ${inWords(parts)}.` : undefined;
    },
  },
  {
    id: "rhythm/wide-and-fast",
    section: "rhythm",
    limits: ["fast", "wide"],
    say(facts, teller) {
      if (!(isWide(facts) && facts.number("heart_rate_per_minute") > at("fast"))) return;
      return `Wide-complex tachycardia: ${teller.show("heart_rate_per_minute")}/min with a QRS of ${teller.show("qrs_ms")} ms.`;
    },
  },
  ...(["ventricular", "atrial"] as const).map(
    (kind): Rule => ({
      id: `rhythm/${kind}-ectopy`,
      section: "rhythm",
      limits: [],
      say(facts, teller) {
        const name = `${kind}_ectopic_beats`;
        const count = facts.number(name);
        if (!(count > 0)) return;
        return `${teller.show(name)} ${kind} ectopic ${few(count, "beat", "beats")} among ${teller.show("beats")}.`;
      },
    }),
  ),
];

const AXIS: Rule = {
  id: "axis",
  section: "axis",
  limits: ["axisLeft", "axisRight"],
  say(facts, teller) {
    const axis = facts.number("qrs_axis_degrees");
    if (Number.isNaN(axis)) return;
    const word =
      axis < -90
        ? "extreme axis deviation"
        : axis < at("axisLeft")
          ? "left axis deviation"
          : axis > at("axisRight")
            ? "right axis deviation"
            : "normal";
    return `QRS axis ${teller.show("qrs_axis_degrees")}° (${word}).`;
  },
};

/** Rhythms in which the PR interval means something. */
const WITH_PR = new Set(["sinus", "other-p-waves", "dropped-beats"]);

const INTERVALS: Rule[] = [
  {
    id: "intervals/pr",
    section: "intervals",
    limits: ["shortPr", "longPr"],
    say(facts, teller) {
      const pr = facts.number("pr_ms");
      if (!(pr > 0) || !WITH_PR.has(String(facts.cell("rhythm")))) return;
      const word = pr > at("longPr") ? "prolonged, first-degree AV block" : pr < at("shortPr") ? "short" : "normal";
      return `PR interval ${teller.show("pr_ms")} ms (${word}).`;
    },
  },
  {
    id: "intervals/qt",
    section: "intervals",
    limits: ["shortQtc", "borderQtc", "longQtc", "wide"],
    say(facts, teller) {
      const qtc = facts.number("qtc_bazett_ms");
      if (!(qtc > 0)) return;
      const word =
        qtc >= at("longQtc")
          ? "prolonged"
          : qtc >= at("borderQtc")
            ? "borderline prolonged"
            : qtc <= at("shortQtc")
              ? "short"
              : "normal";
      const other =
        facts.number("qtc_fridericia_ms") > 0 ? `, by Fridericia ${teller.show("qtc_fridericia_ms")} ms` : "";
      const wide = isWide(facts) ? "; the wide QRS lengthens it" : "";
      return `QT interval ${teller.show("qt_ms")} ms, corrected by Bazett ${teller.show("qtc_bazett_ms")} ms${other} (${word}${wide}).`;
    },
  },
];

const CONDUCTION: Rule[] = [
  {
    id: "conduction/qrs",
    section: "conduction",
    limits: ["slightlyWide", "wide", "delayedPeak"],
    say(facts, teller) {
      const qrs = facts.number("qrs_ms");
      if (!(qrs > 0)) return;
      const pattern =
        facts.cell("rhythm") === "ventricular-paced"
          ? "wide, as ventricular pacing makes it"
          : !hasShapes(facts)
            ? "wide"
            : isLbbb(facts)
              ? "wide, pattern of left bundle branch block"
              : isRbbb(facts)
                ? "wide, pattern of right bundle branch block"
                : "wide, without the pattern of either bundle branch";
      const word =
        qrs >= at("wide")
          ? pattern
          : qrs > at("slightlyWide")
            ? isRbbb(facts)
              ? "slightly wide, pattern of incomplete right bundle branch block"
              : "slightly wide"
            : "normal";
      return `QRS duration ${teller.show("qrs_ms")} ms (${word}).`;
    },
  },
  {
    id: "conduction/left-anterior",
    section: "conduction",
    limits: ["anteriorBlockAxis", "wide"],
    say(facts, teller) {
      const axis = facts.number("qrs_axis_degrees");
      const isBlock = axis <= at("anteriorBlockAxis") && axis >= -90 && !isWide(facts);
      if (!(isBlock && q(facts, "aVL") > 0 && r(facts, "aVL") > 0)) return;
      return `Axis of ${teller.show("qrs_axis_degrees")}° with qR in aVL, as in left anterior fascicular block.`;
    },
  },
];

const HYPERTROPHY: Rule[] = [
  {
    id: "hypertrophy/left",
    section: "hypertrophy",
    limits: ["sokolow", "cornell", "wide"],
    say(facts, teller) {
      if (isWide(facts)) return;
      const signs = [
        facts.number("sokolow_lyon_mv") > at("sokolow")
          ? `Sokolow–Lyon ${teller.show("sokolow_lyon_mv", 1)} mV`
          : undefined,
        facts.number("cornell_mv") > at("cornell") ? `Cornell ${teller.show("cornell_mv", 1)} mV` : undefined,
      ].filter((sign) => sign !== undefined);
      return signs.length ? `High voltage, as in left ventricular hypertrophy: ${inWords(signs)}.` : undefined;
    },
  },
  {
    id: "hypertrophy/right",
    section: "hypertrophy",
    limits: ["rightR", "axisRight", "wide"],
    say(facts, teller) {
      const isRight = facts.number("V1.r_mv") > at("rightR") && r(facts, "V1") > s(facts, "V1") + q(facts, "V1");
      if (!(isRight && facts.number("qrs_axis_degrees") > at("axisRight") && !isWide(facts))) return;
      return `R in V1 of ${teller.show("V1.r_mv", 2)} mV with right axis deviation, as in right ventricular hypertrophy.`;
    },
  },
  {
    id: "hypertrophy/right-atrium",
    section: "hypertrophy",
    limits: ["rightAtrium"],
    say(facts, teller) {
      if (!(facts.number("II.p_mv") > at("rightAtrium"))) return;
      return `P wave in II of ${teller.show("II.p_mv", 2)} mV, as in right atrial enlargement.`;
    },
  },
  {
    id: "hypertrophy/low-voltage",
    section: "hypertrophy",
    limits: ["lowLimb", "lowChest"],
    say(facts) {
      const isLow = (leads: string[], limit: number) =>
        leads.every((lead) => {
          const size = r(facts, lead) + Math.max(s(facts, lead), q(facts, lead));
          return size > 0 && size < limit;
        });
      const low = [
        isLow(LIMB, at("lowLimb")) ? "limb leads" : undefined,
        isLow(CHEST, at("lowChest")) ? "chest leads" : undefined,
      ].filter((name) => name !== undefined);
      return low.length ? `Low voltage in all ${inWords(low)}.` : undefined;
    },
  },
];

/** All rules in the order of the text. */
export const RULES: readonly Rule[] = [
  ...QUALITY,
  RATE,
  ...RHYTHM,
  AXIS,
  ...INTERVALS,
  ...CONDUCTION,
  ...HYPERTROPHY,
  ...ST_T_RULES,
];
