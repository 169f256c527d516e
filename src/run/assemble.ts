// A model's part of the result, from its trained folds and its evidence. Trains and judges nothing.
import type { Evidence } from "./evaluate/index.ts";
import type { Records } from "./judge.ts";
import type { ModelResult } from "./result.ts";
import type { FoldRecord } from "./train.ts";
import type { Trainer } from "./trainers/index.ts";

/** Puts a model's result together. */
export function assemble(
  trainer: Trainer,
  records: Records,
  { skipped: _, ...evidence }: Evidence & Pick<ModelResult, "subgroups">,
  more: { explanation: ModelResult["explanation"]; predictSeconds: number },
): ModelResult {
  const folds = records.flat();
  const first = folds[0]!;
  return {
    id: trainer.id,
    title: trainer.title,
    chosen: chosenInWords(folds.map(({ chosen }) => chosen)),
    ...evidence,
    ...(first.coefficients ? { coefficients: meanCoefficients(folds, first) } : {}),
    ...(first.path ? { path: first.path } : {}),
    ...(first.scoreTable ? { scoreTable: { ...first.scoreTable, ...noteOf(folds.length) } } : {}),
    ...(more.explanation ? { explanation: more.explanation } : {}),
    trainSeconds: folds.reduce((sum, { seconds }) => sum + seconds, 0),
    predictSeconds: more.predictSeconds,
  };
}

/** `C = 0.1, l1 ratio = 0.5`, or over folds `C = 0.01 to 0.1`, `depth = 5 or any`. */
export function chosenInWords(settings: readonly Record<string, number | string>[]): string {
  const show = (value: number | string) => (typeof value === "string" ? value : String(Number(value.toPrecision(3))));
  return Object.keys(settings[0]!)
    .map((name) => {
      const values = settings.map((setting) => setting[name]!);
      const numbers = values.filter((value) => typeof value === "number").sort((a, b) => a - b);
      const different = [...new Set(values.map(show))];
      if (different.length === 1) return `${name} = ${different[0]}`;
      if (numbers.length < values.length) return `${name} = ${different.sort().join(" or ")}`;
      return `${name} = ${show(numbers[0]!)} to ${show(numbers.at(-1)!)}`;
    })
    .join(", ");
}

/** The mean over folds, by size. */
function meanCoefficients(folds: readonly FoldRecord[], first: FoldRecord): NonNullable<ModelResult["coefficients"]> {
  return Object.keys(first.coefficients!)
    .map((name) => ({
      name,
      title: first.titles[name] ?? name,
      value: folds.reduce((sum, fold) => sum + (fold.coefficients![name] ?? 0), 0) / folds.length,
    }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

/** Each fold has an integer score of its own; one is printed. */
function noteOf(folds: number): { note?: string } {
  if (folds === 1) return {};
  return { note: `The score of the first of ${folds} trainings; the figures are of all of them.` };
}
