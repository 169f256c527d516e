// The result as plain text for a terminal: a row a figure, a column a model, never wider than asked.
import type { MetricValue, RunResult } from "../run/result.ts";
import { formatCount, formatEstimate, formatFigure, formatShare } from "./format.ts";
import { bootstrapSentence, metricRows } from "./metric-rows.ts";

export interface ResultTableOptions {
  /** Columns of the terminal; at least 60. */
  width?: number;
}

interface Column {
  title: string;
  metrics: MetricValue[];
  threshold?: RunResult["models"][number]["threshold"];
}

const between = 2;
const longestName = 32;
const longestTitle = 30;

/**
 * The result table as lines of text. Models that do not fit side by side go below each other. Control characters in
 * texts of the result are dropped, so that no text can steer the terminal.
 * @example process.stdout.write(renderResultTable(result))
 */
export function renderResultTable(result: RunResult, { width = 100 }: ResultTableOptions = {}): string {
  const room = Math.max(60, width);
  const { task, data, cohort, models, bestPossible, bootstrap } = result;
  const lines = [
    `${task.title} (${task.id}, ${task.mode})`,
    `${data.title} ${data.version}: ${formatCount(cohort.stays)} ${cohort.attrition.unit} of ${formatCount(cohort.patients)} patients, ` +
      `${formatCount(cohort.positives)} with the event (${formatShare(cohort.positives, cohort.stays)})`,
  ].flatMap((line) => wrap(plain(line), room));
  if (!models.length) return `${[...lines, "", "No model was evaluated."].join("\n")}\n`;
  const columns: Column[] = models.map(({ title, metrics, threshold }) => ({ title, metrics, threshold }));
  if (bestPossible) columns.push({ title: "True risk", metrics: bestPossible.metrics });
  for (const block of blocks(columns, room)) lines.push("", ...blockLines(block, room));
  const rules = [...new Set(models.map(({ threshold }) => threshold.rule))].join("; ");
  lines.push("", ...wrap(plain(bootstrapSentence(bootstrap)), room), ...wrap(plain(`Threshold: ${rules}.`), room));
  return `${lines.join("\n")}\n`;
}

/** Cuts the columns into groups that fit side by side. */
function blocks(columns: Column[], room: number): Column[][] {
  const groups: Column[][] = [];
  for (const column of columns) {
    const group = groups.at(-1);
    if (group && widths([...group, column]).reduce((sum, width) => sum + width + between, -between) <= room)
      group.push(column);
    else groups.push([column]);
  }
  return groups;
}

function cells(columns: Column[]): string[][] {
  const rows = metricRows(columns).map((row) => [row.title, ...row.values.map((value) => formatEstimate(value))]);
  const at = metricRows(columns.map(({ threshold }) => ({ metrics: threshold?.metrics ?? [] })));
  if (!at.length) return rows;
  const thresholds = columns.map(({ threshold }) => (threshold ? formatFigure(threshold.value) : ""));
  rows.push(["At the threshold", ...thresholds]);
  for (const { title, values } of at) {
    rows.push([`  ${title}`, ...values.map((value, i) => (columns[i]!.threshold ? formatEstimate(value) : ""))]);
  }
  return rows;
}

function table(columns: Column[]): string[][] {
  const head = ["", ...columns.map(({ title }) => cut(plain(title), longestTitle))];
  return [head, ...cells(columns).map(([name, ...rest]) => [cut(plain(name!), longestName), ...rest.map(plain)])];
}

function widths(columns: Column[]): number[] {
  const rows = table(columns);
  return rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
}

function blockLines(columns: Column[], room: number): string[] {
  const wide = widths(columns);
  const [head, ...rows] = table(columns).map((row) =>
    row
      .map((cell, i) => cell.padEnd(wide[i]!))
      .join(" ".repeat(between))
      .trimEnd(),
  );
  const rule = "─".repeat(
    Math.min(
      room,
      wide.reduce((sum, width) => sum + width + between, -between),
    ),
  );
  return [head!, rule, ...rows];
}

/** A text without control or formatting characters; unbreakable spaces become plain ones. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ").replace(/\u00a0/g, " ");
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Breaks a text into lines between words; a word longer than a line is cut. */
function wrap(text: string, room: number): string[] {
  const lines = [""];
  for (const word of text.split(/ +/)) {
    const last = lines.at(-1)!;
    if (!last) lines[lines.length - 1] = cut(word, room);
    else if (last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(cut(word, room));
  }
  return lines;
}
