// docs/concepts.md, made from the dictionary: what every variable is and where it is read from. Knows no database.
import { type Conversion, conversions } from "./conversions.ts";
import { type Dictionary, dictionary } from "./dictionary.ts";
import type { Concept, ItemGroup } from "./schema.ts";

const ROLES: [Concept["role"], string, string][] = [
  ["dynamic", "Variables over time", "One value an hour; several values of an hour become one by the aggregate named."],
  ["static", "Static variables", "One value a stay; predictors."],
  ["describing", "Describing variables", "For table one and subgroups. Never predictors."],
  ["outcome", "Outcomes", "For labels and exclusions. Never predictors."],
  [
    "part",
    "Parts of outcomes",
    "What outcomes are found in, besides the variables over time. Never predictors. Drugs are rates, antibiotics and ventilation spans.",
  ],
];

/** What the functions do, in words; a test holds the names to those the dictionary uses. */
const FUNCTIONS: Record<string, string> = {
  age_at_admission: "age at hospital admission, over 89 as 91",
  age_of_ricu: "anchor_age on MIMIC-IV, from dob to ICU admission and at most 90 on MIMIC-III",
  stay_in_icu: "from ICU admission to ICU discharge",
  stay_in_hospital: "from hospital admission to hospital discharge",
  aki_of_kdigo: "first hour of KDIGO stage 1 or higher, urine as total volume / hours / weight",
  aki_of_yaib: "the same with urine as sums of hourly rates",
  sepsis_3: "first hour at which SOFA has risen by 2 around the first suspicion of infection",
  sepsis_of_yaib: "the same as YAIB's sep3_alt counts it",
  death_in_icu: "death in hospital whose last ward is one where ICU stays begin, at deathtime",
};

/** The text of docs/concepts.md. `npm run docs` writes it; a test holds the file to it. */
export function conceptsPage(all: Dictionary = dictionary()): string {
  const parts = [
    "# Clinical concepts",
    "<!-- Made by scripts/concepts-page.mjs from src/concepts/dictionary: change it there, then `npm run docs`. -->",
    intro(all),
    ...ROLES.flatMap(([role, title, note]) => section(all, role, title, note)),
    onsetsPart(),
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
    `The dictionary has ${count("dynamic")} variables over time, ${count("static")} static ones, ${count("describing")} that only describe, ${count("outcome")} outcomes and ${count("part")} parts of outcomes,`,
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

/** The functions that find onsets, in src/cohort/functions: what each step gives, corrected and as in the original. */
const ONSETS: [name: string, corrected: string, original: string][] = [
  [
    "creatinine part of KDIGO",
    "at every hour with a creatinine (median of the hour): stage 3 at 3 times the lowest of the last 168 hours, or at 4 mg/dL with a rise; stage 2 at 2 times; stage 1 at 1.5 times, or 0.3 mg/dL above the lowest of the last 48 hours; values from before ICU admission count",
    "the same, without allowance for the rounding of decimal numbers",
  ],
  [
    "urine part of KDIGO",
    "total volume / hours / weight over the last 6 or 12 hours below 0.5 mL/kg/h (stage 1, 2), over 24 hours below 0.3 or none in 12 hours (stage 3); judged where the charted volumes cover the time and a weight is known",
    "every volume is divided by the hours since the one before plus 1, and the sums of these rates are compared with the limits per hour; without a weight in mL instead of mL/kg",
  ],
  [
    "ventilation",
    "MIMIC-IV: charted spans; MIMIC-III: from a sign of ventilation to the end charted within 6 hours, else for 6 hours",
    "MIMIC-III: a sign without an end holds for 6 hours plus the time since admission",
  ],
  [
    "vasopressors",
    "highest rate of an hour, in mcg/kg/min, of infusions that last an hour or more; infusions up to 5 minutes apart are one; CareVue rates hold to the next one, at most 6 hours",
    "the same, whatever the unit's text",
  ],
  [
    "SOFA",
    "oxygen (pairs within 2 hours, below 200 only with ventilation; air where nothing is charted), platelets, bilirubin, pressure and vasopressors, Glasgow coma scale (parts hold 6 hours, missing ones count as full, a tube as 15), creatinine and urine of a day (12 hours charted at least); the worst of 24 hours of each, missing ones 0",
    "the worst of 25 hours; urine of 25 hours scaled to 24",
  ],
  [
    "suspicion of infection",
    "an antibiotic from which on, over 72 hours or until death, no gap is longer than 24 hours, and a culture within 24 hours after it, or it within 72 hours after a culture; the earlier of both; the first of the stay",
    "the length of an antibiotic counts from the begin of its hour; a culture belongs to the stay of its day",
  ],
  [
    "sepsis",
    "the first hour from 48 hours before to 24 hours after the suspicion at which SOFA is 2 above its lowest value in that time so far",
    "the same",
  ],
];

function onsetsPart(): string {
  const rows = ONSETS.map(([name, corrected, original]) => `| ${name} | ${corrected} | ${original} |`);
  return ["## How onsets are found", "", "| step | corrected | original |", "| --- | --- | --- |", ...rows].join("\n");
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
