// The concept functions by the names the dictionary uses: what cannot be read from one column or item. Knows no task.
import { deathInIcu } from "./death.ts";
import { akiOfKdigo, akiOfYaib } from "./kdigo.ts";
import type { EventFunction, OnsetFunction } from "./scene.ts";
import { sepsis3 } from "./sepsis.ts";

export type * from "./scene.ts";
export { stayFunctions } from "./stay.ts";

export const eventFunctions: Readonly<Record<string, EventFunction>> = { death_in_icu: deathInIcu };

export const onsetFunctions: Readonly<Record<string, OnsetFunction>> = {
  aki_of_yaib: akiOfYaib,
  aki_of_kdigo: akiOfKdigo,
  sepsis_of_yaib: sepsis3,
  sepsis_3: sepsis3,
};
