// Refuses to apply a recipe to a cohort of other variables. Knows no feature.
import { BedsideError } from "../../core/errors.ts";

interface Named {
  readonly name: string;
}

/** The recipe, where the cohort has its variables in its order. @throws BedsideError `features/other-variables`. */
export function checkVariables<R extends { variables: readonly Named[]; static: readonly Named[] }>(
  recipe: R,
  cohort: { dynamic: readonly Named[]; static: readonly Named[] },
): R {
  const needs = [...recipe.variables, ...recipe.static].map(({ name }) => name);
  const has = [...cohort.dynamic, ...cohort.static].map(({ name }) => name);
  const differing = needs.findIndex((name, i) => name !== has[i]);
  if (differing < 0 && has.length === needs.length) return recipe;
  throw new BedsideError({
    code: "features/other-variables",
    what: "The cohort does not have the variables that the model was trained on",
    where: `variable ${(differing < 0 ? needs.length : differing) + 1} of ${needs.length}`,
    why: "the model belongs to another task",
    fix: "use the cohort of the same task and mode, or train again",
  });
}
