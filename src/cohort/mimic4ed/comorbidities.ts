// Charlson's 17 and Elixhauser's 31 diseases, from diagnoses of admissions that ended before arrival. Knows no score.
import { readJsonAsset } from "../../store/assets.ts";
import { type Database, identifier, join, type Sql, sql } from "../../store/index.ts";
import type { Rules } from "./rules.ts";

/** A disease of an index: the starts of its codes, by ICD version, parted by blanks. */
export interface Comorbidity {
  /** `cci_MI` */
  name: string;
  title: string;
  /** Points in the Charlson index. */
  weight?: number;
  icd9: string;
  icd10: string;
  /** Starts as the authors misprinted them, with what was meant. */
  misprints?: Record<string, string>;
  /** The disease of which this is a lesser form. */
  within?: string;
}

let list: readonly Comorbidity[] | undefined;

/** The diseases, in the order of the table's columns. */
export function comorbidities(): readonly Comorbidity[] {
  list ??= readJsonAsset<Comorbidity[]>(import.meta.url, "data/comorbidities.json");
  return list;
}

/** Starts of codes have 3 to 5 characters. */
const PREFIX_LENGTHS = [3, 4, 5];

/**
 * Makes `ed_comorbidity`: a row per visit, the diseases as bits of one number. Codes are looked up once
 * each, then gathered per admission, then per visit: diagnoses are never joined with visits.
 */
export async function makeComorbidities(db: Database, rules: Rules): Promise<void> {
  await db.run(sql`
    create or replace temp table ed_comorbidity as
    with prefix as (${prefixes(rules)}),
    cut as (
      select distinct icd_version, icd_code, unnest(${PREFIX_LENGTHS}::int[]) as length
      from mimic_iv.diagnoses_icd where icd_code is not null
    ),
    code as (
      select c.icd_version, c.icd_code, bit_or(p.bit) as bits
      from cut c join prefix p
        on p.version = c.icd_version and p.prefix = left(replace(trim(c.icd_code), '.', ''), c.length)
      group by c.icd_version, c.icd_code
    ),
    admission as (
      select d.hadm_id, bit_or(c.bits) as bits
      from mimic_iv.diagnoses_icd d join code c using (icd_version, icd_code) group by d.hadm_id
    ),
    history as (
      select v.stay_id, bit_or(h.bits) as bits
      from ed_visit v
      join mimic_iv.admissions a
        on a.subject_id = v.subject_id and a.dischtime < v.intime
       and a.dischtime >= v.intime - to_days(${rules.historyDays}::int)
      join admission h on h.hadm_id = a.hadm_id
      group by v.stay_id
    )
    select v.stay_id, coalesce(h.bits, 0) as bits from ed_visit v left join history h using (stay_id)`);
}

/** The starts of codes as a table: version, prefix, and the disease's bit. */
function prefixes({ misprintedCodes }: Rules): Sql {
  const rows = comorbidities().flatMap(({ icd9, icd10, misprints = {} }, place) =>
    [icd9, icd10].flatMap((codes, i) =>
      codes.split(" ").map((printed) => ({
        version: i === 0 ? 9 : 10,
        prefix: misprintedCodes ? printed : (misprints[printed] ?? printed),
        place,
      })),
    ),
  );
  return sql`
    select version, prefix, 1::bigint << place as bit from (
      select unnest(${rows.map(({ version }) => version)}::int[]) as version,
             unnest(${rows.map(({ prefix }) => prefix)}) as prefix,
             unnest(${rows.map(({ place }) => place)}::int[]) as place)`;
}

/** The columns of the table, 0 or 1, from `c.bits`. */
export function comorbidityColumns(): Sql {
  return join(
    comorbidities().map(({ name }, place) => sql`((c.bits >> ${place}::int) & 1)::utinyint as ${identifier(name)}`),
  );
}

/** Charlson's points without those for age, from the columns of `m`. */
export function charlsonPoints({ charlsonCountsTwice }: Rules): Sql {
  const weighted = comorbidities().filter(({ weight }) => weight !== undefined);
  return join(
    weighted.map(({ name, weight, within }) => {
      const has = sql`m.${identifier(name)}::int`;
      const points = sql`${has} * ${weight!}`;
      return charlsonCountsTwice || !within ? points : sql`${points} * (1 - m.${identifier(within)}::int)`;
    }),
    " + ",
  );
}
