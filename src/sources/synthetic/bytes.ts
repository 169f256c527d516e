// Rows of a CSV file as bytes, written digit by digit into one buffer. Knows no table and no file.

const ZERO = 48;
const COMMA = 44;
const NEWLINE = 10;
const MINUS = 45;
const DOT = 46;
const SPACE = 32;
const COLON = 58;
const QUOTE = 34;
/** The last character written as one byte. */
const LAST_PLAIN = 126;

const encoder = new TextEncoder();
const TENS = Uint8Array.from({ length: 100 }, (_, n) => ZERO + Math.floor(n / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, n) => ZERO + (n % 10));
const POWERS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

/** A text as the bytes of a CSV field: quoted where it holds a comma, a quote or a line end. */
export function field(text: string): Uint8Array {
  return encoder.encode(/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
}

/** Several texts as CSV fields with commas between them, none at the ends. */
export function fields(...texts: (string | number | null)[]): Uint8Array {
  return encoder.encode(texts.map((text) => (text === null ? "" : decode(field(String(text))))).join(","));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Bytes that are full beyond this are handed on at the end of the row. */
const FULL = 1 << 20;
/** Room for the row that goes over the brim. */
const SLACK = 1 << 16;

/**
 * A growing stretch of CSV rows. Fields are written in order with the comma set after each; `end()` turns the last comma
 * into a line end. When a stretch is full it goes to `onFull`, which gives a fresh buffer of `ROW_BUFFER_BYTES`.
 */
export class RowBytes {
  private bytes: Uint8Array;
  private at = 0;
  private readonly onFull: (stretch: Uint8Array) => Uint8Array;
  /** Rows written so far. */
  rows = 0;

  constructor(onFull: (stretch: Uint8Array) => Uint8Array) {
    this.onFull = onFull;
    this.bytes = new Uint8Array(ROW_BUFFER_BYTES);
  }

  /** Bytes written as they are, then a comma. */
  text(bytes: Uint8Array): void {
    this.raw(bytes);
    this.bytes[this.at++] = COMMA;
  }

  /** A text, quoted where it must be. */
  word(text: string): void {
    const to = this.bytes;
    let at = this.at;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > LAST_PLAIN || code === QUOTE || code === COMMA || code === NEWLINE) {
        this.text(field(text));
        return;
      }
      to[at++] = code;
    }
    to[at++] = COMMA;
    this.at = at;
  }

  /** Bytes written as they are. */
  raw(bytes: Uint8Array): void {
    const to = this.bytes;
    let at = this.at;
    for (let i = 0; i < bytes.length; i++) to[at++] = bytes[i]!;
    this.at = at;
  }

  /** An empty field. */
  none(count = 1): void {
    for (let i = 0; i < count; i++) this.bytes[this.at++] = COMMA;
  }

  /** A whole number. */
  int(value: number): void {
    this.digits(value);
    this.bytes[this.at++] = COMMA;
  }

  /** A number with exactly that many decimals: `7.40`. */
  fixed(value: number, decimals: number): void {
    this.decimal(value, decimals, false);
    this.bytes[this.at++] = COMMA;
  }

  /** A number with at most that many decimals and no trailing zeros: `7.4`. */
  number(value: number, decimals: number): void {
    this.decimal(value, decimals, true);
    this.bytes[this.at++] = COMMA;
  }

  /** `YYYY-MM-DD HH:MM:SS` of seconds since 1970. */
  time(seconds: number): void {
    const day = Math.floor(seconds / 86_400);
    this.civil(day);
    const clock = seconds - day * 86_400;
    const hour = (clock / 3600) | 0;
    const rest = clock - hour * 3600;
    const minute = (rest / 60) | 0;
    const second = rest - minute * 60;
    const to = this.bytes;
    let at = this.at;
    to[at++] = SPACE;
    to[at++] = TENS[hour]!;
    to[at++] = ONES[hour]!;
    to[at++] = COLON;
    to[at++] = TENS[minute]!;
    to[at++] = ONES[minute]!;
    to[at++] = COLON;
    to[at++] = TENS[second]!;
    to[at++] = ONES[second]!;
    to[at++] = COMMA;
    this.at = at;
  }

  /** `YYYY-MM-DD` of seconds since 1970. */
  date(seconds: number): void {
    this.civil(Math.floor(seconds / 86_400));
    this.bytes[this.at++] = COMMA;
  }

  /** `YYYY-MM-DD 00:00:00` of seconds since 1970: how the records write a date in a time column. */
  midnight(seconds: number): void {
    this.time(Math.floor(seconds / 86_400) * 86_400);
  }

  /** Ends the row. */
  end(): void {
    this.bytes[this.at - 1] = NEWLINE;
    this.rows++;
    if (this.at > FULL) this.flush();
  }

  /** Hands on what is held. */
  flush(): void {
    if (this.at === 0) return;
    this.bytes = this.onFull(this.bytes.subarray(0, this.at));
    this.at = 0;
  }

  private civil(day: number): void {
    const text = civilText(day);
    const to = this.bytes;
    let at = this.at;
    for (let i = 0; i < 10; i++) to[at++] = text[i]!;
    this.at = at;
  }

  private digits(value: number): void {
    const to = this.bytes;
    let at = this.at;
    if (value < 0) {
      to[at++] = MINUS;
      value = -value;
    }
    let count = 1;
    for (let limit = 10; value >= limit; limit *= 10) count++;
    at += count;
    this.at = at;
    if (value < 2_147_483_648) {
      let small = value | 0;
      for (let i = 0; i < count; i++) {
        const tenth = (small / 10) | 0;
        to[--at] = ZERO + small - tenth * 10;
        small = tenth;
      }
      return;
    }
    for (let i = 0; i < count; i++) {
      const tenth = Math.floor(value / 10);
      to[--at] = ZERO + value - tenth * 10;
      value = tenth;
    }
  }

  private decimal(value: number, decimals: number, trim: boolean): void {
    const power = POWERS[decimals]!;
    let scaled = Math.round(Math.abs(value) * power);
    const to = this.bytes;
    if (value < 0 && scaled > 0) to[this.at++] = MINUS;
    if (trim) {
      while (decimals > 0 && scaled % 10 === 0) {
        scaled /= 10;
        decimals--;
      }
    }
    if (decimals === 0) {
      this.digits(scaled);
      return;
    }
    const unit = POWERS[decimals]!;
    const whole = Math.floor(scaled / unit);
    let part = scaled - whole * unit;
    this.digits(whole);
    to[this.at] = DOT;
    for (let i = decimals; i > 0; i--) {
      to[this.at + i] = ZERO + (part % 10);
      part = Math.floor(part / 10);
    }
    this.at += decimals + 1;
  }
}

/** Size of a buffer of rows. */
export const ROW_BUFFER_BYTES = FULL + SLACK;

const CACHED_DAYS = 1 << 10;
const cachedDay = new Float64Array(CACHED_DAYS).fill(Number.NaN);
const cachedText = Array.from({ length: CACHED_DAYS }, () => new Uint8Array(10));

/** The ten bytes of a day, kept for the days used last. */
function civilText(day: number): Uint8Array {
  const slot = day & (CACHED_DAYS - 1);
  const text = cachedText[slot]!;
  if (cachedDay[slot] === day) return text;
  const { year, month, date } = civilFromDays(day);
  const century = Math.floor(year / 100);
  text[0] = TENS[century]!;
  text[1] = ONES[century]!;
  text[2] = TENS[year % 100]!;
  text[3] = ONES[year % 100]!;
  text[4] = MINUS;
  text[5] = TENS[month]!;
  text[6] = ONES[month]!;
  text[7] = MINUS;
  text[8] = TENS[date]!;
  text[9] = ONES[date]!;
  cachedDay[slot] = day;
  return text;
}

/** Year, month and day of a count of days since 1970-01-01 in the Gregorian calendar. */
export function civilFromDays(days: number): { year: number; month: number; date: number } {
  const when = new Date(days * 86_400_000);
  return { year: when.getUTCFullYear(), month: when.getUTCMonth() + 1, date: when.getUTCDate() };
}
