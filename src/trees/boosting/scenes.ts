// Made-up tables for the tests, the same that golden/make_golden.py makes: whole-number arithmetic alone. Knows no training.
import type { Matrix } from "../../core/matrix.ts";
import { mix32 } from "../../core/random.ts";

export const sceneNames = [
  "dense",
  "missing",
  "categorical",
  "imbalanced",
  "multiclass",
  "regression",
  "poisson",
] as const;
export type SceneName = (typeof sceneNames)[number];

export interface Scene {
  readonly x: Matrix;
  readonly y: Float64Array;
  readonly categorical: readonly number[];
}

/** Numbers in [0, 1), one stream of a scene. */
function uniform(scene: number, stream: number, row: number): number {
  return mix32((mix32(row + 1000003 * stream) + 7919 * (scene + 1)) | 0) / 4294967296;
}

/** Rows first … first + rows − 1 of a scene. */
export function makeScene(name: SceneName, first: number, rows: number, columns = 10): Scene {
  const scene = sceneNames.indexOf(name);
  const x: Matrix = { rows, columns, data: new Float64Array(rows * columns) };
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = first + i;
    const value = Float64Array.from({ length: columns }, (_, j) => uniform(scene, j, row));
    let noise = 0;
    for (let k = 0; k < 4; k++) noise += uniform(scene, 100 + k, row);
    noise -= 2;
    let z =
      3 * (value[0]! - 0.5) +
      6 * (value[1]! - 0.5) * (value[2]! - 0.5) +
      8 * (value[3]! - 0.5) ** 2 -
      0.7 +
      1.5 * (value[4]! > 0.7 ? 1 : 0);
    if (name === "missing") {
      for (let j = 0; j < columns; j++) {
        if (uniform(scene, 200 + j, row) < 0.15 + (value[j]! > 0.6 ? 0.3 : 0)) value[j] = Number.NaN;
      }
    }
    if (name === "categorical") {
      const code = Math.floor(value[5]! * value[5]! * 40);
      z += 2.5 * (((code * 7) % 11) / 11 - 0.5) + (Math.floor(value[6]! * 3) === 1 ? 1 : 0);
      value[5] = uniform(scene, 205, row) < 0.1 ? Number.NaN : code;
      value[6] = Math.floor(value[6]! * 3);
      value[7] = Math.floor(value[7]! * 100);
    }
    y[i] = label(name, z, noise);
    x.data.set(value, i * columns);
  }
  return { x, y, categorical: name === "categorical" ? [5, 6, 7] : [] };
}

function label(name: SceneName, z: number, noise: number): number {
  if (name === "imbalanced") return z + 2 * noise > 3.4 ? 1 : 0;
  if (name === "multiclass") return Math.floor(Math.min(3.999, Math.max(0, (z + noise + 3) / 2.2)));
  if (name === "regression") return 10 * z + 5 * noise + 100;
  if (name === "poisson") return Math.floor(Math.max(0, z + noise + 2));
  return z + 2 * noise > 0.5 ? 1 : 0;
}

/** The chance that a row with label 1 scores above one with label 0, ties counting half. */
export function aurocOf(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = Array.from({ length: labels.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let wins = 0;
  let below = 0;
  let positives = 0;
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]!];
    let tied = 0;
    let tiedNegatives = 0;
    for (; i < order.length && scores[order[i]!] === score; i++) {
      if (labels[order[i]!] === 1) tied++;
      else tiedNegatives++;
    }
    wins += tied * (below + tiedNegatives / 2);
    below += tiedNegatives;
    positives += tied;
  }
  return wins / (positives * below);
}
