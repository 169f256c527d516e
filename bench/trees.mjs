// npm run bench -- trees [--parts boosting,forest,extra] [--rows N] [--columns N] [--rounds N] [--leaves N] [--forest-rows N]
//   [--forest-columns N] [--trees N] [--threads N] [--runs N] [--python PATH]:
// boosting beside LightGBM, forests and extra trees beside scikit-learn, on made-up tables and where these are installed;
// taken in turn, each run a process of its own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { median, runMeasured } from "./measure.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const self = fileURLToPath(import.meta.url);

const parts = {
  boosting: { rival: "LightGBM", module: "lightgbm", script: "trees_lightgbm.py", loss: "log loss on the rows" },
  forest: {
    rival: "scikit-learn",
    module: "sklearn",
    script: "trees_sklearn.py",
    loss: "Brier score on the other half",
  },
  extra: {
    rival: "scikit-learn",
    module: "sklearn",
    script: "trees_sklearn.py",
    loss: "Brier score on the other half",
  },
};

export default async function trees(args) {
  const { values } = parseArgs({
    args,
    options: {
      parts: { type: "string", default: "boosting,forest,extra" },
      rows: { type: "string", default: "200000" },
      columns: { type: "string", default: "100" },
      rounds: { type: "string", default: "100" },
      leaves: { type: "string", default: "31" },
      "forest-rows": { type: "string", default: "40000" },
      "forest-columns": { type: "string", default: "50" },
      trees: { type: "string", default: "100" },
      threads: { type: "string", default: "2" },
      runs: { type: "string", default: "5" },
      python: { type: "string", default: "python3" },
      dist: { type: "string", default: join(here, "..", "dist") },
    },
  });
  for (const part of values.parts.split(",")) {
    if (!parts[part]) throw new Error(`There is no part "${part}": ${Object.keys(parts).join(", ")}`);
    await race(part, values);
  }
}

async function race(part, values) {
  const { rounds, leaves, threads, runs, python, dist } = values;
  const boosting = part === "boosting";
  const [rows, columns] = boosting ? [values.rows, values.columns] : [values["forest-rows"], values["forest-columns"]];
  const kind = part === "extra" ? "extra-trees" : "random-forest";
  const sizes = [rows, columns, ...(boosting ? [rounds, leaves] : [kind, values.trees]), threads];
  const folder = mkdtempSync(join(tmpdir(), "bedside-trees-"));
  try {
    await writeTable(folder, Number(rows), Number(columns), dist);
    const { rival, module, script, loss } = parts[part];
    const contestants = [{ name: "Bedside", command: "node", args: [self, "--child", part, folder, ...sizes, dist] }];
    const probe = await runMeasured(python, ["-c", `import ${module}; print(${module}.__version__)`]);
    if (probe.code === 0) {
      contestants.push({
        name: `${rival} ${probe.output.trim()}`,
        command: python,
        args: [join(here, "rivals", script), folder, ...sizes],
      });
    } else console.log(`${rival} is left out: "${python}" cannot import ${module} (--python PATH names another)`);
    const results = contestants.map(({ name }) => ({ name, runs: [] }));
    for (let run = 0; run < Number(runs); run++) {
      for (const [k, { name, command, args: given }] of contestants.entries()) {
        const measured = await runMeasured(command, given);
        if (measured.code !== 0) throw new Error(`${name} ended with ${measured.code}\n${measured.output}`);
        results[k].runs.push({ ...JSON.parse(measured.output.trim().split("\n").at(-1)), peakMb: measured.peakMb });
        console.error(`run ${run + 1}: ${name}`);
      }
    }
    const title = boosting
      ? `Boosting, ${rows} × ${columns} floats, ${rounds} rounds, ${leaves} leaves`
      : `${kind}, half of ${rows} × ${columns} floats, ${values.trees} trees; prediction of all`;
    print(results, `${title}, ${threads} threads`, loss);
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

function print(results, title, lossTitle) {
  console.log(`${title}; median (least–most); load of the machine ${loadavg()[0].toFixed(1)}`);
  const columnsOf = [
    ["training, s", "train"],
    ["the same, CPU s", "trainCpu"],
    ["prediction, s", "predict"],
    ["the same, CPU s", "predictCpu"],
    ["peak memory, MB", "peakMb"],
    [lossTitle, "loss"],
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

async function child([part, folder, ...rest]) {
  const [rows, columns, first, second, threads] = rest.map((value) =>
    Number.isNaN(Number(value)) ? value : Number(value),
  );
  const dist = rest.at(-1);
  const { trainBoosting, trainForest, predictOnThreads } = await import(pathToFileURL(join(dist, "trees", "index.js")));
  const numbers = (name) => {
    const bytes = readFileSync(join(folder, name));
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  };
  const x = { rows, columns, data: numbers("x.f32") };
  const y = numbers("y.f32");
  const trained = part === "boosting" ? rows : rows >> 1;
  const given = {
    x: { rows: trained, columns, data: x.data.subarray(0, trained * columns) },
    y: y.subarray(0, trained),
  };
  const times = [clock()];
  const { ensemble } =
    part === "boosting"
      ? await trainBoosting(given, { rounds: first, numLeaves: second, threads })
      : await trainForest(given, { kind: first, trees: second, threads, seed: 1 });
  times.push(clock());
  const p = await predictOnThreads(ensemble, x, { threads });
  times.push(clock());
  let loss = 0;
  for (let i = part === "boosting" ? 0 : trained; i < rows; i++) {
    loss += part === "boosting" ? -Math.log(y[i] === 1 ? p[i] : 1 - p[i]) : (p[i] - y[i]) ** 2;
  }
  console.log(
    JSON.stringify({
      train: times[1].wall - times[0].wall,
      trainCpu: times[1].cpu - times[0].cpu,
      predict: times[2].wall - times[1].wall,
      predictCpu: times[2].cpu - times[1].cpu,
      loss: loss / (part === "boosting" ? rows : rows - trained),
    }),
  );
  process.exit(0);
}

/** Wall and processor seconds so far. */
function clock() {
  const { user, system } = process.cpuUsage();
  return { wall: Number(process.hrtime.bigint()) / 1e9, cpu: (user + system) / 1e6 };
}

if (process.argv[2] === "--child") await child(process.argv.slice(3));
