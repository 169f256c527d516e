// What the measurements of records share: a synthetic hospital, parts of it, and the rules as data for the rivals.
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runMeasured } from "./measure.mjs";

export const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const rivals = fileURLToPath(new URL("rivals/", import.meta.url));

/** The path of a rival's script. */
export const script = (name) => join(rivals, name);

/**
 * A synthetic hospital as csv.gz in `folder`/hospital, made where it is not there yet; gives its path. In the mix `icu` every
 * patient has been in intensive care.
 */
export async function makeHospital(folder, { patients, seed, modules, mix = "general" }) {
  const hospital = join(folder, "hospital");
  if (existsSync(join(hospital, "SYNTHETIC.json"))) return hospital;
  const size = ["--patients", patients, "--seed", seed, "--modules", modules, "--mix", mix];
  const made = await runMeasured("node", [cli, "synth", ...size, "--out", hospital, "--quiet"]);
  if (made.code !== 0) throw new Error(made.output);
  console.log(`Hospital of ${patients} patients: ${made.seconds.toFixed(1)} s, ${made.peakMb.toFixed(0)} MB`);
  return hospital;
}

/** The hospital as a store in `folder`/store, made where it is not there yet; gives its path. */
export async function makeStore(folder, hospital, memory) {
  const store = join(folder, "store");
  if (existsSync(join(store, "store.json"))) return store;
  const words = ["import", "--data", hospital, "--out", store, "--memory", memory, "--quiet"];
  const made = await runMeasured("node", [cli, ...words]);
  if (made.code !== 0) throw new Error(made.output);
  console.log(`Import of all tables: ${made.seconds.toFixed(1)} s, ${made.peakMb.toFixed(0)} MB`);
  return store;
}

/** A folder with some tables of a hospital (`hosp/patients` …), as links to the same files. */
export function partOf(hospital, folder, tables) {
  rmSync(folder, { recursive: true, force: true });
  for (const table of tables) {
    const path = join(folder, `${table}.csv.gz`);
    mkdirSync(dirname(path), { recursive: true });
    linkSync(join(hospital, `${table}.csv.gz`), path);
  }
  linkSync(join(hospital, "SYNTHETIC.json"), join(folder, "SYNTHETIC.json"));
  return folder;
}

/** The rivals whose module the Python at hand has, as `{ name, module }`; of the others it is said that they are left out. */
export async function foundRivals(python, modules) {
  const found = [];
  for (const [module, name] of Object.entries(modules)) {
    const probe = await runMeasured(python, ["-c", `import ${module}; print(${module}.__version__)`]);
    if (probe.code === 0) found.push({ module, name: `${name} ${probe.output.trim().split("\n").at(-1)}` });
    else console.log(`${name} is left out: "${python}" cannot import ${module} (--python PATH names another)`);
  }
  return found;
}

/** Writes the dictionary's items as the rivals take them, a row per item as faithful mode reads it; gives the path. */
export async function writeItems(folder) {
  const { conversions, dictionary } = await import("../dist/concepts/index.js");
  const items = dictionary()
    .concepts.filter(({ role }) => role === "dynamic")
    .flatMap(({ name, min, max, aggregate, items }) =>
      items["mimic-iv"]
        .filter(({ added }) => !added)
        .flatMap(({ table, ids, convert, when }) => {
          const { subtract, multiply, divide } =
            convert && when ? conversions[convert] : { subtract: 0, multiply: 1, divide: 1 };
          return ids.map((itemid) => ({
            concept: name,
            table,
            itemid,
            low: min,
            high: max,
            aggregate,
            unitContains: when?.contains ?? null,
            subtract,
            multiply,
            divide,
          }));
        }),
    );
  const path = join(folder, "items.json");
  writeFileSync(path, JSON.stringify(items));
  return path;
}

/** Writes what the emergency benchmark's rules hold as data, as faithful mode reads it; gives the path. */
export async function writeEdRules(folder) {
  const { comorbidities } = await import("../dist/cohort/mimic4ed/comorbidities.js");
  const { complaints } = await import("../dist/cohort/mimic4ed/complaints.js");
  const { rulesOf } = await import("../dist/cohort/mimic4ed/rules.js");
  const path = join(folder, "ed-rules.json");
  const codes = ({ name, icd9, icd10 }) => [name, { 9: icd9.split(" "), 10: icd10.split(" ") }];
  const rules = {
    historyDays: rulesOf("faithful").historyDays,
    complaints: Object.fromEntries(complaints().map(({ name, pattern }) => [name, pattern])),
    comorbidities: Object.fromEntries(comorbidities().map(codes)),
  };
  writeFileSync(path, JSON.stringify(rules));
  return path;
}
