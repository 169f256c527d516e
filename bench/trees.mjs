// npm run bench -- trees [--rows N] [--columns N] [--rounds N] [--leaves N] [--threads N] [--runs N] [--python PATH]:
// boosting on a made-up table, beside LightGBM where it is installed; taken in turn, each run a process of its own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { median, runMeasured } from "./measure.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const self = fileURLToPath(import.meta.url);

export default async function trees(args) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: "string", default: "200000" },
      columns: { type: "string", default: "100" },
      rounds: { type: "string", default: "100" },
      leaves: { type: "string", default: "31" },
      threads: { type: "string", default: "2" },
      runs: { type: "string", default: "5" },
      python: { type: "string", default: "python3" },
      dist: { type: "string", default: join(here, "..", "dist") },
    },
  });
  const { rows, columns, rounds, leaves, threads, runs, python, dist } = values;
  const folder = mkdtempSync(join(tmpdir(), "bedside-trees-"));
  try {
    await writeTable(folder, Number(rows), Number(columns), dist);
    const sizes = [rows, columns, rounds, leaves, threads];
    const contestants = [{ name: "Bedside", command: "node", args: [self, "--child", folder, ...sizes, dist] }];
    const probe = await runMeasured(python, ["-c", "import lightgbm; print(lightgbm.__version__)"]);
    if (probe.code === 0) {
      const script = join(here, "rivals", "trees_lightgbm.py");
      contestants.push({
        name: `LightGBM ${probe.output.trim()}`,
        command: python,
        args: [script, folder, ...sizes],
      });
    } else console.log(`LightGBM is left out: "${python}" cannot import lightgbm (--python PATH names another)`);
    const results = contestants.map(({ name }) => ({ name, runs: [] }));
    for (let run = 0; run < Number(runs); run++) {
      for (const [k, { name, command, args: given }] of contestants.entries()) {
        const measured = await runMeasured(command, given);
        if (measured.code !== 0) throw new Error(`${name} ended with ${measured.code}\n${measured.output}`);
        results[k].runs.push({ ...JSON.parse(measured.output.trim().split("\n").at(-1)), peakMb: measured.peakMb });
        console.error(`run ${run + 1}: ${name}`);
      }
    }
    print(results, values);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Normal columns; the outcome hangs on five of them. */
async function writeTable(folder, rows, columns, dist) {
  const { randomStream } = await import(pathToFileURL(join(dist, "core", "random.js")));
  const stream = randomStream(1, "bench trees");
  const x = new Float32Array(rows * columns);
  const y = new Float32Array(rows);
  for (let k = 0; k < x.length; k++) x[k] = stream.normal();
  for (let i = 0; i < rows; i++) {
    const [a, b, c, d, e] = x.subarray(i * columns, i * columns + 5);
    y[i] = stream.chance(1 / (1 + Math.exp(-(a + 0.5 * b * c + Math.sin(2 * d) + 0.3 * e)))) ? 1 : 0;
  }
  writeFileSync(join(folder, "x.f32"), x);
  writeFileSync(join(folder, "y.f32"), y);
}

function print(results, { rows, columns, rounds, leaves, threads }) {
  console.log(`${rows} × ${columns} floats, ${rounds} rounds, ${leaves} leaves, ${threads} threads; median (min–max)`);
  const columnsOf = [
    ["binning + training, s", "train"],
    ["the same, CPU s", "trainCpu"],
    ["prediction, s", "predict"],
    ["peak memory, MB", "peakMb"],
    ["log loss on the rows", "loss"],
  ];
  for (const [title, key] of columnsOf) {
    const medians = results.map(({ runs }) => median(runs.map((run) => run[key])));
    const cells = results.map(({ name, runs }, k) => {
      const numbers = runs.map((run) => run[key]);
      const digits = key === "peakMb" ? 0 : key === "loss" ? 5 : 2;
      const range = `${Math.min(...numbers).toFixed(digits)}–${Math.max(...numbers).toFixed(digits)}`;
      return `${name} ${medians[k].toFixed(digits)} (${range})`;
    });
    // Above 1: better than the rival, in speed as in memory.
    const ratio =
      medians.length > 1 && key !== "loss" ? `   rival / Bedside ${(medians[1] / medians[0]).toFixed(2)}` : "";
    console.log(`${title}: ${cells.join("   ")}${ratio}`);
  }
}

async function child([folder, rows, columns, rounds, numLeaves, threads, dist]) {
  const load = (path) => import(pathToFileURL(join(dist, ...path)));
  const { trainBoosting } = await load(["trees", "boosting", "index.js"]);
  const { predict } = await load(["trees", "predict.js"]);
  const numbers = (name) => {
    const bytes = readFileSync(join(folder, name));
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  };
  const x = { rows: Number(rows), columns: Number(columns), data: numbers("x.f32") };
  const y = numbers("y.f32");
  const start = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const options = { rounds: Number(rounds), numLeaves: Number(numLeaves), threads: Number(threads) };
  const { ensemble } = await trainBoosting({ x, y }, options);
  const trained = process.hrtime.bigint();
  const used = process.cpuUsage(cpu);
  const p = predict(ensemble, x);
  const predicted = process.hrtime.bigint();
  let loss = 0;
  for (let i = 0; i < p.length; i++) loss -= Math.log(y[i] === 1 ? p[i] : 1 - p[i]);
  console.log(
    JSON.stringify({
      train: Number(trained - start) / 1e9,
      trainCpu: (used.user + used.system) / 1e6,
      predict: Number(predicted - trained) / 1e9,
      loss: loss / p.length,
    }),
  );
}

if (process.argv[2] === "--child") await child(process.argv.slice(3));
