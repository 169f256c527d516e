// Regular expressions of DuckDB (RE2) in the words of Java, which Spark searches with: what both read differently is written
// out, what cannot be is refused. Knows no SQL.

/** Where the two part ways and nothing says the same. */
export class ForeignRegex extends Error {
  override name = "ForeignRegex";
}

const WORD = "0-9A-Za-z_";
const SPACES = "\\t\\n\\f\\r ";
/** Between a word's letter and another; Java's own \b knows letters of all scripts. */
const BOUNDARY = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
const INSIDE = `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`;

/** Escapes outside of a class. */
const ESCAPES: Record<string, string> = {
  ...{ d: "[0-9]", D: "[^0-9]", w: `[${WORD}]`, W: `[^${WORD}]`, s: `[${SPACES}]`, S: `[^${SPACES}]` },
  ...{ b: BOUNDARY, B: INSIDE, A: "\\A", z: "\\z", t: "\\t", n: "\\n", r: "\\r", f: "\\f", a: "\\x07", v: "\\x0B" },
};
/** Escapes inside of a class. */
const CLASS_ESCAPES: Record<string, string> = {
  ...{ d: "0-9", w: WORD, s: SPACES, t: "\\t", n: "\\n", r: "\\r", f: "\\f", a: "\\x07", v: "\\x0B" },
};

/**
 * The same search in Java's syntax.
 * @throws ForeignRegex where there is none, with the part in question.
 */
export function javaRegex(regex: string): string {
  let out = "";
  let i = 0;
  while (i < regex.length) {
    const sign = regex[i]!;
    if (sign === "\\") {
      const [text, next] = escaped(regex, i, ESCAPES);
      out += text;
      i = next;
    } else if (sign === "[") {
      const [text, next] = readClass(regex, i);
      out += text;
      i = next;
    } else if (sign === "(" && regex[i + 1] === "?") {
      const flags = /^\(\?(?:(:)|P?<[A-Za-z_]\w*>|(i|s|si|is)([:)]))/.exec(regex.slice(i));
      if (!flags) throw new ForeignRegex(regex.slice(i, i + 4));
      if (flags[2]) {
        // in RE2 a dot of (?s) is any character; here a dot is written out, so that the flag would be lost
        if (flags[2].includes("s")) throw new ForeignRegex(flags[0]);
        out += `(?iu${flags[3]}`;
      } else out += "(?:";
      i += flags[0].length;
    } else {
      // a dot of Java leaves out more line ends, and its $ also stands before a last one
      out += sign === "." ? "[^\\n]" : sign === "$" ? "\\z" : sign === "^" ? "\\A" : plain(regex, i);
      i++;
    }
  }
  return out;
}

/** Brackets and repetitions are the same; a brace that begins no repetition is a character for RE2 and an error for Java. */
function plain(regex: string, at: number): string {
  const sign = regex[at]!;
  if (sign === "{" && !/^\{\d+(,\d*)?\}/.test(regex.slice(at))) return "\\{";
  if (sign === "}" && !/\{\d+(,\d*)?$/.test(regex.slice(0, at))) return "\\}";
  return sign;
}

function escaped(regex: string, at: number, known: Record<string, string>): [text: string, next: number] {
  const rest = regex.slice(at);
  const hex = /^\\x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})/.exec(rest);
  if (hex) return [hex[0], at + hex[0].length];
  const general = /^\\[pP](?:[CLMNPSZ]|\{[CLMNPSZ][a-z]?\})/.exec(rest);
  if (general) return [general[0], at + general[0].length];
  const sign = rest[1] ?? "";
  const text = known[sign];
  if (text !== undefined) return [text, at + 2];
  if (/^[!-/:-@[-`{-~ ]$/.test(sign)) return [`\\${sign}`, at + 2];
  throw new ForeignRegex(rest.slice(0, 2));
}

/** `[…]`: brackets and ampersands within mean nothing to RE2, and sets of sets to Java. */
function readClass(regex: string, start: number): [text: string, next: number] {
  let i = start + 1;
  let out = "[";
  if (regex[i] === "^") {
    out += "^";
    i++;
  }
  for (let first = true; ; first = false) {
    const sign = regex[i];
    if (sign === undefined) throw new ForeignRegex(regex.slice(start, start + 10));
    if (sign === "]" && !first) return [`${out}]`, i + 1];
    if (sign === "\\") {
      const [text, next] = escaped(regex, i, CLASS_ESCAPES);
      out += text;
      i = next;
    } else if (sign === "[" && regex[i + 1] === ":") throw new ForeignRegex(regex.slice(i, i + 4));
    else {
      out += /[[\]&^ #~]/.test(sign) ? `\\${sign}` : sign;
      i++;
    }
  }
}
