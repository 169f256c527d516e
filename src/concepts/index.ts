// The clinical concepts: dictionary, unit conversions, the two modes, and the page made of them.
export * from "./conversions.ts";
export { checkDictionary, conceptSource, type Dictionary, dictionary, findConcept } from "./dictionary.ts";
export type { Mode } from "./mode.ts";
export { conceptsPage } from "./page.ts";
export type { Concept, ConceptSource, Correction, ItemGroup, SourceTable } from "./schema.ts";
