// The verdict of a model on what was typed: risk, spread, drivers, scores. All in this page.
import { componentPoints } from "../../../../src/concepts/scores/count.ts";
import { applyTabular } from "../../../../src/features/preprocess.ts";
import { type Loaded, predict } from "./bundle.ts";
import { filledIn, lastNumber, summarise, type Typed } from "./patient.ts";

export interface Driver {
  name: string;
  title: string;
  /** The risk less the risk if this were not known. */
  change: number;
}

export interface Verdict {
  risk: number;
  /** What the single versions of the model say. */
  low: number;
  high: number;
  drivers: Driver[];
}

/** Runs all versions of the model on the patient, and on the patient with each known thing left out. */
export async function judge({ bundle, sessions }: Loaded, typed: Typed): Promise<Verdict> {
  const without = filledIn(bundle, typed);
  const summary = summarise(bundle, typed, without);
  const rows = Array.from({ length: summary.stays }, (_, s) => s);
  const means = new Float64Array(rows.length);
  const own: number[] = [];
  for (const [i, session] of sessions.entries()) {
    const { matrix } = applyTabular(summary, rows, bundle.folds[i]!.recipe);
    const found = await predict(session, matrix);
    own.push(found[0]!);
    for (const row of rows) means[row]! += found[row]! / sessions.length;
  }
  const titles = new Map([...bundle.variables, ...bundle.static].map(({ name, title }) => [name, title]));
  const drivers = without
    .map((name, i) => ({ name, title: titles.get(name)!, change: means[0]! - means[i + 1]! }))
    .filter(({ change }) => Math.abs(change) > 5e-4)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  return { risk: means[0]!, low: Math.min(...own), high: Math.max(...own), drivers };
}

export interface Counted {
  id: string;
  title: string;
  points: number;
  /** What it is counted without. */
  lacks: string[];
}

/** The scores of which at least one part is known. */
export function countScores({ bundle }: Loaded, typed: Typed): Counted[] {
  const input = (variable: string): number | undefined => {
    const known = lastNumber(bundle, bundle.scoreInputs[variable] ?? variable, typed);
    if (known !== undefined || variable !== "map") return known;
    const [systolic, diastolic] = [input("sbp"), input("dbp")];
    return systolic === undefined || diastolic === undefined ? undefined : systolic / 3 + (2 * diastolic) / 3;
  };
  return bundle.scores.flatMap(({ id, title, lacks, components }) => {
    const values = components.map((component) => ({ component, value: input(component.variable) }));
    if (values.every(({ value }) => value === undefined)) return [];
    const unknown = values.filter(({ value }) => value === undefined).map(({ component }) => component.variable);
    const points = values.reduce((sum, { component, value }) => sum + componentPoints(component, value), 0);
    return [{ id, title, points, lacks: [...lacks, ...unknown] }];
  });
}

/** How often the event came to the patients held out whose risk was nearest. */
export function likeThis({ bundle: { calibration } }: Loaded, risk: number) {
  let nearest: (typeof calibration)[number] | undefined;
  for (const bin of calibration) {
    if (bin.count === null) continue;
    if (!nearest || Math.abs(bin.predicted - risk) < Math.abs(nearest.predicted - risk)) nearest = bin;
  }
  return nearest;
}
