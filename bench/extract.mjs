// npm run bench -- extract [--patients N] [--runs N] [--python PATH] [--keep DIR]: csv.gz → Parquet → hourly grid of 48
// variables on a synthetic hospital, beside the same job in Python DuckDB and Polars where they are installed.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cellsInWords, compareTables } from "./agreement.mjs";
import { cli, foundRivals, makeHospital, script, writeItems } from "./hospital.mjs";
import { inTurn, printRaces } from "./measure.mjs";

/** The input window of yaib/mortality24, and the shortest stay it takes. */
const HOURS = 24;
const LEAST_HOURS = 30;

export default async function extract(args) {
  const { values } = parseArgs({
    args,
    options: {
      patients: { type: "string", default: "6000" },
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "3" },
      python: { type: "string", default: process.env.BEDSIDE_PYTHON ?? "python3" },
      memory: { type: "string", default: "500MB" },
      keep: { type: "string" },
    },
  });
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), "bedside-extract-"));
  mkdirSync(folder, { recursive: true });
  try {
    await compare(folder, values);
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(folder, { patients, seed, runs, python, memory }) {
  const hospital = await makeHospital(folder, { patients, seed, modules: "hosp,icu" });
  const items = await writeItems(folder);
  const fresh = (out) => () => {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out);
  };
  const ours = join(folder, "ours");
  const [store, cohort] = [join(ours, "store"), join(ours, "cohort")];
  const importing = ["import", "--data", hospital, "--out", store, "--memory", memory, "--quiet"];
  const task = [
    "cohort",
    "yaib/mortality24",
    "--faithful",
    "--data",
    store,
    "--out",
    cohort,
    "--memory",
    memory,
    "--quiet",
  ];
  const contestants = [
    {
      name: "Bedside",
      before: fresh(ours),
      steps: [
        { name: "csv.gz → Parquet", command: "node", args: [cli, ...importing] },
        { name: "grid", command: "node", args: [cli, ...task] },
      ],
    },
  ];
  for (const { name, module } of await foundRivals(python, { duckdb: "Python DuckDB", polars: "Polars" })) {
    const out = join(folder, module);
    const grid = join(out, "grid.parquet");
    const limits = module === "duckdb" ? ["4GB", "2"] : [];
    const hourly = [script(`hourly_${module}.py`), out, grid, items, String(HOURS), String(LEAST_HOURS), ...limits];
    contestants.push({
      name,
      grid,
      before: fresh(out),
      steps: [
        { name: "csv.gz → Parquet", command: python, args: [script(`convert_${module}.py`), hospital, out, ...limits] },
        { name: "grid", command: python, args: hourly },
      ],
    });
  }
  const results = await inTurn(contestants, {
    runs: Number(runs),
    onRun: (run, name) => console.error(`run ${run + 1}: ${name}`),
  });
  printRaces(results);
  for (const { name, grid } of contestants.slice(1)) {
    const compared = await compareTables(join(cohort, "dynamic.parquet"), grid, ["stay_id", "time"], folder);
    console.log(`  ${name}: ${cellsInWords(compared)}`);
  }
}
