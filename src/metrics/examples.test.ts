import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as metrics from "./index.ts";

const folder = new URL(".", import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(new URL(name, folder), "utf8").matchAll(/@example (.+) \/\/ (.+)/g)])
  .map(([, call, result]) => [call!, result!] as const);

test.each(examples)("the example %s gives %s", (call, result) => {
  const names = Object.keys(metrics);
  const run = new Function(...names, `return [${call}, ${result}]`);
  const [actual, expected] = run(...Object.values(metrics));
  const plain = ArrayBuffer.isView(actual) ? Array.from(actual as Float64Array) : actual;
  if (typeof expected === "number") expect(plain).toBeCloseTo(expected, 12);
  else expect(plain).toEqual(expected);
});

test("every function of the metrics has an example", () => {
  const withoutExample = Object.keys(metrics).filter((name) => !examples.some(([call]) => call.startsWith(`${name}(`)));
  expect(withoutExample).toEqual([]);
});
