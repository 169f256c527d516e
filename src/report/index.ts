// The report of a run: the HTML page, the table for the terminal, the model card, and the charts on their own.
export * as charts from "./charts/index.ts";
export { renderModelCard } from "./model-card.ts";
export { type ReportOptions, renderReport } from "./report.ts";
export { type ResultTableOptions, renderResultTable } from "./terminal.ts";
