// Leaderboards: the page over several runs, and the tables for the terminal.
export { type LeaderboardOptions, renderLeaderboard } from "./page.ts";
export { renderLeaderboardTable } from "./terminal.ts";
