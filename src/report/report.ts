// Puts the report together: one HTML file that needs no network, no script and no other file.
import type { RunResult } from "../run/result.ts";
import type { ChartDocument } from "./charts/draw.ts";
import { type Child, h, styleSheet } from "./html.ts";
import { beginPage } from "./page.ts";
import { sections } from "./sections/index.ts";
import { titleBlock } from "./sections/title.ts";
import { style } from "./style.ts";

export interface ReportOptions {
  /** Where charts make their elements, as `window.document`; by default a document outside any page. */
  document?: ChartDocument | undefined;
}

/** Nothing may be loaded, run, sent or framed; only the style sheet of the page itself counts. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * The report of a run as one self-contained HTML file. Every text of the result is shown as text, never as markup.
 * @example writeFileSync("report.html", renderReport(result))
 */
export function renderReport(result: RunResult, { document }: ReportOptions = {}): string {
  const page = beginPage(document);
  const parts: { id: string; title: string; body: Child }[] = [];
  for (const { id, title, render } of sections) {
    const body = render(result, page);
    if (body) parts.push({ id, title, body });
  }
  const links = parts.map(({ id, title }) => h("li", {}, h("a", { href: `#${id}` }, title)));
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
      h("title", {}, `${result.task.title} · ${result.data.title} ${result.data.version}`),
      styleSheet(style),
    ),
    h(
      "body",
      {},
      h("a", { class: "skip", href: "#content" }, "To the content"),
      titleBlock(result),
      h("nav", { "aria-labelledby": "contents" }, h("h2", { id: "contents" }, "Contents"), h("ol", {}, links)),
      h(
        "main",
        { id: "content" },
        parts.map(({ id, title, body }, order) =>
          h(
            "section",
            { id, "aria-labelledby": `${id}-title` },
            h("h2", { id: `${id}-title` }, h("span", { class: "order" }, order + 1), title),
            body,
          ),
        ),
      ),
      h(
        "footer",
        {},
        h(
          "p",
          {},
          `Made by Bedside ${result.manifest.codeVersion}. It holds counts and figures of groups only: no record, no patient number, no date.`,
        ),
      ),
    ),
  );
  return `<!doctype html>\n${html.markup}\n`;
}
