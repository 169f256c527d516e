import { expect, test } from "vitest";
import type { RunResult } from "../run/result.ts";
import { faithfulResultFixture, lentResultFixture, runResultFixture, smallResultFixture } from "./fixture.ts";
import { all, readPage, textOf } from "./reading.ts";
import { renderReport } from "./report.ts";

const result = runResultFixture();
const html = renderReport(result);
const page = readPage(html);

test("the report is one file that loads nothing, runs nothing and allows neither", () => {
  expect(html.startsWith("<!doctype html>\n<html lang=")).toBe(true);
  expect(all(page, "script, link, img, iframe, object, embed, form, base, audio, video, source, image")).toEqual([]);
  expect(html.match(/url\(|@import|@font-face|https?:(?!\/\/www\.w3\.org\/2000\/svg)/)).toBeNull();
  for (const element of all(page, "*")) {
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on|^src|^srcdoc$/);
      if (name.endsWith("href")) expect(value).toMatch(/^#/);
    }
  }
  const policy = page.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute("content");
  expect(policy).toContain("default-src 'none'");
});

test("the same result gives the same bytes", () => {
  expect(renderReport(runResultFixture()) === html).toBe(true);
  expect(renderReport(JSON.parse(JSON.stringify(result))) === html).toBe(true);
});

test("every part that a benchmark report owes its reader is there, in order and reachable from the contents", () => {
  const titles = all(page, "main > section > h2").map((title) => title.textContent?.replace(/^\d+/, ""));
  expect(titles).toEqual([
    "Cohort",
    "Baseline characteristics",
    "Data split",
    "Performance",
    "Published figures beside ours",
    "Best possible performance",
    "Discrimination",
    "Calibration",
    "Net benefit",
    "Performance at the threshold",
    "Coefficients",
    "Regularisation path",
    "What drives the predictions",
    "Missing data",
    "Subgroups",
    "Faults of the original",
    "Data",
    "Manifest",
    "Reproducing this run",
    "TRIPOD+AI checklist",
    "Glossary",
  ]);
  const links = all(page, "nav a").map((link) => link.getAttribute("href")!.slice(1));
  expect(links).toEqual(all(page, "main > section").map(({ id }) => id));
});

test("headings descend one step at a time under a single first heading", () => {
  const levels = all(page, "h1, h2, h3, h4, h5, h6").map(({ tagName }) => Number(tagName[1]));
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  expect(levels[0]).toBe(1);
  levels.forEach((level, i) => {
    if (i) expect(level - levels[i - 1]!).toBeLessThanOrEqual(1);
  });
});

test("ids are single, and every reference to one is met", () => {
  const ids = all(page, "[id]").map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const element of all(page, "[aria-labelledby]")) expect(ids).toContain(element.getAttribute("aria-labelledby"));
  for (const link of all(page, "a")) expect(ids).toContain(link.getAttribute("href")!.slice(1));
});

test("every picture says in words what it shows, and every figure has a caption", () => {
  const pictures = all(page, "svg.chart");
  expect(pictures.length).toBeGreaterThan(10);
  for (const picture of pictures) {
    expect(picture.getAttribute("role")).toBe("img");
    expect(picture.getAttribute("aria-label")?.length).toBeGreaterThan(15);
    expect(picture.closest("figure")).not.toBeNull();
  }
  for (const figure of all(page, "figure")) expect(textOf(figure, "figcaption")).toMatch(/^Figure \d+\. .{10,}/);
});

test("every table has a caption and names its rows and columns, and can be scrolled from the keyboard", () => {
  const tables = all(page, "table");
  expect(tables.length).toBeGreaterThan(10);
  for (const table of tables) {
    expect(textOf(table, "caption").length).toBeGreaterThan(10);
    for (const head of all(table, "thead th")) expect(head.getAttribute("scope")).toBe("col");
    for (const row of all(table, "tbody tr")) expect(row.querySelector("th")?.getAttribute("scope")).toMatch(/^row/);
    expect(table.closest(".scroll")?.getAttribute("tabindex")).toBe("0");
  }
});

test("no date stands in the report, not even that of the run", () => {
  expect(html.includes(result.manifest.startedAt)).toBe(false);
  expect(page.querySelector("body")!.textContent).not.toMatch(/\b(19|2[01])\d\d-\d\d-\d\d/);
});

/** Numbers in a text, without thousands separators. */
function numbersOf(text: string): string[] {
  return [...text.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([number]) => number.replace(/,/g, "").replace(/\.$/, ""));
}

/** All ways in which a number of the result may be printed. */
function printed(value: number): string[] {
  const size = Math.abs(value);
  if (Number.isInteger(size)) return [String(size), size.toFixed(1), size.toFixed(2), size.toFixed(3)];
  const texts = [1, 2, 3, 4].map((decimals) => size.toFixed(decimals));
  const minutes = [Math.floor(Math.round(size) / 60), Math.round(size) % 60].map(String);
  return size > 9 ? [...texts, size.toFixed(0), ...minutes] : texts;
}

function walk(value: unknown, found: Set<string>): void {
  if (typeof value === "number") for (const text of printed(value)) found.add(text);
  else if (typeof value === "string") for (const text of numbersOf(value)) found.add(text);
  else if (value && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      if (!Array.isArray(value)) for (const text of numbersOf(key)) found.add(text);
      walk(item, found);
    }
  }
}

/** Numbers that the result holds or that follow from it by a sum or a share; curves apart, which are pictures only. */
function numbersOfResult(result: RunResult): Set<string> {
  const found = new Set<string>();
  const none = { x: [], y: [] };
  const models = result.models.map((model) => ({
    ...model,
    ...{ roc: none, precisionRecall: none, calibration: [], decision: null, coefficients: [], path: [] },
    explanation: model.explanation && { ...model.explanation, importance: [], swarms: [], dependence: [] },
  }));
  walk({ ...result, models, missingness: { ...result.missingness, observed: [] } }, found);
  const { cohort, data, manifest, missingness, bootstrap } = result;
  const { start, steps } = cohort.attrition;
  for (const { stays, positives } of [cohort, ...cohort.splits]) found.add(((100 * positives) / stays).toFixed(1));
  found.add(String(start - (steps.at(-1)?.remaining ?? start)));
  found.add(String(missingness.variables.length));
  found.add(String(100 * bootstrap.level));
  found.add(String(result.faults.filter(({ reproduced }) => reproduced).length));
  for (const { coefficients } of result.models) {
    found.add(String(coefficients?.length));
    found.add(String(coefficients?.filter(({ value }) => value !== 0).length));
  }
  for (const { rows, declaredRows } of data.tables) found.add(String(Math.abs(rows - (declaredRows ?? rows))));
  for (const text of printed(manifest.timings.reduce((sum, { seconds }) => sum + seconds, 0))) found.add(text);
  return found;
}

test.each([
  ["a full run", runResultFixture()],
  ["a faithful run", faithfulResultFixture()],
  ["a small open run", smallResultFixture()],
])("every number in the report of %s comes from the result", (_, result) => {
  const page = readPage(renderReport(result));
  // What metrics and log-odds mean, the small-cell rule, the bands of contributions, SHA-256.
  const prose = ["0.5", "0", "1", "0.7", "10", "11", "80", "256"];
  const known = new Set([...numbersOfResult(result), ...prose]);
  for (const element of all(page, "svg, style, title, #tripod tbody th, h2 .order, figcaption b, caption b, .digest"))
    element.remove();
  const shown = all(page, "h1, h2, h3, p, li, dt, dd, th, td, caption, figcaption").flatMap((element) =>
    numbersOf(element.textContent ?? ""),
  );
  expect(shown.length).toBeGreaterThan(150);
  expect(known.has("0.777")).toBe(false); // the net is not so wide that anything passes
  expect([...new Set(shown)].filter((number) => !known.has(number))).toEqual([]);
});

test("each figure of each model stands in the report with its interval", () => {
  const changed = runResultFixture();
  const expected: string[] = [];
  changed.models.forEach(({ metrics, threshold }, model) => {
    [...metrics, ...threshold!.metrics].forEach((metric, i) => {
      const value = 0.6012 + 0.02 * i + 0.011 * model;
      Object.assign(metric, { value, low: 0.1234, high: 0.9321 });
      expected.push(`${value.toFixed(3)} (0.12–0.93)`);
    });
  });
  const page = readPage(renderReport(changed));
  const shown = textOf(page, "#results") + textOf(page, "#threshold");
  expect(expected.filter((text) => !shown.includes(text))).toEqual([]);
  expect(expected.length).toBeGreaterThan(20);
});

test("what the run may be used for stands at the head and with the data", () => {
  for (const [dataUse, head, told] of [
    ["open", "open data", "anyone may have these records"],
    ["credentialed", "credentialed data", "data use agreement"],
    ["synthetic", "made-up patients", "made up by a program"],
  ] as const) {
    const page = readPage(renderReport({ ...result, data: { ...result.data, dataUse } }));
    expect(textOf(page, ".facts")).toContain(head);
    expect(textOf(page, "#data")).toContain(told);
    expect(textOf(page, "#data")).toContain("Research use only");
    expect(textOf(page, ".research")).toContain("For research only");
  }
  expect(textOf(readPage(renderReport(lentResultFixture())), ".warnings")).toContain("data use agreement");
});
