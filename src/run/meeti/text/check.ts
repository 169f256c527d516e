// Proves that every number of a text stands in a table, or says which does not.

/** A number that is no part of a word such as `V1` or `R2`. */
const NUMBER = /(?<![\p{L}\p{N}_.])[-−]?\d+(?:[.,]\d+)?(?!\p{N})/gu;
/** Units behind a number that are not the table's: the table's value is so many times it. */
const UNITS: readonly [RegExp, number][] = [
  [/^\s*(?:s|sec|seconds?)\b/i, 1000],
  [/^\s*mm\b/i, 0.1],
  [/^\s*%/, 0.01],
  [/^\s*(?:µV|uV|microvolts?)/i, 0.001],
];

/**
 * The numbers of a text that none of the values gives when rounded to as many decimals, signs aside. A number in seconds,
 * millimetres of paper, per cent or microvolts is also held against milliseconds, millivolts and shares.
 * @example unsupportedNumbers("QRS 94 ms, PR 160 ms", [93.8]) // ["160"]
 */
export function unsupportedNumbers(text: string, values: readonly number[]): string[] {
  const known = values.filter(Number.isFinite).map(Math.abs);
  const missing: string[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const token = match[0].replace("−", "-").replace(",", ".");
    const number = Math.abs(Number(token));
    const decimals = token.split(".")[1]?.length ?? 0;
    const rest = text.slice(match.index + match[0].length);
    const scale = UNITS.find(([unit]) => unit.test(rest))?.[1];
    const fits = (factor: number) =>
      known.some((value) => Math.abs(value / factor - number) <= 0.5 * 10 ** -decimals + 1e-9);
    if (!fits(1) && !(scale !== undefined && fits(scale))) missing.push(match[0]);
  }
  return missing;
}
