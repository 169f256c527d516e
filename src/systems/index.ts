// The published systems, by id.
import { BedsideError, nearestName } from "../core/errors.ts";
import { cardioforest } from "./cardioforest/system.ts";
import { meeti } from "./meeti/system.ts";
import { mimic4ed } from "./mimic4ed/system.ts";
import type { System, SystemTask } from "./system.ts";
import { tscan } from "./tscan/system.ts";
import { yaib } from "./yaib/system.ts";

export { type FlippedRule, flippedRule } from "./cardioforest/system.ts";
export { type Paper, papers } from "./papers.ts";
export * from "./system.ts";
export { yaibFaults } from "./yaib/system.ts";

export const systems: readonly System[] = [yaib, mimic4ed, cardioforest, tscan, meeti];

/** The system and its task for an id such as `yaib/mortality24`. */
export function findTask(id: string): { system: System; task: SystemTask } {
  for (const system of systems) {
    const task = system.tasks.find((candidate) => candidate.id === id);
    if (task) return { system, task };
  }
  const known = systems.flatMap((system) => system.tasks.map((task) => task.id));
  const meant = nearestName(id, [...systems.map((system) => system.id), ...known]);
  throw new BedsideError(
    {
      code: "task/unknown",
      what: `There is no task "${id}"`,
      fix: meant
        ? `did you mean ${meant}?`
        : `the systems are: ${systems.map((system) => system.id).join(", ")}; the tasks are: ${known.join(", ")}`,
    },
    { exitCode: 2 },
  );
}
