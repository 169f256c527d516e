// The variables of a visit and, behind them, its earlier diagnoses as numbers of a vocabulary. Knows no model.
import { join } from "node:path";
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { literal, sql } from "../../store/index.ts";
import {
  type ClinicalRecipe,
  checkClinical,
  clinicalNames,
  fillClinical,
  fitClinical,
  readClinical,
} from "./ed-clinical.ts";
import type { View, ViewScene } from "./view.ts";

export interface CodesRecipe extends ClinicalRecipe {
  /** Number i + 1 is the code `vocabulary[i]`; 0 is none. Codes that training rows lack are left out. */
  vocabulary: string[];
  /** Codes of a visit at most, the latest first. */
  places: number;
}

/** Codes of every visit, the latest first: numbers into `codes`, of visit i from `offsets[i]` to `offsets[i + 1]`. */
export interface CodeLists {
  codes: readonly string[];
  offsets: Int32Array;
  indices: Int32Array;
}

/** Corrected mode: a code that fewer training visits have says too little for a vector of its own. */
const LEAST_VISITS = 5;
/** Codes of a visit that are read. */
const PLACES = { corrected: 60, faithful: 200 };

/** Reads the codes of the visits, in the order of the samples. */
export async function readCodes({
  db,
  cohort,
  samples,
}: Pick<ViewScene, "db" | "cohort" | "samples">): Promise<CodeLists> {
  const path = join(cohort.folder, "codes.parquet");
  const columns = await db.columns(sql`
    with listed as (select stay_id, code, place from read_parquet(${literal(path)})),
    numbered as (select code, row_number() over (order by code) - 1 as number from (select distinct code from listed))
    select stay_id::double as stay_id, number::integer as number, place::integer as place
    from listed join numbered using (code) order by stay_id, place`);
  const named = await db.columns(sql`select distinct code from read_parquet(${literal(path)}) order by code`);
  const [stays, numbers] = [columns.numbers("stay_id"), columns.integers("number")];
  const offsets = new Int32Array(samples.stayIds.length + 1);
  let at = 0;
  for (let i = 0; i < samples.stayIds.length; i++) {
    while (at < stays.length && stays[at] === samples.stayIds[i]) at++;
    offsets[i + 1] = at;
  }
  if (at !== stays.length) {
    throw new BedsideError({
      code: "run/other-visits",
      what: "The codes of the cohort do not belong to its visits",
      where: path,
      fix: "remove the folder and run again",
    });
  }
  return { codes: named.texts("code").map((code) => code!), offsets, indices: Int32Array.from(numbers) };
}

/** The codes that enough training rows have, by the alphabet, and how many of a visit are read. */
export function fitVocabulary(
  { codes, offsets, indices }: CodeLists,
  trainRows: Int32Array,
  { least, most }: { least: number; most: number },
): Pick<CodesRecipe, "vocabulary" | "places"> {
  const visits = new Int32Array(codes.length);
  let longest = 1;
  for (const row of trainRows) {
    longest = Math.max(longest, offsets[row + 1]! - offsets[row]!);
    for (let k = offsets[row]!; k < offsets[row + 1]!; k++) visits[indices[k]!]!++;
  }
  return { vocabulary: codes.filter((_, i) => visits[i]! >= least), places: Math.min(longest, most) };
}

/** Writes the numbers of each row's codes into `places` columns from `from`; what is left stays 0. */
export function fillCodes(
  { codes, offsets, indices }: CodeLists,
  rows: Int32Array,
  { vocabulary, places }: Pick<CodesRecipe, "vocabulary" | "places">,
  into: Matrix,
  from: number,
): void {
  const known = new Map(vocabulary.map((code, i) => [code, i + 1]));
  const numbers = Int32Array.from(codes, (code) => known.get(code) ?? 0);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const at = i * into.columns + from;
    let place = 0;
    for (let k = offsets[row]!; k < offsets[row + 1]! && place < places; k++) {
      const number = numbers[indices[k]!]!;
      if (number > 0) into.data[at + place++] = number;
    }
  }
}

/** Rows that are predicted at a time: some 50 MB. */
const ROWS_AT_ONCE = 50_000;

/** `ed-codes`: the variables of a visit and its earlier diagnoses, 0 where there are no more. */
export const edCodes: View = {
  id: "ed-codes",
  async open(scene) {
    const [data, lists] = [await readClinical(scene), await readCodes(scene)];
    return {
      fit: (trainRows, { mode }): CodesRecipe => ({
        ...fitClinical(data, trainRows),
        ...fitVocabulary(lists, trainRows, { least: mode === "faithful" ? 1 : LEAST_VISITS, most: PLACES[mode] }),
      }),
      apply(rows, recipe) {
        const known = recipe as CodesRecipe;
        const clinical = checkClinical(recipe, data);
        const inputs = data.columns.length;
        const columns = inputs + known.places;
        const matrix: Matrix = { rows: rows.length, columns, data: new Float32Array(rows.length * columns) };
        fillClinical(data, rows, clinical, matrix);
        fillCodes(lists, rows, known, matrix, inputs);
        const { names, titles } = clinicalNames(data, clinical);
        const places = Array.from({ length: known.places }, (_, k) => `code_${k + 1}`);
        return {
          kind: "table",
          matrix,
          names: [...names, ...places],
          titles: [...titles, ...places.map((_, k) => `Earlier diagnosis ${k + 1}`)],
          layout: { inputs, codes: known.places, vocabulary: known.vocabulary.length },
        };
      },
      rowsAtOnce: ROWS_AT_ONCE,
    };
  },
};
