// Rules of ST segment, T wave and Q wave: findings in neighbouring leads, by wall.
import { type Facts, inWords, type Teller } from "./facts.ts";
import { at } from "./limits.ts";
import type { Rule } from "./rules.ts";
import { isLbbb, isWide } from "./shapes.ts";

/** Leads in the order in which neighbours stand beside each other, by wall; a lead may be of two. */
const WALLS = [
  { name: "inferior", leads: ["II", "aVF", "III"] },
  { name: "lateral", leads: ["I", "aVL", "V5", "V6"] },
  { name: "anterior", leads: ["V1", "V2", "V3", "V4"] },
] as const;
/** Leads that stand beside each other on the body. */
const NEIGHBOURS = new Set(
  ["II aVF", "aVF III", "I aVL", "I II", "V1 V2", "V2 V3", "V3 V4", "V4 V5", "V5 V6"].flatMap((pair) => [
    pair,
    pair.split(" ").reverse().join(" "),
  ]),
);

/** The leads with a sign that have a neighbour with it. */
function together(has: (lead: string) => boolean): string[] {
  const all = [...new Set(WALLS.flatMap(({ leads }) => [...leads]))].filter(has);
  return all.filter((lead) => all.some((other) => NEIGHBOURS.has(`${lead} ${other}`)));
}

/** `II (0.21 mV) and III (0.30 mV), inferior` */
function listed(teller: Teller, leads: readonly string[], column: string, decimals: number): string {
  const walls = WALLS.filter((wall) => wall.leads.filter((lead) => leads.includes(lead)).length >= 2);
  const names = leads.map((lead) => `${lead} (${teller.show(`${lead}.${column}`, decimals, { size: true })} mV)`);
  return `${inWords(names)}${walls.length ? `, ${inWords(walls.map(({ name }) => name))}` : ""}`;
}

const elevated = (facts: Facts) =>
  together(
    (lead) => facts.number(`${lead}.j_mv`) >= at(lead === "V2" || lead === "V3" ? "elevationV2V3" : "elevation"),
  );

const depressed = (facts: Facts) =>
  together(
    (lead) => facts.number(`${lead}.j_mv`) <= at("depression") && facts.number(`${lead}.st60_mv`) <= at("depression"),
  );

const inverted = (facts: Facts) =>
  together(
    (lead) =>
      lead !== "V1" &&
      facts.number(`${lead}.t_mv`) <= at("inversion") &&
      facts.number(`${lead}.r_mv`) > -(facts.number(`${lead}.s_mv`) || 0),
  );

/** ST and T follow from the QRS in left bundle branch block, and in every wide complex to a degree. */
const follows = (facts: Facts) => isLbbb(facts) || isWide(facts);
const caution = (facts: Facts) => (follows(facts) ? "; it may follow from the wide QRS" : "");

export const ST_T_RULES: readonly Rule[] = [
  {
    id: "ST-T/elevation",
    section: "ST-T",
    limits: ["elevation", "elevationV2V3", "wide"],
    say(facts, teller) {
      const leads = elevated(facts);
      return leads.length ? `ST elevation in ${listed(teller, leads, "j_mv", 2)}${caution(facts)}.` : undefined;
    },
  },
  {
    id: "ST-T/depression",
    section: "ST-T",
    limits: ["depression", "wide"],
    say(facts, teller) {
      const leads = depressed(facts);
      return leads.length ? `ST depression in ${listed(teller, leads, "st60_mv", 2)}${caution(facts)}.` : undefined;
    },
  },
  {
    id: "ST-T/inversion",
    section: "ST-T",
    limits: ["inversion", "wide"],
    say(facts, teller) {
      const leads = inverted(facts);
      return leads.length ? `T wave inversion in ${listed(teller, leads, "t_mv", 2)}${caution(facts)}.` : undefined;
    },
  },
  {
    id: "ST-T/q-waves",
    section: "ST-T",
    limits: ["qDepth", "qWidth", "wide"],
    say(facts, teller) {
      if (follows(facts)) return;
      const leads = together(
        (lead) => facts.number(`${lead}.q_mv`) <= at("qDepth") && facts.number(`${lead}.q_duration_ms`) >= at("qWidth"),
      );
      return leads.length ? `Broad and deep Q waves in ${listed(teller, leads, "q_mv", 2)}.` : undefined;
    },
  },
  {
    id: "ST-T/none",
    section: "ST-T",
    limits: ["elevation", "elevationV2V3", "depression", "inversion"],
    say(facts) {
      const isMeasured = ["II", "V2", "V5"].every((lead) => Number.isFinite(facts.number(`${lead}.j_mv`)));
      if (!isMeasured || elevated(facts).length || depressed(facts).length || inverted(facts).length) return;
      return "No ST elevation, ST depression or T wave inversion in two neighbouring leads.";
    },
  },
];
