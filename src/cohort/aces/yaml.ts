// YAML as plain values that know their line, read safely: no tags, few aliases, bounded size. Knows nothing of tasks.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import { BedsideError } from "../../core/errors.ts";

/** A value of a YAML file and the line it stands on (1 is the first). */
export interface YamlNode {
  line: number;
  value: YamlScalar | YamlNode[] | YamlMap;
}
export type YamlScalar = string | number | boolean | null;
/** Entries in the order of the file. `keyLine` of an entry is the line of its key. */
export type YamlMap = Map<string, YamlNode & { keyLine: number }>;

const LIMITS = { characters: 1_000_000, nodes: 50_000, depth: 30, aliases: 100 };

/**
 * Reads one YAML document. Merge keys (`<<`) work; custom tags, repeated keys and floods of aliases are refused.
 * @throws BedsideError `task/yaml` with the line.
 */
export function readYaml(text: string, file?: string): YamlNode {
  const refuse = (what: string, line: number, fix: string) =>
    new BedsideError({ code: "task/yaml", what, where: placeOf(file, line), fix });
  if (text.length > LIMITS.characters) {
    throw refuse("This file is too large for a task", 1, "keep code lists out of the task, or use a regex");
  }
  const lineCounter = new LineCounter();
  const lineAt = (offset: number | undefined) => Math.max(1, lineCounter.linePos(offset ?? 0).line);
  let document: ReturnType<typeof parseDocument<ParsedNode>>;
  try {
    document = parseDocument(text, { lineCounter, prettyErrors: false, version: "1.2", schema: "core" });
  } catch (cause) {
    if (cause instanceof RangeError) throw refuse("The file is nested too deeply", 1, "flatten it");
    throw cause;
  }
  const trouble = document.errors[0] ?? document.warnings[0];
  if (trouble) throw refuse(trouble.message.replace(/\s+/g, " "), lineAt(trouble.pos[0]), "mend the YAML at this line");

  let nodes = 0;
  let aliases = 0;
  const read = (node: unknown, parentLine: number, depth: number): YamlNode => {
    if (isAlias(node)) {
      const line = lineAt(node.range?.[0]);
      const target = node.resolve(document);
      if (++aliases > LIMITS.aliases) throw refuse("The file has too many aliases", line, "write the values out");
      if (!target) throw refuse(`The alias *${node.source} has no anchor`, line, "define it before its use");
      return read(target, line, depth + 1);
    }
    const line = node ? lineAt((node as ParsedNode).range?.[0]) : parentLine;
    if (++nodes > LIMITS.nodes || depth > LIMITS.depth) {
      throw refuse("The file is too large or nested too deeply for a task", line, "shorten it");
    }
    if (isSeq(node)) return { line, value: node.items.map((item) => read(item, line, depth + 1)) };
    if (isMap(node)) return { line, value: readMap(node.items, line, depth) };
    return { line, value: isScalar(node) ? scalar(node.value) : null };
  };
  const readMap = (items: { key: unknown; value: unknown }[], mapLine: number, depth: number): YamlMap => {
    const map: YamlMap = new Map();
    const merged: YamlMap[] = [];
    for (const { key, value } of items) {
      if (!isScalar(key)) throw refuse("A key of a map must be a plain word", mapLine, "write `name: value`");
      const keyLine = lineAt(key.range?.[0]);
      const node = read(value, keyLine, depth + 1);
      if (key.value === "<<" && key.type === "PLAIN") {
        const sources = Array.isArray(node.value) ? node.value : [node];
        for (const source of sources) if (source.value instanceof Map) merged.push(source.value);
      } else map.set(String(key.source ?? key.value), { ...node, keyLine });
    }
    for (const source of merged) for (const [name, node] of source) if (!map.has(name)) map.set(name, node);
    return map;
  };
  return read(document.contents, 1, 0);
}

function scalar(value: unknown): YamlScalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** `task.yaml, line 12` */
export function placeOf(file: string | undefined, line: number): string {
  return file ? `${file}, line ${line}` : `line ${line}`;
}

/** The node as plain data, for metadata that is only passed on. */
export function plainData(node: YamlNode): unknown {
  if (Array.isArray(node.value)) return node.value.map(plainData);
  if (node.value instanceof Map)
    return Object.fromEntries([...node.value].map(([key, value]) => [key, plainData(value)]));
  return node.value;
}
