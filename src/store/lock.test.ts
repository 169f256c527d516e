import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockFolder } from "./lock.ts";
import { livesStill, markOf } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-lock-"));
const lock = join(folder, ".bedside.lock");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a folder is given back, and nothing is left of the lock", () => {
  const release = lockFolder(folder);
  expect(readdirSync(folder)).toEqual([".bedside.lock"]);
  release();
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock is kept while its process lives, and taken over when it was killed", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const gone = new Promise((done) => other.once("exit", done));
  writeFileSync(lock, JSON.stringify(markOf(other.pid!)));
  expect(() => lockFolder(folder)).toThrow(/being written by another run/);
  other.kill("SIGKILL");
  await gone;
  lockFolder(folder)();
  expect(existsSync(lock)).toBe(false);
});

test("a lock whose number is another process's by now is taken over", () => {
  const parent = markOf(process.ppid)!;
  writeFileSync(lock, JSON.stringify(parent));
  expect(() => lockFolder(folder)).toThrow(/being written by another run/);
  writeFileSync(lock, JSON.stringify({ ...parent, born: `${parent.born}0` }));
  lockFolder(folder)();
  expect(existsSync(lock)).toBe(false);
});

test("a lock of another computer or container is left alone: nobody sees from here whether its process lives", () => {
  const elsewhere = { ...markOf(process.pid)!, place: "another" };
  expect(livesStill(elsewhere)).toBeUndefined();
  writeFileSync(lock, JSON.stringify(elsewhere));
  expect(() => lockFolder(folder)).toThrow(/being written by another run/);
  rmSync(lock);
});

test("a process is told from a later one of its number, and from one that has ended", () => {
  const own = markOf(process.pid)!;
  expect(livesStill(own)).toBe(true);
  expect(livesStill({ ...own, born: "1" })).toBe(false);
  expect(markOf(4_194_304)).toBeUndefined(); // above the largest number of a process
});
