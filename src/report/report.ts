// Puts the report together: one HTML file that needs no network, no script and no other file.
import type { RunResult } from "../run/result.ts";
import type { ChartDocument } from "./charts/draw.ts";
import { beginPage } from "./page.ts";
import { sections } from "./sections/index.ts";
import { titleBlock } from "./sections/title.ts";
import { type PagePart, renderShell } from "./shell.ts";

export interface ReportOptions {
  /** Where charts make their elements, as `window.document`; by default a document outside any page. */
  document?: ChartDocument | undefined;
}

/**
 * The report of a run as one self-contained HTML file. Every text of the result is shown as text, never as markup.
 * @example writeFileSync("report.html", renderReport(result))
 */
export function renderReport(result: RunResult, { document }: ReportOptions = {}): string {
  const page = beginPage(document);
  const parts: PagePart[] = [];
  for (const { id, title, render } of sections) {
    const body = render(result, page);
    if (body) parts.push({ id, title, body });
  }
  return renderShell({
    title: `${result.task.title} · ${result.data.title} ${result.data.version}`,
    head: titleBlock(result),
    parts,
    foot: `Made by Bedside ${result.manifest.codeVersion}. It holds counts and figures of groups only: no record, no patient number, no date.`,
  });
}
