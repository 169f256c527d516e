// A small strict XML reader for clinical files: elements, attributes and text as calls. Knows no vocabulary.
// Refuses document types, so that no entity can grow. Source: W3C, Extensible Markup Language 1.0.
import { BedsideError } from "../../core/errors.ts";

/** What the reader calls; names come without their namespace prefix. */
export interface XmlHandler {
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  close(name: string): void;
  /** The text between two tags, as it stands in the file, entities included. */
  text(text: string): void;
}

/** Deeper nesting is refused: no clinical file needs it. */
const DEEPEST = 200;

/** @throws BedsideError `xml/invalid` unless the text is well formed as far as the reader looks. */
export function readXml(text: string, handler: XmlHandler, { name = "file.xml" }: { name?: string } = {}): void {
  const open: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let roots = 0;
  const refuse = (why: string) =>
    new BedsideError({
      code: "xml/invalid",
      what: "The XML cannot be read",
      where: name,
      why,
      fix: "the file is damaged or not XML: copy or export it again",
    });
  const skipTo = (mark: string, from: number) => {
    const end = text.indexOf(mark, from);
    if (end < 0) throw refuse("it is cut off");
    return end;
  };
  while (at < text.length) {
    const tag = text.indexOf("<", at);
    const end = tag < 0 ? text.length : tag;
    if (end > at) {
      if (open.length > 0) handler.text(text.slice(at, end));
      else if (text.slice(at, end).trim() !== "") throw refuse("text stands outside of the root element");
    }
    if (tag < 0) break;
    if (text.startsWith("<!--", tag)) at = skipTo("-->", tag + 4) + 3;
    else if (text.startsWith("<?", tag)) at = skipTo("?>", tag + 2) + 2;
    else if (text.startsWith("<![CDATA[", tag)) {
      const close = skipTo("]]>", tag + 9);
      if (open.length > 0) handler.text(text.slice(tag + 9, close).replaceAll("&", "&amp;"));
      at = close + 3;
    } else if (text.startsWith("<!", tag)) throw refuse("it has a document type");
    else if (text[tag + 1] === "/") {
      const close = skipTo(">", tag);
      const element = text.slice(tag + 2, close).trim();
      if (open.pop() !== element) throw refuse("its elements do not close in order");
      handler.close(local(element));
      at = close + 1;
    } else {
      const { element, attributes, empty, next } = readTag(text, tag, refuse);
      if (open.length === 0 && roots++ > 0) throw refuse("it has more than one root element");
      if (open.length >= DEEPEST) throw refuse(`it is nested more than ${DEEPEST} deep`);
      handler.open(local(element), attributes);
      if (empty) handler.close(local(element));
      else open.push(element);
      at = next;
    }
  }
  if (open.length > 0 || roots === 0) throw refuse(roots === 0 ? "it has no element" : "it is cut off");
}

const local = (name: string) => name.slice(name.indexOf(":") + 1);

const NAME = /[A-Za-z_][\w.:-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const END = /\s*(\/?)>/y;

function readTag(text: string, tag: number, refuse: (why: string) => Error) {
  NAME.lastIndex = tag + 1;
  const element = NAME.exec(text)?.[0];
  if (element === undefined) throw refuse("a tag has no name");
  let at = tag + 1 + element.length;
  const attributes = new Map<string, string>();
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(text);
    if (!found) break;
    const key = local(found[1]!);
    // xsi:type and type are both kept: the first stands for the value's type.
    if (!attributes.has(key)) attributes.set(key, unescaped(found[2] ?? found[3] ?? ""));
    at = ATTRIBUTE.lastIndex;
  }
  END.lastIndex = at;
  const end = END.exec(text);
  if (!end) throw refuse("a tag does not end or has an attribute without a value");
  return { element, attributes, empty: end[1] === "/", next: END.lastIndex };
}

const ENTITIES = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Text with the five named entities and character numbers put in; others stay as they stand. */
export function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (whole, ten, sixteen, named) => {
    const code = ten !== undefined ? Number(ten) : sixteen !== undefined ? Number.parseInt(sixteen, 16) : undefined;
    if (code === undefined) return ENTITIES.get(named) ?? whole;
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
