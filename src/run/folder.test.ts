import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunFolder } from "./folder.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "bedside-run-"));
});
afterEach(() => rmSync(path, { recursive: true }));

/** Opens the folder, does one stage that counts how often it works, closes it. */
async function once(dependsOn: unknown, counter: { n: number }) {
  const folder = RunFolder.open(path);
  try {
    return await folder.stage({
      name: "count",
      dependsOn,
      work: async () => {
        counter.n++;
        writeFileSync(folder.at("made.txt"), `made ${counter.n}`);
        return { value: { n: counter.n }, files: [folder.at("made.txt")] };
      },
    });
  } finally {
    folder.close();
  }
}

test("a stage is done once, and again when what it depends on changes", async () => {
  const counter = { n: 0 };
  expect(await once({ seed: 1 }, counter)).toEqual({ n: 1 });
  expect(await once({ seed: 1 }, counter)).toEqual({ n: 1 });
  expect(await once({ seed: 2 }, counter)).toEqual({ n: 2 });
});

test("a stage is done again when its file was changed or removed", async () => {
  const counter = { n: 0 };
  await once(1, counter);
  writeFileSync(join(path, "made.txt"), "spoiled");
  await once(1, counter);
  rmSync(join(path, "made.txt"));
  await once(1, counter);
  expect(counter.n).toBe(3);
});

test("a stage that failed leaves no record", async () => {
  const folder = RunFolder.open(path);
  const failing = folder.stage({
    name: "fails",
    dependsOn: 1,
    work: () => Promise.reject(new Error("stopped")),
  });
  await expect(failing).rejects.toThrow("stopped");
  folder.close();
  expect(existsSync(join(path, "run.json"))).toBe(false);
});

test("a damaged record is an error with a fix, and the folder is given back", async () => {
  writeFileSync(join(path, "run.json"), "{ half");
  expect(() => RunFolder.open(path)).toThrow(/cannot be read[\s\S]*fix:/);
  expect(existsSync(join(path, ".bedside.lock"))).toBe(false);
});

test("a lock of a process that lives is respected, of one that is gone is taken over", async () => {
  writeFileSync(join(path, ".bedside.lock"), "1"); // process 1 always lives
  expect(() => RunFolder.open(path)).toThrow(/written by another run[\s\S]*process 1/);
  writeFileSync(join(path, ".bedside.lock"), "4194304"); // above the largest process number
  RunFolder.open(path).close();
  expect(existsSync(join(path, ".bedside.lock"))).toBe(false);
});
