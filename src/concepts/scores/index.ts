// Clinical scores: their bands as data, counted by hand or in SQL.
export * from "./score.ts";
export { scoreSql } from "./sql.ts";
