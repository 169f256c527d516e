// The text of a recording by rules: its sentences, each with its rule and the columns behind its numbers.
import { Bug } from "../../../core/errors.ts";
import { unsupportedNumbers } from "./check.ts";
import { type Facts, Teller } from "./facts.ts";
import { RULES, type Section } from "./rules.ts";

/** A sentence of the text. */
export interface Finding {
  section: Section;
  rule: string;
  sentence: string;
  /** Columns of its numbers: `qrs_ms`, `V1.r_mv`. */
  cites: string[];
}

/** Last sentence of every text by rules. */
export const CLOSING = "Written by rules from measurements; not a diagnosis.";

/**
 * The findings of a recording, in the order of the text.
 * @throws Bug where a sentence holds a number that its columns do not give.
 */
export function interpret(facts: Facts): Finding[] {
  return RULES.flatMap((rule): Finding[] => {
    const teller = new Teller(facts);
    const sentence = rule.say(facts, teller);
    if (sentence === undefined) return [];
    const { cites } = teller;
    const wrong = unsupportedNumbers(
      sentence,
      cites.map((name) => facts.number(name)),
    );
    if (wrong.length) throw new Bug(`A sentence of rule ${rule.id} has a number that is in no table`);
    return [{ section: rule.section, rule: rule.id, sentence, cites }];
  });
}

/** The findings as a text. */
export function textOf(findings: readonly Finding[]): string {
  return [...findings.map(({ sentence }) => sentence), CLOSING].join(" ");
}
