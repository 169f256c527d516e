// The form of the dictionary's JSON files, checked when they are read. Knows no concept.
import { z } from "zod";
import { type ConversionName, conversionNames } from "./conversions.ts";

const name = z.string().regex(/^[a-z][a-z0-9_]*$/);
const correctionId = z.string().regex(/^[a-z0-9-]+$/);

/** Items of one table that hold a concept, and what is done to their values. */
const itemGroup = z.strictObject({
  table: name,
  ids: z.array(z.int().nonnegative()).min(1),
  /** The conversion of these items' values. */
  convert: z.enum(conversionNames as [ConversionName, ...ConversionName[]]).optional(),
  /** Only values whose unit text is so are converted (lower case). */
  when: z.union([z.strictObject({ contains: z.string() }), z.strictObject({ startsWith: z.string() })]).optional(),
  /** Only values in this range, ends included, are converted. */
  range: z.tuple([z.number(), z.number()]).optional(),
  /** The correction under which the conversion does not ask for the unit text; without `when`, takes place at all. */
  always: correctionId.optional(),
  /** The correction that leaves these items out. */
  dropped: correctionId.optional(),
  /** The correction that brings these items in. */
  added: correctionId.optional(),
});

const column = z.strictObject({ table: name, column: name });

/** A clinical variable. */
export const conceptSchema = z.strictObject({
  name,
  title: z.string().min(1),
  category: z.enum([
    "vitals",
    "respiratory",
    "output",
    "chemistry",
    "blood gas",
    "haematology",
    "neurological",
    "medications",
    "demographics",
    "outcome",
  ]),
  /**
   * `dynamic`: over time; `static`: once a stay, a predictor; `describing`: never a predictor; `outcome`: a label;
   * `part`: what outcomes are made of, besides the dynamic ones.
   */
  role: z.enum(["dynamic", "static", "describing", "outcome", "part"]),
  /** Its unit, first, and other names of the same quantity at the same scale. */
  units: z.array(z.string()),
  /** Values outside are dropped, not clipped. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** How several values of one hour become one. */
  aggregate: z.enum(["median", "sum", "any", "first"]),
  /** By data set: the items that hold it … */
  items: z.record(z.string(), z.array(itemGroup).min(1)).optional(),
  /** … or the column … */
  column: z.record(z.string(), column).optional(),
  /** … with its texts mapped: the first pattern that fits (a `*` at the end stands for anything) gives the level … */
  levels: z.array(z.tuple([z.string(), z.string().nullable()])).optional(),
  /** … or a function of cohort/functions, by mode. */
  function: z.strictObject({ corrected: name, faithful: name }).optional(),
});

/** How a table of a data set is read. */
const tableSchema = z.strictObject({
  /** What ties its rows to a stay: the stay itself, the admission, or the patient. */
  link: z.enum(["stay", "admission", "subject"]),
  time: name.optional(),
  value: name.optional(),
  unit: name.optional(),
  /** Column that is 1 where the row was charted in error. */
  error: name.optional(),
  ward: name.optional(),
  /** The day of a row whose time may be missing. */
  day: name.optional(),
  /** When what a row describes ended. */
  end: name.optional(),
  /** What ties the rows of one infusion together. */
  group: name.optional(),
});

/** A data set, as concepts see it. */
export const sourceSchema = z.record(
  z.string(),
  z.strictObject({
    title: z.string(),
    /** The column that holds a stay's id. */
    stay: name,
    tables: z.record(name, tableSchema),
  }),
);

export const correctionSchema = z.strictObject({
  id: correctionId,
  title: z.string(),
  original: z.string(),
  corrected: z.string(),
});

export const unitsSchema = z.record(z.string(), z.array(z.string()));

export type Concept = z.infer<typeof conceptSchema>;
export type ItemGroup = z.infer<typeof itemGroup>;
export type SourceTable = z.infer<typeof tableSchema>;
export type ConceptSource = z.infer<typeof sourceSchema>[string];
export type Correction = z.infer<typeof correctionSchema>;
