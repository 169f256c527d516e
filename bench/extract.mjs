// npm run bench -- extract [--patients N] [--runs N] [--python PATH] [--keep DIR]: csv.gz → Parquet → hourly grid of 48
// variables on a synthetic hospital, beside the same job in Python DuckDB and Polars where they are installed.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inTurn, median, runMeasured } from "./measure.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
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
      python: { type: "string", default: "python3" },
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
  const hospital = join(folder, "hospital");
  if (!existsSync(join(hospital, "SYNTHETIC.json"))) {
    const made = await runMeasured("node", [
      cli,
      "synth",
      "--patients",
      patients,
      "--seed",
      seed,
      "--out",
      hospital,
      "--modules",
      "hosp,icu",
      "--quiet",
    ]);
    if (made.code !== 0) throw new Error(made.output);
    console.log(`Hospital of ${patients} patients: ${made.seconds.toFixed(1)} s, ${made.peakMb.toFixed(0)} MB`);
  }
  const items = join(folder, "items.json");
  writeFileSync(items, JSON.stringify(await itemList()));
  const fresh = (out) => () => rmSync(out, { recursive: true, force: true });
  const ours = join(folder, "ours");
  const contestants = [
    {
      name: "Bedside",
      before: fresh(ours),
      steps: [
        {
          name: "csv.gz → Parquet",
          command: "node",
          args: [cli, "import", "--data", hospital, "--out", join(ours, "store"), "--memory", memory, "--quiet"],
        },
        {
          name: "grid",
          command: "node",
          args: [
            cli,
            "cohort",
            "yaib/mortality24",
            "--faithful",
            "--data",
            join(ours, "store"),
            "--out",
            join(ours, "cohort"),
            "--memory",
            memory,
            "--quiet",
          ],
        },
      ],
    },
  ];
  const rivals = [
    { name: "Python DuckDB", module: "duckdb", script: "hourly_duckdb.py", more: ["4GB", "2"] },
    { name: "Polars", module: "polars", script: "hourly_polars.py", more: [] },
  ];
  for (const { name, module, script, more } of rivals) {
    const probe = await runMeasured(python, ["-c", `import ${module}; print(${module}.__version__)`]);
    if (probe.code !== 0) {
      console.log(`${name} is left out: "${python}" cannot import ${module} (--python PATH names another)`);
      continue;
    }
    const out = join(folder, module);
    contestants.push({
      name: `${name} ${probe.output.trim()}`,
      grid: join(out, "grid.parquet"),
      before: fresh(out),
      steps: [
        {
          name: "csv.gz → Parquet → grid",
          command: python,
          args: [join(here, "rivals", script), hospital, out, items, String(HOURS), String(LEAST_HOURS), ...more],
        },
      ],
    });
  }
  const results = await inTurn(contestants, {
    runs: Number(runs),
    onRun: (run, name) => console.error(`run ${run + 1}: ${name}`),
  });
  print(results);
  for (const { name, grid } of contestants.slice(1)) console.log(`${name}: ${await agreement(ours, grid, folder)}`);
}

/** The dictionary's items as the rivals take them: a row per item, as faithful mode reads it. */
async function itemList() {
  const { conversions, dictionary } = await import("../dist/concepts/index.js");
  return dictionary()
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
}

function print(results) {
  const rows = results.map(({ name, steps }) => {
    const totals = steps[0].seconds.map((_, run) => steps.reduce((sum, step) => sum + step.seconds[run], 0));
    return {
      name,
      seconds: median(totals),
      spread: `${Math.min(...totals).toFixed(1)}–${Math.max(...totals).toFixed(1)}`,
      peak: Math.max(...steps.map((step) => median(step.peakMb))),
      steps: steps.map((step) => `${step.name} ${median(step.seconds).toFixed(1)} s`).join(", "),
    };
  });
  const fastest = Math.min(...rows.map(({ seconds }) => seconds));
  for (const { name, seconds, spread, peak, steps } of rows) {
    console.log(
      `${name.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s (${spread})  ${(seconds / fastest).toFixed(2)} ×  ${peak.toFixed(0).padStart(5)} MB   ${steps}`,
    );
  }
}

/** How many cells of our grid a rival's grid has with the same value, so that speed is compared on the same answer. */
async function agreement(ours, grid, folder) {
  const { openDatabase, identifier, join: joined, literal, sql } = await import("../dist/store/index.js");
  const db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
  try {
    const mine = literal(join(ours, "cohort", "dynamic.parquet"));
    const described = await db.rows(sql`describe select * exclude (stay_id, time) from read_parquet(${mine})`);
    const equal = joined(
      described.map(({ column_name: name }) => {
        const [a, b] = [identifier("mine", name), identifier("theirs", name)];
        return sql`(case when ${a} is not distinct from ${b} or abs(${a} - ${b}) <= 1e-9 * abs(${a}) then 1 else 0 end)`;
      }),
      " + ",
    );
    const { rows, same } = await db.row(sql`
      select count(*)::double as rows, sum(${equal})::double as same
      from read_parquet(${mine}) mine left join read_parquet(${literal(grid)}) theirs using (stay_id, time)`);
    const cells = rows * described.length;
    return `${((100 * same) / cells).toFixed(4)} % of ${cells.toLocaleString("en")} cells of our grid are equal`;
  } finally {
    db.close();
  }
}
