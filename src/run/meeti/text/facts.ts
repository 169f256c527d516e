// The measurements a text may speak of, by name; every number shown is noted with the column it comes from.
import type { ParquetCell } from "../../../formats/parquet/index.ts";
import type { Row } from "../tables.ts";

/** The numbers and words of one recording: its row of `records`, and its leads. */
export class Facts {
  readonly record: Row;
  readonly leads: readonly Row[];
  private readonly byLead: ReadonlyMap<string, Row>;

  constructor(record: Row, leads: readonly Row[]) {
    this.record = record;
    this.leads = leads;
    this.byLead = new Map(leads.map((row) => [String(row["lead"]).toUpperCase(), row]));
  }

  /** A cell of the record, or of a lead as `V1.r_mv`; null where it was not measured. */
  cell(name: string): ParquetCell {
    const dot = name.indexOf(".");
    if (dot < 0) return this.record[name] ?? null;
    return this.byLead.get(name.slice(0, dot).toUpperCase())?.[name.slice(dot + 1)] ?? null;
  }

  /** A number; NaN where it was not measured. */
  number(name: string): number {
    const cell = this.cell(name);
    return typeof cell === "number" ? cell : Number.NaN;
  }

  /** True, false, or undefined where it could not be told. */
  is(name: string): boolean | undefined {
    const cell = this.cell(name);
    return typeof cell === "boolean" ? cell : undefined;
  }
}

/** Puts numbers into a sentence and notes which they were. */
export class Teller {
  readonly facts: Facts;
  readonly cites: string[] = [];

  constructor(facts: Facts) {
    this.facts = facts;
  }

  /** The number to so many decimals, without its sign where `size` is asked for. */
  show(name: string, decimals = 0, { size = false }: { size?: boolean } = {}): string {
    this.cites.push(name);
    const value = this.facts.number(name);
    const text = (size ? Math.abs(value) : value).toFixed(decimals);
    return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
  }
}

/** `aVR` for `AVR`, as written on paper. */
export function leadName(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith("AV") ? `aV${upper.slice(2)}` : upper;
}

/** `II, III and aVF` */
export function inWords(list: readonly string[]): string {
  return list.length < 2 ? (list[0] ?? "") : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
}
