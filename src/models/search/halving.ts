// How successive halving spends its budget. Knows no settings.

/** One round: how many trials run, and the budget each of them gets. */
export interface HalvingRound {
  trials: number;
  budget: number;
}

/**
 * The rounds of successive halving (Jamieson & Talwalkar, Non-stochastic Best Arm Identification, 2016): each round
 * keeps the best ⌊n / factor⌋ trials and gives them `factor` times the budget, the last round `maxBudget`. The first
 * budget is maxBudget / factor^(rounds − 1), never below `minBudget`; there are no more rounds than trials allow.
 * Budgets are whole numbers where both bounds are.
 */
export function halvingRounds(trials: number, minBudget: number, maxBudget: number, factor: number): HalvingRound[] {
  let last = 0;
  while (trials / factor ** (last + 1) >= 1 && maxBudget / factor ** (last + 1) >= minBudget) last++;
  const whole = Number.isInteger(minBudget) && Number.isInteger(maxBudget);
  return Array.from({ length: last + 1 }, (_, round) => {
    const budget = maxBudget / factor ** (last - round);
    return { trials: Math.floor(trials / factor ** round), budget: whole ? Math.round(budget) : budget };
  });
}
