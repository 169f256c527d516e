// Gradient boosting that also reads the words of the complaint: ours, beside the benchmark's models.
import { gradientBoosting } from "./boosting.ts";
import type { Trainer } from "./trainer.ts";

/** Boosting on the table and the hashed n-grams of the complaint. */
export const boostingWithText: Trainer = {
  ...gradientBoosting,
  id: "gb-text",
  title: "Gradient boosting with complaint text",
  view: "ed-text",
};
