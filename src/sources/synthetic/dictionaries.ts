// The hospital's dictionaries: items, laboratory, codes, staff. The same in every hospital.
import { diagnosisFacts, itemFacts, labItems, procedureFacts } from "./catalog.ts";
import { caregivers, providers, type Tables } from "./scribe.ts";

/** Writes every dictionary. */
export function writeDictionaries(tables: Tables): void {
  for (const { id, label, fluid, category } of [...labItems].sort((a, b) => a.id - b.id))
    tables["d_labitems"]?.row(id, label, fluid, category);
  for (const [id, label, abbreviation, linksto, category, unit, kind] of itemFacts) {
    tables["d_items"]?.row(id, label, abbreviation, linksto, category, unit, kind, null, null);
  }
  for (const [code, version, title] of diagnosisFacts) tables["d_icd_diagnoses"]?.row(code, version, title);
  for (const [code, version, title] of procedureFacts) tables["d_icd_procedures"]?.row(code, version, title);
  tables["d_hcpcs"]?.row("G0378", null, "Hospital observation service, per hour", "Hospital observation per hr");
  for (const id of providers) tables["provider"]?.row(id);
  for (const id of caregivers) tables["caregiver"]?.row(id);
}
