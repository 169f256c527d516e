// The four predictions of the emergency benchmark: when, of whom, of what, from what. Knows no database.
import type { Mode } from "../../concepts/mode.ts";
import { nearestName, UsageError } from "../../core/errors.ts";
import { type Sql, sql } from "../../store/index.ts";
import type { TaskSummary } from "../task.ts";

/** A visit is left out where `hit` holds; `m` is its row of the master table. */
export interface EdExclusion {
  id: string;
  title: string;
  hit: Sql;
}

/** A prediction task of the benchmark. */
export interface EdTask extends TaskSummary {
  id: EdTaskId;
  /** Column of the master table that holds the outcome. */
  outcome: string;
  /** Arrival and triage, or departure from the department. */
  at: "triage" | "disposition";
  exclusions(mode: Mode): EdExclusion[];
}

export type EdTaskId =
  | "mimic4ed/hospitalization"
  | "mimic4ed/critical"
  | "mimic4ed/critical-disposition"
  | "mimic4ed/ed-revisit-72h";

/** Adults. */
const ADULT_YEARS = 18;

const always: readonly EdExclusion[] = [
  { id: "minor", title: `Younger than ${ADULT_YEARS} years`, hit: sql`m.age < ${ADULT_YEARS}` },
  { id: "no-triage-level", title: "No triage level recorded", hit: sql`m.triage_acuity is null` },
];

/** Who is still to come back: in the original, everybody without an admission. */
function notSentHome(mode: Mode): EdExclusion[] {
  if (mode === "faithful") {
    return [{ id: "hospitalized", title: "Admitted to hospital", hit: sql`m.outcome_hospitalization` }];
  }
  return [
    {
      id: "not-sent-home",
      title: "Admitted, transferred or died in the department",
      hit: sql`m.outcome_hospitalization or m.disposition in ('TRANSFER', 'EXPIRED')`,
    },
    {
      id: "died-before-return",
      title: "Died within 72 hours without coming back",
      // the day of death is all that is known
      hit: sql`m.dod <= (m.outtime + to_days(3))::date and not m.outcome_ed_revisit_3d`,
    },
  ];
}

/** Whom a critical outcome can still befall: who died in the department has had it. */
function leftAlive(mode: Mode): EdExclusion[] {
  if (mode === "faithful") return [];
  const hit = sql`m.disposition = 'EXPIRED' or m.deathtime <= m.outtime`;
  return [{ id: "died-in-department", title: "Died in the department", hit }];
}

const visit = { unit: "ED visit" } as const;
const critical = {
  title: "Death in hospital or intensive care within 12 hours of the emergency department",
  labelTitle: "Death in hospital or intensive care within 12 hours",
  outcome: "outcome_critical",
} as const;

/** The tasks, in the order of the paper. */
export const edTasks: readonly EdTask[] = [
  {
    ...visit,
    id: "mimic4ed/hospitalization",
    title: "Admission to hospital from the emergency department",
    predictionTime: "at triage",
    labelTitle: "Admitted to hospital",
    outcome: "outcome_hospitalization",
    at: "triage",
    exclusions: () => [...always],
  },
  {
    ...visit,
    ...critical,
    id: "mimic4ed/critical",
    predictionTime: "at triage",
    at: "triage",
    exclusions: () => [...always],
  },
  {
    ...visit,
    ...critical,
    id: "mimic4ed/critical-disposition",
    predictionTime: "at departure from the emergency department",
    at: "disposition",
    exclusions: (mode) => [...always, ...leftAlive(mode)],
  },
  {
    ...visit,
    id: "mimic4ed/ed-revisit-72h",
    title: "Return to the emergency department within 72 hours",
    predictionTime: "at departure from the emergency department",
    labelTitle: "Return within 72 hours",
    outcome: "outcome_ed_revisit_3d",
    at: "disposition",
    exclusions: (mode) => [...always, ...notSentHome(mode)],
  },
];

/** How many exclusions, from the first, the authors apply before they split, fill and score. */
export const sharedExclusions = always.length;

/** Whether an id names a task of this benchmark. */
export function isEdTask(id: string): id is EdTaskId {
  return edTasks.some((task) => task.id === id);
}

/**
 * The task of that id.
 * @throws UsageError for an unknown one.
 */
export function findEdTask(id: string): EdTask {
  const task = edTasks.find((candidate) => candidate.id === id);
  if (task) return task;
  const known = edTasks.map((candidate) => candidate.id);
  const meant = nearestName(id, known);
  throw new UsageError({
    code: "task/unknown",
    what: `There is no emergency task "${id}"`,
    fix: meant ? `did you mean ${meant}?` : `the tasks are: ${known.join(", ")}`,
  });
}
