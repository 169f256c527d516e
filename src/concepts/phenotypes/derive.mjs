// Derives phenotypes.json from public code lists: node src/concepts/phenotypes/derive.mjs [folder with codes/ and the definition]
// The ICD-9-CM side is the definition itself (CCS 2015, AHRQ); the ICD-10-CM side follows the General Equivalence Mappings
// of CMS backwards. What that loses is told in README.md.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const shared = process.argv[2] ?? new URL("../../../../shared", import.meta.url).pathname;
const lines = (path) =>
  gunzipSync(readFileSync(`${shared}/data/codes/icd-atc/${path}`))
    .toString("utf8")
    .trim()
    .split("\n")
    .slice(1);
const { groups } = JSON.parse(readFileSync(`${shared}/systems/tscan-phenotypes.json`, "utf8"));

const ids = {
  2: "septicemia",
  49: "diabetes",
  50: "diabetes_complicated",
  53: "lipids",
  55: "fluid_electrolyte",
  98: "hypertension",
  99: "hypertension_complicated",
  100: "acute_mi",
  101: "coronary_disease",
  105: "conduction",
  106: "dysrhythmia",
  108: "heart_failure",
  109: "stroke",
  122: "pneumonia",
  127: "copd",
  130: "pleurisy_pneumothorax",
  131: "respiratory_failure",
  133: "other_lower_respiratory",
  134: "other_upper_respiratory",
  151: "other_liver",
  153: "gi_bleeding",
  157: "acute_renal_failure",
  158: "chronic_kidney_disease",
  238: "complications_of_care",
  249: "shock",
};
const groupsOf9 = new Map();
groups.forEach((group, g) => {
  for (const code of group.icd9) groupsOf9.set(code, [...(groupsOf9.get(code) ?? []), g]);
});

// ICD-10 code → its ICD-9 sources; flags: approximate, no map, combination, scenario, choice
const sources = new Map();
for (const line of lines("icd_cm_9_to_10_mapping.csv.gz")) {
  const [from, to, flags] = line.split(",");
  if (flags[1] === "1" || to === "NoDx") continue;
  const found = sources.get(to) ?? [];
  found.push({ from, exact: flags[0] === "0", part: flags[2] === "1" });
  sources.set(to, found);
}
const billable = lines("icd10cm-order-Jan-2021.csv.gz").flatMap((line) => {
  const [code, isBillable] = line.split(",");
  return isBillable === "1" ? [code] : [];
});

/** Groups that at least half of the sources are in; exact ones alone where there are any, parts of pairs where nothing else. */
function direct(code) {
  const all = sources.get(code);
  if (!all) return undefined;
  const whole = all.filter(({ part }) => !part);
  const exact = whole.filter((source) => source.exact);
  const used = exact.length > 0 ? exact : whole.length > 0 ? whole : all;
  const votes = new Map();
  for (const { from } of used) for (const g of groupsOf9.get(from) ?? []) votes.set(g, (votes.get(g) ?? 0) + 1);
  return [...votes].filter(([, count]) => 2 * count >= used.length).map(([g]) => g);
}

const found = new Map(billable.flatMap((code) => (direct(code) ? [[code, direct(code)]] : [])));
const mapped = found.size;
const byPrefix = new Map();
for (const [code, own] of found) {
  for (let n = 3; n <= code.length; n++) {
    const at = byPrefix.get(code.slice(0, n)) ?? { count: 0, votes: new Map() };
    at.count++;
    for (const g of own) at.votes.set(g, (at.votes.get(g) ?? 0) + 1);
    byPrefix.set(code.slice(0, n), at);
  }
}
let byRelatives = 0;
const lost = [];
for (const code of billable) {
  if (found.has(code)) continue;
  let n = code.length;
  while (n >= 3 && !byPrefix.has(code.slice(0, n))) n--;
  if (n < 3) {
    lost.push(code);
    continue;
  }
  const { count, votes } = byPrefix.get(code.slice(0, n));
  found.set(
    code,
    [...votes].filter(([, own]) => 2 * own > count).map(([g]) => g),
  );
  byRelatives++;
}

/** The shortest list of beginnings that fits exactly the members among all codes. */
function prefixes(members) {
  const inside = new Set(members);
  const total = new Map();
  const own = new Map();
  for (const code of billable) {
    for (let n = 3; n <= code.length; n++) {
      const start = code.slice(0, n);
      total.set(start, (total.get(start) ?? 0) + 1);
      if (inside.has(code)) own.set(start, (own.get(start) ?? 0) + 1);
    }
  }
  const chosen = new Set();
  for (const code of members) {
    for (let n = 3; n <= code.length; n++) {
      const start = code.slice(0, n);
      if (own.get(start) === total.get(start)) {
        chosen.add(start);
        break;
      }
    }
  }
  return [...chosen].sort();
}

const out = {
  source:
    "CCS 2015 single level (AHRQ, public domain) for ICD-9-CM; ICD-10-CM by the General Equivalence Mappings (CMS, public domain) read backwards over the ICD-10-CM codes of 2021",
  coverage: {
    icd10: billable.length,
    mapped,
    byRelatives,
    unmapped: lost.length,
    unmappedPrefixes: [...new Set(lost.map((c) => c.slice(0, 3)))].sort(),
  },
  groups: groups.map((group, g) => ({
    id: ids[group.ccs_id],
    ccs: group.ccs_id,
    title: group.name,
    type: group.type,
    icd9: group.icd9,
    icd10: prefixes(billable.filter((code) => found.get(code)?.includes(g))),
  })),
};
const text = JSON.stringify(out, null, 1).replace(
  /\[\s+("[^\]]*")\s+\]/g,
  (_, list) => `[${list.replace(/\s*\n\s*/g, " ")}]`,
);
writeFileSync(new URL("./phenotypes.json", import.meta.url), `${text}\n`);
console.log(
  `${billable.length} ICD-10-CM codes: ${mapped} by the mappings, ${byRelatives} by their nearest relatives, ${lost.length} without`,
);
for (const { title, icd9, icd10 } of out.groups)
  console.log(`${title}: ${icd9.length} ICD-9, ${icd10.length} beginnings: ${icd10.slice(0, 12).join(" ")}`);
