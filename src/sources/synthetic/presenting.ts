// Which problem brings a patient to hospital, by way in, age and sex. Knows nothing of how ill the patient is.
import type { RandomStream } from "../../core/random.ts";
import { type Problem, problems } from "./catalog.ts";
import { weighted } from "./draws.ts";
import type { Person } from "./person.ts";

/** Ages at which women come to give birth. */
const CHILDBEARING = { from: 18, to: 48 };

/** Column of `weights` in data/problems.json. */
export const WAYS = { home: 0, ward: 1, intensive: 2, wardDirectly: 3, intensiveDirectly: 4 } as const;

/** Draws the problem of a way in (a column of `weights`). */
export function pickProblem(stream: RandomStream, person: Person, age: number, way: number): Problem {
  return problems[weighted(stream, weightsOf(person, age, way))]!;
}

/** A problem's share among those of a way in, for a patient of that age and sex. */
export function shareOfProblem(problem: Problem, person: Person, age: number, way: number): number {
  const weights = weightsOf(person, age, way);
  return weights[problems.indexOf(problem)]! / weights.reduce((sum, weight) => sum + weight, 0);
}

function weightsOf(person: Person, age: number, way: number): number[] {
  return problems.map(({ weights, ageSlope, sex }) => {
    if (sex && (!person.female || age < CHILDBEARING.from || age > CHILDBEARING.to)) return 0;
    return weights[way]! * Math.exp((ageSlope * (age - 60)) / 10);
  });
}
