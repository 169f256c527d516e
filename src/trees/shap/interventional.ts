// Shapley values of a tree where absent features take the values of background rows. Knows one tree.
import type { Matrix } from "../../core/matrix.ts";
import { type LeafPaths, leafPathsOf, markEdges, type TreePaths } from "./paths.ts";

/** The background rows of one leaf, gathered by which features of its way they fulfil. */
interface Patterns {
  /** `words` 32-bit words a pattern, bit e for the e-th feature of the way. */
  bits: Uint32Array;
  /** Share of the background rows with the pattern. */
  shares: Float64Array;
}

/**
 * Adds to `values[(row · outputs + firstOutput + k) · features + j]`, scaled, what each feature contributes on average
 * over the background rows. For one background row, a leaf is reached by a mixed row when the features A that only the row
 * fulfils are present and the features B that only the background fulfils are absent; each of A gets
 * v (|A|−1)! |B|! / (|A|+|B|)!, each of B loses v |A|! (|B|−1)! / (|A|+|B|)! (Lundberg et al. 2020, algorithm 3). Background
 * rows that fulfil the same features of a way count together.
 */
export function addTreeInterventional(
  paths: TreePaths,
  x: Matrix,
  background: Matrix,
  target: { values: Float64Array; outputs: number; firstOutput: number; outputsPerTree: number; scale: number },
): void {
  const { tree, feature } = paths;
  if (feature.length === 1) return;
  const leafPaths = leafPathsOf(paths);
  const { leaves, start, node } = leafPaths;
  const patterns = gatherPatterns(paths, leafPaths, background);
  const gains = gainTable(paths.mostFeatures);
  const size = paths.mostFeatures + 1;
  const words = wordsFor(paths.mostFeatures);
  const own = new Uint32Array(words);
  const amounts = new Float64Array(paths.mostFeatures);
  const on = new Uint8Array(feature.length);
  const { values, outputs, firstOutput, outputsPerTree, scale } = target;
  for (let row = 0; row < x.rows; row++) {
    markEdges(paths, x.data, row * x.columns, on);
    for (let l = 0; l < leaves.length; l++) {
      const length = start[l + 1]! - start[l]!;
      const present = packBits(on, node, start[l]!, length, own);
      const { bits, shares } = patterns[l]!;
      amounts.fill(0, 0, length);
      for (let p = 0; p < shares.length; p++) {
        let either = 0;
        let both = 0;
        for (let w = 0; w < words; w++) {
          const theirs = bits[p * words + w]!;
          either += countBits(own[w]! | theirs);
          both += countBits(own[w]! & theirs);
        }
        if (either < length) continue; // some feature leads neither of the two here
        const onlyOwn = present - both;
        const onlyTheirs = length - present;
        const gain = shares[p]! * gains[onlyOwn * size + onlyTheirs]!;
        const loss = shares[p]! * gains[onlyTheirs * size + onlyOwn]!;
        for (let e = 0; e < length; e++) {
          const bit = 1 << (e & 31);
          if ((own[e >>> 5]! & bit) === 0) amounts[e]! -= loss;
          else if ((bits[p * words + (e >>> 5)]! & bit) === 0) amounts[e]! += gain;
        }
      }
      for (let k = 0; k < outputsPerTree; k++) {
        const value = tree.value[leaves[l]! * outputsPerTree + k]! * scale;
        const to = (row * outputs + firstOutput + k) * x.columns;
        for (let e = 0; e < length; e++) values[to + feature[node[start[l]! + e]!]!]! += amounts[e]! * value;
      }
    }
  }
}

/** `[a · (most + 1) + b]`: (a − 1)! b! / (a + b)!, the share of orders in which one of a comes after the rest of a and before all b. */
function gainTable(most: number): Float64Array {
  const size = most + 1;
  const table = new Float64Array(size * size);
  for (let a = 1; a <= most; a++) {
    let value = 1 / a;
    for (let b = 0; b <= most; b++) {
      table[a * size + b] = value;
      value *= (b + 1) / (a + b + 1);
    }
  }
  return table;
}

function gatherPatterns(paths: TreePaths, { leaves, start, node }: LeafPaths, background: Matrix): Patterns[] {
  const words = wordsFor(paths.mostFeatures);
  const own = new Uint32Array(words);
  const on = new Uint8Array(paths.feature.length);
  const counts = Array.from(leaves, () => new Map<number | string, { bits: Uint32Array; rows: number }>());
  for (let row = 0; row < background.rows; row++) {
    markEdges(paths, background.data, row * background.columns, on);
    for (let l = 0; l < leaves.length; l++) {
      packBits(on, node, start[l]!, start[l + 1]! - start[l]!, own);
      const key = words === 1 ? own[0]! : own.join();
      const known = counts[l]!.get(key);
      if (known) known.rows++;
      else counts[l]!.set(key, { bits: own.slice(), rows: 1 });
    }
  }
  return counts.map((map) => {
    const all = [...map.values()];
    const bits = new Uint32Array(all.length * words);
    all.forEach((pattern, p) => {
      bits.set(pattern.bits, p * words);
    });
    return { bits, shares: Float64Array.from(all, ({ rows }) => rows / background.rows) };
  });
}

function wordsFor(features: number): number {
  return Math.max(1, Math.ceil(features / 32));
}

/** Packs the marks of a leaf's features into bits; gives their number. */
function packBits(on: Uint8Array, node: Int32Array, from: number, length: number, into: Uint32Array): number {
  into.fill(0);
  let count = 0;
  for (let e = 0; e < length; e++) {
    const mark = on[node[from + e]!]!;
    count += mark;
    into[e >>> 5]! |= mark << (e & 31);
  }
  return count;
}

/** Number of ones among 32 bits. */
function countBits(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
