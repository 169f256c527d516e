// npm run bench -- tensor [--rows gru,mamba] [--runs N] [--threads N] [--python PATH]: a training step of each family, and
// a patient through a GRU, beside the same in PyTorch where Python has it; each contestant in a process of its own.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { foundRivals, script } from "./hospital.mjs";
import { inTurn, median } from "./measure.mjs";

const recurrent = { inputs: 100, hidden: 128, layers: 2 };
const transformer = { inputs: 100, width: 128, heads: 4, feedForward: 512, layers: 2 };
const mamba = { inputs: 100, width: 128, layers: 1 };
/** Channels, kernel and levels so that the last state sees 169 steps and more. */
const tcn = { inputs: 100, channels: 128, kernel: 4, levels: 4 };

/** `shape` is that of one patient's input; `mode` train: a step of Adam; one: a single patient's risk. */
const rows = [
  { name: "GRU, 24 steps", model: "gru", settings: recurrent, batch: 64, shape: [24, 100] },
  { name: "GRU, 169 steps", model: "gru", settings: recurrent, batch: 64, shape: [169, 100] },
  { name: "LSTM, 24 steps", model: "lstm", settings: recurrent, batch: 64, shape: [24, 100] },
  { name: "LSTM, 169 steps", model: "lstm", settings: recurrent, batch: 64, shape: [169, 100] },
  { name: "TCN, 169 steps", model: "tcn", settings: tcn, batch: 64, shape: [169, 100] },
  { name: "Transformer, 256 steps", model: "transformer", settings: transformer, batch: 16, shape: [256, 100] },
  { name: "Mamba-1, 512 steps", model: "mamba", settings: { ...mamba, version: 1 }, batch: 8, shape: [512, 100] },
  { name: "Mamba-1, 2048 steps", model: "mamba", settings: { ...mamba, version: 1 }, batch: 2, shape: [2048, 100] },
  { name: "Mamba-2, 512 steps", model: "mamba", settings: { ...mamba, version: 2 }, batch: 8, shape: [512, 100] },
  { name: "Mamba-2, 2048 steps", model: "mamba", settings: { ...mamba, version: 2 }, batch: 2, shape: [2048, 100] },
  { name: "xresnet1d50", model: "xresnet1d", settings: { depth: 50, inputs: 12 }, batch: 32, shape: [12, 1000] },
  { name: "ViT-small, 224²", model: "vit", settings: {}, batch: 8, shape: [3, 224, 224] },
  { name: "GRU, one patient", model: "gru", mode: "one", settings: recurrent, batch: 1, shape: [24, 100] },
];

export default async function tensor(args) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: "string", default: "" },
      runs: { type: "string", default: "3" },
      threads: { type: "string", default: "2" },
      python: { type: "string", default: process.env.BEDSIDE_PYTHON ?? "python3" },
    },
  });
  const wanted = values.rows.split(",").filter(Boolean);
  const chosen = rows.filter(
    ({ name, model }) =>
      wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word) || word === model),
  );
  const rivals = await foundRivals(values.python, { torch: "PyTorch" });
  console.log("Milliseconds of a step, or of a patient: median (least–most) of the runs; peak memory of the process");
  for (const row of chosen) {
    const { mode = "train", ...rest } = row;
    const job = JSON.stringify({ ...rest, mode, threads: Number(values.threads) });
    const own = fileURLToPath(new URL("rivals/tensor_bedside.mjs", import.meta.url));
    const contestants = [
      { name: "Bedside", steps: [{ command: process.execPath, args: [own, job] }] },
      ...rivals.map(({ name }) => ({
        name,
        steps: [{ command: values.python, args: [script("tensor_torch.py"), job] }],
      })),
    ];
    print(row, await measured(contestants, Number(values.runs)));
  }
}

/** Runs in turn; of each contestant the milliseconds it printed, a list for each run, and its peak memory. */
async function measured(contestants, runs) {
  const times = new Map(contestants.map(({ name }) => [name, []]));
  const results = [];
  for (let run = 0; run < runs; run++) {
    for (const contestant of contestants) {
      const [{ output, steps }] = await inTurn([contestant], { runs: 1 });
      const line = output.split("\n").findLast((text) => text.startsWith("{"));
      times.get(contestant.name).push({ ...JSON.parse(line), peakMb: steps[0].peakMb[0] });
    }
  }
  for (const [name, list] of times) {
    const each = list.map(({ milliseconds }) => median(milliseconds));
    const all = list.flatMap(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
    results.push({
      name,
      median: median(each),
      least: Math.min(...each),
      most: Math.max(...each),
      p99: all[Math.min(all.length - 1, Math.floor(all.length * 0.99))],
      parameters: list[0].parameters,
      compileMs: median(list.map(({ compileMs }) => compileMs)),
      peakMb: median(list.map(({ peakMb }) => peakMb)),
    });
  }
  return results;
}

function print({ name, mode, batch, shape }, results) {
  const [own, ...others] = results;
  const perSecond = (ms) => ((1000 * batch) / ms).toFixed(0);
  console.log(`\n${name}: batch ${batch} of ${shape.join(" × ")}, ${own.parameters} parameters`);
  for (const result of results) {
    const spread = `(${result.least.toFixed(2)}–${result.most.toFixed(2)})`;
    const rate = mode === "one" ? `p99 ${result.p99.toFixed(2)} ms` : `${perSecond(result.median)} samples/s`;
    const start = `ready in ${result.compileMs.toFixed(0)} ms`;
    console.log(
      `  ${result.name.padEnd(16)} ${result.median.toFixed(2).padStart(9)} ms ${spread.padEnd(18)} ${rate.padEnd(18)} ${result.peakMb.toFixed(0).padStart(6)} MB  ${start}`,
    );
    if (result.parameters !== own.parameters) console.log(`    has ${result.parameters} parameters`);
  }
  for (const other of others) {
    console.log(`  ${(other.median / own.median).toFixed(2)} × as fast as ${other.name}`);
  }
}
