// Shapley interaction values of a tree where absent features follow the training weights. Knows one tree.
import type { Matrix } from "../../core/matrix.ts";
import { factorTables } from "./path-dependent.ts";
import { leafPathsOf, markEdges, type TreePaths } from "./paths.ts";
import { gaussLegendre } from "./quadrature.ts";

/**
 * Adds to `values[((row · outputs + firstOutput + k) · features + i) · features + j]`. For i ≠ j a leaf of value v gives
 *   ½ v (o_i − z_i) (o_j − z_j) ∫₀¹ Π_{l≠i,j} (o_l t + z_l (1 − t)) dt
 * to (i, j) and to (j, i) (Lundberg et al. 2020, eq. 8 and 9); what feature i has beyond its pairs stands at (i, i), so
 * that row i sums to its SHAP value.
 */
export function addTreeInteractions(
  paths: TreePaths,
  x: Matrix,
  target: { values: Float64Array; outputs: number; firstOutput: number; outputsPerTree: number; scale: number },
): void {
  const { tree, feature, share } = paths;
  if (feature.length === 1) return;
  const { leaves, start, node } = leafPathsOf(paths);
  const { points, weights } = gaussLegendre(Math.max(1, Math.ceil(paths.mostFeatures / 2)));
  const size = points.length;
  const { factor, inverse } = factorTables(share, points);
  const on = new Uint8Array(feature.length);
  const product = new Float64Array(size);
  const without = new Float64Array(size);
  const { values, outputs, firstOutput, outputsPerTree, scale } = target;
  const { columns } = x;
  for (let row = 0; row < x.rows; row++) {
    markEdges(paths, x.data, row * columns, on);
    for (let l = 0; l < leaves.length; l++) {
      product.set(weights);
      for (let a = start[l]!; a < start[l + 1]!; a++) {
        const own = (node[a]! * 2 + on[node[a]!]!) * size;
        for (let g = 0; g < size; g++) product[g]! *= factor[own + g]!;
      }
      for (let a = start[l]!; a < start[l + 1]!; a++) {
        const first = node[a]!;
        const own = (first * 2 + on[first]!) * size;
        const difference = on[first]! - share[first]!;
        let main = 0;
        for (let g = 0; g < size; g++) main += without[g] = product[g]! * inverse[own + g]!;
        add(feature[first]!, feature[first]!, difference * main, l);
        for (let b = a + 1; b < start[l + 1]!; b++) {
          const second = node[b]!;
          const other = (second * 2 + on[second]!) * size;
          let both = 0;
          for (let g = 0; g < size; g++) both += without[g]! * inverse[other + g]!;
          const half = 0.5 * difference * (on[second]! - share[second]!) * both;
          add(feature[first]!, feature[second]!, half, l);
          add(feature[second]!, feature[first]!, half, l);
          add(feature[first]!, feature[first]!, -half, l);
          add(feature[second]!, feature[second]!, -half, l);
        }
      }
    }
    function add(i: number, j: number, amount: number, l: number): void {
      const from = leaves[l]! * outputsPerTree;
      for (let k = 0; k < outputsPerTree; k++) {
        const at = ((row * outputs + firstOutput + k) * columns + i) * columns + j;
        values[at]! += amount * tree.value[from + k]! * scale;
      }
    }
  }
}
