// How well probabilities do on tuning data: AUROC and log loss, weighted. Knows no model.

/**
 * The chance that a row with label 1 scores higher than one with label 0, ties counting half: the Mann–Whitney
 * statistic, weighted (Hanley and McNeil, Radiology 1982;143:29).
 */
export function tuningAuroc(labels: Uint8Array, scores: Float64Array, weights: Float64Array): number {
  const order = Uint32Array.from(labels.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
  let below = 0;
  let wins = 0;
  let positives = 0;
  for (let i = 0; i < order.length; ) {
    let tiedPositives = 0;
    let tiedNegatives = 0;
    const score = scores[order[i]!];
    for (; i < order.length && scores[order[i]!] === score; i++) {
      const row = order[i]!;
      if (labels[row] === 1) tiedPositives += weights[row]!;
      else tiedNegatives += weights[row]!;
    }
    wins += tiedPositives * (below + tiedNegatives / 2);
    below += tiedNegatives;
    positives += tiedPositives;
  }
  return wins / (positives * below);
}

/** Weighted mean of −log(probability of what happened), from log-odds, so that no probability is rounded to 0 or 1. */
export function tuningLogLoss(labels: Uint8Array, scores: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const margin = labels[i] === 1 ? scores[i]! : -scores[i]!;
    sum += weights[i]! * (Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin));
    total += weights[i]!;
  }
  return sum / total;
}
