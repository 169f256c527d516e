// The table of a visit and, behind it, the words of its complaint at triage as hashed n-grams. Knows no model.
// The texts stay in the cohort's folder: a recipe holds numbers of buckets, and n-grams that more patients share than a
// small cell has.
import { join } from "node:path";
import { smallCellLimit } from "../../core/small-cells.ts";
import {
  bucketColumns,
  bucketsOf,
  frequentBuckets,
  hashTexts,
  normaliseComplaint,
  type SparseCounts,
} from "../../features/text/index.ts";
import { literal, sql } from "../../store/index.ts";
import { table } from "./table.ts";
import type { View, ViewScene } from "./view.ts";

export interface TextRecipe {
  /** Of the other columns. */
  table: unknown;
  /** The buckets that are columns, ascending, each with the n-gram most training patients have in it, if enough have. */
  buckets: { bucket: number; ngram: string | null }[];
}

/** The different complaints, as counts, and that of each visit (-1: none). */
interface Complaints {
  texts: string[];
  counts: SparseCounts;
  textOf: Int32Array;
}

/** Triage wrote the complaint before anything else of a visit, so that it may be read for every task. */
async function readComplaints({ db, cohort, samples }: ViewScene): Promise<Complaints> {
  const columns = await db.columns(sql`
    select stay_id::double as stay_id, chiefcomplaint
    from read_parquet(${literal(join(cohort.folder, "visits.parquet"))}) order by stay_id`);
  const ids = columns.numbers("stay_id");
  const row = new Map(Array.from(ids, (id, i) => [id, i]));
  const written = columns.texts("chiefcomplaint");
  const numbers = new Map<string, number>();
  const textOf = Int32Array.from(samples.stayIds, (id) => {
    const text = normaliseComplaint(written[row.get(id) ?? -1] ?? "");
    if (text === "") return -1;
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  });
  const texts = [...numbers.keys()];
  return { texts, counts: hashTexts(texts), textOf };
}

/** Of each bucket the n-gram that most training patients have, where more have it than a small cell holds. */
function ngramsOf(
  { texts, textOf }: Complaints,
  trainRows: Int32Array,
  subjectIds: Float64Array,
  buckets: readonly number[],
): TextRecipe["buckets"] {
  const patients = texts.map(() => new Set<number>());
  for (const row of trainRows) if (textOf[row]! >= 0) patients[textOf[row]!]!.add(subjectIds[row]!);
  const wanted = new Set(buckets);
  const found = new Map<number, Map<string, Set<number>>>();
  texts.forEach((text, t) => {
    if (patients[t]!.size === 0) return;
    for (const { ngram, column } of bucketsOf(text)) {
      if (!wanted.has(column)) continue;
      const ngrams = found.get(column) ?? new Map<string, Set<number>>();
      const sharing = ngrams.get(ngram) ?? new Set<number>();
      for (const patient of patients[t]!) sharing.add(patient);
      found.set(column, ngrams.set(ngram, sharing));
    }
  });
  return buckets.map((bucket) => {
    const shared = [...(found.get(bucket) ?? [])].sort(
      ([a, one], [b, other]) => other.size - one.size || (a < b ? -1 : 1),
    );
    const [first] = shared;
    return { bucket, ngram: first && first[1].size > smallCellLimit ? first[0] : null };
  });
}

const nameOf = (bucket: number) => `complaint_${bucket}`;
const titleOf = ({ bucket, ngram }: TextRecipe["buckets"][number]) =>
  ngram === null ? `Complaint, n-grams of bucket ${bucket}` : `Complaint: “${ngram.replaceAll(" ", "\u00a0")}”`;

/** Rows that are predicted at a time: some 50 MB. */
const ROWS_AT_ONCE = 50_000;

/** `ed-text`: the table's columns, and counts of the n-grams that most training visits have. */
export const edText: View = {
  id: "ed-text",
  async open(scene) {
    const [base, complaints] = [await table.open(scene), await readComplaints(scene)];
    const { counts, textOf } = complaints;
    return {
      fit(trainRows, options): TextRecipe {
        const buckets = frequentBuckets(counts, textOf, trainRows);
        return {
          table: base.fit(trainRows, options),
          buckets: ngramsOf(complaints, trainRows, scene.samples.subjectIds, buckets),
        };
      },
      async apply(rows, recipe) {
        const { table: own, buckets } = recipe as TextRecipe;
        const known = await base.apply(rows, own);
        if (known.kind !== "table") return known;
        const { matrix, names, titles } = known;
        const words = bucketColumns(
          counts,
          textOf,
          rows,
          buckets.map(({ bucket }) => bucket),
        );
        const columns = matrix.columns + words.columns;
        const data = new Float32Array(rows.length * columns);
        for (let i = 0; i < rows.length; i++) {
          data.set(matrix.data.subarray(i * matrix.columns, (i + 1) * matrix.columns), i * columns);
          data.set(words.data.subarray(i * words.columns, (i + 1) * words.columns), i * columns + matrix.columns);
        }
        return {
          kind: "table",
          matrix: { rows: rows.length, columns, data },
          names: [...names, ...buckets.map(({ bucket }) => nameOf(bucket))],
          titles: [...titles, ...buckets.map(titleOf)],
        };
      },
      meanings(recipe) {
        const { table: own, buckets } = recipe as TextRecipe;
        return [
          ...base.meanings!(own),
          ...buckets.map((one) => ({
            name: nameOf(one.bucket),
            title: titleOf(one),
            variable: nameOf(one.bucket),
            kind: "flag" as const,
            toClinical: (value: number) => value,
            fromClinical: (value: number) => value,
          })),
        ];
      },
      rowsAtOnce: ROWS_AT_ONCE,
    };
  },
};
