// What every section draws with: numbered figures and tables in the order of the page, and cells for figures.

import type { Estimate } from "../run/result.ts";
import type { ChartDocument, ChartOptions } from "./charts/draw.ts";
import { absent, formatInterval, formatValue, isEstimable } from "./format.ts";
import { type Child, fragment, type Html, h, svg } from "./html.ts";

/** A column of a table; numbers stand to the right, figures with intervals do not break. */
export interface Column {
  title: Child;
  align?: "text" | "number" | "figure";
}

/** A row; the first cell names it. */
export interface Row {
  cells: Child[];
  kind?: "level" | "strong" | undefined;
}

export interface TableOptions {
  caption: Child;
  columns: Column[];
  rows?: Row[];
  /** Rows under a name of their own, after `rows`. */
  groups?: { title: string; rows: Row[] }[];
  note?: Child;
  /** False for a table that belongs to a figure and needs no number. */
  numbered?: boolean;
}

export interface FigureOptions {
  caption: Child;
  /** Pictures side by side where there is room. */
  pair?: boolean;
}

/** A page in the making. */
export interface Page {
  readonly document: ChartDocument | undefined;
  /** A numbered figure of one or more pictures. */
  figure(options: FigureOptions, ...pictures: Child[]): Html;
  /** A numbered table that scrolls sideways where it must. */
  table(options: TableOptions): Html;
  /** A picture, drawn twice where it is wide: once for a page and once for a phone. */
  picture(draw: (options: ChartOptions) => string, options?: { wide?: boolean; label?: string }): Html;
}

/** Widths in pixels for which pictures are drawn. */
const widths = { wide: 688, narrow: 340 };

/** Begins a page; figures and tables are numbered from 1. */
export function beginPage(document?: ChartDocument): Page {
  let figures = 0;
  let tables = 0;
  let captions = 0;
  return {
    document,
    figure({ caption, pair = false }, ...pictures) {
      figures += 1;
      return h(
        "figure",
        { id: `figure-${figures}` },
        h("div", { class: pair ? "pictures pair" : "pictures" }, pictures),
        h("figcaption", {}, h("b", {}, `Figure ${figures}. `), caption),
      );
    },
    table(options) {
      const number = options.numbered === false ? "" : `Table ${++tables}. `;
      captions += 1;
      return table(options, number, number ? `table-${tables}` : undefined, `caption-${captions}`);
    },
    picture(draw, { wide = false, label } = {}) {
      const narrow = svg(draw({ document, width: widths.narrow, label }));
      if (!wide) return h("div", {}, narrow);
      const broad = svg(draw({ document, width: widths.wide, label }));
      return fragment(h("div", { class: "wide" }, broad), h("div", { class: "narrow" }, narrow));
    },
  };
}

function table(
  { caption, columns, rows = [], groups = [], note }: TableOptions,
  number: string,
  id: string | undefined,
  captionId: string,
): Html {
  const rowOf = ({ cells, kind }: Row) =>
    h(
      "tr",
      { class: kind },
      cells.map((cell, i) =>
        i ? h("td", { class: classOf(columns[i]) }, cell) : h("th", { scope: "row", class: classOf(columns[i]) }, cell),
      ),
    );
  const group = ({ title, rows }: { title: string; rows: Row[] }) =>
    h(
      "tbody",
      {},
      h("tr", {}, h("th", { class: "group", scope: "rowgroup", colspan: columns.length }, title)),
      rows.map(rowOf),
    );
  const head = columns.map((column) => h("th", { scope: "col", class: classOf(column) }, column.title));
  const body = h(
    "table",
    { class: columns.filter(({ align }) => align === "figure").length > 4 ? "many" : null },
    h("caption", {}, h("span", { id: captionId }, number ? h("b", {}, number) : null, caption)),
    h("thead", {}, h("tr", {}, head)),
    rows.length ? h("tbody", {}, rows.map(rowOf)) : null,
    groups.map(group),
  );
  return h(
    "div",
    { class: "table", id },
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-labelledby": captionId }, body),
    note ? h("p", { class: "note" }, note) : null,
  );
}

function classOf(column: Column | undefined): string | undefined {
  return column?.align === "number" || column?.align === "figure" ? column.align : undefined;
}

/** A figure with its interval; a dash where no interval can be given, for then the figure is not printed. */
export function estimateCell(estimate: Estimate | null | undefined): Html {
  if (!isEstimable(estimate)) return absentCell("not given");
  const interval = h("span", { class: "interval" }, `(${formatInterval(estimate)})`);
  return h("span", { class: "estimate" }, formatValue(estimate), " ", interval);
}

/** A dash for the eye, words for a screen reader. */
export function absentCell(why: string): Html {
  return h("span", { class: "absent" }, absent, h("span", { class: "hidden" }, ` ${why}`));
}
