// What each type of column is called in SQL, and in words. Knows no table.
import { type Sql, sql } from "../store/index.ts";
import type { ColumnType } from "./source.ts";

export const SQL_TYPES: Record<ColumnType, Sql> = {
  integer: sql`integer`,
  bigint: sql`bigint`,
  double: sql`double`,
  text: sql`varchar`,
  timestamp: sql`timestamp`,
  date: sql`date`,
};

export const TYPE_WORDS: Record<ColumnType, string> = {
  integer: "a whole number",
  bigint: "a whole number",
  double: "a number",
  text: "a text",
  timestamp: "a date and time",
  date: "a date",
};
