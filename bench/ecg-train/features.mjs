// node bench/ecg-train/features.mjs OUT [DATA] [DIST]: what the small networks of delineation see in the training half of LUDB and QTDB, and
// what they should say, as tables of 32-bit floats: inputs, target (samples of 2 ms), record, variant, beat. train.py reads them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { LUDB_LEADS, loadRecord, loadWaves, partOf } from "./records.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const [out, data = join(here, "../../../shared/data/ecg"), dist = join(here, "../../dist")] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)));
const wfdb = await load("formats/wfdb/index.js");
const { randomStream } = await load("core/random.js");
const { prepareEcg } = await load("signal/delineate/prepare.js");
const { roughQrs } = await load("signal/delineate/rough.js");
const { channelsOf } = await load("signal/delineate/channels.js");
const { coherenceOf } = await load("signal/delineate/coherence.js");
const inputs = await load("signal/delineate/inputs.js");
const { placeOf, searchWindow, SEARCH_STEP } = await load("signal/delineate/places.js");

/** Target of a candidate of a wave that is not there. */
const ABSENT = 9999;
/** Numbers of QTDB's records start here. */
const QTDB_FROM = 1000;
/** Spread of the anchors around the truth, samples: about what the step before leaves. */
const SPREAD = { p: 4, t: 7, rough: 5, alone: { p: 5, q: 3, t: 7 } };

/** Changed records draw from a stream of their own, so that the plain ones do not depend on them. */
const plainStream = randomStream(7, "ecg-train");
const changedStream = randomStream(7, "ecg-train", "changed");
let stream = plainStream;
const uniform = () => stream.uniform();
const normal = () => stream.normal();
const tables = new Map();

function add(name, x, target, group) {
  if (!tables.has(name)) tables.set(name, []);
  tables.get(name).push(Float32Array.of(...x, target, ...group));
}

function middle(values) {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b);
  return known.length ? (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2 : Number.NaN;
}

/** The P and T wave that belong to a marked complex, in one lead. */
function wavesAround(list, complex) {
  if (!complex) return {};
  const i = list.indexOf(complex);
  const before = list[i - 1];
  const after = list.slice(i + 1, i + 3);
  const stop = after.findIndex(({ symbol }) => symbol === "q");
  const t = (stop < 0 ? after : after.slice(0, stop)).find(({ symbol }) => symbol === "t");
  const p = before?.symbol === "p" && complex.peak - before.peak < 450 ? before : undefined;
  return { q: complex, p, t, isFirst: i === 0, isLast: i === list.length - 1 };
}

/** @param marks By lead, in ms. */
function addRecord(number, variant, record, marks, { anchors }) {
  const ecg = prepareEcg(record);
  const rough = roughQrs(ecg);
  const channels = channelsOf(ecg);
  const coherence = coherenceOf(ecg, rough.onset);
  let tBefore = -1;
  for (let b = 0; b < ecg.beats.length; b++) {
    const centre = rough.onset[b] + rough.end[b]; // ms, since samples take 2
    const near = ({ symbol, onset, peak, end }) =>
      symbol === "q" && Math.abs((Number.isFinite(onset) ? (onset + end) / 2 : peak) - centre) < 90;
    const leads = marks.map((list) => wavesAround(list, list.find(near)));
    const marked = leads.filter(({ q }) => q);
    if (!marked.length) {
      tBefore = -1;
      continue;
    }
    const truth = (wave, point) => middle(leads.map((lead) => lead[wave]?.[point] ?? Number.NaN)) / 2;
    const group = [number, variant, b];
    const together = (limit, anchor, place, target) => {
      const x = new Float32Array(inputs.togetherInputs(limit));
      inputs.togetherInputsAt(x, channels, limit, anchor, place);
      add(`together_${limit}`, x, target - anchor, group);
    };
    const onset = Int32Array.from(rough.onset);
    const end = Int32Array.from(rough.end);
    const roughPlace = placeOf(b, ecg.length, ecg.beats, onset, end, tBefore);
    const [trueOnset, trueEnd] = [truth("q", "onset"), truth("q", "end")];
    if (Number.isFinite(trueOnset)) onset[b] = Math.round(trueOnset + 2 * normal());
    if (Number.isFinite(trueEnd)) end[b] = Math.round(trueEnd + 3 * normal());
    const place = placeOf(b, ecg.length, ecg.beats, onset, end, tBefore);
    for (const [limit, guess, target] of [
      ["qrsOnset", rough.onset[b], trueOnset],
      ["qrsEnd", rough.end[b], trueEnd],
    ]) {
      if (!Number.isFinite(target)) continue;
      for (let a = 0; a < anchors; a++) {
        together(limit, guess + (a ? Math.round(SPREAD.rough * normal()) : 0), roughPlace, target);
      }
    }
    for (const [wave, key] of [
      ["P", "p"],
      ["T", "t"],
    ]) {
      const isThere = marked.filter((lead) => lead[key]).length >= marked.length / 2;
      // The outermost waves of a marked stretch may have been left unmarked.
      if (!isThere && marked.every(({ isFirst, isLast }) => (key === "p" ? isFirst : isLast))) continue;
      const [from, to] = searchWindow(wave, place);
      if (to - from < 4) continue;
      const peak = truth(key, "peak");
      const scale = inputs.waveScale(channels, from, to, place);
      const x = new Float32Array(inputs.peakInputs(wave));
      for (let c = from; c <= to; c += SEARCH_STEP[wave]) {
        inputs.peakInputsAt(x, channels, wave, c, place, scale, b, coherence);
        add(`peak_${wave}`, x, isThere ? peak - c : ABSENT, group);
      }
      if (!isThere) continue;
      for (const point of ["onset", "end"]) {
        const target = truth(key, point);
        if (!Number.isFinite(target)) continue;
        const limit = `${key}${point === "onset" ? "Onset" : "End"}`;
        for (let a = 0; a < anchors; a++) together(limit, Math.round(peak + SPREAD[key] * normal()), place, target);
      }
    }
    for (const limit of inputs.LIMITS) {
      const key = limit[0];
      const point = limit.endsWith("Onset") ? "onset" : "end";
      const all = truth(key, point);
      if (!Number.isFinite(all)) continue;
      leads.forEach((lead, l) => {
        const own = lead[key]?.[point];
        if (own === undefined || !Number.isFinite(own) || !(ecg.weights[l] > 0)) return;
        const anchor = Math.round(all + SPREAD.alone[key] * normal());
        const x = new Float32Array(inputs.aloneInputs(limit));
        inputs.aloneInputsAt(x, ecg, channels, l, limit, anchor);
        add(`alone_${limit}`, x, own / 2 - anchor, group);
      });
    }
    const t = truth("t", "peak");
    tBefore = Number.isFinite(t) ? Math.round(t) : -1;
  }
}

/** A lead with muscle-like noise of a spread in mV, a slow swing and, at times, hum. */
function noisy(signal, mv) {
  const out = signal.slice();
  let slow = 0;
  const phase = 6.28 * uniform();
  const swing = 0.15 + 0.3 * uniform();
  const hum = { hz: uniform() < 0.5 ? 50 : 60, mv: 0.6 * mv * uniform() };
  for (let i = 0; i < out.length; i++) {
    const white = normal();
    slow = 0.7 * slow + 0.3 * white;
    const seconds = (2 * Math.PI * i) / 500;
    out[i] +=
      mv * (0.6 * white + slow) +
      2 * mv * Math.sin(phase + swing * seconds) +
      hum.mv * Math.sin(phase + hum.hz * seconds);
  }
  return out;
}

/** P waves lie at least so long after the T wave's peak before them where they were moved, and at most so long before QRS. */
const P_AFTER_T_MS = 44;
const P_BEFORE_QRS_MS = 330;
/** Cut out around a P wave's marks, ms. */
const P_MARGIN_MS = 10;

/**
 * A record whose P waves were taken out and put back earlier, also onto the T wave before them: long PR intervals, and with `cut`
 * (a share of the way, taken out of the PR segments) fast rates. Without a `place` (0: as early as can be, 1: as they are) they are left out.
 * @param marks By lead, in ms; returned moved.
 */
function withMovedP(record, marks, { place, cut = 0 }) {
  const ms = 1000 / record.rateHz;
  const at = (time) => Math.max(0, Math.min(record.signals[0].length - 1, Math.round(time / ms)));
  const wave = (symbol, near, reach) =>
    marks.map((list) => list.find((mark) => mark.symbol === symbol && Math.abs(mark.peak - near) < reach));
  const beats = marks[1 % marks.length].flatMap((mark, i, list) => {
    const [before, q] = [list[i - 1], list[i + 1]];
    if (mark.symbol !== "p" || q?.symbol !== "q" || q.peak - mark.peak > 450) return [];
    const p = wave("p", mark.peak, 60);
    const known = p.filter(Boolean);
    const from = middle(known.map(({ onset }) => onset)) - P_MARGIN_MS;
    const onset = middle(wave("q", q.peak, 60).map((one) => one?.onset ?? Number.NaN));
    const to = Math.min(middle(known.map(({ end }) => end)) + P_MARGIN_MS, onset - 2);
    const room = Math.min(
      before?.symbol === "t" ? mark.peak - before.peak - P_AFTER_T_MS : 100,
      P_BEFORE_QRS_MS - (onset - mark.peak),
    );
    return Number.isFinite(from) && Number.isFinite(to) && to - from > 30 ? [{ p, from, to, onset, room }] : [];
  });
  const room = Math.max(0, Math.min(...beats.map((beat) => beat.room)));
  const shift = place === undefined ? 0 : (1 - place) * room;
  const signals = record.signals.map((lead) => {
    const out = lead.slice();
    for (const { from, to } of beats) {
      const [a, b] = [at(from), at(to)];
      const line = (i) => lead[a] + ((lead[b] - lead[a]) * (i - a)) / (b - a);
      for (let i = a; i <= b; i++) out[i] -= lead[i] - line(i);
    }
    if (place === undefined) return out;
    for (const { from, to } of beats) {
      const [a, b] = [at(from), at(to)];
      const by = Math.round(shift / ms);
      const line = (i) => lead[a] + ((lead[b] - lead[a]) * (i - a)) / (b - a);
      for (let i = a; i <= b; i++) if (i - by >= 0) out[i - by] += lead[i] - line(i);
    }
    return out;
  });
  const moved = new Map(beats.flatMap(({ p }) => p.filter(Boolean).map((mark) => [mark, -shift])));
  const keep = (mark) => place !== undefined || !moved.has(mark);
  const put = marks.map((list) =>
    list.filter(keep).map((mark) => {
      const by = moved.get(mark) ?? 0;
      return { ...mark, onset: mark.onset + by, peak: mark.peak + by, end: mark.end + by };
    }),
  );
  if (!(cut > 0 && shift > 0)) return { record: { ...record, signals }, marks: put };
  // Out of each PR segment, between the moved P wave and QRS; the two sides are joined over ± 10 ms.
  const gaps = beats.map(({ to, onset }) => {
    const end = at(onset - 14);
    return { from: Math.max(at(to - shift + 10), end - Math.round((cut * shift) / ms)), to: end };
  });
  const gone = (time) => gaps.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, time / ms) - from), 0) * ms;
  const join = Math.round(10 / ms);
  const shorter = signals.map((lead) => {
    const smooth = lead.slice();
    for (const { from, to } of gaps) {
      const step = lead[to] - lead[from];
      for (let k = 0; k < join; k++) {
        const share = 0.5 * (1 - k / join);
        if (from - k >= 0) smooth[from - k] += share * step;
        if (to + k < lead.length) smooth[to + k] -= share * step;
      }
    }
    return smooth.filter((_, i) => !gaps.some(({ from, to }) => i >= from && i < to));
  });
  return {
    record: { ...record, signals: shorter },
    marks: put.map((list) =>
      list.map((mark) => ({
        ...mark,
        onset: mark.onset - gone(mark.onset),
        peak: mark.peak - gone(mark.peak),
        end: mark.end - gone(mark.end),
      })),
    ),
  };
}

/** Adds waves of atria that never rest, whose time has nothing to do with the beats': of flutter, or of fibrillation, drifting in pace and height. */
function withRestlessAtria(record, isFlutter) {
  const waves = (isFlutter ? [1] : [1, 1]).map(() => ({
    hz: isFlutter ? 4 + 1.5 * uniform() : 4.5 + 3.5 * uniform(),
    phase: uniform(),
    drift: uniform(),
    swell: uniform(),
  }));
  const signals = record.signals.map((lead) => {
    const out = lead.slice();
    for (const { hz, phase, drift, swell } of waves) {
      const mv = (isFlutter ? 0.07 : 0.05) * normal();
      for (let i = 0; i < out.length; i++) {
        const t = i / record.rateHz;
        const wander = isFlutter ? 0 : 0.35 * Math.sin(2 * Math.PI * (0.7 * t + drift));
        const size = isFlutter ? 1 : 1 + 0.5 * Math.sin(2 * Math.PI * (0.4 * t + swell));
        const turn = 2 * Math.PI * (hz * t + wander + phase);
        out[i] += mv * size * (Math.sin(turn) + (isFlutter ? 0.45 : 0.3) * Math.sin(2 * turn));
      }
    }
    return out;
  });
  return { ...record, signals };
}

/** Half the samples, each the mean of two, as recorders of 250 Hz give. */
const halfRate = (record) => ({
  ...record,
  rateHz: record.rateHz / 2,
  signals: record.signals.map((lead) =>
    Float32Array.from({ length: lead.length >> 1 }, (_, i) => (lead[2 * i] + lead[2 * i + 1]) / 2),
  ),
});

const names = partOf(data, "training");
for (const name of names.ludb) {
  const folder = join(data, "ludb", "data");
  const record = loadRecord(wfdb, folder, name);
  const marks = LUDB_LEADS.map((lead) => loadWaves(wfdb, folder, name, lead, 2));
  const variant = (number, leads, mv, anchors = 1) => {
    const signals = leads.map((l) => (mv > 0 ? noisy(record.signals[l], mv) : record.signals[l]));
    const picked = { rateHz: record.rateHz, leads: leads.map((l) => record.leads[l]), signals };
    addRecord(
      Number(name),
      number,
      picked,
      leads.map((l) => marks[l]),
      { anchors },
    );
  };
  const all = LUDB_LEADS.map((_, l) => l);
  const one = Math.floor(12 * uniform());
  const other = (one + 1 + Math.floor(11 * uniform())) % 12;
  const usualPairs = [
    [1, 6],
    [1, 7],
    [0, 10],
    [1, 10],
  ];
  variant(0, all, 0, 3);
  variant(1, all, 0.01 + 0.06 * uniform());
  variant(2, [one, other], 0);
  variant(3, [Math.floor(12 * uniform())], 0);
  variant(4, [0, 1, 6, 7, 8, 9, 10, 11], 0);
  variant(5, usualPairs[Math.floor(4 * uniform())], 0.02 * uniform());
  variant(6, all, 0.05 + 0.07 * uniform());
  stream = changedStream;
  const quiet = { rateHz: record.rateHz, leads: record.leads, signals: record.signals };
  for (const [number, settings] of [
    [7, { place: 0.5 * uniform() }],
    [8, { place: 0.3 * uniform(), cut: 1 }],
    [9, {}],
    [12, {}],
    [10, { place: 0.6 * uniform(), cut: 0.6 }],
  ]) {
    const changed = withMovedP(quiet, marks, settings);
    const mv = uniform() < 0.5 ? 0 : 0.04 * uniform();
    const heart =
      number === 12 || (number === 9 && uniform() < 0.7)
        ? withRestlessAtria(changed.record, uniform() < 0.3)
        : changed.record;
    const signals = mv > 0 ? heart.signals.map((lead) => noisy(lead, mv)) : heart.signals;
    addRecord(Number(name), number, { ...heart, signals }, changed.marks, { anchors: 1 });
  }
  const pair = usualPairs[Math.floor(4 * uniform())];
  const half = halfRate({
    rateHz: 500,
    leads: pair.map((l) => record.leads[l]),
    signals: pair.map((l) => record.signals[l]),
  });
  // The mean of two samples lies 1 ms after the first.
  const later = (list) =>
    list.map((mark) => ({ ...mark, onset: mark.onset - 1, peak: mark.peak - 1, end: mark.end - 1 }));
  addRecord(
    Number(name),
    11,
    half,
    pair.map((l) => later(marks[l])),
    { anchors: 1 },
  );
  stream = plainStream;
}
names.qtdb.forEach((name, i) => {
  const folder = join(data, "qtdb");
  const record = loadRecord(wfdb, folder, name);
  const list = loadWaves(wfdb, folder, name, "q1c", 4);
  const from = Math.max(0, Math.floor((list[0].peak - 4000) / 4));
  const to = Math.ceil((list.at(-1).peak + 4000) / 4);
  const moved = list.map((mark) => ({
    ...mark,
    onset: mark.onset - 4 * from,
    peak: mark.peak - 4 * from,
    end: mark.end - 4 * from,
  }));
  const cut = { ...record, signals: record.signals.map((lead) => lead.subarray(from, to)) };
  addRecord(QTDB_FROM + i, 0, cut, [moved, moved], { anchors: 3 });
  addRecord(QTDB_FROM + i, 1, { ...cut, signals: cut.signals.map((lead) => noisy(lead, 0.02)) }, [moved, moved], {
    anchors: 1,
  });
});
mkdirSync(out, { recursive: true });
for (const [name, rows] of tables) {
  const table = new Float32Array(rows.length * rows[0].length);
  rows.forEach((row, i) => {
    table.set(row, i * row.length);
  });
  writeFileSync(join(out, `${name}_${rows[0].length}.f32`), table);
  console.log(`${name}: ${rows.length} rows of ${rows[0].length - 4} inputs`);
}
