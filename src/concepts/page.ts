// docs/concepts.md, made from the dictionary: what every variable is and where it is read from. Knows no database.
import { type Conversion, conversions } from "./conversions.ts";
import { type Dictionary, dictionary } from "./dictionary.ts";
import type { Concept, ItemGroup } from "./schema.ts";

const ROLES: [Concept["role"], string, string][] = [
  ["dynamic", "Variables over time", "One value an hour; several values of an hour become one by the aggregate named."],
  ["static", "Static variables", "One value a stay; predictors."],
  ["describing", "Describing variables", "For table one and subgroups. Never predictors."],
  ["outcome", "Outcomes", "For labels and exclusions. Never predictors."],
];

/** What the functions do, in words; a test holds the names to those the dictionary uses. */
const FUNCTIONS: Record<string, string> = {
  age_at_admission: "age at hospital admission, over 89 as 91",
  age_of_ricu: "anchor_age on MIMIC-IV, from dob to ICU admission and at most 90 on MIMIC-III",
  stay_in_icu: "from ICU admission to ICU discharge",
  stay_in_hospital: "from hospital admission to hospital discharge",
  death_in_icu: "death in hospital whose last ward is one where ICU stays begin, at deathtime",
};

/** The text of docs/concepts.md. `npm run docs` writes it; a test holds the file to it. */
export function conceptsPage(all: Dictionary = dictionary()): string {
  const parts = [
    "# Clinical concepts",
    "<!-- Made by scripts/concepts-page.mjs from src/concepts/dictionary: change it there, then `npm run docs`. -->",
    intro(all),
    ...ROLES.flatMap(([role, title, note]) => section(all, role, title, note)),
    conversionsPart(),
    correctionsPart(all),
    unitsPart(all),
  ];
  return `${parts.join("\n\n")}\n`;
}

function intro({ concepts, sources }: Dictionary): string {
  const count = (role: Concept["role"]) => concepts.filter((concept) => concept.role === role).length;
  const titles = Object.values(sources).map(({ title }) => title);
  return [
    `The dictionary has ${count("dynamic")} variables over time, ${count("static")} static ones, ${count("describing")} that only describe and ${count("outcome")} outcome,`,
    `for ${titles.join(" and ")}. The first ${count("dynamic")} + ${count("static")} are those of YAIB. Values outside the limits are dropped, not clipped; limits are included.`,
    "",
    "Items in *italics* are read in one mode only; the superscript names the correction below. Faithful mode reads what the",
    "authors' pipeline reads, corrected mode (the default) applies every correction.",
  ].join("\n");
}

function section(all: Dictionary, role: Concept["role"], title: string, note: string): string[] {
  const concepts = all.concepts.filter((concept) => concept.role === role);
  if (concepts.length === 0) return [];
  const categories = [...new Set(concepts.map(({ category }) => category))];
  const parts = [`## ${title}`, note];
  for (const category of categories) {
    if (categories.length > 1) parts.push(`### ${category.charAt(0).toUpperCase()}${category.slice(1)}`);
    parts.push(
      table(
        all,
        concepts.filter((concept) => concept.category === category),
      ),
    );
  }
  return parts;
}

function table(all: Dictionary, concepts: readonly Concept[]): string {
  const ids = Object.keys(all.sources);
  const head = ["name", "what", "unit", "limits", "aggregate", ...ids.map((id) => all.sources[id]!.title)];
  const rows = concepts.map((concept) => [
    `\`${concept.name}\``,
    concept.title,
    concept.units.join(" = ") || "–",
    limits(concept),
    concept.aggregate,
    ...ids.map((id) => place(all, concept, id)),
  ]);
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`).join("\n");
}

function limits({ min, max }: Concept): string {
  if (min === null && max === null) return "none";
  if (max === null) return `≥ ${min}`;
  return min === null ? `≤ ${max}` : `${min} to ${max}`;
}

function place(all: Dictionary, concept: Concept, id: string): string {
  if (concept.items) return (concept.items[id] ?? []).map((group) => groupText(all, group)).join("; ") || "–";
  if (concept.column) {
    const found = concept.column[id];
    if (!found) return "–";
    return `${found.table}.${found.column}${concept.levels ? ` (${levelsText(concept.levels)})` : ""}`;
  }
  const { corrected, faithful } = concept.function!;
  const words = (name: string) => FUNCTIONS[name] ?? name;
  return corrected === faithful
    ? `computed: ${words(corrected)}`
    : `computed: ${words(corrected)}; faithful: ${words(faithful)}`;
}

function groupText(all: Dictionary, group: ItemGroup): string {
  const items = `${group.table} ${group.ids.join(" ")}`;
  const only = group.dropped ?? group.added;
  const notes = [
    ...(group.convert ? [conversionText(all, group)] : []),
    ...(group.dropped ? [`faithful only<sup>${number(all, group.dropped)}</sup>`] : []),
    ...(group.added ? [`corrected only<sup>${number(all, group.added)}</sup>`] : []),
  ];
  return `${only ? `*${items}*` : items}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

/** What is converted: `always` lifts the condition on the unit's text in corrected mode, or is the conversion itself. */
function conversionText(all: Dictionary, { convert, when, range, always }: ItemGroup): string {
  const { from, to } = conversions[convert!];
  const unit = when
    ? "contains" in when
      ? `unit contains "${when.contains}"`
      : `unit starts with "${when.startsWith}"`
    : "";
  const within = range ? `${range[0]} to ${range[1]}` : "";
  const condition = [unit, within].filter((text) => text !== "").join(", ");
  const mark = always
    ? when
      ? `, always in corrected mode<sup>${number(all, always)}</sup>`
      : `, corrected mode<sup>${number(all, always)}</sup>`
    : "";
  return `${from} → ${to}${condition ? ` where ${condition}` : ""}${mark}`;
}

function levelsText(levels: NonNullable<Concept["levels"]>): string {
  const byLevel = new Map<string, string[]>();
  for (const [pattern, level] of levels) {
    const name = level ?? "unknown";
    byLevel.set(name, [...(byLevel.get(name) ?? []), pattern === "*" ? "all else" : pattern.replace("*", "…")]);
  }
  return [...byLevel].map(([level, patterns]) => `${level}: ${patterns.join(", ")}`).join("; ");
}

/** A correction's number on the page. */
function number({ corrections }: Dictionary, id: string): number {
  return corrections.findIndex((correction) => correction.id === id) + 1;
}

function conversionsPart(): string {
  const rows = Object.entries<Conversion>(conversions).map(([name, { from, to, subtract, multiply, divide }]) => {
    const minus = subtract === 0 ? "value" : `(value − ${subtract})`;
    const by = [multiply === 1 ? "" : ` × ${multiply}`, divide === 1 ? "" : ` / ${divide}`].join("");
    return `| \`${name}\` | ${from} | ${to} | ${minus}${by} |`;
  });
  return ["## Conversions", "", "| name | from | to | how |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function correctionsPart(all: Dictionary): string {
  const items = all.corrections.map(
    ({ title, original, corrected }, i) => `${i + 1}. **${title}.** Original: ${original} Corrected: ${corrected}`,
  );
  return ["## Corrections", "", ...items].join("\n");
}

function unitsPart({ units }: Dictionary): string {
  const rows = Object.entries(units).map(
    ([unit, texts]) => `| ${unit} | ${texts.map((text) => `\`${text}\``).join(" ")} |`,
  );
  return [
    "## Units and the texts that stand for them",
    "",
    "Compared in small letters and without blanks. In corrected mode a value whose text names a unit of this list that is neither",
    "the variable's own nor one it is converted from is dropped; a text that is not in the list is no reason to drop a value.",
    "",
    "| unit | texts |",
    "| --- | --- |",
    ...rows,
  ].join("\n");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
