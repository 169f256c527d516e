import { expect, test } from "vitest";
import { readJsonAsset } from "../../store/assets.ts";
import { parseDuration } from "./duration.ts";

const golden = readJsonAsset<[text: string, seconds: number | null][]>(import.meta.url, "golden/durations.json");
const seconds = (text: string) => {
  const micros = parseDuration(text);
  return micros === undefined ? undefined : micros / 1e6;
};

test("durations are read as the reference's library reads them", () => {
  expect(golden.filter(([, seconds]) => seconds !== null).length).toBeGreaterThan(100);
  for (const [text, expected] of golden) expect(seconds(text) ?? null, text).toBe(expected);
});

test("words, letters, clocks and their mixtures are durations", () => {
  expect(seconds("24h")).toBe(86_400);
  expect(seconds("2 days")).toBe(172_800);
  expect(seconds("1 day, 14:20:16")).toBe(138_016);
  expect(seconds("1w 2d 3h 4m 5s")).toBe(788_645);
  expect(seconds(":30")).toBe(30);
  expect(seconds("-6h")).toBe(-21_600);
});

test("lengths that are not fixed, bare numbers and words are no durations", () => {
  for (const text of ["1 month", "2 years", "48", "soon", "", "1.2.3h", "h"])
    expect(seconds(text), text).toBeUndefined();
});

test("a long text that looks like a duration for a while is refused without delay", () => {
  expect(seconds(`${"1 ".repeat(50_000)}x`)).toBeUndefined();
  expect(seconds(`${" ".repeat(100_000)}1h`)).toBe(3600);
});
