// The patients of a store, a page at a time, with how often they were where. Knows no HTTP.
import { type Database, identifier, join, type RecordStore, type Sql, schemaOf, sql } from "../../store/index.ts";
import { type StayRelation, stayRelations } from "./relations.ts";

/** What a list of patients is narrowed down to. */
export interface PatientFilter {
  sex?: "F" | "M" | undefined;
  /** Who has at least one of these. */
  has?: "icu" | "ed" | undefined;
  /** Years at the anchor or, for MIMIC-III, at the first admission. */
  minAge?: number | undefined;
  maxAge?: number | undefined;
  /** One patient. */
  subjectId?: bigint | undefined;
}

export interface PatientRow {
  source: string;
  subjectId: bigint;
  sex: string | null;
  age: number | null;
  admissions: number;
  icuStays: number;
  edStays: number;
  died: boolean;
}

/** The data sets with patients, in the order of preference. */
export function patientSources(store: RecordStore): string[] {
  return ["mimic-iv", "mimic-iii"].filter((id) => store.has(id, "patients"));
}

export function stayRelationsOf(store: RecordStore, source: string): StayRelation[] {
  const kin = source === "mimic-iv" ? ["mimic-iv", "mimic-iv-ed"] : [source];
  return stayRelations.filter(
    (relation) => kin.includes(relation.source) && store.has(relation.source, relation.table),
  );
}

/** MIMIC-III tells a birth day, moved 300 years back for the very old, who are 91 here as in MIMIC-IV. */
function ageOf(source: string): Sql {
  if (source === "mimic-iv") return sql`p.anchor_age::integer`;
  return sql`(select least(91, date_diff('day', p.dob, min(a.admittime)) // 365.2425)::integer
    from mimic_iii.admissions a where a.subject_id = p.subject_id)`;
}

/** A page of patients, those with most ICU stays first, and how many there are in all. */
export async function listPatients(
  store: RecordStore,
  source: string,
  filter: PatientFilter,
  { offset, limit, db = store.db }: { offset: number; limit: number; db?: Database },
): Promise<{ total: number; rows: PatientRow[] }> {
  const stays = stayRelationsOf(store, source);
  const countOf = (kind: StayRelation["kind"]): Sql => {
    const found = stays.filter((relation) => relation.kind === kind);
    if (found.length === 0) return sql`select null::bigint as subject_id, 0 as n where false`;
    const { source: from, table } = found[0]!;
    return sql`select subject_id::bigint as subject_id, count(*) as n from ${identifier(schemaOf(from), table)} group by all`;
  };
  const conditions: Sql[] = [];
  if (filter.sex) conditions.push(sql`sex = ${filter.sex}`);
  if (filter.has === "icu") conditions.push(sql`icu > 0`);
  if (filter.has === "ed") conditions.push(sql`ed > 0`);
  if (filter.minAge !== undefined) conditions.push(sql`age >= ${filter.minAge}`);
  if (filter.maxAge !== undefined) conditions.push(sql`age <= ${filter.maxAge}`);
  if (filter.subjectId !== undefined) conditions.push(sql`subject_id = ${filter.subjectId}`);
  const where = conditions.length ? sql`where ${join(conditions, " and ")}` : sql``;
  const all = sql`
    select p.subject_id::bigint as subject_id, p.gender as sex, ${ageOf(source)} as age, p.dod is not null as died,
      coalesce(h.n, 0) as hospital, coalesce(i.n, 0) as icu, coalesce(e.n, 0) as ed
    from ${identifier(schemaOf(source), "patients")} p
      left join (${countOf("hospital")}) h on h.subject_id = p.subject_id
      left join (${countOf("icu")}) i on i.subject_id = p.subject_id
      left join (${countOf("ed")}) e on e.subject_id = p.subject_id`;
  const rows = await db.rows<Found>(sql`
    select *, count(*) over () as total from (${all}) ${where}
    order by icu desc, hospital desc, ed desc, subject_id limit ${limit} offset ${offset}`);
  return {
    total: Number(rows[0]?.total ?? 0),
    rows: rows.map((row) => ({
      source,
      subjectId: row.subject_id,
      sex: row.sex,
      age: row.age,
      admissions: Number(row.hospital),
      icuStays: Number(row.icu),
      edStays: Number(row.ed),
      died: row.died,
    })),
  };
}

interface Found {
  subject_id: bigint;
  sex: string | null;
  age: number | null;
  died: boolean;
  hospital: bigint;
  icu: bigint;
  ed: bigint;
  total: bigint;
}
