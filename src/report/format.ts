// Numbers as a reader of a paper expects them: decimals, intervals, thousands, shares. Knows nothing of HTML.
import type { Estimate } from "../run/result.ts";

/** Shown where a figure cannot be given. */
export const absent = "–";

const noBreak = "\u00a0";
const minus = "\u2212";

function withMinus(text: string): string {
  return text.startsWith("-") ? minus + text.slice(1) : text;
}

/** A whole number with thousands separators; a text (a suppressed count) stays as it is. `1234` → `1,234`. */
export function formatCount(count: number | string | null | undefined): string {
  if (typeof count === "string") return count;
  if (count === null || count === undefined || !Number.isFinite(count)) return absent;
  return withMinus(Math.round(count).toString()).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Decimals that a figure of this size deserves: three below ten, one below a hundred, none above. */
function decimalsFor(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return 0;
  if (size >= 10) return 1;
  return size < 0.01 ? 4 : 3;
}

/** A figure with a number of decimals fit for its size. `0.86123` → `0.861`, `46.52` → `46.5`. */
export function formatFigure(value: number | null | undefined, decimals?: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return absent;
  const text = withMinus(value.toFixed(decimals ?? (value === 0 ? 3 : decimalsFor(value))));
  return /^\u2212[0.]+$/.test(text) ? text.slice(1) : text;
}

/** Whether a figure has a value and both ends of its interval. Figures without an interval are not printed. */
export function isEstimable(
  estimate: Estimate | null | undefined,
): estimate is Estimate & { low: number; high: number } {
  return (
    !!estimate && Number.isFinite(estimate.value) && Number.isFinite(estimate.low) && Number.isFinite(estimate.high)
  );
}

/** Decimals of a figure with an interval: a very small figure needs no fourth where the interval is far wider. */
function figureDecimals({ value, low, high }: { value: number; low: number; high: number }): number {
  const decimals = decimalsFor(value === 0 ? Math.max(Math.abs(low), Math.abs(high)) : value);
  return decimals === 4 && high - low >= 0.01 ? 3 : decimals;
}

/** The figure alone, with as many decimals as its interval bears. */
export function formatValue(estimate: { value: number; low: number; high: number }): string {
  return formatFigure(estimate.value, estimate.value === 0 ? undefined : figureDecimals(estimate));
}

/**
 * The two ends of an interval: one decimal fewer than the figure where the interval is wide enough to bear it.
 * `0.84–0.88`; with a negative end `−0.12 to 0.05`.
 */
export function formatInterval({ value, low, high }: { value: number; low: number; high: number }): string {
  let decimals = figureDecimals({ value, low, high });
  if (decimals >= 3 && high - low >= 3 * 10 ** (1 - decimals)) decimals -= 1;
  const ends = [formatFigure(low, decimals), formatFigure(high, decimals)];
  return ends.join(low < 0 || high < 0 ? " to " : "–");
}

/** A figure with its interval, `0.861 (0.84–0.88)`, or `–` where no interval can be given. */
export function formatEstimate(estimate: Estimate | null | undefined): string {
  return isEstimable(estimate) ? `${formatValue(estimate)} (${formatInterval(estimate)})` : absent;
}

/** A share as a percentage with one decimal, `7.5 %`; `–` when the whole is zero. */
export function formatShare(part: number, whole: number, decimals = 1): string {
  return whole > 0 && Number.isFinite(part)
    ? `${withMinus(((100 * part) / whole).toFixed(decimals))}${noBreak}%`
    : absent;
}

/** A length of time: `0.8 s`, `12 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return absent;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${noBreak}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${noBreak}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}${noBreak}min ${whole % 60}${noBreak}s`;
  return `${Math.floor(minutes / 60)}${noBreak}h ${minutes % 60}${noBreak}min`;
}

/** `95 %` from 0.95. */
export function formatLevel(level: number): string {
  return `${Number((100 * level).toFixed(1))}${noBreak}%`;
}
