// Gauss–Legendre quadrature on [0, 1], exact for polynomials: Shapley values of trees are integrals of them. Knows no tree.

/** Points and weights of a rule. */
export interface Quadrature {
  points: Float64Array;
  weights: Float64Array;
}

const rules = new Map<number, Quadrature>();

/**
 * The rule of n points on [0, 1], exact for polynomials of degree up to 2n − 1. Points are the roots of the Legendre
 * polynomial, found by Newton's method (Abramowitz and Stegun, 25.4.29).
 */
export function gaussLegendre(n: number): Quadrature {
  const known = rules.get(n);
  if (known) return known;
  const points = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let z = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step++) {
      let before = 0;
      let value = 1;
      for (let k = 1; k <= n; k++) {
        const next = ((2 * k - 1) * z * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = (n * (z * value - before)) / (z * z - 1);
      const move = value / slope;
      z -= move;
      if (Math.abs(move) < 1e-16) break;
    }
    points[i] = (1 - z) / 2;
    weights[i] = 1 / ((1 - z * z) * slope * slope);
  }
  const rule = { points, weights };
  rules.set(n, rule);
  return rule;
}
