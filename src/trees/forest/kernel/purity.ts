// How pure the two sides of a split are. Stands alone: its text is sent to other threads.

/**
 * The part of the weighted impurity that a split changes, sign turned: Σ_k w_k² / w over both sides (Gini) or
 * Σ_k w_k ln(w_k / w) (entropy). Greater is purer.
 * @param left weight by class of the left side; `sums`: of the node
 */
export function classPurity(
  left: Float64Array,
  sums: Float64Array,
  leftWeight: number,
  rightWeight: number,
  gini: boolean,
): number {
  const kinds = sums.length;
  let leftPart = 0;
  let rightPart = 0;
  if (gini) {
    for (let k = 0; k < kinds; k++) {
      const l = left[k]!;
      const r = sums[k]! - l;
      leftPart += l * l;
      rightPart += r * r;
    }
    return leftPart / leftWeight + rightPart / rightWeight;
  }
  for (let k = 0; k < kinds; k++) {
    const l = left[k]!;
    const r = sums[k]! - l;
    if (l > 0) leftPart += l * Math.log(l / leftWeight);
    if (r > 0) rightPart += r * Math.log(r / rightWeight);
  }
  return leftPart + rightPart;
}
