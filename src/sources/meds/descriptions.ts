// What codes mean: descriptions and parents from the dictionaries of the records. Knows no event.
import { identifier, join, type RecordStore, readJsonAsset, type Sql, schemaOf, sql } from "../../store/index.ts";
import { SEPARATOR } from "./template.ts";

/** A dictionary that describes the codes with a prefix: `parts` of the code are its `keys`. */
interface DictionaryRule {
  source: string;
  prefix: string;
  /** Which parts of the code, counted from 1. */
  parts: number[];
  table: string;
  keys: string[];
  /** The description, `{column}` for what the dictionary says. */
  text: string;
  /** A parent code in another vocabulary. */
  parent?: string;
}

interface Descriptions {
  dictionaries: DictionaryRule[];
  /** Of single codes. */
  fixed: Record<string, string>;
  /** Of what no dictionary describes, by prefix: what the parts of the code are. The longest that fits counts. */
  prefixes: Record<string, string>;
}

/** ICD codes get their dot back as vocabularies write them: their prefix, vocabulary, and where the dot stands. */
const ICD_PARENTS = [
  { prefix: "%DIAGNOSIS//ICD//10//%", vocabulary: "ICD10CM", dot: 3 },
  { prefix: "%DIAGNOSIS//ICD//9//E%", vocabulary: "ICD9CM", dot: 4 },
  { prefix: "%DIAGNOSIS//ICD//9//%", vocabulary: "ICD9CM", dot: 3 },
  { prefix: "PROCEDURE//ICD//10//%", vocabulary: "ICD10PCS", dot: 99 },
  { prefix: "PROCEDURE//ICD//9//%", vocabulary: "ICD9Proc", dot: 2 },
];

/**
 * The code dictionary: `code`, `description`, `parent_codes`, one row per code of `codes` (a relation with a column code),
 * sorted. What nobody describes has null in both.
 */
export function codesRelation(store: RecordStore, codes: Sql): Sql {
  if (store.has("meds", "codes")) return knownCodes(codes);
  const { dictionaries, fixed, prefixes } = readJsonAsset<Descriptions>(import.meta.url, "descriptions.json");
  const found = dictionaries.filter(({ source, table }) => store.has(source, table));
  const known = found.map(
    (rule) => sql`
      select c.code, ${textOf(rule.text)} as description, ${rule.parent ? textOf(rule.parent) : sql`cast(null as varchar)`} as parent
      from used as c join ${identifier(schemaOf(rule.source), rule.table)} as d
        on ${join(
          rule.keys.map(
            (key, i) =>
              sql`split_part(c.code, ${SEPARATOR}, ${rule.parts[i]!}) = trim(cast(d.${identifier(key)} as varchar))`,
          ),
          " and ",
        )}
      where starts_with(c.code, ${rule.prefix})`,
  );
  const none = sql`select cast(null as varchar) as code, cast(null as varchar) as description, cast(null as varchar) as parent where false`;
  const parents = ICD_PARENTS.map(({ prefix, vocabulary, dot }) => {
    const icd = sql`split_part(c.code, ${SEPARATOR}, 4)`;
    const dotted = sql`case when length(${icd}) > ${dot} then substr(${icd}, 1, ${dot}) || '.' || substr(${icd}, ${dot + 1}) else ${icd} end`;
    return sql`when c.code like ${prefix} then ${`${vocabulary}/`} || ${dotted}`;
  });
  const icdParent = sql`case when split_part(c.code, ${SEPARATOR}, 4) in ('', 'UNK') then null ${join(parents, " ")} end`;
  return sql`
    (with used as (select distinct code from ${codes} as u),
    known as (
      select code, min(description) as description, min(parent) as parent
      from (${join([none, ...known], "\nunion all\n")}) as k group by code
    ),
    named as (
      select c.code,
        coalesce(${caseOf(Object.entries(fixed), (code) => sql`c.code = ${code}`)}, k.description,
          ${caseOf(byLength(prefixes), (prefix) => sql`starts_with(c.code, ${prefix})`)}) as description,
        coalesce(k.parent, ${icdParent}) as parent
      from used as c left join known as k on c.code = k.code
    )
    select code, description, case when parent is not null then [parent] end as parent_codes from named order by code)`;
}

/** The dictionary the data set came with, completed by the codes it lacks. */
function knownCodes(codes: Sql): Sql {
  return sql`(
    select u.code, any_value(d.description) as description, any_value(d.parent_codes) as parent_codes
    from (select distinct code from ${codes} as c) as u left join ${identifier("meds", "codes")} as d on u.code = d.code
    group by u.code order by u.code)`;
}

/** `{label} ({fluid})` over the dictionary `d`; null where a column is. */
function textOf(template: string): Sql {
  const pieces = template.split(/(\{[a-z_]+\})/).filter((piece) => piece !== "");
  return join(
    pieces.map((piece) => (piece.startsWith("{") ? sql`d.${identifier(piece.slice(1, -1))}` : sql`${piece}`)),
    " || ",
  );
}

function caseOf(entries: readonly [string, string][], condition: (key: string) => Sql): Sql {
  return sql`case ${join(
    entries.map(([key, text]) => sql`when ${condition(key)} then ${text}`),
    " ",
  )} end`;
}

function byLength(prefixes: Record<string, string>): [string, string][] {
  return Object.entries(prefixes).sort(([a], [b]) => b.length - a.length);
}
