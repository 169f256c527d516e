import { expect, test } from "vitest";
import { palette } from "./charts/theme.ts";
import { style } from "./style.ts";

/** Relative luminance of a colour (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

test.each([
  ["light", 0],
  ["dark", 1],
] as const)("every colour of text reaches 4.5 : 1 on a %s page (WCAG 2.2, 1.4.3)", (_, index) => {
  for (const name of ["ink", "quiet", "series1", "series2", "series3"] as const)
    for (const ground of ["paper", "faint"] as const)
      expect(contrast(palette[name][index], palette[ground][index]), `${name} on ${ground}`).toBeGreaterThan(4.5);
  expect(contrast(palette.ink[index], palette.warnPaper[index])).toBeGreaterThan(7);
});

test.each([
  ["light", 0],
  ["dark", 1],
] as const)("every line and mark reaches 3 : 1 on a %s page (WCAG 2.2, 1.4.11)", (_, index) => {
  for (const name of ["series4", "series5", "series6", "heat", "rise", "fall", "warn"] as const)
    expect(contrast(palette[name][index], palette.paper[index]), name).toBeGreaterThan(3);
});

test("the style sheet has a narrow, a dark and a printed form and names no other file", () => {
  for (const form of ["prefers-color-scheme:dark", "max-width:40rem", "@media print"]) expect(style).toContain(form);
  expect(style).not.toMatch(/url\(|@import|<\//);
});
