// What the kernel does, said plainly and slowly: whole numbers as BigInt, one row and one bin at a time. For tests.

/** Sums of a column's pairs by bin: [gradient, rows and hessian] of each. */
export function countReference(
  bins: ArrayLike<number>,
  rows: Iterable<number>,
  pairs: BigInt64Array,
  cells: number,
): [bigint, bigint][] {
  const sums = Array.from({ length: cells }, (): [bigint, bigint] => [0n, 0n]);
  for (const row of rows) {
    const cell = sums[bins[row]!]!;
    cell[0] += pairs[2 * row]!;
    cell[1] += pairs[2 * row + 1]!;
  }
  return sums;
}

/** What a scan goes by; gradients and hessians in the units of the fixed-point sums. */
export interface ScanRules {
  readonly countShift: number;
  readonly minData: number;
  readonly minHessian: number;
  readonly l1: number;
  readonly l2: number;
  readonly leastGain: number;
}

/** The best cut found, or undefined. `threshold` is the last bin on the left. */
export interface ScanFound {
  readonly gain: number;
  readonly threshold: number;
  readonly missingLeft: boolean;
  readonly left: [bigint, bigint];
}

/** The best numeric cut of a column's sums, whose missing bin, if any, comes after the `valueBins`. */
export function scanReference(
  sums: readonly [bigint, bigint][],
  valueBins: number,
  hasMissing: boolean,
  rules: ScanRules,
): ScanFound | undefined {
  const { countShift, minData, minHessian, l1, l2 } = rules;
  const mask = (1n << BigInt(countShift)) - 1n;
  const total: [bigint, bigint] = [0n, 0n];
  for (const [gradient, hessian] of sums) {
    total[0] += gradient;
    total[1] += hessian;
  }
  const rows = Number(total[1] >> BigInt(countShift));
  const sumGradient = Number(total[0]);
  const sumHessian = Number(total[1] & mask);
  const shrunk = (value: number) => Math.max(Math.abs(value) - l1, 0);
  let best = rules.leastGain;
  let found: ScanFound | undefined;
  const sweep = (up: boolean) => {
    const near: [bigint, bigint] = [0n, 0n];
    let count = 0;
    for (let k = 0; k < (up ? valueBins : valueBins - 1); k++) {
      const bin = up ? k : valueBins - 1 - k;
      const [gradient, hessian] = sums[bin]!;
      if (hessian === 0n) continue;
      near[0] += gradient;
      near[1] += hessian;
      count += Math.trunc(Number(hessian & mask) * (rows / sumHessian) + 0.5);
      if (count < minData) continue;
      if (rows - count < minData || Number(near[1] >> BigInt(countShift)) >= rows) break;
      const nearHessian = Number(near[1] & mask);
      if (nearHessian < minHessian) continue;
      const farHessian = sumHessian - nearHessian;
      if (farHessian < minHessian) break;
      const a = shrunk(Number(near[0])) ** 2;
      const b = shrunk(sumGradient - Number(near[0])) ** 2;
      const sum = a * (farHessian + l2) + b * (nearHessian + l2);
      const product = (nearHessian + l2) * (farHessian + l2);
      if (!(sum > best * product)) continue;
      best = sum / product;
      found = {
        gain: best - rules.leastGain,
        threshold: up ? bin : bin - 1,
        missingLeft: !up,
        left: up ? [near[0], near[1]] : [total[0] - near[0], total[1] - near[1]],
      };
    }
  };
  sweep(false);
  if (hasMissing) sweep(true);
  return found;
}
