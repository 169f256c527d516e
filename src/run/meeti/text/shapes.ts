// Shapes of the QRS complex that several rules ask for. Says nothing by itself.
import type { Facts } from "./facts.ts";
import { at } from "./limits.ts";

/** Whether the QRS complex is wide. */
export const isWide = (facts: Facts) => facts.number("qrs_ms") >= at("wide");
/** Highest R of a lead, mV; 0 where there is none. */
export const r = (facts: Facts, lead: string) =>
  Math.max(facts.number(`${lead}.r_mv`) || 0, facts.number(`${lead}.r_prime_mv`) || 0);
/** Depth of S, mV. */
export const s = (facts: Facts, lead: string) => -(facts.number(`${lead}.s_mv`) || 0);
/** Depth of Q, mV. */
export const q = (facts: Facts, lead: string) => -(facts.number(`${lead}.q_mv`) || 0);

/** Broad R without q in I and V6 with a late peak. */
export function isLbbb(facts: Facts): boolean {
  const side = ["I", "V6"].every((lead) => r(facts, lead) > s(facts, lead) && q(facts, lead) <= 0);
  const late = ["V5", "V6"].some((lead) => facts.number(`${lead}.r_peak_time_ms`) > at("delayedPeak"));
  return isWide(facts) && side && late && s(facts, "V1") + q(facts, "V1") > r(facts, "V1");
}

/** A second or late R in V1 or V2, and a broad S in I or V6. */
export function isRbbb(facts: Facts): boolean {
  const right = ["V1", "V2"].some((lead) => {
    const second = facts.number(`${lead}.r_prime_mv`);
    return second > 0 || (r(facts, lead) > s(facts, lead) + q(facts, lead) && r(facts, lead) > 0);
  });
  return right && ["I", "V6"].some((lead) => s(facts, lead) > 0);
}

/** Whether the leads were measured in mV, so that shapes can be judged. */
export const hasShapes = (facts: Facts): boolean => Number.isFinite(facts.number("V1.j_mv"));
