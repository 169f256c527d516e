// Texts and tables as Markdown that shows them as they are. Knows no result.

/** A text that Markdown shows as it is: no markup, no HTML, one line. */
export function markdownText(value: string): string {
  return value
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/[\\`*_[\]|~$#>]/g, "\\$&");
}

/** A Markdown table; every cell is shown as it is. */
export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(head.map(markdownText)),
    line(head.map((_, i) => (i ? "---" : ":--"))),
    ...rows.map((row) => line(row.map(markdownText))),
  ].join("\n");
}
