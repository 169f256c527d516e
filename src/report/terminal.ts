// The result as plain text for a terminal: a row a figure, a column a model, never wider than asked.
import type { MetricValue, ModelResult, RunResult, ThresholdResult } from "../run/result.ts";
import { formatCount, formatEstimate, formatFigure } from "./format.ts";
import { eventWords, shownModels } from "./guard.ts";
import { heldOut } from "./headline.ts";
import { besideTruth, bootstrapSentence, isPartlyKnown, metricRows, withRegret } from "./metric-rows.ts";

export interface ResultTableOptions {
  /** Columns of the terminal; at least 60. */
  width?: number;
  /** Bold titles and grey rules by escape codes; off by default, for files and pipes. */
  colour?: boolean;
}

interface Column {
  title: string;
  metrics: MetricValue[];
  threshold?: ThresholdResult | undefined;
}

interface Style {
  strong(line: string): string;
  quiet(line: string): string;
}

const uncoloured: Style = { strong: (line) => line, quiet: (line) => line };
const coloured: Style = { strong: (line) => `\x1b[1m${line}\x1b[0m`, quiet: (line) => `\x1b[2m${line}\x1b[0m` };

const between = 2;
const longestName = 43;
const longestTitle = 38;

/**
 * The result table as lines of text. Models that do not fit side by side go below each other. Control characters in
 * texts of the result are dropped, so that no text can steer the terminal.
 * @example process.stdout.write(renderResultTable(result))
 */
export function renderResultTable(result: RunResult, { width = 100, colour = false }: ResultTableOptions = {}): string {
  const room = Math.max(60, width);
  const { task, data, cohort, bestPossible, bootstrap } = result;
  const models = shownModels(result, heldOut(result));
  const style = colour ? coloured : uncoloured;
  const text = (line: string) => wrap(safe(line), room).map(plain);
  const lines = [
    ...text(`${task.title} (${task.id}, ${task.mode})`).map(style.strong),
    ...text(
      `${data.title} ${data.version}: ${formatCount(cohort.stays)} ${cohort.attrition.unit} of ${formatCount(cohort.patients)} patients` +
        eventWords(result, cohort),
    ),
  ];
  if (!models.length) return `${[...lines, "", "No model was evaluated."].join("\n")}\n`;
  const columns: Column[] = models.map((model) => ({ ...model, metrics: withRegret(result, model) }));
  const best = bestPossible && { title: "True risk", metrics: bestPossible.metrics };
  const isPart = isPartlyKnown(result);
  if (best && !isPart) columns.push(best);
  for (const block of blocks(columns, room)) lines.push("", ...blockLines(block, room, style));
  if (best && isPart) {
    lines.push("", ...text(bestPossible.note));
    for (const block of blocks(besideColumns(result, best, models), room))
      lines.push("", ...blockLines(block, room, style));
  }
  const rules = [...new Set(models.flatMap(({ threshold }) => threshold?.rule ?? []))].join("; ");
  const notes = [bootstrapSentence(bootstrap), ...(rules ? [`Threshold: ${rules}.`] : []), "For research only."];
  lines.push("", ...notes.flatMap(text).map(style.quiet));
  return `${lines.join("\n")}\n`;
}

/** The models beside the true risk on the rows that have a known one. */
function besideColumns(result: RunResult, best: Column, models: readonly ModelResult[]): Column[] {
  const kept = models.filter(({ id }) => result.bestPossible?.models?.[id]);
  const shown = new Set(kept.flatMap((model) => besideTruth(result, model)).map(({ id }) => id));
  return [
    ...kept.map((model) => ({ title: model.title, metrics: besideTruth(result, model) })),
    { ...best, metrics: best.metrics.filter(({ id }) => shown.has(id) || kept.length === 0) },
  ];
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

function blockLines(columns: Column[], room: number, style: Style): string[] {
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
  return [style.strong(head!), style.quiet(rule), ...rows];
}

/** A text without control or formatting characters. */
function safe(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}

/** The same with unbreakable spaces as plain ones. */
function plain(text: string): string {
  return safe(text).replace(/\u00a0/g, " ");
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
