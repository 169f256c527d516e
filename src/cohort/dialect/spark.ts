// Translates our SQL from DuckDB to Spark. Our SQL keeps to what both have; here stand the few things that are said
// differently, and everything unknown is refused by name. Runs nothing, knows no task.
import { BedsideError, Bug } from "../../core/errors.ts";
import { ForeignRegex, javaRegex } from "./regex.ts";
import {
  NO_FUNCTIONS,
  REFUSED_WORDS,
  RENAMED_FUNCTIONS,
  SAME_FUNCTIONS,
  SAME_SIGNS,
  TYPES,
  WHOLE_TYPES,
} from "./rules.ts";
import { byCommas, type Group, isSign, isWord, type Node, readTokens } from "./tokens.ts";

export interface TranslateOptions {
  /** What a table (`meds.events`) is called in Spark, whose temporary views stand in no schema. */
  tables?: ReadonlyMap<string, string>;
  /** Names of columns whose numbers have fractions: what they look like as text differs, so that such a cast is refused. */
  fractions?: ReadonlySet<string>;
}

/**
 * A query of DuckDB as one of Spark 3.4 or later that gives the same rows, for a session with ANSI mode on and the time zone
 * UTC.
 * @throws BedsideError `cohort/untranslatable` that names what has no translation.
 * @example sparkSql("select epoch_us(time) as t from events order by t")
 */
export function sparkSql(text: string, options: TranslateOptions = {}): string {
  const { tables = new Map(), fractions = new Set() } = options;
  return new Translation(tables, fractions).nodes(readTokens(text));
}

function untranslatable(what: string, fix?: string): BedsideError {
  return new BedsideError({
    code: "cohort/untranslatable",
    what: `${what} has no translation to Spark SQL that is sure to give the same rows`,
    fix: fix ?? "run it on the embedded engine: --engine duckdb",
  });
}

class Translation {
  private readonly tables: ReadonlyMap<string, string>;
  private readonly fractions: ReadonlySet<string>;
  constructor(tables: ReadonlyMap<string, string>, fractions: ReadonlySet<string>) {
    this.tables = tables;
    this.fractions = fractions;
  }

  nodes(nodes: readonly Node[]): string {
    if (isWord(nodes[0], "from")) throw untranslatable("A query that begins with FROM");
    let out = "";
    let i = 0;
    while (i < nodes.length) {
      const [text, next] = this.at(nodes, i);
      const glued = out === "" || text === "," || text === "." || out.endsWith(".") || text === ";";
      out += glued ? text : ` ${text}`;
      i = next;
    }
    return out;
  }

  /** The text of what stands at `i`, and where the next thing stands. */
  private at(nodes: readonly Node[], i: number): [text: string, next: number] {
    const node = nodes[i]!;
    const after = nodes[i + 1];
    switch (node.kind) {
      case "group":
        return [`(${this.nodes(node.items)})`, i + 1];
      case "text":
        return [textLiteral(node.value), i + 1];
      case "number":
        return [numberLiteral(node.value), i + 1];
      case "sign":
        if (!SAME_SIGNS.has(node.value)) throw untranslatable(`The sign ${node.value}`);
        return [node.value, i + 1];
      case "name":
        return this.name(nodes, i);
      case "word":
        return after?.kind === "group" ? this.beforeGroup(nodes, i, after) : this.word(nodes, i);
    }
  }

  /** A quoted name; a schema and a table become the view that stands for the table. */
  private name(nodes: readonly Node[], i: number): [text: string, next: number] {
    const [schema, dot, table] = nodes.slice(i, i + 3);
    if (namesTable(nodes, i) && isSign(dot, ".") && table && "value" in table) {
      const view = this.tables.get(`${(schema as { value: string }).value}.${table.value}`);
      if (view === undefined) throw new Bug("A query reads a table that is not declared");
      return [quoted(view), i + 3];
    }
    return [quoted((schema as { value: string }).value), i + 1];
  }

  private word(nodes: readonly Node[], i: number): [text: string, next: number] {
    const { value } = nodes[i] as { value: string };
    const word = value.toLowerCase();
    if (isSign(nodes[i - 1], ".")) return [value, i + 1];
    const refused = REFUSED_WORDS[word];
    if (refused) throw untranslatable(refused);
    if (word === "order" && isWord(nodes[i + 1], "by")) return this.orderBy(nodes, i + 2);
    if (namesTable(nodes, i) && isSign(nodes[i + 1], ".")) return this.name(nodes, i);
    if (word === "timestamp" && nodes[i + 1]?.kind === "text") return ["timestamp_ntz", i + 1];
    return [value, i + 1];
  }

  private beforeGroup(nodes: readonly Node[], i: number, group: Group): [text: string, next: number] {
    const { value } = nodes[i] as { value: string };
    const word = value.toLowerCase();
    const refused = REFUSED_WORDS[word];
    if (refused) throw untranslatable(refused);
    if (word === "filter" && !isWord(group.items[0], "where"))
      return [`filter (where ${this.nodes(group.items)})`, i + 2];
    // `from events (…)` and `with a (…)` would be names with columns, which we do not write
    if (NO_FUNCTIONS.has(word)) return [value, i + 1];
    return [this.call(word, group), i + 2];
  }

  private call(name: string, { items }: Group): string {
    if (name === "cast") return this.cast(items);
    const parts = byCommas(items);
    const args = () => parts.map((part) => this.nodes(part));
    const only = () => {
      if (parts.length !== 1) throw untranslatable(`${name} with ${parts.length} arguments`);
      return this.nodes(parts[0]!);
    };
    if (SAME_FUNCTIONS.has(name) || RENAMED_FUNCTIONS[name]) {
      // count(*) and count(distinct x) pass as they are
      return `${RENAMED_FUNCTIONS[name] ?? name}(${args().join(", ")})`;
    }
    switch (name) {
      case "epoch_us":
        return `unix_micros(cast(${only()} as timestamp))`;
      case "make_timestamp":
        return `cast(timestamp_micros(${only()}) as timestamp_ntz)`;
      case "floor": // a double in DuckDB, a whole number in Spark
        return `cast(floor(${only()}) as double)`;
      case "regexp_matches":
        return this.matches(parts);
      case "unnest":
        return this.unnest(parts);
      default:
        throw untranslatable(`The function ${name}`);
    }
  }

  /** DuckDB rounds to the nearest whole number, halves to the even one; Spark cuts off, and says bround for the former. */
  private cast(items: readonly Node[]): string {
    const at = items.findLastIndex((node) => isWord(node, "as"));
    const [type, ...more] = items.slice(at + 1);
    const target = type?.kind === "word" && more.length === 0 ? TYPES[type.value.toLowerCase()] : undefined;
    const from = items.slice(0, at);
    if (at < 1 || target === undefined) throw untranslatable(`A cast to ${describe(items.slice(at + 1))}`);
    if (target === "string") this.refuseFraction(from);
    const value = isWord(from[0], "floor") && from.length === 2 ? this.wholeFloor(from[1]!) : this.nodes(from);
    const rounded = WHOLE_TYPES.has(target) && !isWhole(from) ? `bround(${value})` : value;
    return `cast(${rounded} as ${target})`;
  }

  private wholeFloor(group: Node): string {
    if (group.kind !== "group") throw untranslatable("floor");
    return `floor(${this.nodes(group.items)})`;
  }

  private refuseFraction(from: readonly Node[]): void {
    const last = from.at(-1);
    const known = last && "value" in last && this.fractions.has(last.value.toLowerCase());
    if (known || (last?.kind === "number" && !/^\d+$/.test(last.value)))
      throw untranslatable(`The text of a number with a fraction${known ? ` (${last.value})` : ""}`);
  }

  private matches(parts: Node[][]): string {
    const [text, pattern] = parts;
    const [regex] = pattern ?? [];
    if (parts.length !== 2 || pattern!.length !== 1 || regex?.kind !== "text")
      throw untranslatable("A regular expression that is no plain text");
    try {
      return `regexp_like(${this.nodes(text!)}, ${textLiteral(javaRegex(regex.value))})`;
    } catch (cause) {
      if (!(cause instanceof ForeignRegex)) throw cause;
      throw untranslatable(
        `"${cause.message}" in the regular expression "${regex.value}"`,
        "write it with plain classes, groups and alternatives",
      );
    }
  }

  /** `unnest(range(a, b))`: Spark's sequence holds its end, and counts down where it lies before the start. */
  private unnest(parts: Node[][]): string {
    const [name, group, ...rest] = parts[0] ?? [];
    if (parts.length !== 1 || rest.length > 0 || !isWord(name, "range") || group?.kind !== "group")
      throw untranslatable("unnest of anything but a range");
    const bounds = byCommas(group.items).map((part) => `cast(${this.nodes(part)} as bigint)`);
    if (bounds.length === 0 || bounds.length > 2) throw untranslatable("A range with a step");
    const [from, to] = bounds.length === 1 ? ["cast(0 as bigint)", bounds[0]!] : (bounds as [string, string]);
    return `explode(if(${to} > ${from}, sequence(${from}, ${to} - 1), array()))`;
  }

  /** Nulls come last in DuckDB, ascending or not; in Spark first where ascending. */
  private orderBy(nodes: readonly Node[], start: number): [text: string, next: number] {
    let end = start;
    const enders = ["rows", "range", "limit", "offset", "union", "intersect", "except", "window"];
    while (end < nodes.length && !isSign(nodes[end], ";") && !isWord(nodes[end], ...enders)) end++;
    const keys = byCommas(nodes.slice(start, end)).map((key) => {
      if (key.length === 1 && isWord(key[0], "all")) throw untranslatable("ORDER BY ALL");
      return `${this.nodes(key)}${key.some((node) => isWord(node, "nulls")) ? "" : " nulls last"}`;
    });
    return [`order by ${keys.join(", ")}`, end];
  }
}

/** Whether a table is named here; `is distinct from` names none. */
function namesTable(nodes: readonly Node[], i: number): boolean {
  return isWord(nodes[i - 1], "from", "join") && !isWord(nodes[i - 2], "distinct");
}

/** Whether a value is whole for certain, so that a cast rounds nothing. */
function isWhole(nodes: readonly Node[]): boolean {
  const [first, second] = nodes;
  if (nodes.length === 1) return isWord(first, "null") || (first?.kind === "number" && /^\d+$/.test(first.value));
  return nodes.length === 2 && isWord(first, "count", "floor", "epoch_us", "row_number") && second?.kind === "group";
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function textLiteral(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function numberLiteral(digits: string): string {
  if (/^\d+$/.test(digits) || /[eE]/.test(digits)) return digits;
  throw untranslatable(`The decimal ${digits} (as a double: ${Number(digits).toExponential()})`);
}

function describe(nodes: readonly Node[]): string {
  return nodes.map((node) => ("value" in node ? node.value : "(…)")).join(" ") || "nothing";
}
