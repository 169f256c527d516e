import { expect, test } from "vitest";
import type { MetricValue, RunResult } from "../run/result.ts";
import {
  emptyResultFixture,
  faithfulResultFixture,
  lentResultFixture,
  runResultFixture,
  smallResultFixture,
  tinyResultFixture,
  withEveryText,
} from "./fixture.ts";
import { renderModelCard } from "./model-card.ts";
import { all, type PageElement, readPage, rowsOf, textOf } from "./reading.ts";
import { renderReport } from "./report.ts";
import { renderResultTable } from "./terminal.ts";

function pageOf(result: RunResult): PageElement {
  return readPage(renderReport(result));
}

/** Neither in the page nor in a picture may a failed number show. */
function expectNoBrokenNumber(result: RunResult): void {
  for (const text of [renderReport(result), renderModelCard(result), renderResultTable(result)]) {
    expect(text.match(/.{0,40}(NaN|undefined|Infinity|\bnull\b|\[object)/)?.[0]).toBeUndefined();
  }
}

test.each([
  ["full", runResultFixture()],
  ["empty", emptyResultFixture()],
  ["tiny", tinyResultFixture()],
  ["small", smallResultFixture()],
  ["lent", lentResultFixture()],
  ["faithful", faithfulResultFixture()],
])("no broken number shows for a %s run", (_, result) => {
  expectNoBrokenNumber(result);
});

test("text of the result is shown as text wherever it stands, and never becomes markup", () => {
  const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)></svg></style>&amp;\u0000\u202e`;
  const full = runResultFixture();
  const hostile = withEveryText(full, attack);
  hostile.task.mode = full.task.mode;
  hostile.data.dataUse = full.data.dataUse;
  hostile.cohort.splits.forEach((split, i) => {
    split.name = full.cohort.splits[i]!.name + attack;
  });
  const html = renderReport(hostile);
  const page = readPage(html);
  expect(all(page, "script, img, iframe")).toEqual([]);
  for (const element of all(page, "*")) {
    for (const { name } of element.attributes) expect(name).not.toMatch(/^on|["'<>]/);
  }
  expect(/<script|<img|\0|\u202e/.test(html)).toBe(false);
  expect(textOf(page, "h1")).toContain("<script>alert(1)</script>");
  expect(textOf(page, "#cohort svg")).toContain("<script>");
  expect(textOf(page, "#table-one")).toContain("<img src=x onerror=alert(1)>");
  const plain = all(readPage(renderReport(full)), "*").length;
  expect(Math.abs(all(page, "*").length - plain)).toBeLessThan(0.1 * plain); // only longer labels differ
});

test("figures without an interval are not printed: a dash stands in their place", () => {
  const page = pageOf(tinyResultFixture());
  for (const [title, ...cells] of rowsOf(page, "#results").slice(1, -2)) {
    expect([title, ...cells]).toEqual([title, "– not given"]);
  }
  expect(textOf(page, ".result")).toContain("no interval of the AUROC of Logistic regression can be given");
});

test("figures that came back from JSON as null are dashes, in the page and in the pictures", () => {
  const result: RunResult = JSON.parse(
    JSON.stringify(runResultFixture(), (key, value) => (key === "high" || key === "predicted" ? Number.NaN : value)),
  );
  const broken = { ...result.models[0]!.metrics[0]!, value: null as unknown as number };
  result.models[0]!.metrics[0] = broken;
  result.models[0]!.roc.y = result.models[0]!.roc.y.map(() => null as unknown as number);
  expectNoBrokenNumber(result);
  const page = pageOf(result);
  expect(rowsOf(page, "#results")[1]).toEqual(["AUROC\u00a0↑ higher is better", "– not given", "– not given"]);
  expect(textOf(page, "#calibration svg")).toContain("No bin to compare");
});

test("a run with one outcome only says why there is no curve", () => {
  const full = runResultFixture();
  const none = { x: [], y: [] };
  const models = full.models.map((model) => ({
    ...model,
    metrics: [] as MetricValue[],
    threshold: { ...model.threshold!, metrics: [] as MetricValue[] },
    ...{ roc: none, precisionRecall: none, calibration: [], subgroups: [] },
    decision: { thresholds: [], model: [], all: [] },
  }));
  const page = pageOf({ ...full, models, cohort: { ...full.cohort, positives: 0 } });
  expect(textOf(page, "#discrimination")).toContain("No curve: it takes patients with and without");
  expect(textOf(page, "#decision")).toContain("No decision curve");
  expect(page.querySelector("#subgroups")).toBeNull();
});

test("a curve of a single point is no curve, and a single bin is still drawn", () => {
  const full = runResultFixture();
  const models = full.models.slice(0, 1).map((model) => ({
    ...model,
    ...{ roc: { x: [0], y: [0] }, precisionRecall: { x: [1], y: [0.1] } },
    decision: { thresholds: [0.1], model: [0], all: [0] },
    calibration: [{ predicted: 0.1, observed: { value: 0.1, low: 0.05, high: 0.2 }, count: 100 }],
  }));
  const page = pageOf({ ...full, models });
  expect(textOf(page, "#discrimination")).toContain("No curve");
  expect(all(page, "#calibration svg circle")).toHaveLength(1);
});

test("a run of 100 stays with 8 events keeps its headline, its wide intervals and its warning", () => {
  const page = pageOf(smallResultFixture());
  expect(textOf(page, ".result")).toMatch(
    /^In 5-fold cross-validation on 84 patients \(100 ICU stays, 8 with the event\) of MIMIC-IV 2.2 demo, logistic regression reached AUROC/,
  );
  expect(textOf(page, ".warnings")).toContain("Only 8 events");
  expect(all(page, "#subgroups .suppressed").length).toBeGreaterThan(20);
  expect(all(page, "#subgroups svg")).toEqual([]);
});

test("withheld counts of subgroups stand as such, and the figures that rest on them are dashes", () => {
  const rows = rowsOf(pageOf(runResultFixture()), "#subgroups");
  const dash = "– withheld";
  expect(rows).toContainEqual(["American Indian", "withheld", "withheld", "withheld", dash, dash]);
});

test("everybody together heads the subgroups where the counts may be shown, and is left out where not", () => {
  const result = runResultFixture();
  const everybody = { ...result.models[0]!.subgroups[0]!, family: "overall", group: "all" };
  result.models[0]!.subgroups.unshift(everybody);
  expect(textOf(pageOf(result), "#subgroups")).toContain("All held-out patients");
  everybody.positives = "withheld";
  expect(textOf(pageOf(result), "#subgroups")).not.toContain("All held-out patients");
});

test("records lent under an agreement show no count of 1 to 10 and no curve from which one follows", () => {
  const result = lentResultFixture();
  result.warnings = [];
  const page = pageOf(result);
  expect(textOf(page, ".result")).toContain("1–10 with the event");
  expect(textOf(page, ".facts")).toContain("1–10 with the event");
  expect(rowsOf(page, "#cohort table").slice(1)).toEqual([
    ["All ICU stays", "", "", "140"],
    [
      "ICU stay shorter than 6 hours; More than 12 hours in a row without a measurement; Younger than 18 years; ICU stay shorter than 30 hours",
      "–",
      "40",
      "100",
    ],
  ]);
  for (const row of rowsOf(page, "#splits").slice(1)) expect(row.slice(3)).toEqual(["withheld", "withheld"]);
  for (const id of ["discrimination", "calibration", "decision", "threshold"]) {
    expect(textOf(page, `#${id}`)).toContain("Withheld");
    expect(all(page, `#${id} svg, #${id} table`)).toEqual([]);
  }
  const card = renderModelCard(result);
  expect(card).toContain("1–10 with the event");
  expect(card).not.toContain("shorter than 6 hours: 2");
  expect(renderResultTable(result)).not.toContain("Sensitivity");
});

test("parts that a run has nothing for are left out or say so", () => {
  const page = pageOf(emptyResultFixture());
  expect(textOf(page, ".result")).toContain("No model was evaluated");
  for (const id of ["best-possible", "discrimination", "coefficients", "path", "subgroups"])
    expect(page.querySelector(`#${id}`)).toBeNull();
  expect(textOf(page, "#published")).toContain("No published figure is stored");
  expect(textOf(page, "#faults")).toContain("No fault of the original is known");
  expect(textOf(page, "#missingness")).toContain("No hourly variable");
});

test("a model without coefficients has no coefficient plot, and one of zeros only says so", () => {
  const without = runResultFixture();
  for (const model of without.models) delete model.coefficients;
  expect(pageOf(without).querySelector("#coefficients")).toBeNull();
  expect(textOf(pageOf(tinyResultFixture()), "#coefficients")).toContain("Every coefficient is zero");
});

test("trees are explained by three figures, the words of which stand in the glossary", () => {
  const page = pageOf(runResultFixture());
  const captions = all(page, "#explanation figcaption").map(({ textContent }) => textContent);
  expect(captions).toHaveLength(3);
  for (const caption of captions) expect(caption).toMatch(/Figure \d+\. Gradient-boosted trees: .*(log-odds|risk)/);
  expect(textOf(page, "#explanation")).toContain("187 of 292 features");
  expect(all(page, "#explanation h3").map(({ textContent }) => textContent)).toContain("Heart rate, highest");
  expect(textOf(page, "#glossary")).toContain("Contribution (SHAP value)");
  expect(renderModelCard(runResultFixture())).toMatch(/What drives the predictions\n.*Heart rate, highest;/s);
});

test("two explained models stand under their names; without one there is no such part and no such words", () => {
  const both = runResultFixture();
  both.models[0]!.explanation = { ...both.models[1]!.explanation!, scale: "probability" };
  const page = pageOf(both);
  expect(all(page, "#explanation h3").map(({ textContent }) => textContent)).toEqual([
    "Logistic regression",
    "Gradient-boosted trees",
  ]);
  expect(textOf(page, "#explanation")).toContain("percentage points of risk");
  const without = runResultFixture();
  for (const model of without.models) delete model.explanation;
  expect(pageOf(without).querySelector("#explanation")).toBeNull();
  expect(textOf(pageOf(without), "#glossary")).not.toContain("SHAP");
  expect(renderModelCard(without)).not.toContain("What drives");
});

test("trees that never split say that no feature moved a prediction", () => {
  const result = runResultFixture();
  const { explanation } = result.models[1]!;
  result.models[1]!.explanation = { ...explanation!, used: 0, importance: [], swarms: [], dependence: [] };
  expect(textOf(pageOf(result), "#explanation")).toMatch(/0 of 292 features.*No feature moves a prediction/s);
});

test("the best possible figures stand beside the models where the true risk is known", () => {
  const rows = rowsOf(pageOf(runResultFixture()), "#best-possible");
  expect(rows[0]).toEqual(["", "True risk", "Logistic regression", "Gradient-boosted trees"]);
  expect(rows[1]![1]).toBe("0.881 (0.86–0.90)");
  expect(pageOf(smallResultFixture()).querySelector("#best-possible")).toBeNull();
});

test("published figures stand under their data, with what differs said first", () => {
  const page = pageOf(runResultFixture());
  const rows = rowsOf(page, "#published");
  expect(rows).toContainEqual(["YAIB, MIMIC-IV 2.0"]);
  expect(rows).toContainEqual(["LGBM", "0.877\u00a0±\u00a00.002", "0.442\u00a0±\u00a00.007"]);
  expect(textOf(page, "#published")).toMatch(/not like with like.*real hospitals.*Source: van de Water/s);
});

test("every fault is labelled with what this run did about it", () => {
  const labels = (result: RunResult) => all(pageOf(result), "#faults .badge").map(({ textContent }) => textContent);
  const [kept, mended] = ["reproduced in this run", "corrected in this run"];
  expect(labels(runResultFixture())).toEqual([mended, mended, mended]);
  expect(labels(faithfulResultFixture())).toEqual([kept, mended, kept]);
  const page = pageOf(faithfulResultFixture());
  expect(textOf(page, ".warnings")).toContain("reproduces 2 known faults of the original");
  expect(textOf(page, ".facts")).toContain("Faithful: reproduces known faults");
});
