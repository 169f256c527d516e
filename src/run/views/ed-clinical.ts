// The variables of a visit in their own units, missing ones missing: for AutoScore and the networks on rows. Knows no model.
import type { Matrix } from "../../core/matrix.ts";
import { type ColumnMeaning, readStatics, type StaticSummary } from "../../features/index.ts";
import { checkVariables } from "./variables.ts";
import type { View, ViewScene } from "./view.ts";

/** The words of text variables in the order of their codes, from training rows. */
export interface ClinicalRecipe {
  variables: readonly { name: string }[];
  static: readonly { name: string; levels?: string[] }[];
}

/** The variables of every visit. */
export interface ClinicalData {
  columns: readonly StaticSummary[];
  cohort: ViewScene["cohort"];
}

/** Reads the variables, once a view. */
export async function readClinical({ db, cohort, samples }: ViewScene): Promise<ClinicalData> {
  return { columns: await readStatics(db, cohort.folder, samples.stayIds, cohort.static), cohort };
}

/** Codes for the words that training rows have, by the alphabet. */
export function fitClinical({ columns, cohort }: ClinicalData, trainRows: Int32Array): ClinicalRecipe {
  const words = ({ values }: Extract<StaticSummary, { kind: "text" }>) =>
    [...new Set(Array.from(trainRows, (row) => values[row]!))].filter((word) => word !== null).sort();
  return {
    variables: cohort.dynamic.map(({ name }) => ({ name })),
    static: columns.map((column) => ({
      name: column.name,
      ...(column.kind === "text" ? { levels: words(column) } : {}),
    })),
  };
}

/** Writes the variables of the rows into the first columns of a matrix. */
export function fillClinical({ columns }: ClinicalData, rows: Int32Array, recipe: ClinicalRecipe, into: Matrix): void {
  columns.forEach((column, j) => {
    const at = numberOf(column, recipe.static[j]!.levels);
    for (let i = 0; i < rows.length; i++) into.data[i * into.columns + j] = at(rows[i]!);
  });
}

function numberOf(column: StaticSummary, levels: readonly string[] = []): (row: number) => number {
  if (column.kind === "number") return (row) => column.values[row]!;
  const codes = new Map<string | null, number>(levels.map((level, code) => [level, code]));
  return (row) => codes.get(column.values[row]!) ?? Number.NaN;
}

/** The names of the columns, and their titles with units and codes. */
export function clinicalNames({ columns, cohort }: ClinicalData, recipe: ClinicalRecipe) {
  const units = new Map(cohort.static.map(({ name, unit }) => [name, unit]));
  return {
    names: columns.map(({ name }) => name),
    titles: columns.map(({ name, title }, j) => {
      const levels = recipe.static[j]!.levels?.map((level, code) => `${code} ${level}`).join(", ");
      const unit = units.get(name);
      return levels ? `${title} (${levels})` : unit ? `${title} (${unit})` : title;
    }),
  };
}

/** The recipe, where it is of this cohort's variables. */
export function checkClinical(recipe: unknown, { cohort }: ClinicalData): ClinicalRecipe {
  return checkVariables(recipe as ClinicalRecipe, cohort);
}

const asIs = { toClinical: (value: number) => value, fromClinical: (value: number) => value };

/** `ed-clinical`: a row a visit, in the variables' own units. */
export const edClinical: View = {
  id: "ed-clinical",
  async open(scene) {
    const data = await readClinical(scene);
    return {
      fit: (trainRows) => fitClinical(data, trainRows),
      apply(rows, recipe) {
        const known = checkClinical(recipe, data);
        const columns = data.columns.length;
        const matrix: Matrix = { rows: rows.length, columns, data: new Float64Array(rows.length * columns) };
        fillClinical(data, rows, known, matrix);
        return { kind: "table", matrix, ...clinicalNames(data, known), layout: { inputs: columns } };
      },
      meanings(recipe): ColumnMeaning[] {
        const { names, titles } = clinicalNames(data, checkClinical(recipe, data));
        return names.map((name, j) => {
          const kind = data.columns[j]!.kind === "text" ? "code" : "value";
          return { name, title: titles[j]!, variable: name, kind, ...asIs };
        });
      },
    };
  },
};
