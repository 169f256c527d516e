// Cuts SQL into words, names, texts, numbers and signs, and nests what stands in brackets. Knows no statement.
import { Bug } from "../../core/errors.ts";

/** One token, or what stands between two round brackets. */
export type Node = Token | Group;
export interface Token {
  kind: "word" | "name" | "text" | "number" | "sign";
  /** A word as written, a quoted name or text without its quotes, a number, a sign. */
  value: string;
}
export interface Group {
  kind: "group";
  items: Node[];
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|([A-Za-z_][A-Za-z0-9_$]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(::|\/\/|->>?|<=|>=|<>|!=|==|\|\||>>|<<|\*\*|[-+*/%=<>(),.;[\]{}:$&|^~!@#?])/gy;

/** The nodes of a query in the words of DuckDB. */
export function readTokens(text: string): Node[] {
  const top: Node[] = [];
  const open: Node[][] = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new Bug(`SQL cannot be read from "${text.slice(at, at + 20)}" on`);
    const [, word, name, quoted, number, sign] = found;
    const here = open.at(-1)!;
    if (word !== undefined) here.push({ kind: "word", value: word });
    else if (name !== undefined) here.push({ kind: "name", value: name.replaceAll('""', '"') });
    else if (quoted !== undefined) here.push({ kind: "text", value: quoted.replaceAll("''", "'") });
    else if (number !== undefined) here.push({ kind: "number", value: number });
    else if (sign === "(") {
      const group: Group = { kind: "group", items: [] };
      here.push(group);
      open.push(group.items);
    } else if (sign === ")") {
      if (open.length === 1) throw new Bug("SQL closes a bracket that is not open");
      open.pop();
    } else if (sign !== undefined) here.push({ kind: "sign", value: sign });
  }
  if (open.length > 1) throw new Bug("SQL leaves a bracket open");
  return top;
}

/** Whether a node is this word, written in any case. */
export function isWord(node: Node | undefined, ...words: string[]): boolean {
  return node?.kind === "word" && words.includes(node.value.toLowerCase());
}

/** Whether a node is this sign. */
export function isSign(node: Node | undefined, ...signs: string[]): boolean {
  return node?.kind === "sign" && signs.includes(node.value);
}

/** What stands between commas. */
export function byCommas(nodes: readonly Node[]): Node[][] {
  if (nodes.length === 0) return [];
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (isSign(node, ",")) parts.push([]);
    else parts.at(-1)!.push(node);
  }
  return parts;
}
