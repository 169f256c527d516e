import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import {
  annotationSymbol,
  BEAT_CODES,
  missingFiles,
  physicalSignal,
  readAnnotations,
  readHeader,
  readRecord,
} from "../../formats/wfdb/index.ts";
import { synthesizeEcg } from "../../sources/synthetic/ecg/index.ts";
import { detectRPeaks } from "../beats/r-peaks.ts";
import { medianOf } from "../statistics.ts";
import { delineate } from "./delineate.ts";
import type { EcgRecord } from "./prepare.ts";

const data = fileURLToPath(new URL("../../../../shared/data/ecg", import.meta.url));
const hasData = existsSync(data);
if (!hasData) console.warn(`Tests on real ECGs are skipped: there are no recordings at ${data}`);

function load(folder: string, name: string): EcgRecord {
  const path = (file: string) => join(data, folder, file);
  const header = readHeader(readFileSync(path(`${name}.hea`), "latin1"));
  const files = new Map(missingFiles(header).map((file) => [file, new Uint8Array(readFileSync(path(file)))]));
  const record = readRecord(header, files);
  return {
    leads: record.signals.map((signal) => signal.name),
    rateHz: record.rateHz,
    signals: record.signals.map((_, i) => physicalSignal(record, i, { as: "float32" }) as Float32Array),
  };
}

const marks = (folder: string, name: string, ext: string) => {
  const list = readAnnotations(readFileSync(join(data, folder, `${name}.${ext}`)));
  return Array.from(list.samples, (sample, i) => ({
    sample,
    code: list.codes[i]!,
    symbol: annotationSymbol(list.codes[i]!),
  }));
};

/** Shares of the true beats that were found and of the found that are true, within `near` samples. */
function agreement(truth: ArrayLike<number>, found: ArrayLike<number>, near: number) {
  let both = 0;
  for (let i = 0, j = 0; i < truth.length && j < found.length; ) {
    if (Math.abs(truth[i]! - found[j]!) <= near) {
      both++;
      i++;
      j++;
    } else if (truth[i]! < found[j]!) i++;
    else j++;
  }
  return { sensitivity: both / truth.length, precision: both / found.length };
}

describe.skipIf(!hasData)("on real recordings", () => {
  test.each([
    ["wfdb-samples", "100", 0.998],
    ["qtdb", "sel103", 0.995],
    ["qtdb", "sel213", 0.995],
    ["qtdb", "sele0606", 0.995],
  ])("R peaks of %s %s are found by both methods", (folder, name, least) => {
    const { signals, rateHz } = load(folder, name);
    const truth = marks(folder, name, "atr").flatMap(({ sample, code }) => (BEAT_CODES.has(code) ? [sample] : []));
    for (const method of ["wavelet", "pan-tompkins"] as const) {
      const { sensitivity, precision } = agreement(truth, detectRPeaks(signals, { rateHz, method }), 0.15 * rateHz);
      expect(sensitivity, method).toBeGreaterThanOrEqual(least);
      expect(precision, method).toBeGreaterThanOrEqual(least);
    }
  });

  test("limits in five records of LUDB that no network was trained on lie where physicians set them", () => {
    const errors: Record<string, number[]> = { pOnset: [], pEnd: [], qrsOnset: [], qrsEnd: [], tEnd: [] };
    for (const name of ["3", "7", "11", "15", "23"]) {
      const { global } = delineate(load("ludb/data", name));
      const byLead = ["i", "ii", "avf", "v1", "v3", "v5"].map((lead) => marks("ludb/data", name, lead));
      for (const mark of byLead[1]!.flatMap((one, i) => (one.symbol === "N" ? [{ ...one, i }] : []))) {
        const b = global.rPeak.findIndex((ms) => Math.abs(ms - mark.sample * 2) < 80);
        expect(b, `beat of ${name} at ${mark.sample}`).toBeGreaterThanOrEqual(0);
        /** Median over the leads of the bracket next to a wave's peak. */
        const truth = (symbol: string, step: -1 | 1, from: number, to: number) =>
          medianOf(
            byLead.map((list) => {
              const at = list.findIndex((one) => one.symbol === symbol && one.sample > from && one.sample < to);
              const bracket = list[at + step];
              return at < 0 || bracket?.symbol !== (step < 0 ? "(" : ")") ? Number.NaN : bracket.sample * 2;
            }),
          );
        const { sample } = mark;
        const put = (point: keyof typeof global, expected: number) => {
          if (Number.isFinite(expected)) errors[point]!.push(global[point][b]! - expected);
        };
        put("qrsOnset", truth("N", -1, sample - 40, sample + 40));
        put("qrsEnd", truth("N", 1, sample - 40, sample + 40));
        put("pOnset", truth("p", -1, sample - 150, sample));
        put("pEnd", truth("p", 1, sample - 150, sample));
        put("tEnd", truth("t", 1, sample, sample + 250));
      }
    }
    for (const [point, mean, deviation] of [
      ["pOnset", 8, 10.2],
      ["pEnd", 8, 12.7],
      ["qrsOnset", 5, 7],
      ["qrsEnd", 5, 11.6],
      ["tEnd", 8, 20],
    ] as const) {
      const list = errors[point]!;
      expect(list.length).toBeGreaterThan(30);
      expect(list.filter(Number.isNaN).length, `${point} not found`).toBeLessThanOrEqual(1);
      const known = list.filter(Number.isFinite);
      const middle = known.reduce((sum, value) => sum + value, 0) / known.length;
      const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - middle) ** 2, 0) / known.length);
      expect(Math.abs(middle), `${point}, mean`).toBeLessThan(mean);
      expect(spread, `${point}, SD`).toBeLessThan(deviation);
    }
  });
});

/** A ventricular beat is so wide that its peak in one lead may lie this far from that of all leads. */
const NEAR_MS = 200;

describe("on made-up ECGs, whose truth is known", () => {
  test.each(["sinus", "sinus-with-pvc", "atrial-fibrillation", "paced"] as const)(
    "every beat of %s is found",
    (rhythm) => {
      for (let i = 0; i < 4; i++) {
        const ecg = synthesizeEcg(randomStream(3, "beats", i), { rhythm, snrDb: 15 });
        const beats = ecg.beats.filter(({ kind }) => kind !== "P").map(({ global }) => global.qrsPeak);
        const truth = beats.filter((ms) => ms > 150 && ms < 9850);
        for (const leads of [ecg.signals, [ecg.signals[1]!]]) {
          for (const method of ["wavelet", "pan-tompkins"] as const) {
            const found = Float64Array.from(
              detectRPeaks(leads, { rateHz: ecg.rateHz, method }),
              (at) => (at * 1000) / ecg.rateHz,
            );
            const inside = found.filter((ms) => ms > 150 && ms < 9850);
            expect(agreement(truth, found, NEAR_MS).sensitivity, `${method}, ${leads.length} leads`).toBeGreaterThan(
              0.95,
            );
            expect(agreement(beats, inside, NEAR_MS).precision, `${method}, ${leads.length} leads`).toBeGreaterThan(
              0.95,
            );
          }
        }
      }
    },
  );

  test("limits do not depend on the sampling rate, the leads' order or their sign", () => {
    const ecg = synthesizeEcg(randomStream(4, "rates"), { rhythm: "sinus", rateHz: 1000 });
    const whole = delineate(ecg);
    const half = delineate({
      ...ecg,
      rateHz: 500,
      signals: ecg.signals.map((lead) => lead.filter((_, i) => i % 2 === 0)),
    });
    const turned = delineate({
      ...half,
      rateHz: 500,
      leads: [...ecg.leads].reverse(),
      signals: ecg.signals.map((lead) => lead.filter((_, i) => i % 2 === 0).map((mv) => -mv)).reverse(),
    });
    expect(half.beats).toBe(whole.beats);
    for (const point of ["pOnset", "qrsOnset", "qrsEnd", "tEnd"] as const) {
      for (let b = 1; b < whole.beats - 1; b++) {
        expect(Math.abs(half.global[point][b]! - whole.global[point][b]!)).toBeLessThan(4);
        expect(turned.global[point][b]).toBeCloseTo(half.global[point][b]!, 1);
      }
    }
  });

  test("points of a beat follow each other", () => {
    const { byLead, global, beats } = delineate(
      synthesizeEcg(randomStream(6, "order"), { rhythm: "sinus", snrDb: 12 }),
    );
    for (const times of [global, ...byLead]) {
      for (let b = 0; b < beats; b++) {
        const order = [times.pOnset, times.pPeak, times.qrsOnset, times.rPeak, times.qrsEnd, times.tPeak, times.tEnd];
        const known = order.map((list) => list[b]!).filter(Number.isFinite);
        expect([...known].sort((x, y) => x - y)).toEqual(known);
      }
    }
  });

  test("beats that are known already are used as they are", () => {
    const ecg = synthesizeEcg(randomStream(8, "known"), { rhythm: "sinus" });
    const rPeaksMs = ecg.beats.slice(2, 6).map(({ global }) => global.qrsPeak);
    expect(delineate(ecg, { rPeaksMs }).beats).toBe(4);
  });
});

test("leads of different lengths and no leads are refused", () => {
  const signals = [new Float32Array(10), new Float32Array(11)];
  expect(() => delineate({ leads: ["I", "II"], rateHz: 500, signals })).toThrow("lengths 10, 11");
  expect(() => detectRPeaks([], { rateHz: 500 })).toThrow("no lead");
});
