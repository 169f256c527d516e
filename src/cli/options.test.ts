import { expect, test } from "vitest";
import { UsageError } from "../core/errors.ts";
import { helpPage, readArguments, type Verb } from "./options.ts";

const verb: Verb = {
  name: "brew",
  summary: "Makes tea",
  positional: "KIND",
  options: {
    cups: { type: "number", value: "N", least: 1, fallback: 2, help: "how many" },
    data: { type: "text", value: "DIR", many: true, required: true, help: "where the leaves are" },
    strong: { type: "flag", help: "longer" },
  },
  examples: ["bedside brew green --data tin"],
  run: async () => 0,
};

test("arguments are read, defaults filled, the command kept as typed", () => {
  const given = readArguments(verb, ["green", "--data", "a b", "--data=c", "--strong"]);
  expect(given.positionals).toEqual(["green"]);
  expect(given.texts("data")).toEqual(["a b", "c"]);
  expect(given.number("cups")).toBe(2);
  expect(given.flag("strong")).toBe(true);
  expect(given.text("memory")).toBe("800MB");
  expect(given.command).toBe("bedside brew green --data 'a b' --data=c --strong");
});

test.each([
  [["green"], /--data is missing/],
  [["--data", "x"], /KIND is missing/],
  [["green", "black", "--data", "x"], /"black" is one argument too many/],
  [["green", "--data", "x", "--cup", "3"], /no option --cup[\s\S]*did you mean --cups/],
  [["green", "--data", "x", "--cups", "many"], /takes a number, not "many"/],
  [["green", "--data", "x", "--cups", "1.5"], /whole number/],
  [["green", "--data", "x", "--cups", "0"], /at least 1/],
  [["green", "--data"], /--data is called in the wrong way[\s\S]*value is missing/],
  [["green", "--data", "x", "--strong=yes"], /takes no value/],
])("%j is refused with a reason and exit code 2", (args, message) => {
  let error: unknown;
  try {
    readArguments(verb, args as string[]);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(UsageError);
  expect((error as UsageError).exitCode).toBe(2);
  expect((error as UsageError).message).toMatch(message as RegExp);
});

test("help needs nothing else and shows every option", () => {
  expect(readArguments(verb, ["--help"]).flag("help")).toBe(true);
  const page = helpPage(verb);
  expect(page).toContain("Usage: bedside brew KIND [options]");
  expect(page).toContain("--data DIR");
  expect(page).toContain("needed; may be given several times");
});
