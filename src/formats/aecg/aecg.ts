// Reads HL7 annotated ECGs (AnnotatedECG, urn:hl7-org:v3): series, leads, representative beats, annotations.
// Knows no patient: subject, trial and site stay in the file. Source: HL7 aECG implementation guide, and FDA's examples.
import { BedsideError } from "../../core/errors.ts";
import { readXml, unescaped } from "./xml.ts";

/** One lead as stored: physical = origin + scale × digit. */
export interface AecgLead {
  /** MDC code: `MDC_ECG_LEAD_V1`. */
  code: string;
  /** The code's last part: `V1`. */
  name: string;
  origin: number;
  scale: number;
  /** Mostly `uV`. */
  unit: string;
  digits: Int32Array;
}

/** One set of leads recorded together. */
export interface AecgSeries {
  /** `RHYTHM`, `REPRESENTATIVE_BEAT`. */
  code: string;
  /** True where it was computed from another series. */
  derived: boolean;
  /** `YYYYMMDDHHMMSS.mmm` as the file has it, where its time is absolute. */
  start?: string;
  /** Samples a second. */
  rateHz: number;
  leads: AecgLead[];
  annotations: AecgAnnotation[];
}

/** What was said of a series, a beat or a wave. */
export interface AecgAnnotation {
  /** What kind: `MDC_ECG_WAVC`, `MDC_ECG_TIME_PD_QT`. */
  code: string;
  /** A coded value: `MDC_ECG_WAVC_PWAVE`. */
  value?: string;
  /** A measured value, and its unit. */
  quantity?: number;
  unit?: string;
  /** The place in the list of the annotation that holds it (a wave's beat). */
  parent?: number;
  /** Milliseconds from the series' start; a peak has both equal. */
  fromMs?: number;
  toMs?: number;
  /** The leads it is of; empty: all. */
  leads: string[];
}

/** What a file holds. */
export interface Aecg {
  /** The finding's time as the file has it. */
  effectiveTime?: string;
  series: AecgSeries[];
}

type Attributes = ReadonlyMap<string, string>;
interface Sequence {
  code: string;
  origin: number;
  scale: number;
  unit: string;
  digits?: Int32Array;
  head?: string;
  incrementSeconds?: number;
}
interface OpenSeries {
  series: AecgSeries;
  /** Places in `series.annotations` that are still open. */
  annotations: number[];
  /** The absolute time that its effective time begins with. */
  low?: string;
  /** Absolute times to be made relative once the series' start is known. */
  absolute: { annotation: AecgAnnotation; field: "fromMs" | "toMs"; time: string }[];
}

/**
 * Reads a file. Leads come as stored, in 32-bit integers; `aecgMillivolts` makes them millivolts.
 * @throws BedsideError `aecg/invalid`, `xml/invalid`
 */
export function readAecg(text: string, { name = "ecg.xml" }: { name?: string } = {}): Aecg {
  const reader = new Reader(name);
  readXml(text, reader, { name });
  if (!reader.isAecg || reader.result.series.length === 0) {
    throw refuse(name, "The file is not an annotated ECG", "it has no series of an AnnotatedECG");
  }
  return reader.result;
}

/** A lead in millivolts. @throws BedsideError `aecg/invalid` where its unit is not a voltage. */
export function aecgMillivolts({ origin, scale, unit, digits }: AecgLead): Float64Array<ArrayBuffer> {
  const perMillivolt = new Map([
    ["nV", 1e6],
    ["uV", 1e3],
    ["mV", 1],
    ["V", 1e-3],
  ]).get(unit);
  if (perMillivolt === undefined)
    throw refuse("lead", "A lead is not in volts", "its unit is none of nV, uV, mV and V");
  return Float64Array.from(digits, (digit) => (origin + scale * digit) / perMillivolt);
}

function refuse(where: string, what: string, why: string): BedsideError {
  const fix = "the file is damaged or of another kind: export it again as HL7 aECG";
  return new BedsideError({ code: "aecg/invalid", what, where, why, fix });
}

class Reader {
  readonly result: Aecg = { series: [] };
  isAecg = false;
  private readonly name: string;
  private readonly path: string[] = [];
  private readonly stack: OpenSeries[] = [];
  private sequence: Sequence | undefined;
  private boundary = "";
  private digits: Int32Array[] = [];
  private cut = "";

  constructor(name: string) {
    this.name = name;
  }

  open(element: string, attributes: Attributes): void {
    const parent = this.path.at(-1);
    if (this.path.length === 0) this.isAecg = element === "AnnotatedECG";
    this.path.push(element);
    if (element === "series" || element === "derivedSeries") this.openSeries(element === "derivedSeries");
    const current = this.stack.at(-1);
    if (!current) {
      const time = attributes.get("value");
      const isFinding = parent === "effectiveTime" && this.path.length === 3;
      if (isFinding && time && (element === "center" || element === "low")) this.result.effectiveTime ??= time;
      return;
    }
    if (element === "sequence") this.sequence = { code: "", origin: 0, scale: 1, unit: "" };
    else if (element === "annotation") this.openAnnotation(current);
    else if (element === "code") this.readCode(parent, attributes, current);
    else if (this.sequence) this.readSequence(this.sequence, element, attributes);
    else if (current.annotations.length > 0) this.readValue(element, parent, attributes, current);
    else if (parent === "effectiveTime" && element === "low") {
      const time = attributes.get("value");
      if (time) current.low ??= time;
    }
  }

  text(text: string): void {
    if (this.path.at(-1) === "digits" && this.sequence) this.readDigits(text);
  }

  close(element: string): void {
    this.path.pop();
    const current = this.stack.at(-1);
    if (!current) return;
    if (element === "digits" && this.sequence) this.closeDigits(this.sequence);
    else if (element === "sequence") this.closeSequence(current);
    else if (element === "annotation") current.annotations.pop();
    else if (element === "boundary") this.boundary = "";
    else if (element === "series" || element === "derivedSeries") this.closeSeries(current);
  }

  private openSeries(derived: boolean): void {
    const series: AecgSeries = { code: "", derived, rateHz: 0, leads: [], annotations: [] };
    this.stack.push({ series, annotations: [], absolute: [] });
    this.result.series.push(series);
  }

  private openAnnotation(current: OpenSeries): void {
    const parent = current.annotations.at(-1);
    const annotation: AecgAnnotation = { code: "", leads: [] };
    if (parent !== undefined) annotation.parent = parent;
    current.annotations.push(current.series.annotations.push(annotation) - 1);
  }

  private readCode(parent: string | undefined, attributes: Attributes, current: OpenSeries): void {
    const code = attributes.get("code") ?? "";
    const annotation = current.series.annotations[current.annotations.at(-1) ?? -1];
    if (parent === "series" || parent === "derivedSeries") current.series.code = code;
    else if (parent === "sequence" && this.sequence) this.sequence.code = code;
    else if (parent === "annotation" && annotation) annotation.code = code;
    else if (parent === "boundary" && annotation) {
      this.boundary = code;
      if (code.startsWith(LEAD)) annotation.leads.push(code.slice(LEAD.length));
    }
  }

  private readSequence(sequence: Sequence, element: string, attributes: Attributes): void {
    const value = attributes.get("value");
    if (element === "origin" || element === "scale") {
      sequence[element] = this.number(value);
      sequence.unit = attributes.get("unit") ?? sequence.unit;
    } else if (element === "head" && value !== undefined) sequence.head = value;
    else if (element === "increment") sequence.incrementSeconds = this.number(value) * this.seconds(attributes);
  }

  private readValue(element: string, parent: string | undefined, attributes: Attributes, current: OpenSeries): void {
    const annotation = current.series.annotations[current.annotations.at(-1)!]!;
    const value = attributes.get("value");
    if (parent === "annotation" && element === "value") {
      const code = attributes.get("code");
      if (code !== undefined) annotation.value = code;
      if (value !== undefined && attributes.get("type") === "PQ") {
        annotation.quantity = this.number(value);
        annotation.unit = attributes.get("unit") ?? "";
      }
    } else if (this.boundary !== "" && value !== undefined) {
      const fields = element === "low" ? FROM : element === "high" ? TO : element === "value" ? BOTH : [];
      for (const field of fields) {
        if (this.boundary === "TIME_ABSOLUTE") current.absolute.push({ annotation, field, time: value });
        else if (this.boundary === "TIME_RELATIVE")
          annotation[field] = this.number(value) * this.seconds(attributes) * 1000;
      }
    }
  }

  /** Whole numbers between blanks; a number may be cut by the end of a piece of text. */
  private readDigits(text: string): void {
    const words = this.cut + text;
    // A digit and a blank take two characters at the least.
    const values = new Int32Array(Math.ceil(words.length / 2));
    let count = 0;
    this.cut = "";
    for (const found of words.matchAll(/\S+/g)) {
      if (found.index + found[0].length < words.length) values[count++] = this.digit(found[0]);
      else this.cut = found[0];
    }
    if (this.cut.length > 11) this.digit(this.cut);
    this.digits.push(values.subarray(0, count));
  }

  private closeDigits(sequence: Sequence): void {
    if (this.cut !== "") this.digits.push(Int32Array.of(this.digit(this.cut)));
    this.cut = "";
    const whole = this.digits.length === 1 ? this.digits[0]! : joined(this.digits);
    sequence.digits = whole;
    this.digits = [];
  }

  private closeSequence(current: OpenSeries): void {
    const { code, origin, scale, unit, digits, head, incrementSeconds } = this.sequence!;
    this.sequence = undefined;
    const { series } = current;
    if (code.startsWith("TIME_")) {
      if (incrementSeconds !== undefined && incrementSeconds > 0) series.rateHz = rounded(1 / incrementSeconds);
      if (code === "TIME_ABSOLUTE" && head !== undefined) series.start = head;
    } else if (digits) series.leads.push({ code, name: code.replace(LEAD, ""), origin, scale, unit, digits });
  }

  private closeSeries(current: OpenSeries): void {
    this.stack.pop();
    const { series, absolute, low } = current;
    if (series.leads.length > 0 && series.rateHz === 0) {
      throw refuse(this.name, "A series has no time", "its sequences lack one of a head and an increment");
    }
    const start = milliseconds(series.start ?? low);
    for (const { annotation, field, time } of absolute) {
      const at = milliseconds(time);
      if (at !== undefined && start !== undefined) annotation[field] = at - start;
    }
  }

  private number(text: string | undefined): number {
    const value =
      text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value)) throw refuse(this.name, "A value cannot be read", "it is not a number");
    return value;
  }

  private digit(text: string): number {
    const value = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value !== (value | 0))
      throw refuse(this.name, "A lead cannot be read", "a sample is not a whole number of 32 bits");
    return value;
  }

  private seconds(attributes: Attributes): number {
    const unit = unescaped(attributes.get("unit") ?? "");
    const seconds = unit === "s" ? 1 : unit === "ms" ? 1e-3 : unit === "us" ? 1e-6 : undefined;
    if (seconds === undefined) throw refuse(this.name, "A time cannot be read", "its unit is none of s, ms and us");
    return seconds;
  }
}

const LEAD = "MDC_ECG_LEAD_";
const FROM = ["fromMs"] as const;
const TO = ["toMs"] as const;
const BOTH = ["fromMs", "toMs"] as const;

/** 500 for an increment written as 0.002, whose inverse is not exact. */
const rounded = (rateHz: number) => Math.round(rateHz * 1e6) / 1e6;

function joined(pieces: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** A time stamp `YYYYMMDD[HHMM[SS[.fff]]]` as milliseconds; its zone is left out, for only differences are taken. */
function milliseconds(time: string | undefined): number | undefined {
  const [whole, y, mo, d, h, mi, s, fraction] =
    time?.match(/^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:(\d{2})(\.\d+)?)?)?(?:[+-]\d{4})?$/) ?? [];
  if (whole === undefined) return undefined;
  const n = (text: string | undefined) => Number(text ?? 0);
  return Date.UTC(n(y), n(mo) - 1, n(d), n(h), n(mi), n(s)) + Math.round(n(fraction) * 1e6) / 1e3;
}
