// The language of a grid task: what a task's YAML may say. A declaration; knows no task and no data set.
import { z } from "zod";
import type { Mode } from "../concepts/mode.ts";

const name = z.string().regex(/^[a-z][a-z0-9_]*$/, "must be a plain name: small letters, digits and _");
const id = z.string().regex(/^[a-z0-9][a-z0-9/_-]*$/, "must be small letters, digits, - and /");
const text = z.string().min(1, "must not be empty");
const hour = z.int("must be a whole number of hours");

/** A value, or one for each mode. */
function byMode<T extends z.ZodType>(value: T) {
  return z.union([value, z.strictObject({ corrected: value, faithful: value })]);
}

/** What a value that may differ by mode is in one of them. */
export function inMode<T>(value: T | { corrected: T; faithful: T }, mode: Mode): T {
  if (typeof value === "object" && value !== null && "corrected" in value) return value[mode];
  return value as T;
}

/**
 * How times become hours since ICU admission. `exact`: to the microsecond, floored. `ricu-0.6`: minutes, then hours, all
 * floored. `ricu-0.5`, the version of the paper's time: minutes and hours cut towards zero, ends of stays rounded to the
 * minute.
 */
export const clockSchema = z.enum(["exact", "ricu-0.5", "ricu-0.6"]);

/** What an exclusion looks at; each takes away the stays it is true of. */
const criteria = {
  /** The hour in which the stay ends lies below. */
  endHour: z.strictObject({ below: z.number() }).optional(),
  /** The stay lasts less than so many hours. */
  stayHours: z.strictObject({ below: z.number() }).optional(),
  /** Fewer than so many hours with any of the task's dynamic variables. */
  observedHours: z
    .strictObject({
      below: z.int(),
      /** The last hour counted; none: the whole record. Hours before admission count. */
      lastHour: byMode(hour.nullable()),
      /** Stays without any value at all. */
      unseen: byMode(z.enum(["kept", "excluded"])),
    })
    .optional(),
  /** The longest run of hours without any of them, from admission to the end of the stay or `lastHour`, is longer. */
  gapHours: z.strictObject({ above: z.int(), lastHour: byMode(hour) }).optional(),
  /** Younger, in years. */
  age: z.strictObject({ below: z.number() }).optional(),
  /** The event happens, or the onset lies, before the hour; hours before admission are below 0. */
  event: z.strictObject({ name, beforeHour: z.number() }).optional(),
  /** The variable's lowest value before admission and at its first measurement in the stay, if by `lastHour`, is higher. */
  baseline: z.strictObject({ name, above: z.number(), lastHour: byMode(hour.nullable()) }).optional(),
  /** The label's variable is not measured in the label's hours; looked at are stays left after the exclusion named. */
  unlabelled: z.strictObject({ after: id }).optional(),
};
export const criterionNames = Object.keys(criteria) as (keyof typeof criteria)[];

const exclusionSchema = z
  .strictObject({ id, title: text, ...criteria })
  .refine(
    (given) => criterionNames.filter((criterion) => given[criterion] !== undefined).length === 1,
    `needs exactly one of ${criterionNames.join(", ")}`,
  );

/** What is predicted; each task says one of these. */
const labels = {
  /** 1 where the event happens at any time of the stay; one label a stay. */
  event: name.optional(),
  /** The median of a variable's hourly values in these hours, ends included; one label a stay. */
  median: z.strictObject({ name, hours: byMode(z.tuple([hour, hour])) }).optional(),
  /** Hours of the stay that are left, at most `atMost`; one label an hour. `whole`: as the original counts, in whole hours. */
  hoursLeft: z.strictObject({ atMost: hour, counted: byMode(z.enum(["exact", "whole"])) }).optional(),
  /**
   * 1 from `before` hours before the onset; one label an hour. The rows end `after` hours after the onset, or before it
   * where `after` is negative.
   */
  onset: z.strictObject({ name, window: byMode(z.strictObject({ before: hour, after: hour })) }).optional(),
};
export const labelKinds = Object.keys(labels) as (keyof typeof labels)[];

const labelSchema = z
  .strictObject({ title: text, /** Of a label that is a quantity. */ unit: text.optional(), ...labels })
  .refine(
    (given) => labelKinds.filter((kind) => given[kind] !== undefined).length === 1,
    `needs exactly one of ${labelKinds.join(", ")}`,
  );

export const taskSchema = z.strictObject({
  id,
  title: text,
  /** One candidate, and several. */
  unit: text,
  units: text,
  prediction: z.strictObject({
    /** When the prediction is made, in words and in hours since ICU admission; with `every`, the first one. */
    title: text,
    hour: byMode(hour),
    /** A prediction is made at the end of every row of the grid from then on. */
    every: z.literal("hour").optional(),
  }),
  clock: byMode(clockSchema),
  /** The hourly rows: from `first` to `last`, both included, or to the end of the stay where that is earlier. */
  grid: z.strictObject({
    first: hour,
    last: byMode(hour),
    /** Whether an hour that the end of the stay cuts short has a row; default kept. */
    cutHour: byMode(z.enum(["kept", "dropped"])).optional(),
    /** An event that ends the rows, with its hour. The event of the label does so in any case. */
    until: byMode(name.nullable()).optional(),
  }),
  dynamic: z.array(name).min(1, "needs at least one variable"),
  static: z.strictObject({
    names: z.array(name),
    /** `before-prediction`: values charted later are not looked at. */
    from: byMode(z.enum(["before-prediction", "whole-stay"])),
  }),
  /** For table one and subgroups, never predictors. */
  describing: z.array(name),
  label: labelSchema,
  /** Tables without which the task makes no sense, besides those its concepts cannot do without. */
  needs: z.array(name),
  /** What every reader of a result must know, in both modes. */
  caveats: z.array(text),
  /** In the order they are applied. */
  exclusions: z.array(exclusionSchema),
});

export type TaskDefinition = z.infer<typeof taskSchema>;
export type LabelDefinition = z.infer<typeof labelSchema>;
export type Exclusion = z.infer<typeof exclusionSchema>;
export type Clock = z.infer<typeof clockSchema>;
