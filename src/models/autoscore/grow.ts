// Grows a score variable by variable: cuts, weighs, gives points, and measures each on the tuning rows. Knows no choice.
import { Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { auroc } from "../../metrics/index.ts";
import { badOption } from "../checks.ts";
import { type Categories, categoriesOf, categoryCount } from "./categories.ts";
import { automaticCutoffs } from "./cutoffs.ts";
import type { ParsimonyPoint, ScoredVariable } from "./model.ts";
import type { AutoScoreOptions, AutoScoreSettings } from "./options.ts";
import { categoryPoints } from "./points.ts";
import { CategoryRegression, type CodedVariable } from "./weights.ts";

/** A categorical variable with more codes than this is no table a reader can use. */
const MOST_CODES = 50;

/** The score of the first k variables. */
export interface Step {
  readonly variables: readonly ScoredVariable[];
  readonly point: ParsimonyPoint | undefined;
  readonly warnings: readonly string[];
}

/** Checked rows, and the variables in the order in which they come in. */
export interface Growth {
  x: Matrix;
  labels: Uint8Array;
  held: { x: Matrix; y: Uint8Array } | undefined;
  featureNames: readonly string[];
  order: readonly string[];
}

/** The scores of the first variable, the first two, and so on; without tuning rows only that of all. */
export function growScore(
  { x, labels, held, featureNames, order }: Growth,
  options: AutoScoreOptions,
  { c, maximum, ...settings }: AutoScoreSettings,
): Step[] {
  const { progress } = options;
  const signals = [options.signal, progress?.signal];
  const regression = new CategoryRegression(labels, { c, signal: options.signal });
  const coded: (CodedVariable & { readonly counts: readonly Uint32Array[] })[] = [];
  const heldCodes: Uint8Array[] = [];
  progress?.begin("Scores", order.length);
  const steps = order.flatMap((name, k): Step[] => {
    if (signals.some((signal) => signal?.aborted)) throw new Stopped();
    const categories = cutVariable(x, name, featureNames.indexOf(name), options, settings);
    const codes = categoriesOf(categories, x);
    const variable = { categories, codes, counts: outcomeCounts(codes, labels, categoryCount(categories)) };
    coded.push(variable);
    regression.add(variable);
    progress?.at(k + 1);
    if (!held && k + 1 < order.length) return [];
    const { coefficients, converged } = regression.train();
    const points = categoryPoints(
      coefficients.map((own, v) => fillEmpty(own, coded[v]!)),
      maximum,
    );
    const variables = coded.map((one, v) => ({ ...one.categories, points: points[v]! }));
    const warnings = coded.flatMap(warningsOf);
    if (!converged) warnings.push("The regression on the categories ended before it converged");
    if (!held) return [{ variables, warnings, point: undefined }];
    heldCodes.push(categoriesOf(categories, held.x));
    const totals = new Float64Array(held.x.rows);
    heldCodes.forEach((own, v) => {
      for (let i = 0; i < totals.length; i++) totals[i]! += points[v]![own[i]!]!;
    });
    return [{ variables, warnings, point: { variables: k + 1, added: name, auroc: auroc(held.y, totals) } }];
  });
  progress?.end(`${order.length} scores`);
  return steps;
}

/** The categories of a column: the caller's cut-offs, automatic ones, or its codes. */
function cutVariable(
  x: Matrix,
  name: string,
  column: number,
  { cutoffs = {}, categorical = [] }: AutoScoreOptions,
  { quantiles, digits }: Pick<AutoScoreSettings, "quantiles" | "digits">,
): Categories {
  const values = Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.columns + column]!);
  const missing = values.some(Number.isNaN);
  const own = Object.hasOwn(cutoffs, name) ? cutoffs[name] : undefined;
  const bounds = categorical.includes(name)
    ? ({ kind: "categorical", codes: codesOf(values, name) } as const)
    : ({ kind: "numeric", cutoffs: own ? [...own] : automaticCutoffs(values, quantiles, digits) } as const);
  const uncounted = { name, column, bounds, missing, common: 0 };
  const counts = new Uint32Array(categoryCount(uncounted));
  for (const code of categoriesOf(uncounted, x)) counts[code]!++;
  return { ...uncounted, common: counts.indexOf(Math.max(...counts)) };
}

function codesOf(values: Float64Array, name: string): number[] {
  const codes = [...new Set(values.filter((value) => !Number.isNaN(value)))].sort((a, b) => a - b);
  if (codes.length > MOST_CODES) {
    throw badOption(
      "categorical",
      `${name} has ${codes.length} codes; at most ${MOST_CODES} fit`,
      "Group the rare ones",
    );
  }
  // A column that is missing throughout still has one category of its own.
  return codes.length > 0 ? codes : [0];
}

/** Training rows by outcome and category. */
function outcomeCounts(codes: Uint8Array, labels: Uint8Array, categories: number): Uint32Array[] {
  const counts = [new Uint32Array(categories), new Uint32Array(categories)];
  for (let i = 0; i < codes.length; i++) counts[labels[i]!]![codes[i]!]!++;
  return counts;
}

/** Gives categories without a training row the coefficient of the nearest that has some, the lower of two as near. */
function fillEmpty(coefficients: Float64Array, { counts }: { counts: readonly Uint32Array[] }): Float64Array {
  const filled = (i: number) => i >= 0 && i < coefficients.length && counts[0]![i]! + counts[1]![i]! > 0;
  return coefficients.map((value, i) => {
    if (filled(i)) return value;
    for (let distance = 1; distance < coefficients.length; distance++) {
      if (filled(i - distance)) return coefficients[i - distance]!;
      if (filled(i + distance)) return coefficients[i + distance]!;
    }
    return value;
  });
}

function warningsOf({ categories: { name }, counts }: { categories: Categories; counts: readonly Uint32Array[] }) {
  const [without, having] = counts as [Uint32Array, Uint32Array];
  const total = without.map((count, i) => count + having[i]!);
  const warnings: string[] = [];
  if (total.some((count) => count === 0))
    warnings.push(`A category of ${name} has no training row: it has its neighbour's points`);
  if (total.some((count, i) => count > 0 && (without[i] === 0 || having[i] === 0))) {
    warnings.push(`In a category of ${name} only one outcome occurs: its points depend on the penalty`);
  }
  return warnings;
}
