import { expect, test } from "vitest";
import { parsimony } from "../charts/parsimony.ts";
import { smallResultFixture } from "../fixture.ts";
import { renderReport } from "../report.ts";

const scoreTable = {
  variables: [
    {
      name: "age",
      title: "Age",
      unit: "years",
      bands: [
        { title: "<60", points: 0 },
        { title: "≥60", points: 12 },
      ],
    },
    { name: "cough", title: "Complaint: cough", unit: "", bands: [{ title: "no", points: 0 }] },
  ],
  highest: 12,
  risks: [
    { points: 0, risk: 0.004 },
    { points: 12, risk: 0.2345 },
  ],
  parsimony: [
    { variables: 1, added: "Age", auroc: 0.7 },
    { variables: 2, added: "Complaint: cough", auroc: 0.72 },
  ],
  tuned: ["Age: 58.5, 61 became 60"],
};

test("a score is printed by variable and band, with the risk of a total and how it was made", () => {
  const result = smallResultFixture();
  const page = renderReport({ ...result, models: [{ ...result.models[0]!, scoreTable }] });
  for (const words of ["Age (years)", "≥60", "Complaint: cough", "23.4\u00a0%", "0.40\u00a0%", "58.5, 61 became 60"]) {
    expect(page).toContain(words);
  }
  expect(page).toContain("parsimony plot");
});

test("without a score there is no such section", () => {
  expect(renderReport(smallResultFixture())).not.toContain("The score to count by hand");
});

test("the parsimony plot marks the number that was chosen, and says so where nothing was tried", () => {
  const drawn = parsimony(scoreTable.parsimony, { chosen: 2 });
  expect(drawn.match(/chosen/g)).toHaveLength(1);
  expect(parsimony(scoreTable.parsimony)).not.toContain("chosen");
  expect(parsimony([])).toContain("No number of variables");
});
