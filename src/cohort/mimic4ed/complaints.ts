// Ten frequent complaints, found in the words of triage. Knows no table.
import { readJsonAsset } from "../../store/assets.ts";
import { identifier, join, type Sql, sql } from "../../store/index.ts";

/** A complaint and the regular expression, capitals or not, that finds it. */
export interface Complaint {
  /** `chiefcom_chest_pain` */
  name: string;
  title: string;
  pattern: string;
}

let list: readonly Complaint[] | undefined;

/** The complaints, in the order of the table's columns. */
export function complaints(): readonly Complaint[] {
  list ??= readJsonAsset<Complaint[]>(import.meta.url, "data/complaints.json");
  return list;
}

/** A column of truth values per complaint, from the text in `t.chiefcomplaint`. */
export function complaintColumns(): Sql {
  return join(
    complaints().map(
      ({ name, pattern }) =>
        sql`coalesce(regexp_matches(lower(t.chiefcomplaint), ${pattern}), false) as ${identifier(name)}`,
    ),
  );
}
