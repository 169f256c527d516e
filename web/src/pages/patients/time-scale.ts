// Minutes on the screen: where they lie, what the axis says. Knows no canvas.

/** The window of time that is seen. */
export interface Window {
  from: number;
  to: number;
}

/** The shortest and longest windows, in minutes. */
export const shortest = 10;

/** A window kept inside the whole time, with a margin, and no shorter than ten minutes. */
export function within({ from, to }: Window, lastMinute: number): Window {
  const whole = lastMinute * 1.04 + 60;
  const left = -lastMinute * 0.02 - 60;
  const span = Math.min(Math.max(to - from, shortest), whole - left);
  const start = Math.min(Math.max(from, left), whole - span);
  return { from: start, to: start + span };
}

/** The window zoomed by a factor around a minute, which stays where it is. */
export function zoomed({ from, to }: Window, factor: number, around: number): Window {
  return { from: around - (around - from) * factor, to: around + (to - around) * factor };
}

const steps = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080, 43_200, 129_600, 525_600, 2_628_000, 5_256_000];

/** Minutes at which the axis has a tick, some 110 pixels apart. */
export function ticksOf({ from, to }: Window, width: number, base: number): number[] {
  const wanted = ((to - from) / Math.max(width, 1)) * 110;
  const step = steps.find((minutes) => minutes >= wanted) ?? steps.at(-1)!;
  const offset = (base / 60_000) % step;
  const first = Math.ceil((from + offset) / step) * step - offset;
  const ticks: number[] = [];
  for (let minute = first; minute <= to; minute += step) ticks.push(minute);
  return ticks;
}

const two = (number: number) => String(number).padStart(2, "0");

/** What the axis says at a minute: the day, and the time of day where days are wide. */
export function tickText(minute: number, { from, to }: Window, base: number): string {
  const date = new Date(base + minute * 60_000);
  const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  if (to - from > 30 * 1440) return day;
  return time === "00:00" ? day : to - from > 7 * 1440 ? `${day} ${time}` : time;
}

/** A full date and time of the data set's calendar. */
export function timeText(minute: number, base: number): string {
  return new Date(base + minute * 60_000).toISOString().slice(0, 16).replace("T", " ");
}
