// npm run bench -- cohorts [--patients N] [--runs N] [--python PATH] [--parts ed,grid,meds] [--keep DIR]: the emergency
// benchmark's master table, the hourly grid and the MEDS data set of a synthetic hospital, beside pandas, Polars, Python
// DuckDB and MEDS-Extract where they are installed.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cellsInWords, columnsInWords, compareTables } from "./agreement.mjs";
import { cli, foundRivals, makeHospital, makeStore, partOf, script, writeEdRules, writeItems } from "./hospital.mjs";
import { inTurn, printRaces } from "./measure.mjs";
import { medsContestants } from "./meds.mjs";

/** The input window of yaib/mortality24, and the shortest stay it takes. */
const HOURS = "24";
const LEAST_HOURS = "30";
const RIVALS = { pandas: "pandas", polars: "Polars", duckdb: "Python DuckDB" };

/** What a cohort is made of: the tables it needs, Bedside's task, what it is compared by. */
const jobs = {
  ed: {
    title: "ED master table",
    task: "mimic4ed/hospitalization",
    tables: [
      ...["hosp/patients", "hosp/admissions", "hosp/diagnoses_icd", "icu/icustays"],
      ...["ed/edstays", "ed/triage", "ed/vitalsign", "ed/pyxis", "ed/medrecon"],
    ],
    file: "master.parquet",
    script: "ed",
    rules: async (folder) => [await writeEdRules(folder)],
    compare: async (ours, theirs, folder) => columnsInWords(await compareTables(ours, theirs, ["stay_id"], folder)),
  },
  grid: {
    title: "Hourly grid of 48 variables",
    task: "yaib/mortality24",
    tables: [
      ...["hosp/patients", "hosp/admissions", "hosp/transfers", "hosp/labevents"],
      ...["icu/icustays", "icu/chartevents", "icu/outputevents"],
    ],
    file: "dynamic.parquet",
    script: "hourly",
    rules: async (folder) => [await writeItems(folder), HOURS, LEAST_HOURS],
    compare: async (ours, theirs, folder) =>
      cellsInWords(await compareTables(ours, theirs, ["stay_id", "time"], folder)),
  },
};

export default async function cohorts(args) {
  const { values } = parseArgs({
    args,
    options: {
      patients: { type: "string", default: "6000" },
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "3" },
      python: { type: "string", default: process.env.BEDSIDE_PYTHON ?? "python3" },
      "meds-extract": { type: "string", default: process.env.BEDSIDE_MEDS_EXTRACT ?? "meds-extract-run" },
      memory: { type: "string", default: "800MB" },
      parts: { type: "string", default: "ed,grid,meds" },
      keep: { type: "string" },
    },
  });
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), "bedside-cohorts-"));
  mkdirSync(folder, { recursive: true });
  try {
    await measure(folder, values);
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder, { patients, seed, runs, python, memory, parts, ...values }) {
  const hospital = await makeHospital(folder, { patients, seed, modules: "hosp,icu,ed" });
  const store = await makeStore(folder, hospital, memory);
  const wanted = parts.split(",");
  const options = { runs: Number(runs), onRun: (run, name) => console.error(`run ${run + 1}: ${name}`) };
  const found = wanted.some((part) => part in jobs) ? await foundRivals(python, RIVALS) : [];
  for (const part of wanted.filter((name) => name in jobs)) {
    const job = jobs[part];
    const files = partOf(hospital, join(folder, `${part}-tables`), job.tables);
    const given = { folder, memory, python, found, rules: await job.rules(folder) };
    for (const [what, source] of Object.entries({ Parquet: store, "csv.gz": files })) {
      await race(`${job.title}, from ${what}`, job, { ...given, source, options });
    }
  }
  if (wanted.includes("meds")) {
    console.log("\nMEDS data set, from csv.gz (hosp and icu)");
    const contestants = await medsContestants(folder, hospital, { memory, command: values["meds-extract"] });
    printRaces(await inTurn(contestants, options));
    for (const { name, events } of contestants)
      console.log(`  ${name}: ${(await events()).toLocaleString("en")} events`);
  }
}

/** One job from one kind of source: timed in turn, printed, and the answers compared with ours. */
async function race(title, job, { folder, memory, python, found, rules, source, options }) {
  const out = join(folder, "race");
  const ours = join(out, "bedside");
  const fresh = (path) => () => {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
  };
  const task = ["cohort", job.task, "--faithful", "--data", source, "--out", ours, "--memory", memory, "--quiet"];
  const contestants = [
    { name: "Bedside", before: fresh(ours), steps: [{ name: job.title, command: "node", args: [cli, ...task] }] },
    ...found.map(({ name, module }) => {
      const file = join(out, `${module}.parquet`);
      const args = [script(`${job.script}_${module}.py`), source, file, ...rules];
      if (module === "duckdb") args.push("4GB", "2");
      return { name, file, before: fresh(file), steps: [{ name: job.title, command: python, args }] };
    }),
  ];
  console.log(`\n${title}`);
  printRaces(await inTurn(contestants, options));
  for (const { name, file } of contestants.slice(1))
    console.log(`  ${name}: ${await job.compare(join(ours, job.file), file, folder)}`);
}
