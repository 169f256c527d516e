// The labels in SQL, and which measurements predict them. Knows no file.
import type { Mode } from "../../concepts/mode.ts";
import { type Sql, sql } from "../../store/index.ts";
import type { CohortVariable } from "../cohort.ts";
import { reportNamesIt } from "./measurements.ts";
import { AUTHORS_WIDE_MS, type CardioLabel, FAST_RR_MS, FLIPPED_SHARE, WIDE_MS } from "./tasks.ts";

/** Steps of the hash that a flip is drawn by. */
const FLIP_STEPS = 10_000;

/** A recording is flipped by its number alone: the same ones in every run, unrelated to what was measured. */
const isFlipped = () =>
  sql`(md5_number_lower('flip ' || stay_id::varchar) % ${FLIP_STEPS}) < ${Math.round(FLIPPED_SHARE * FLIP_STEPS)}`;

/** The label as a truth value over the columns of `measurementsQuery`; null where it cannot be told. */
export function labelOf(label: CardioLabel): Sql {
  switch (label) {
    case "wide":
      return sql`(qrs_duration > ${AUTHORS_WIDE_MS})`;
    case "wide-flipped":
      return sql`((qrs_duration > ${AUTHORS_WIDE_MS}) <> (${isFlipped()}))`;
    case "wide-and-fast":
      return sql`(qrs_duration >= ${WIDE_MS} and rr_interval < ${FAST_RR_MS})`;
    case "report":
      return sql`(${reportNamesIt()})`;
  }
}

/** The rule on the measurements that stands beside the models, as a number: QRS where it alone decides, else yes or no. */
export function ruleOf(label: CardioLabel): { title: string; value: Sql } {
  if (label === "wide" || label === "wide-flipped") {
    return {
      title: `The rule itself: QRS over ${AUTHORS_WIDE_MS} ms`,
      value: sql`(qrs_duration > ${AUTHORS_WIDE_MS})::integer::double`,
    };
  }
  return {
    title: `The rule: QRS of ${WIDE_MS} ms or more and a rate over ${60_000 / FAST_RR_MS}/min`,
    value: sql`coalesce(qrs_duration >= ${WIDE_MS} and rr_interval < ${FAST_RR_MS}, false)::integer::double`,
  };
}

const variable = (name: string, title: string, unit = ""): CohortVariable => ({
  name,
  title,
  unit,
  aggregate: "first",
});
const ms = (name: string, title: string) => variable(name, title, "ms");
const degrees = (name: string, title: string) => variable(name, title, "°");

/** The authors' ten numbers, in their order; the two texts they name as well become nothing but missing values with them. */
const AUTHORS: readonly CohortVariable[] = [
  ms("rr_interval", "RR interval"),
  ms("p_onset", "P onset in the averaged beat"),
  ms("p_end", "P end in the averaged beat"),
  ms("qrs_onset", "QRS onset in the averaged beat"),
  ms("qrs_end", "QRS end in the averaged beat"),
  ms("t_end", "T end in the averaged beat"),
  degrees("p_axis", "P axis"),
  degrees("qrs_axis", "QRS axis"),
  degrees("t_axis", "T axis"),
  ms("qrs_duration", "QRS duration"),
];

/** What neither holds the width of QRS nor the rate, nor anything they can be worked out from. */
const WITHHELD: readonly CohortVariable[] = [
  variable("p_seen", "A P wave was found"),
  ms("p_duration", "P duration"),
  degrees("p_axis", "P axis"),
  degrees("qrs_axis", "QRS axis"),
  degrees("t_axis", "T axis"),
  degrees("qrs_t_angle", "Angle between QRS and T axis"),
];

const DURATIONS: readonly CohortVariable[] = [
  ms("rr_interval", "RR interval"),
  ms("qrs_duration", "QRS duration"),
  ms("pr_interval", "PR interval"),
  ms("qt_interval", "QT interval"),
];

/** Age and sex, where the patients' table is there. */
const PERSON: readonly CohortVariable[] = [variable("age", "Age", "years"), variable("sex", "Sex")];

/**
 * What predicts a label. Corrected mode keeps every input of a rule away from its models; a label from words may be
 * predicted from all measurements.
 */
export function predictorsOf(
  label: CardioLabel,
  mode: Mode,
  { hasPatients }: { hasPatients: boolean },
): CohortVariable[] {
  if (mode === "faithful") return [...AUTHORS];
  const person = hasPatients ? PERSON : [];
  if (label === "wide-and-fast") return [...person, ...WITHHELD];
  return [...person, ...DURATIONS, ...WITHHELD];
}
