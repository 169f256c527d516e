// The page around the parts of a report: head, contents, sections, foot. Knows no result.
import { type Child, h, styleSheet } from "./html.ts";
import { style } from "./style.ts";

/** Nothing may be loaded, run, sent or framed; only the style sheet of the page itself counts. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A part of a page. */
export interface PagePart {
  /** Anchor. */
  id: string;
  title: string;
  body: Child;
}

/** One self-contained HTML file of numbered parts. */
export function renderShell({
  title,
  head,
  parts,
  foot,
}: {
  title: string;
  head: Child;
  parts: readonly PagePart[];
  foot: string;
}): string {
  const links = parts.map((part) => h("li", {}, h("a", { href: `#${part.id}` }, part.title)));
  const html = h(
    "html",
    { lang: "en" },
    h(
      "head",
      {},
      h("meta", { charset: "utf-8" }),
      h("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
      h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      h("meta", { name: "referrer", content: "no-referrer" }),
      h("meta", { name: "color-scheme", content: "light dark" }),
      h("title", {}, title),
      styleSheet(style),
    ),
    h(
      "body",
      {},
      h("a", { class: "skip", href: "#content" }, "To the content"),
      head,
      h("nav", { "aria-labelledby": "contents" }, h("h2", { id: "contents" }, "Contents"), h("ol", {}, links)),
      h(
        "main",
        { id: "content" },
        parts.map((part, order) =>
          h(
            "section",
            { id: part.id, "aria-labelledby": `${part.id}-title` },
            h("h2", { id: `${part.id}-title` }, h("span", { class: "order" }, order + 1), part.title),
            part.body,
          ),
        ),
      ),
      h("footer", {}, h("p", {}, foot)),
    ),
  );
  return `<!doctype html>\n${html.markup}\n`;
}
