import { expect, test } from "vitest";
import { emptyResultFixture, runResultFixture, smallResultFixture } from "./fixture.ts";
import { headlineText, heldOut, inSentence } from "./headline.ts";

test("the held-out part is the one called test or held out, whatever its place", () => {
  const result = runResultFixture();
  result.cohort.splits.reverse();
  expect(heldOut(result)?.name).toBe("test");
  expect(heldOut(emptyResultFixture())).toBeUndefined();
});

test("in cross-validation every stay is held out once, so the whole cohort is", () => {
  expect(heldOut(smallResultFixture())).toEqual({ name: "held out", stays: 100, patients: 84, positives: 8 });
});

test("the sentence speaks of the first model, not of the one that did best", () => {
  const result = runResultFixture();
  expect(result.models[1]!.metrics[0]!.value).toBeGreaterThan(result.models[0]!.metrics[0]!.value);
  expect(headlineText(result)).toBe(
    "On 1,413 held-out patients (1,513 ICU stays, 109 with the event) of Synthetic hospital in the MIMIC-IV layout 3.1, logistic regression reached AUROC 0.863 (95\u00a0% interval 0.84–0.88).",
  );
});

test("only a word, not an abbreviation, loses its capital inside a sentence", () => {
  expect(["Logistic regression", "LGBM", "GRU-D"].map(inSentence)).toEqual(["logistic regression", "LGBM", "GRU-D"]);
});
