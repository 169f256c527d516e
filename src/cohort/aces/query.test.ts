import { expect, test } from "vitest";
import { plainRegex } from "./query.ts";

test("a regex that only names a text is known as one, any other is not", () => {
  expect(plainRegex("^LAB//.*")).toEqual({ starts: true, words: "LAB//" });
  expect(plainRegex("MEDS_DEATH.*")).toEqual({ starts: false, words: "MEDS_DEATH" });
  expect(plainRegex("DISCHARGE")).toEqual({ starts: false, words: "DISCHARGE" });
  expect(plainRegex(".*")).toEqual({ starts: false, words: "" });
  for (const other of ["^A*", "A|B", "A.B", "A$", "(?i)a", "[A]", "\\d", "A.*B", "A+", "A?"]) {
    expect(plainRegex(other), other).toBeUndefined();
  }
});

test("what is known as a text matches the same codes as the expression would", () => {
  const codes = ["LAB//1", "XLAB//1", "LAB", "", "a LAB//\nx", "MEDS_DEATH", "MEDS_DEATH//x"];
  for (const regex of ["^LAB//.*", "LAB", "^LAB", "MEDS_DEATH.*", ".*", "^"]) {
    const { starts, words } = plainRegex(regex)!;
    for (const code of codes) {
      expect(starts ? code.startsWith(words) : code.includes(words), `${regex} on ${code}`).toBe(
        new RegExp(regex).test(code),
      );
    }
  }
});
