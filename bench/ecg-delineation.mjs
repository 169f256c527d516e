// npm run bench -- ecg-delineation [--part test|training|all] [--data FOLDER] [--python PATH | --neurokit FILE,FILE]:
// R peaks and waves against marks set by hand (MIT-BIH 100, LUDB, QTDB) and against the truth of made-up ECGs, beside NeuroKit2.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
  LUDB_LEADS,
  loadBeats,
  loadRecord,
  loadWaves,
  meanAndDeviation,
  medianMarks,
  newScore,
  partOf,
  printScore,
  score,
} from "./ecg-train/records.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

export default async function ecgDelineation(args) {
  const { values } = parseArgs({
    args,
    options: {
      part: { type: "string", default: "test" },
      data: { type: "string", default: join(here, "..", "..", "shared", "data", "ecg") },
      dist: { type: "string", default: join(here, "..", "dist") },
      python: { type: "string" },
      neurokit: { type: "string" },
    },
  });
  const { part, data, dist } = values;
  if (!existsSync(data)) throw new Error(`no recordings at ${data}: name their folder with --data`);
  const load = (path) => import(pathToFileURL(join(dist, path)));
  const wfdb = await load("formats/wfdb/index.js");
  const signal = await load("signal/index.js");
  rPeaks(wfdb, signal, data);
  const names = partOf(data, part);
  const folder = join(data, "ludb", "data");
  const marks = new Map(
    names.ludb.map((name) => [name, LUDB_LEADS.map((lead) => loadWaves(wfdb, folder, name, lead, 2))]),
  );
  const byLead = newScore();
  const alone = newScore();
  const together = newScore();
  for (const name of names.ludb) {
    const record = loadRecord(wfdb, folder, name);
    const found = signal.delineate(record);
    found.byLead.forEach((times, l) => {
      score(byLead, marks.get(name)[l], times);
      const [lead, samples] = [record.leads[l], record.signals[l]];
      const unaided = signal.delineate({ rateHz: record.rateHz, leads: [lead], signals: [samples] });
      score(alone, marks.get(name)[l], unaided.global);
    });
    score(together, medianMarks(marks.get(name)), found.global);
  }
  printScore(`LUDB, ${part}: ${names.ludb.length} records, each of 12 leads by itself`, byLead);
  printScore(`LUDB, ${part}: each lead alone, no other seen`, alone);
  printScore(`LUDB, ${part}: all leads together against the median of the leads' marks`, together);
  qtdb(wfdb, signal, data, names.qtdb, part);
  for (const [method, lines] of neurokitLines(values, folder, names.ludb)) {
    const theirs = newScore();
    let failed = 0;
    for (const { record, lead, failed: problem, ...times } of lines) {
      if (!marks.has(record)) continue;
      if (problem) failed++;
      score(theirs, marks.get(record)[lead], times);
    }
    printScore(`NeuroKit2 ${method} on the same leads (${failed} leads failed)`, theirs);
  }
  convention(wfdb, data);
  await madeUp(load, signal);
  await rhythms(load, signal);
}

/** What NeuroKit2 found: from files made before, or by running it. */
function neurokitLines({ python, neurokit }, folder, names) {
  const read = (text) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  if (neurokit) return neurokit.split(",").map((file) => [file, read(readFileSync(file, "utf8"))]);
  if (!python) return [];
  return ["dwt", "peak"].map((method) => {
    const script = join(here, "rivals", "ecg_neurokit.py");
    const { stdout, status, stderr } = spawnSync(python, [script, "delineate", method, folder, ...names], {
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`NeuroKit2 did not run: ${stderr}`);
    return [method, read(String(stdout))];
  });
}

function rPeaks(wfdb, { detectRPeaks }, data) {
  console.log(
    "R peaks within 150 ms of the marks\n| record | beats | method | leads | Se % | P+ % |\n|---|---|---|---|---|---|",
  );
  const all = [["wfdb-samples", "100"], ...partOf(data, "all").qtdb.map((name) => ["qtdb", name])];
  const sums = new Map();
  for (const [folder, name] of all) {
    const record = loadRecord(wfdb, join(data, folder), name);
    const truth = loadBeats(wfdb, join(data, folder), name);
    for (const method of ["wavelet", "pan-tompkins"]) {
      for (const which of ["both", "first"]) {
        const found = detectRPeaks(which === "both" ? record.signals : record.signals[0], {
          rateHz: record.rateHz,
          method,
        });
        const both = matches(truth, found, 0.15 * record.rateHz);
        const key = `${folder === "qtdb" ? "QTDB, 8 records" : "MIT-BIH 100"} |METHOD| ${method} | ${which}`;
        const sum = sums.get(key) ?? { truth: 0, found: 0, both: 0 };
        sums.set(key, { truth: sum.truth + truth.length, found: sum.found + found.length, both: sum.both + both });
      }
    }
  }
  for (const [key, { truth, found, both }] of sums) {
    console.log(
      `| ${key.replace("METHOD", ` ${truth} `)} | ${((100 * both) / truth).toFixed(2)} | ${((100 * both) / found).toFixed(2)} |`,
    );
  }
}

function matches(truth, found, near) {
  let i = 0;
  let j = 0;
  let both = 0;
  while (i < truth.length && j < found.length) {
    if (Math.abs(truth[i] - found[j]) <= near) {
      both++;
      i++;
      j++;
    } else if (truth[i] < found[j]) i++;
    else j++;
  }
  return both;
}

/** QTDB: one mark for both leads (first cardiologist), against the two leads together. */
function qtdb(wfdb, { delineate }, data, names, part) {
  const sum = newScore();
  const folder = join(data, "qtdb");
  for (const name of names) {
    const marked = loadWaves(wfdb, folder, name, "q1c", 4);
    score(sum, marked, delineate(loadRecord(wfdb, folder, name)).global, { whole: false });
  }
  printScore(`QTDB, ${part}: ${names.join(", ")}; both leads together against the first cardiologist's marks`, sum);
}

/** Made-up ECGs with known truth, at falling signal-to-noise ratio. */
async function madeUp(load, { measureEcg }) {
  const { synthesizeEcg } = await load("sources/synthetic/ecg/index.js");
  const { randomStream } = await load("core/random.js");
  console.log("\nMade-up sinus rhythm, 12 leads, 100 records each: measured less true, mean ± SD");
  console.log(
    "| SNR dB | QRS ms | QT ms | PR ms | rate /min | QRS axis ° | not measured |\n|---|---|---|---|---|---|---|",
  );
  for (const snrDb of [Number.POSITIVE_INFINITY, 20, 12, 6]) {
    const errors = { qrs: [], qt: [], pr: [], rate: [], axis: [] };
    let missing = 0;
    for (let i = 0; i < 100; i++) {
      const settings = { rhythm: "sinus", ...(Number.isFinite(snrDb) ? { snrDb } : {}) };
      const { intervals: truth, ...record } = synthesizeEcg(randomStream(11, "bench", i), settings);
      const { intervals, axes, heartRatePerMinute } = measureEcg(record);
      const put = (list, value, expected) => {
        if (value === null) missing++;
        else list.push(value - expected);
      };
      put(errors.qrs, intervals.qrsMs, truth.qrsMs);
      put(errors.qt, intervals.qtMs, truth.qtMs);
      put(errors.pr, intervals.prMs, truth.prMs);
      put(errors.rate, heartRatePerMinute, truth.rateBpm);
      if (axes.qrsDegrees !== null) errors.axis.push(((axes.qrsDegrees - truth.qrsAxis + 540) % 360) - 180);
    }
    const cells = Object.values(errors).map((list) => {
      const { mean, deviation } = meanAndDeviation(list);
      return `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`;
    });
    console.log(`| ${Number.isFinite(snrDb) ? snrDb : "none"} | ${cells.join(" | ")} | ${missing} |`);
  }
}

/** Samples of 2 ms beyond a mark in which the line is taken to be calm. */
const CALM = { from: 6, to: 14 };
const VISIBLE_MICROVOLTS = 20;

/** How far from physicians' marks (medians of the leads, beats averaged) the lead with the largest deflection passes 20 µV; training half. */
function convention(wfdb, data) {
  const folder = join(data, "ludb", "data");
  console.log("\nPhysicians' marks and the 20 µV line, LUDB training half");
  console.log(
    "| point | records | µV at the mark | 20 µV passed, ms from the mark | middle half |\n|---|---|---|---|---|",
  );
  for (const [point, symbol, side, outside] of [
    ["P onset", "p", "onset", -1],
    ["P end", "p", "end", 1],
    ["QRS onset", "q", "onset", -1],
    ["T end", "t", "end", 1],
  ]) {
    const level = [];
    const passed = [];
    for (const name of partOf(data, "training").ludb) {
      const { signals } = loadRecord(wfdb, folder, name);
      const marks = medianMarks(LUDB_LEADS.map((lead) => loadWaves(wfdb, folder, name, lead, 2)));
      const places = marks.filter((mark) => mark.symbol === symbol).map((mark) => Math.round(mark[side] / 2));
      if (places.length < 4) continue;
      const mean = (lead, k) =>
        places.reduce((sum, at) => sum + lead[Math.max(0, Math.min(lead.length - 1, at + k))], 0) / places.length;
      const calm = signals.map((lead) => {
        let sum = 0;
        for (let j = CALM.from; j <= CALM.to; j++) sum += mean(lead, outside * j);
        return sum / (CALM.to - CALM.from + 1);
      });
      const away = (k) => Math.max(...signals.map((lead, l) => 1000 * Math.abs(mean(lead, k) - calm[l])));
      level.push(away(0));
      for (let k = -outside * CALM.to; k !== outside * CALM.from; k += outside) {
        if (away(k) < VISIBLE_MICROVOLTS) {
          passed.push(2 * k);
          break;
        }
      }
    }
    const at = (list, share) => list.sort((a, b) => a - b)[Math.floor(share * (list.length - 1))];
    console.log(
      `| ${point} | ${level.length} | ${at(level, 0.5).toFixed(0)} | ${at(passed, 0.5)} | ${at(passed, 0.25)} to ${at(passed, 0.75)} |`,
    );
  }
}

/** Names given to made-up rhythms, and P waves before beats: of those that are there the found, and found where there is none. */
async function rhythms(load, { measureEcg, RHYTHM_NAMES }) {
  const { RHYTHMS, synthesizeEcg } = await load("sources/synthetic/ecg/index.js");
  const { randomStream } = await load("core/random.js");
  for (const snrDb of [20, 6]) {
    console.log(`\nMade-up rhythms at ${snrDb} dB, 20 records each: the name given`);
    console.log(
      `| truth | ${RHYTHM_NAMES.join(" | ")} | P found % | P where none % |\n|---|${"---|".repeat(RHYTHM_NAMES.length + 2)}`,
    );
    for (const rhythm of RHYTHMS) {
      const names = new Map();
      let [there, hit, none, wrong] = [0, 0, 0, 0];
      for (let i = 0; i < 20; i++) {
        const ecg = synthesizeEcg(randomStream(61, "confusion", rhythm, i), { rhythm, snrDb });
        const { rhythm: found, byBeat } = measureEcg(ecg);
        names.set(found.name, (names.get(found.name) ?? 0) + 1);
        for (const { kind, global } of ecg.beats) {
          const beat = byBeat.find(({ rPeak }) => Math.abs(rPeak - global.qrsPeak) < 120);
          if (kind === "P" || !beat) continue;
          if (Number.isFinite(global.pPeak)) {
            there++;
            if (beat.pPeak !== null && Math.abs(beat.pPeak - global.pPeak) < 60) hit++;
          } else {
            none++;
            if (beat.pPeak !== null) wrong++;
          }
        }
      }
      const percent = (part, all) => (all ? ((100 * part) / all).toFixed(1) : "—");
      console.log(
        `| ${rhythm} | ${RHYTHM_NAMES.map((name) => names.get(name) ?? "").join(" | ")} | ${percent(hit, there)} | ${percent(wrong, none)} |`,
      );
    }
  }
}
