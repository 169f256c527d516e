import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { conversionNames, conversions, convert, unconvert } from "./conversions.ts";
import { checkDictionary, conceptSource, dictionary, findConcept } from "./dictionary.ts";
import { conceptsPage } from "./page.ts";
import type { Concept } from "./schema.ts";

const all = dictionary();
const groupsOf = (concept: Concept) => Object.values(concept.items ?? {}).flat();

test("the dictionary has the 48 variables over time and 4 static ones of YAIB, on every data set", () => {
  const named = (role: Concept["role"]) => all.concepts.filter((concept) => concept.role === role);
  expect([named("dynamic").length, named("static").map(({ name }) => name)]).toEqual([
    48,
    ["age", "sex", "height", "weight"],
  ]);
  for (const concept of named("dynamic")) expect(Object.keys(concept.items!)).toEqual(Object.keys(all.sources));
});

test("every correction of an item is listed, and every listed one is used", () => {
  const used = new Set(
    all.concepts.flatMap(groupsOf).flatMap(({ always, dropped, added }) => [always, dropped, added]),
  );
  used.add("charted-in-error"); // acts on rows, by the column that marks them
  expect(all.corrections.filter(({ id }) => !used.has(id))).toEqual([]);
  const marked = Object.values(all.sources)
    .flatMap(({ tables }) => Object.values(tables))
    .some(({ error }) => error);
  expect(marked).toBe(true);
});

test("a text stands for one unit, and is written as texts are compared", () => {
  const texts = Object.values(all.units).flat();
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts) expect(text).toBe(text.toLowerCase().replaceAll(" ", ""));
  expect(Object.keys(all.units).length).toBeLessThanOrEqual(64); // they are the bits of one number
});

test("limits are a range, and hold what conversions give of the middle of it", () => {
  for (const { min, max } of all.concepts) if (min !== null && max !== null) expect(min).toBeLessThan(max);
});

test("a dictionary that contradicts itself is refused, with the place", () => {
  const hr = findConcept("hr");
  const refuse = (concepts: Concept[]) => () => checkDictionary({ ...all, concepts });
  expect(refuse([hr, hr])).toThrow(/hr: stands there twice/);
  expect(refuse([hr, { ...hr, name: "pulse" }])).toThrow(/belongs to hr already/);
  expect(refuse([{ ...hr, units: ["furlong"] }])).toThrow(/unit furlong is unknown/);
  expect(refuse([{ ...hr, items: undefined }])).toThrow(/items, a column or a function/);
  const group = { table: "chartevents", ids: [1] };
  expect(refuse([{ ...hr, items: { "mimic-iv": [{ ...group, table: "notes" }] } }])).toThrow(/mimic-iv notes/);
  expect(refuse([{ ...hr, items: { "mimic-iv": [{ ...group, dropped: "no-such" }] } }])).toThrow(/no-such is unknown/);
  expect(refuse([{ ...hr, items: { "mimic-iv": [{ ...group, convert: "pounds_to_kilograms" }] } }])).toThrow(
    /does not give/,
  );
});

test("an unknown concept or data set is an error that suggests", () => {
  expect(() => findConcept("creat")).toThrow(/did you mean crea/);
  expect(() => findConcept("zzzzzzzzzz")).toThrow(/the concepts are/);
  expect(() => conceptSource("hirid")).toThrow(/mimic-iii, mimic-iv/);
});

test("conversions are exact where they must be, and go back", () => {
  expect(convert("fahrenheit_to_celsius", 212)).toBe(100);
  expect(convert("inches_to_centimetres", 70)).toBeCloseTo(177.8, 12);
  expect(convert("pounds_to_kilograms", 1)).toBe(0.45359237);
  expect(convert("fraction_to_percent", 0.5)).toBe(50);
  fc.assert(
    fc.property(fc.constantFrom(...conversionNames), fc.double({ min: -1e6, max: 1e6, noNaN: true }), (name, value) => {
      expect(Math.abs(unconvert(name, convert(name, value)) - value)).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(value)),
      );
    }),
    { seed: 1 },
  );
  for (const name of conversionNames) expect(conversions[name].divide).toBeGreaterThan(0);
});

test("docs/concepts.md is what the dictionary gives; else: npm run build && npm run docs", () => {
  expect(readFileSync(new URL("../../docs/concepts.md", import.meta.url), "utf8")).toBe(conceptsPage());
});

test("the page has every concept, every item and the words of every function", () => {
  const page = conceptsPage();
  for (const concept of all.concepts) {
    expect(page).toContain(`| \`${concept.name}\` |`);
    for (const { ids } of groupsOf(concept)) expect(page).toContain(ids.join(" "));
  }
  expect(page).not.toMatch(/computed: [a-z]+_/);
});

// The published table of concepts, outside the project: one line per concept, data set and table.
const sheet = new URL("../../../shared/systems/yaib-concepts.csv", import.meta.url);
test.skipIf(!existsSync(sheet))(
  "items, limits and aggregates are those of the original (skipped where the sheet is absent)",
  () => {
    const ids = { mimic: "mimic-iii", miiv: "mimic-iv" } as Record<string, string>;
    let compared = 0;
    for (const line of readFileSync(sheet, "utf8").trim().split("\n").slice(1)) {
      const [name, role, , , , min, max, aggregate, , , , source, table, column, items] = cellsOf(line);
      const id = ids[source!];
      if (!id || column !== "itemid" || (role !== "dynamic" && role !== "static")) continue;
      const concept = findConcept(name!);
      const limit = (text: string | undefined) => (text ? Number(text) : null);
      expect([name, concept.min, concept.max, concept.aggregate]).toEqual([name, limit(min), limit(max), aggregate]);
      const ours = (concept.items![id] ?? []).filter((group) => group.table === table).flatMap((group) => group.ids);
      // 50817 is a laboratory item that the original lists among the charted ones as well
      const theirs = items!
        .split(" ")
        .map(Number)
        .filter((item) => !(table === "chartevents" && item === 50817));
      expect(ours, `${name} ${table}`).toEqual(expect.arrayContaining(theirs));
      compared++;
    }
    expect(compared).toBeGreaterThan(95);
  },
);

function cellsOf(line: string): string[] {
  return [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((match) => match[2] ?? match[1]!);
}
