import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./command.ts";

const sheet = readFileSync(join(root, "web/src/style.css"), "utf8");
/** The colours of the blocks that name them: light, dark. */
const schemes = [...sheet.matchAll(/\{([^{}]*--ink:[^{}]*)\}/g)].map(([, block]) =>
  Object.fromEntries([...block!.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name!, colour!])),
);

/** Relative luminance of a colour (WCAG 2.2, definition of the term). */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Contrast ratio of two colours (WCAG 2.2). */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** Words on grounds as the page sets them: at least 4.5 to 1 (1.4.3, level AA). */
const words: [string, string[]][] = [
  ["ink", ["paper", "ground", "accent-soft", "good-soft", "warn-soft", "bad-soft"]],
  ["ink-soft", ["paper", "ground"]],
  ["accent", ["paper", "ground", "accent-soft"]],
  ["accent-ink", ["accent"]],
  ["paper", ["accent"]],
  ["good", ["paper", "good-soft"]],
  ["warn", ["paper", "warn-soft"]],
  ["bad", ["paper", "bad-soft"]],
];
/** Edges of controls, marks of the focus and lines of charts: at least 3 to 1 (1.4.11, level AA). */
const shapes: [string, string[]][] = [
  ["edge", ["paper", "ground"]],
  ["accent", ["paper", "ground"]],
  ...[1, 2, 3, 4, 5].map((i): [string, string[]] => [`chart-${i}`, ["paper"]]),
];

const pairs = [...words.map((pair) => [...pair, 4.5] as const), ...shapes.map((pair) => [...pair, 3] as const)];
const cases = ["light", "dark"].flatMap((scheme, i) =>
  pairs.flatMap(([front, grounds, least]) => grounds.map((ground) => [scheme, front, ground, least, i] as const)),
);

test("the contrast is that of the definition: black on white 21, and a grey known to pass narrowly", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
});

test.each(cases)("%s: %s on %s has at least %d to 1", (_, front, ground, least, i) => {
  expect(contrast(schemes[i]![front]!, schemes[i]![ground]!)).toBeGreaterThanOrEqual(least);
});

test("each scheme stands once, and names every colour", () => {
  expect(schemes).toHaveLength(2);
  expect(Object.keys(schemes[1]!)).toEqual(Object.keys(schemes[0]!));
});

test("pages take their colours from these, but for the white paper under a report", () => {
  const pages = join(root, "web/src/pages");
  const own = readdirSync(pages).flatMap((page) => {
    const files = readdirSync(join(pages, page)).filter((name) => name.endsWith(".css"));
    return files.flatMap((name) => {
      const sheet = readFileSync(join(pages, page, name), "utf8");
      const text = sheet.replace(/^\s*(--ecg-[\w-]+|box-shadow):.*$/gm, ""); // the paper of an ECG is pink in any scheme
      return [...text.matchAll(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/gi)].map(([colour]) => `${page}: ${colour}`);
    });
  });
  expect(own.filter((colour) => colour !== "runs: #fff")).toEqual([]);
});
