// What was typed into the form as the summary of a stay, the form in which every model's preprocessing takes it.
import type { StaySummary } from "../../../../src/features/stay-summary.ts";
import type { Bundle, Variable } from "./bundle.ts";

/** Name of a variable → what was typed. */
export type Typed = Readonly<Record<string, string>>;

export interface Observation {
  hour: number;
  value: number;
}

/** Reads `88@0 92@6`; null where it is not of that form. Values without an hour are spread evenly over the hours. */
export function parseObservations(text: string, hours: number): Observation[] | null {
  const words = text
    .trim()
    .split(/[\s;]+/)
    .filter(Boolean);
  const found: Observation[] = [];
  for (const [i, word] of words.entries()) {
    const match = /^(-?\d+(?:[.,]\d+)?)(?:@(\d+))?$/.exec(word);
    if (!match) return null;
    const spread = words.length === 1 ? hours - 1 : Math.round((i * (hours - 1)) / (words.length - 1));
    const hour = match[2] === undefined ? spread : Number(match[2]);
    if (hour >= hours) return null;
    found.push({ hour, value: Number(match[1]!.replace(",", ".")) });
  }
  return found.sort((a, b) => a.hour - b.hour);
}

/** Several values of an hour become one, as in the grid. */
function byHour(observations: readonly Observation[], aggregate: string): Observation[] {
  const hours = new Map<number, number[]>();
  for (const { hour, value } of observations) hours.set(hour, [...(hours.get(hour) ?? []), value]);
  return [...hours].map(([hour, values]) => {
    if (aggregate === "sum") return { hour, value: values.reduce((sum, value) => sum + value, 0) };
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return { hour, value: sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2 };
  });
}

/**
 * Stays of one patient: the first as typed, and one more for each name in `without`, which has that variable unknown.
 * Reckoned as `summariseStays` does from the grid.
 */
export function summarise(
  { variables, static: fixed, hours, folds }: Bundle,
  typed: Typed,
  without: readonly string[],
): StaySummary {
  const stays = 1 + without.length;
  const grid = Math.max(1, hours.length);
  const size = stays * variables.length;
  const nothing = () => new Float64Array(size).fill(Number.NaN);
  const summary = {
    stays,
    gridHours: grid,
    variables: variables.map(({ name, title }) => ({ name, title })),
    hours: new Uint16Array(stays).fill(grid),
    observed: new Uint16Array(size),
    before: new Uint16Array(size).fill(grid),
    since: new Uint16Array(size).fill(grid),
    sum: new Float64Array(size),
    spread: new Float64Array(size),
    min: nothing(),
    max: nothing(),
    last: nothing(),
    filledSum: new Float64Array(size),
  };
  for (const [v, { name, aggregate }] of variables.entries()) {
    const values = byHour(parseObservations(typed[name] ?? "", grid) ?? [], aggregate);
    if (values.length === 0) continue;
    const numbers = values.map(({ value }) => value);
    const sum = numbers.reduce((total, value) => total + value, 0);
    const mean = sum / numbers.length;
    for (let s = 0; s < stays; s++) {
      if (s > 0 && without[s - 1] === name) continue;
      const at = v * stays + s;
      summary.observed[at] = numbers.length;
      summary.before[at] = values[0]!.hour;
      summary.since[at] = grid - 1 - values.at(-1)!.hour;
      summary.sum[at] = sum;
      summary.spread[at] = numbers.reduce((total, value) => total + (value - mean) ** 2, 0);
      summary.min[at] = Math.min(...numbers);
      summary.max[at] = Math.max(...numbers);
      summary.last[at] = numbers.at(-1)!;
      summary.filledSum[at] = values.reduce(
        (total, { hour, value }, i) => total + value * ((values[i + 1]?.hour ?? grid) - hour),
        0,
      );
    }
  }
  const kinds = new Map(folds[0]!.recipe.static.map(({ name, kind }) => [name, kind]));
  return {
    ...summary,
    static: fixed.map(({ name, title }) => {
      const text = (typed[name] ?? "").trim();
      const isKnown = (s: number) => text !== "" && (s === 0 || without[s - 1] !== name);
      if (kinds.get(name) === "text") {
        return {
          name,
          title,
          kind: "text" as const,
          values: Array.from({ length: stays }, (_, s) => (isKnown(s) ? text : null)),
        };
      }
      const number = Number(text.replace(",", "."));
      const fallback = isFlag(name) ? 0 : Number.NaN;
      return {
        name,
        title,
        kind: "number" as const,
        values: Float64Array.from({ length: stays }, (_, s) => (isKnown(s) ? number : fallback)),
      };
    }),
  };
}

/** Complaints and diseases: there or not. */
export function isFlag(name: string): boolean {
  return /^(chiefcom|cci|eci)_/.test(name);
}

/** Names of the variables that were filled in. */
export function filledIn({ variables, static: fixed }: Bundle, typed: Typed): string[] {
  return [...variables, ...fixed].map(({ name }) => name).filter((name) => (typed[name] ?? "").trim() !== "");
}

/** The last number of a variable, for the scores. */
export function lastNumber(bundle: Bundle, name: string, typed: Typed): number | undefined {
  const text = typed[name] ?? "";
  if (bundle.variables.some((variable: Variable) => variable.name === name)) {
    return parseObservations(text, Math.max(1, bundle.hours.length))?.at(-1)?.value;
  }
  const number = Number(text.replace(",", "."));
  return text.trim() === "" || Number.isNaN(number) ? undefined : number;
}
