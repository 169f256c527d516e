// The report of a run: the HTML page, the table for the terminal, the model card, and the charts on their own.
export * as charts from "./charts/index.ts";
export { renderDocuments } from "./documents.ts";
export { type LeaderboardOptions, renderLeaderboard, renderLeaderboardTable } from "./leaderboard/index.ts";
export { renderMeetiReport } from "./meeti.ts";
export { renderModelCard } from "./model-card.ts";
export { type ReportOptions, renderReport } from "./report.ts";
export { type ResultTableOptions, renderResultTable } from "./terminal.ts";
export { type TripodItem, tripodItems } from "./tripod.ts";
export { renderTripod } from "./tripod-card.ts";
