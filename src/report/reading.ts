// For tests only: reads a report back, as a browser would, to ask what stands in it.
import { parseHTML } from "linkedom";

/** As much of an element as the tests ask for. */
export interface PageElement {
  tagName: string;
  textContent: string | null;
  id: string;
  attributes: Iterable<{ name: string; value: string }>;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  closest(selector: string): PageElement | null;
  remove(): void;
}

/** The page as elements. */
export function readPage(html: string): PageElement {
  return (parseHTML(html) as unknown as { document: PageElement }).document;
}

/** All elements that a selector finds. */
export function all(within: PageElement, selector: string): PageElement[] {
  return [...within.querySelectorAll(selector)];
}

/** The text of the first element that a selector finds. */
export function textOf(within: PageElement, selector: string): string {
  return within.querySelector(selector)?.textContent ?? "";
}

/** The texts of a table's rows, cell by cell. */
export function rowsOf(within: PageElement, selector: string): string[][] {
  return all(within, `${selector} tr`).map((row) => all(row, "th,td").map((cell) => cell.textContent ?? ""));
}
