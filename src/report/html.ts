// Builds HTML as text in which every value is escaped; only markup made here or by the charts passes as markup.

/** A piece of finished markup. Only `h`, `fragment` and `svg` make one. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand inside an element; texts and numbers are escaped, empty values left out. */
export type Child = Html | string | number | null | undefined | false | Child[];

const empty = new Set(["meta", "br", "hr", "col", "img", "link"]);
/** Control characters that HTML forbids, and those that turn the direction of what follows them. */
const control = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/gu;
const name = /^[a-z][a-z0-9-]*$/i;

/** Escapes a text for use as text or as a quoted attribute. Control characters that HTML forbids or that turn the direction of text are dropped. */
export function escapeText(text: string): string {
  return text
    .replace(control, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

function markupOf(child: Child): string {
  if (child === null || child === undefined || child === false) return "";
  if (Array.isArray(child)) return child.map(markupOf).join("");
  if (child instanceof Html) return child.markup;
  return escapeText(String(child));
}

/**
 * An element with attributes and children. Attributes that are null, undefined or false are left out.
 * @example h("p", { class: "note" }, "a < b").markup // <p class="note">a &lt; b</p>
 */
export function h(
  tag: string,
  attributes: Record<string, string | number | boolean | null | undefined> = {},
  ...children: Child[]
): Html {
  let markup = `<${tag}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false || !name.test(key)) continue;
    markup += value === true ? ` ${key}` : ` ${key}="${escapeText(String(value))}"`;
  }
  if (empty.has(tag)) return new Html(`${markup}>`);
  return new Html(`${markup}>${markupOf(children)}</${tag}>`);
}

/** Children one after the other, without an element around them. */
export function fragment(...children: Child[]): Html {
  return new Html(markupOf(children));
}

/** A picture made by one of the charts, taken as it is (its texts are text nodes already). */
export function svg(picture: string): Html {
  return new Html(picture.replace(control, ""));
}

/** The style sheet, taken as it is. */
export function styleSheet(css: string): Html {
  return new Html(`<style>${css}</style>`);
}

/** A text as an id or anchor: lower case, hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
