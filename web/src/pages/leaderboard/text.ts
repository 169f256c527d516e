// The words of the leaderboard.
export const text = {
  title: "Leaderboard",
  lead: "Models of several runs on the same held-out patients, each with its difference from the best.",
  choose: "Runs",
  none: "No run has a result yet.",
  nothing: "Choose runs to compare.",
  model: "Model",
  run: "Run",
  difference: "Less the best",
  p: "p, corrected",
  best: "best",
  patients: "patients",
  rows: "rows",
  note: "95 % intervals by patient. Differences are taken on the same resamples; p after Holm's correction.",
  possible: "The best that is possible, by the true risk",
  seconds: "Training",
  left: "Not compared",
} as const;
