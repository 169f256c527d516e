// The base time and date of a WFDB header, and the dates that real files have instead. Knows no header.

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const two = (n: number) => String(n).padStart(2, "0");

/** `HH:MM:SS` with the fraction kept, from `SS`, `MM:SS` or `HH:MM:SS`; undefined where it is no time of day. */
export function parseTime(text: string): string | undefined {
  const [whole, first, second, third, fraction] =
    text.match(/^(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?(?:\.(\d{0,9}))?$/) ?? [];
  if (whole === undefined) return undefined;
  const parts = [first, second, third].filter((part) => part !== undefined).map(Number);
  while (parts.length < 3) parts.unshift(0);
  const [hours, minutes, seconds] = parts as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${fraction ? `.${fraction}` : ""}`;
}

/** A date as `YYYY-MM-DD`. Standard is `DD/MM/YYYY`; `DD-Mon-YYYY`, `DD-MM-YYYY` and a bare year are read too. */
export function parseDate(text: string): { iso?: string; standard: boolean } | undefined {
  const [slashed, d, m, y] = text.match(/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/) ?? [];
  if (slashed) return checked(Number(d), Number(m), Number(y), true);
  const [named, nd, nm, ny] = text.match(/^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/) ?? [];
  if (named) return checked(Number(nd), MONTHS.indexOf(nm!.toLowerCase()) + 1, Number(ny), false);
  const [dashed, dd, dm, dy] = text.match(/^(\d{1,2})-(\d{1,2})-(\d{4})$/) ?? [];
  if (dashed) return checked(Number(dd), Number(dm), Number(dy), false);
  return /^\/{0,2}\d{4}$/.test(text) ? { standard: false } : undefined;
}

function checked(day: number, month: number, year: number, standard: boolean) {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > length) return undefined;
  return { iso: `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`, standard };
}
