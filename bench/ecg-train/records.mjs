// Recordings with waves marked by hand, and how found waves are matched to them. Shared by the ECG measurements.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const LUDB_LEADS = ["i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6"];
/** Half of the records, by name: every second one of the sorted list was for training, the others are reported. */
const QTDB = ["sel100", "sel103", "sel114", "sel16265", "sel213", "sel306", "sele0104", "sele0606"];
export const QTDB_TRAINING = ["sel100", "sel114", "sel213", "sele0104"];
/** Found and marked peaks of a wave match within this time (ANSI/AAMI EC57). */
export const MATCH_MS = 150;
export const WAVES = [
  { wave: "P", symbol: "p", onset: "pOnset", peak: "pPeak", end: "pEnd" },
  { wave: "QRS", symbol: "q", onset: "qrsOnset", peak: "rPeak", end: "qrsEnd" },
  { wave: "T", symbol: "t", onset: "tOnset", peak: "tPeak", end: "tEnd" },
];

/** Names of LUDB's and QTDB's records of a part: "training", "test" or "all". */
export function partOf(data, part) {
  const folder = join(data, "ludb", "data");
  const numbers = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".hea"))
        .map((name) => Number.parseInt(name, 10))
        .sort((a, b) => a - b)
    : [];
  const wanted = (isTraining) => part === "all" || isTraining === (part === "training");
  return {
    // Only odd numbers are at hand: 1, 5, 9 … are for training, 3, 7, 11 … for the report.
    ludb: numbers.filter((number) => wanted(number % 4 === 1)).map(String),
    qtdb: QTDB.filter((name) => wanted(QTDB_TRAINING.includes(name))),
  };
}

export function loadRecord(wfdb, folder, name) {
  const header = wfdb.readHeader(readFileSync(join(folder, `${name}.hea`), "latin1"));
  const files = new Map();
  for (const file of wfdb.missingFiles(header, files)) files.set(file, readFileSync(join(folder, file)));
  const record = wfdb.readRecord(header, files);
  return {
    leads: record.signals.map(({ name }) => name),
    rateHz: record.rateHz,
    signals: record.signals.map((_, i) => wfdb.physicalSignal(record, i, { as: "float32" })),
  };
}

/** Beats of an annotation file, samples. */
export function loadBeats(wfdb, folder, name, ext = "atr") {
  const list = wfdb.readAnnotations(readFileSync(join(folder, `${name}.${ext}`)));
  return [...list.samples].filter((_, i) => wfdb.BEAT_CODES.has(list.codes[i]));
}

/** Waves of an annotation file: onset, peak, end in ms; NaN where not marked. */
export function loadWaves(wfdb, folder, name, ext, sampleMs) {
  const list = wfdb.readAnnotations(readFileSync(join(folder, `${name}.${ext}`)));
  const waves = [];
  let onset = Number.NaN;
  let peak = Number.NaN;
  let symbol = "";
  for (let i = 0; i < list.length; i++) {
    const mark = wfdb.annotationSymbol(list.codes[i]);
    const at = list.samples[i] * sampleMs;
    if (mark === "(") {
      onset = at;
      symbol = "";
    } else if (mark === ")") {
      if (symbol) waves.push({ symbol, onset, peak, end: at });
      onset = Number.NaN;
      symbol = "";
    } else {
      const isBeat = wfdb.BEAT_CODES.has(list.codes[i]);
      if (!isBeat && mark !== "p" && mark !== "t") continue;
      peak = at;
      symbol = isBeat ? "q" : mark;
    }
  }
  return waves;
}

/** Collects matches: counts and errors by wave. */
export function newScore() {
  return Object.fromEntries(
    WAVES.map(({ wave }) => [wave, { found: 0, missed: 0, extra: 0, onset: [], peak: [], end: [] }]),
  );
}

/**
 * Adds the waves found in one lead (arrays of ms by point) to a score. With `whole`, every wave between the first and the last
 * mark was marked, so that what is found besides counts as extra.
 */
export function score(into, marked, times, { whole = true } = {}) {
  if (!marked.length) return;
  const first = Math.min(...marked.map(({ onset, peak }) => (Number.isFinite(onset) ? onset : peak))) - 1;
  const last = Math.max(...marked.map(({ end }) => end)) + 1;
  for (const { wave, symbol, onset, peak, end } of WAVES) {
    const tally = into[wave];
    const used = new Set();
    const peaks = times[peak] ?? [];
    for (const mark of marked) {
      if (mark.symbol !== symbol) continue;
      let best = -1;
      let nearest = MATCH_MS;
      for (let b = 0; b < peaks.length; b++) {
        const away = peaks[b] === null ? Number.NaN : Math.abs(peaks[b] - mark.peak);
        if (away < nearest && !used.has(b)) [best, nearest] = [b, away];
      }
      if (best < 0) {
        tally.missed++;
        continue;
      }
      used.add(best);
      tally.found++;
      const put = (name, value, truth) => {
        if (value !== null && value !== undefined && Number.isFinite(value) && Number.isFinite(truth))
          tally[name].push(value - truth);
      };
      put("onset", times[onset]?.[best], mark.onset);
      put("peak", peaks[best], mark.peak);
      put("end", times[end]?.[best], mark.end);
    }
    if (!whole) {
      tally.extra = Number.NaN;
      continue;
    }
    for (let b = 0; b < peaks.length; b++) {
      if (peaks[b] !== null && peaks[b] >= first && peaks[b] <= last && !used.has(b)) tally.extra++;
    }
  }
}

/** Marks of several leads as one: the medians of each wave's limits over the leads that show it (at least half of them). */
export function medianMarks(byLead) {
  const middle = (values) => {
    const known = values.filter(Number.isFinite).sort((a, b) => a - b);
    return known.length ? (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2 : Number.NaN;
  };
  const out = [];
  const seen = new Set();
  for (const lead of byLead) {
    for (const mark of lead) {
      if (seen.has(mark)) continue;
      const same = byLead.flatMap((other) => {
        const near = other.find((o) => o.symbol === mark.symbol && Math.abs(o.peak - mark.peak) < 100 && !seen.has(o));
        return near ? [near] : [];
      });
      for (const one of same) seen.add(one);
      if (same.length < byLead.length / 2) continue;
      out.push({
        symbol: mark.symbol,
        onset: middle(same.map(({ onset }) => onset)),
        peak: middle(same.map(({ peak }) => peak)),
        end: middle(same.map(({ end }) => end)),
      });
    }
  }
  return out.sort((a, b) => a.peak - b.peak);
}

export function meanAndDeviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, deviation };
}

/** Rows of a table: sensitivity, precision, errors as mean ± SD. */
export function printScore(title, scores) {
  console.log(`\n${title}`);
  console.log("| wave | Se % | P+ % | onset ms | peak ms | end ms | waves |\n|---|---|---|---|---|---|---|");
  const cell = (values) => {
    if (!values.length) return "—";
    const { mean, deviation } = meanAndDeviation(values);
    return `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`;
  };
  for (const [wave, { found, missed, extra, onset, peak, end }] of Object.entries(scores)) {
    const percent = (part, whole) => (whole > 0 ? ((100 * part) / whole).toFixed(2) : "—");
    console.log(
      `| ${wave} | ${percent(found, found + missed)} | ${percent(found, found + extra)} | ${cell(onset)} | ${cell(peak)} | ${cell(end)} | ${found + missed} |`,
    );
  }
}
