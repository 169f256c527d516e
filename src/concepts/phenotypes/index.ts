// The 25 phenotypes of the MIMIC-III benchmark: groups of diagnoses by their ICD-9-CM and ICD-10-CM codes. Knows no table.
import { readJsonAsset } from "../../store/assets.ts";

/** A group of diagnoses (a CCS category). */
export interface Phenotype {
  /** `septicemia` */
  id: string;
  /** Number of the category in HCUP's Clinical Classifications Software. */
  ccs: number;
  title: string;
  /** What the definition calls it; diabetes with complications is a mixed one there. */
  type: "acute" | "chronic";
  /** Whole codes, without a dot. */
  icd9: readonly string[];
  /** Beginnings of codes, without a dot. */
  icd10: readonly string[];
}

/** How much of ICD-10-CM the crosswalk reaches. */
export interface PhenotypeCoverage {
  /** Billable codes of ICD-10-CM 2021. */
  icd10: number;
  /** Decided by the mappings themselves. */
  mapped: number;
  /** Decided by the majority of the nearest codes that the mappings name. */
  byRelatives: number;
  /** Not decided: they count as in no group. */
  unmapped: number;
  /** The categories in which those lie. */
  unmappedPrefixes: readonly string[];
}

interface PhenotypeFile {
  source: string;
  coverage: PhenotypeCoverage;
  groups: Phenotype[];
}

let loaded: PhenotypeFile | undefined;

function file(): PhenotypeFile {
  loaded ??= readJsonAsset<PhenotypeFile>(import.meta.url, "phenotypes.json");
  return loaded;
}

/** The phenotypes, in the order of the benchmark. */
export function phenotypes(): readonly Phenotype[] {
  return file().groups;
}

/** How many ICD-10-CM codes the crosswalk decides, and by what. */
export function phenotypeCoverage(): PhenotypeCoverage {
  return file().coverage;
}

/**
 * The places, in `phenotypes()`, of the groups that a diagnosis is in.
 * @param version 9 or 10
 * @example phenotypesOf("I10", 10).map((i) => phenotypes()[i]!.id) // ["hypertension"]
 */
export function phenotypesOf(code: string, version: number): number[] {
  const plain = code.trim().replace(".", "").toUpperCase();
  return phenotypes().flatMap(({ icd9, icd10 }, i) => {
    const hit = version === 9 ? icd9.includes(plain) : version === 10 && icd10.some((start) => plain.startsWith(start));
    return hit ? [i] : [];
  });
}
