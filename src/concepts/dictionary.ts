// The clinical concepts as data: read once from the JSON files beside, checked, found by name. Knows no SQL.
import { z } from "zod";
import { BedsideError, Bug, nearestName } from "../core/errors.ts";
import { readJsonAsset } from "../store/assets.ts";
import { conversions } from "./conversions.ts";
import {
  type Concept,
  type ConceptSource,
  type Correction,
  conceptSchema,
  correctionSchema,
  sourceSchema,
  unitsSchema,
} from "./schema.ts";

/** The dictionary. */
export interface Dictionary {
  concepts: readonly Concept[];
  corrections: readonly Correction[];
  /** Data sets by id. */
  sources: Readonly<Record<string, ConceptSource>>;
  /** Units with the texts that stand for them: lower case, no blanks. */
  units: Readonly<Record<string, readonly string[]>>;
}

const FILES = ["vitals", "blood-gas", "chemistry", "haematology", "demographics", "outcome", "parts"];

let loaded: Dictionary | undefined;

/** The dictionary that comes with Bedside. */
export function dictionary(): Dictionary {
  loaded ??= checkDictionary({
    concepts: FILES.flatMap((file) => read(file, z.array(conceptSchema))),
    corrections: read("corrections", z.array(correctionSchema)),
    sources: read("sources", sourceSchema),
    units: read("units", unitsSchema),
  });
  return loaded;
}

function read<T>(file: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(readJsonAsset<unknown>(import.meta.url, `dictionary/${file}.json`));
  if (!result.success) throw new Bug(`dictionary/${file}.json: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** The dictionary, if it contradicts itself nowhere: else a Bug that names the place. */
export function checkDictionary(all: Dictionary): Dictionary {
  const wrong = (where: string, what: string) => new Bug(`Concept dictionary, ${where}: ${what}`);
  const corrections = new Set(all.corrections.map(({ id }) => id));
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const concept of all.concepts) {
    if (names.has(concept.name)) throw wrong(concept.name, "stands there twice");
    names.add(concept.name);
    const ways = [concept.items, concept.column, concept.function].filter((way) => way !== undefined);
    if (ways.length !== 1) throw wrong(concept.name, "needs items, a column or a function, one of them");
    for (const unit of concept.units) if (!all.units[unit]) throw wrong(concept.name, `unit ${unit} is unknown`);
    for (const [source, groups] of Object.entries(concept.items ?? {})) {
      for (const group of groups) {
        if (!all.sources[source]?.tables[group.table]?.value) throw wrong(concept.name, `${source} ${group.table}`);
        if (group.convert && conversions[group.convert].to !== concept.units[0])
          throw wrong(concept.name, `${group.convert} does not give ${concept.units[0]}`);
        for (const id of [group.always, group.dropped, group.added])
          if (id !== undefined && !corrections.has(id)) throw wrong(concept.name, `correction ${id} is unknown`);
        for (const id of group.ids) {
          const key = `${source} ${group.table} ${id}`;
          if (owners.has(key)) throw wrong(concept.name, `item ${key} belongs to ${owners.get(key)} already`);
          owners.set(key, concept.name);
        }
      }
    }
    for (const [source, { table }] of Object.entries(concept.column ?? {}))
      if (!all.sources[source]?.tables[table]) throw wrong(concept.name, `${source} has no table ${table}`);
  }
  return all;
}

/**
 * A concept by name.
 * @throws BedsideError that suggests the name meant.
 */
export function findConcept(name: string): Concept {
  const { concepts } = dictionary();
  const concept = concepts.find((candidate) => candidate.name === name);
  if (concept) return concept;
  const names = concepts.map((candidate) => candidate.name);
  const meant = nearestName(name, names);
  throw new BedsideError({
    code: "concepts/unknown",
    what: `There is no concept "${name}"`,
    fix: meant ? `did you mean ${meant}?` : `the concepts are: ${names.join(", ")}`,
  });
}

/** A data set as concepts see it; a data set the dictionary does not cover is an error. */
export function conceptSource(id: string): ConceptSource {
  const source = dictionary().sources[id];
  if (source) return source;
  throw new BedsideError({
    code: "concepts/unknown-source",
    what: `The concept dictionary does not cover the data set "${id}"`,
    fix: `it covers: ${Object.keys(dictionary().sources).join(", ")}`,
  });
}
