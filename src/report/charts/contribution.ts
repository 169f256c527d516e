// What contributions to a prediction are counted in, in numbers and words. Knows no chart.

/** Log-odds as they are; shares of risk as percentage points. Anything else is taken for log-odds. */
export function contributionScale(scale: string): { factor: number; words: string } {
  return scale === "probability"
    ? { factor: 100, words: "percentage points of risk" }
    : { factor: 1, words: "log-odds" };
}
