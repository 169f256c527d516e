// npm run bench -- ecg-neurokit --python PATH [--records N] [--data FOLDER]: the waves of NeuroKit2 (dwt) and Bedside, each lead with no other
// seen, against made-up ECGs with known truth (20 and 6 dB), LUDB and QTDB; and where the two differ, which is nearer to the truth.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
  LUDB_LEADS,
  loadRecord,
  loadWaves,
  MATCH_MS,
  newScore,
  partOf,
  printScore,
  score,
  WAVES,
} from "./ecg-train/records.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Points found further apart than this are a difference. */
const DIFFERENT_MS = 20;
/** Seconds kept before the first and after the last mark of a long record. */
const AROUND_MS = 4000;

export default async function ecgNeurokit(args) {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string", default: join(here, "..", "..", "shared", "data", "ecg") },
      dist: { type: "string", default: join(here, "..", "dist") },
      python: { type: "string" },
      records: { type: "string", default: "30" },
    },
  });
  const { data, dist, python } = values;
  if (!python) throw new Error("name a Python that has neurokit2 and wfdb with --python");
  const load = (path) => import(pathToFileURL(join(dist, path)));
  const wfdb = await load("formats/wfdb/index.js");
  const { delineate } = await load("signal/index.js");
  const folder = mkdtempSync(join(tmpdir(), "bedside-neurokit-"));
  try {
    for (const snrDb of [20, 6]) {
      const made = await madeUp(load, folder, { snrDb, count: Number(values.records) });
      compare(`Made-up sinus rhythm, ${snrDb} dB, ${made.length} records of 12 leads`, made, {
        python,
        folder,
        delineate,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (!existsSync(data)) return console.log(`no recordings at ${data}: LUDB and QTDB are left out`);
  const names = partOf(data, "test");
  const ludb = join(data, "ludb", "data");
  const marked = names.ludb.map((name) => ({
    name,
    record: loadRecord(wfdb, ludb, name),
    marks: LUDB_LEADS.map((lead) => loadWaves(wfdb, ludb, name, lead, 2)),
  }));
  compare(`LUDB, ${marked.length} records of the second half`, marked, { python, folder: ludb, delineate });
  const qtdb = join(data, "qtdb");
  const long = names.qtdb.map((name) => {
    const record = loadRecord(wfdb, qtdb, name);
    const list = loadWaves(wfdb, qtdb, name, "q1c", 4);
    const sampleMs = 1000 / record.rateHz;
    const from = Math.max(0, Math.floor((list[0].peak - AROUND_MS) / sampleMs));
    const to = Math.ceil((list.at(-1).peak + AROUND_MS) / sampleMs);
    const signals = record.signals.map((lead) => lead.subarray(from, to));
    return {
      name: `${name}:${from}:${to}`,
      record: { ...record, signals },
      offsetMs: from * sampleMs,
      marks: record.signals.map(() => list),
    };
  });
  compare(`QTDB, ${long.length} records of the second half, each of two leads`, long, {
    python,
    folder: qtdb,
    delineate,
    whole: false,
  });
}

/** Made-up records as WFDB files, with the truth by lead as marks. */
async function madeUp(load, folder, { snrDb, count }) {
  const { synthesizeEcg } = await load("sources/synthetic/ecg/index.js");
  const { randomStream } = await load("core/random.js");
  return Array.from({ length: count }, (_, i) => {
    const ecg = synthesizeEcg(randomStream(12, "neurokit", i), { rhythm: "sinus", snrDb });
    const name = `made${snrDb}_${i}`;
    const { header, bytes } = asWfdb(name, ecg);
    writeFileSync(join(folder, `${name}.hea`), header);
    writeFileSync(join(folder, `${name}.dat`), bytes);
    const marks = ecg.leads.map((_, l) =>
      ecg.beats.flatMap(({ leads }) =>
        WAVES.flatMap(({ symbol, onset, peak, end }) => {
          const mark = {
            symbol,
            onset: leads[l][onset],
            peak: leads[l][peak === "rPeak" ? "qrsPeak" : peak],
            end: leads[l][end],
          };
          return Number.isFinite(mark.onset) && Number.isFinite(mark.end) ? [mark] : [];
        }),
      ),
    );
    return { name, record: { leads: ecg.leads, rateHz: ecg.rateHz, signals: ecg.signals }, marks };
  });
}

/** Sixteen-bit samples of 1 µV, lead by lead in turn. */
function asWfdb(name, { leads, rateHz, signals }) {
  const samples = signals[0].length;
  const data = new Int16Array(samples * leads.length);
  signals.forEach((lead, l) => {
    for (let i = 0; i < samples; i++)
      data[i * leads.length + l] = Math.max(-32767, Math.min(32767, Math.round(1000 * lead[i])));
  });
  const lines = leads.map((lead) => `${name}.dat 16 1000(0)/mV 16 0 0 0 0 ${lead}`);
  return {
    header: `${name} ${leads.length} ${rateHz} ${samples}\n${lines.join("\n")}\n`,
    bytes: new Uint8Array(data.buffer),
  };
}

function compare(title, records, { python, folder, delineate, whole = true }) {
  const script = join(here, "rivals", "ecg_neurokit.py");
  const { stdout, status, stderr } = spawnSync(
    python,
    [script, "delineate", "dwt", folder, ...records.map(({ name }) => name)],
    { maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`NeuroKit2 did not run: ${stderr}`);
  const theirs = new Map();
  let failed = 0;
  for (const line of String(stdout).trim().split("\n")) {
    const { record, lead, failed: problem, ...times } = JSON.parse(line);
    if (problem) failed++;
    theirs.set(`${record} ${lead}`, times);
  }
  const scores = { ours: newScore(), theirs: newScore() };
  const votes = new Map();
  for (const { name, record, marks, offsetMs = 0 } of records) {
    record.signals.forEach((signal, l) => {
      const { global } = delineate({ rateHz: record.rateHz, leads: [record.leads[l]], signals: [signal] });
      const ours = Object.fromEntries(
        Object.entries(global).map(([point, list]) => [point, list.map((ms) => ms + offsetMs)]),
      );
      const other = theirs.get(`${name.split(":")[0]} ${l}`) ?? {};
      score(scores.ours, marks[l], ours, { whole });
      score(scores.theirs, marks[l], other, { whole });
      vote(votes, marks[l], ours, other);
    });
  }
  printScore(`${title}: Bedside, each lead with no other seen`, scores.ours);
  printScore(`${title}: NeuroKit2 dwt (${failed} leads failed)`, scores.theirs);
  console.log(`\n${title}: where both found the point and differ by more than ${DIFFERENT_MS} ms`);
  console.log(
    "| point | both found | agree % | differ | Bedside nearer % | median difference ms |\n|---|---|---|---|---|---|",
  );
  for (const [point, { both, differ, nearer, gaps }] of votes) {
    gaps.sort((a, b) => a - b);
    const percent = (part, all) => (all ? ((100 * part) / all).toFixed(1) : "—");
    console.log(
      `| ${point} | ${both} | ${percent(both - differ, both)} | ${differ} | ${percent(nearer, differ)} | ${(gaps[gaps.length >> 1] ?? Number.NaN).toFixed(1)} |`,
    );
  }
}

/** Who is nearer to the mark, point by point. */
function vote(votes, marks, ours, theirs) {
  for (const { symbol, onset, peak, end } of WAVES) {
    for (const mark of marks) {
      if (mark.symbol !== symbol) continue;
      const [a, b] = [ours, theirs].map((times) => nearest(times[peak] ?? [], mark.peak));
      if (a < 0 || b < 0) continue;
      for (const [point, truth] of [
        [onset, mark.onset],
        [end, mark.end],
      ]) {
        const one = ours[point]?.[a];
        const other = theirs[point]?.[b];
        if (!Number.isFinite(one) || other === null || !Number.isFinite(other) || !Number.isFinite(truth)) continue;
        const tally = votes.get(point) ?? { both: 0, differ: 0, nearer: 0, gaps: [] };
        votes.set(point, tally);
        tally.both++;
        tally.gaps.push(other - one);
        if (Math.abs(one - other) <= DIFFERENT_MS) continue;
        tally.differ++;
        if (Math.abs(one - truth) < Math.abs(other - truth)) tally.nearer++;
      }
    }
  }
}

function nearest(peaks, at) {
  let best = -1;
  let least = MATCH_MS;
  for (let i = 0; i < peaks.length; i++) {
    const away = peaks[i] === null ? Number.NaN : Math.abs(peaks[i] - at);
    if (away < least) [best, least] = [i, away];
  }
  return best;
}
