// Shapley values of a tree where absent features follow the training weights. Knows one tree, not the ensemble.
import type { Matrix } from "../../core/matrix.ts";
import { markEdges, type TreePaths } from "./paths.ts";
import { gaussLegendre } from "./quadrature.ts";

/**
 * Adds to `values[(row · outputs + firstOutput + k) · features + j]`, scaled, what each feature contributes.
 *
 * The game is Lundberg's: an absent feature sends a row down both branches by their training weights (Lundberg et al.,
 * Nature Machine Intelligence 2, 2020, algorithm 2). A leaf of value v, reached by features j with o_j = 1 where the row
 * itself takes the edges and share z_j, gives feature i the value
 *   v (o_i − z_i) ∫₀¹ Π_{j≠i} (o_j t + z_j (1 − t)) dt,
 * which Gauss–Legendre quadrature takes exactly with half as many points as there are features on the way. One pass down
 * the tree forms the products, one pass up sums them over leaves (the sharing of Linear TreeSHAP, Yu et al., NeurIPS
 * 2022): nodes × points steps a row in place of leaves × depth², without recursion and without subtraction of like terms.
 */
export function addTreeShap(
  paths: TreePaths,
  x: Matrix,
  target: { values: Float64Array; outputs: number; firstOutput: number; outputsPerTree: number; scale: number },
): void {
  const { tree, parent, feature, previous, share } = paths;
  const nodes = feature.length;
  if (nodes === 1) return;
  const { points, weights } = gaussLegendre(Math.max(1, Math.ceil(paths.mostFeatures / 2)));
  const size = points.length;
  const { factor, inverse } = factorTables(share, points);
  const down = new Float64Array(nodes * size);
  const up = new Float64Array(nodes * size);
  const on = new Uint8Array(nodes);
  const { values, outputs, firstOutput, outputsPerTree, scale } = target;
  down.set(weights);
  for (let row = 0; row < x.rows; row++) {
    markEdges(paths, x.data, row * x.columns, on);
    for (let node = 1; node < nodes; node++) {
      const own = (node * 2 + on[node]!) * size;
      const from = parent[node]! * size;
      const to = node * size;
      const above = previous[node]!;
      if (above < 0) {
        for (let g = 0; g < size; g++) down[to + g] = down[from + g]! * factor[own + g]!;
      } else {
        const old = (above * 2 + on[above]!) * size;
        for (let g = 0; g < size; g++) down[to + g] = down[from + g]! * inverse[old + g]! * factor[own + g]!;
      }
    }
    for (let k = 0; k < outputsPerTree; k++) {
      const to = (row * outputs + firstOutput + k) * x.columns;
      up.fill(0);
      for (let node = nodes - 1; node > 0; node--) {
        const here = node * size;
        if (tree.feature[node]! < 0) {
          const value = tree.value[node * outputsPerTree + k]! * scale;
          for (let g = 0; g < size; g++) up[here + g] = down[here + g]! * value;
        }
        const from = parent[node]! * size;
        const own = (node * 2 + on[node]!) * size;
        const above = previous[node]!;
        let sum = 0;
        if (above < 0) {
          for (let g = 0; g < size; g++) {
            const part = up[here + g]!;
            up[from + g]! += part;
            sum += part * inverse[own + g]!;
          }
          values[to + feature[node]!]! += (on[node]! - share[node]!) * sum;
        } else {
          // The edge above counted these leaves as if its feature ended there: that is taken back.
          const old = (above * 2 + on[above]!) * size;
          let taken = 0;
          for (let g = 0; g < size; g++) {
            const part = up[here + g]!;
            up[from + g]! += part;
            sum += part * inverse[own + g]!;
            taken += part * inverse[old + g]!;
          }
          values[to + feature[node]!]! += (on[node]! - share[node]!) * sum - (on[above]! - share[above]!) * taken;
        }
      }
    }
  }
}

/**
 * The factors o t + z (1 − t) of every node, for o = 0 and 1, at each point: `[(node · 2 + o) · points + g]`, and their
 * inverses. The inverse of a factor 0 (o = z = 0) is set to 0: all products that hold it are 0 themselves.
 */
export function factorTables(
  share: Float64Array,
  points: Float64Array,
): { factor: Float64Array; inverse: Float64Array } {
  const size = points.length;
  const factor = new Float64Array(share.length * 2 * size);
  for (let node = 0, at = 0; node < share.length; node++) {
    for (let o = 0; o < 2; o++) {
      for (let g = 0; g < size; g++, at++) factor[at] = o * points[g]! + share[node]! * (1 - points[g]!);
    }
  }
  return { factor, inverse: factor.map((value) => (value > 0 ? 1 / value : 0)) };
}
