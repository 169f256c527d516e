// Durations as the Python package pytimeparse reads them, which is what ACES uses. Knows nothing of windows.

const FIELD = "([\\d.]+)\\s*";
const SEPARATOR = "\\s*(?:[,/]\\s*)?";
const field = (unit: string) => `(?:${FIELD}(?:${unit})${SEPARATOR})?`;
const WEEKS = field("w|wks?|weeks?");
const DAYS = field("d|dys?|days?");
const HOURS = field("h|hrs?|hours?");
const MINUTES = field("m|mins?|minutes?");
const SECONDS = `(?:${FIELD}(?:s|secs?|seconds?))?`;
const CLOCK_SECONDS = "(\\d{2}(?:\\.\\d+)?)";

/** Each form with the units of its groups, in seconds; tried in this order. */
const FORMS: { pattern: RegExp; units: bigint[] }[] = [
  [`${WEEKS}\\s*${DAYS}\\s*${HOURS}\\s*${MINUTES}\\s*${SECONDS}`, [604_800n, 86_400n, 3600n, 60n, 1n]],
  [`(\\d{1,2}):${CLOCK_SECONDS}`, [60n, 1n]],
  [`${WEEKS}\\s*${DAYS}\\s*(\\d+):(\\d{2}):${CLOCK_SECONDS}`, [604_800n, 86_400n, 3600n, 60n, 1n]],
  [`(\\d+)[:-](\\d{2}):(\\d{2}):${CLOCK_SECONDS}`, [86_400n, 3600n, 60n, 1n]],
  [`:${CLOCK_SECONDS}`, [1n]],
].map(([form, units]) => ({ pattern: new RegExp(`^\\s*${form as string}\\s*$`, "i"), units: units as bigint[] }));

const MICRO = 1_000_000n;

/**
 * A duration in microseconds, or undefined where the text is none: `24h`, `2 days`, `1 day, 14:20:16`, `:30`. Weeks down
 * to seconds; no months or years. Parts of a second are kept only when the seconds themselves are written with a point,
 * as pytimeparse does (`1.0001h` is 3600 s).
 * @example parseDuration("1d 12h") === 129_600_000_000
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().replace(/\s+/g, " "); // one space each, or the many \s* below could take for ever
  const sign = trimmed.startsWith("-") ? -1 : 1;
  const unsigned = trimmed.replace(/^[+-]\s*/, "");
  if (unsigned.length > 200) return undefined;
  for (const { pattern, units } of FORMS) {
    const found = pattern.exec(unsigned);
    if (!found?.[0].trim()) continue;
    const micros = total(found.slice(1), units);
    if (micros !== undefined) return sign * micros;
  }
  return undefined;
}

/** The sum of the fields, exactly; undefined where a field is no number (`1.2.3`). */
function total(fields: (string | undefined)[], units: bigint[]): number | undefined {
  let larger = 0n; // the fields above seconds, in microseconds
  let seconds = 0n;
  let fraction = false;
  for (let i = 0; i < units.length; i++) {
    const text = fields[i];
    if (text === undefined) continue;
    const parts = /^(\d*)(?:\.(\d*))?$/.exec(text);
    if (!parts || !/\d/.test(text)) return undefined;
    const decimals = parts[2] ?? "";
    const value = (BigInt((parts[1] || "0") + decimals) * units[i]! * MICRO) / 10n ** BigInt(decimals.length);
    if (i < units.length - 1) larger += value;
    else {
      seconds = value;
      fraction = text.includes(".");
    }
  }
  const micros = fraction ? larger + seconds : (larger / MICRO) * MICRO + seconds;
  return Number(micros);
}
