// Which problem brings a patient to hospital, and what the words of the complaint tell. Knows nothing of how ill the patient is.
import type { RandomStream } from "../../core/random.ts";
import { readJsonAsset } from "../../store/assets.ts";
import { type Problem, problems } from "./catalog.ts";
import { weighted } from "./draws.ts";
import type { Person } from "./person.ts";

/** Ages at which women come to give birth. */
const CHILDBEARING = { from: 18, to: 48 };

/** Column of `weights` in data/problems.json. */
export const WAYS = { home: 0, ward: 1, intensive: 2, wardDirectly: 3, intensiveDirectly: 4 } as const;

/** What a complaint adds to the log-odds of each way out against home, and of coming back. */
export interface Told {
  ward: number;
  intensive: number;
  back: number;
}

/** Words of complaints, as a regular expression on small letters, with what each adds. */
interface Words extends Told {
  pattern: string;
}

let list: readonly (Told & { expression: RegExp })[] | undefined;

/** What the words of a complaint tell together: each entry of data/complaint-words.json counts once. */
export function toldBy(complaint: string): Told {
  list ??= readJsonAsset<Words[]>(import.meta.url, "data/complaint-words.json").map(({ pattern, ...told }) => ({
    ...told,
    expression: new RegExp(pattern),
  }));
  const text = complaint.toLowerCase();
  const sum: Told = { ward: 0, intensive: 0, back: 0 };
  for (const { expression, ward, intensive, back } of list) {
    if (!expression.test(text)) continue;
    sum.ward += ward;
    sum.intensive += intensive;
    sum.back += back;
  }
  return sum;
}

/** Draws the problem of a way in (a column of `weights`). */
export function pickProblem(stream: RandomStream, person: Person, age: number, way: number): Problem {
  return problems[weighted(stream, weightsOf(person, age, way))]!;
}

function weightsOf(person: Person, age: number, way: number): number[] {
  return problems.map(({ weights, ageSlope, sex }) => {
    if (sex && (!person.female || age < CHILDBEARING.from || age > CHILDBEARING.to)) return 0;
    return weights[way]! * Math.exp((ageSlope * (age - 60)) / 10);
  });
}
