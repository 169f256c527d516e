// npm run bench -- ecg [--data FOLDER] [--python PATH] [--rounds N]: processor milliseconds to measure a ten-second record of twelve
// leads whole, beside NeuroKit2 cleaning, finding R peaks and delineating (dwt) its leads; and a viewer's windows of a day.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { loadRecord, partOf } from "./ecg-train/records.mjs";
import { median } from "./measure.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const DAY_SECONDS = 86_400;

export default async function ecg(args) {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string", default: join(here, "..", "..", "shared", "data", "ecg") },
      dist: { type: "string", default: join(here, "..", "dist") },
      python: { type: "string" },
      rounds: { type: "string", default: "10" },
    },
  });
  const { data, dist, python } = values;
  if (!existsSync(data)) throw new Error(`no recordings at ${data}: name their folder with --data`);
  const load = (path) => import(pathToFileURL(join(dist, path)));
  const wfdb = await load("formats/wfdb/index.js");
  const { measureEcg, buildPyramid, decimate } = await load("signal/index.js");
  const folder = join(data, "ludb", "data");
  const names = partOf(data, "test").ludb.slice(0, 10);
  const records = names.map((name) => loadRecord(wfdb, folder, name));
  const rounds = Number(values.rounds);
  const run = () => {
    const start = process.hrtime.bigint();
    const before = process.cpuUsage();
    for (const record of records) measureEcg(record);
    const { user, system } = process.cpuUsage(before);
    const wall = Number(process.hrtime.bigint() - start) / 1e6;
    return { cpu: (user + system) / 1000 / records.length, wall: wall / records.length };
  };
  const cold = run();
  for (let i = 0; i < 5; i++) run();
  const times = Array.from({ length: rounds }, run);
  const ours = median(times.map(({ cpu }) => cpu));
  const least = Math.min(...times.map(({ cpu }) => cpu));
  console.log(`10 s × 12 leads × 500 Hz, ${records.length} records of LUDB, measured whole (milliseconds a record)`);
  console.log(
    `  Bedside    processor ${ours.toFixed(2)} (least ${least.toFixed(2)}, first round ${cold.cpu.toFixed(1)}), wall ${median(times.map(({ wall }) => wall)).toFixed(2)}`,
  );
  if (python) {
    const script = join(here, "rivals", "ecg_neurokit.py");
    const { stdout, status, stderr } = spawnSync(python, [script, "speed", folder, ...names]);
    if (status !== 0) throw new Error(`NeuroKit2 did not run: ${stderr}`);
    const theirs = String(stdout)
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => JSON.parse(line));
    const cpu = median(theirs.map((time) => time.cpu));
    console.log(`  NeuroKit2  processor ${cpu.toFixed(1)}, wall ${median(theirs.map((time) => time.wall)).toFixed(1)}`);
    console.log(`  ratio of processor time ${(cpu / ours).toFixed(0)} ×`);
  }
  const rateHz = 250;
  const day = new Float32Array(DAY_SECONDS * rateHz);
  for (let i = 0; i < day.length; i++) day[i] = Math.sin(i / 40) + ((i * 7919) % 101) / 1000;
  const built = process.hrtime.bigint();
  const pyramid = buildPyramid(day);
  console.log(
    `A lead of 24 h at ${rateHz} Hz: pyramid ${(Number(process.hrtime.bigint() - built) / 1e6).toFixed(0)} ms`,
  );
  for (const seconds of [10, 600, 14_400, DAY_SECONDS]) {
    const to = seconds * rateHz;
    const all = Array.from({ length: 20 }, () => {
      const start = process.hrtime.bigint();
      decimate(day, { from: 0, to, width: 2000, pyramid });
      return Number(process.hrtime.bigint() - start) / 1e6;
    });
    console.log(
      `  ${String(seconds).padStart(6)} s in 2,000 columns: ${median(all).toFixed(2)} ms (most ${Math.max(...all).toFixed(1)})`,
    );
  }
}
