import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { markOf } from "../../store/index.ts";
import { QueueOwner } from "./owner.ts";

const all = mkdtempSync(join(tmpdir(), "bedside-owner-"));
let folder: string;
let turn = 0;
beforeEach(() => {
  folder = join(all, String(turn++));
});
afterAll(() => rmSync(all, { recursive: true, force: true }));

/** Writes a claim as another server would have. */
function claimed(number: number, claim: object): string {
  const path = join(folder, `owner-${number}`);
  writeFileSync(path, JSON.stringify({ token: "other", ...claim }));
  return path;
}

test("of two servers one has the queue; the other gets it when it is given back", () => {
  const first = new QueueOwner(folder, "a");
  const second = new QueueOwner(folder, "b");
  expect([first.take(), second.take(), first.take()]).toEqual([true, false, true]);
  expect(second.ownerPid()).toBe(process.pid);
  first.release();
  expect(second.ownerPid()).toBeUndefined();
  expect([second.take(), first.take()]).toEqual([true, false]);
  expect(readdirSync(folder)).toEqual(["owner-2"]);
});

test("the claim of a killed process is taken over by one of many alone", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const gone = new Promise((done) => other.once("exit", done));
  const servers = Array.from({ length: 5 }, (_, i) => new QueueOwner(folder, String(i)));
  claimed(7, markOf(other.pid!)!);
  expect(servers.map((server) => server.take())).toEqual([false, false, false, false, false]);
  other.kill("SIGKILL");
  await gone;
  const took = servers.map((server) => server.take());
  expect(took.filter(Boolean)).toHaveLength(1);
  expect(servers.map((server) => server.take())).toEqual(took);
});

test("a claim whose number is another process's by now is taken over", () => {
  const own = new QueueOwner(folder, "a");
  const parent = markOf(process.ppid)!;
  claimed(1, parent);
  expect(own.take()).toBe(false);
  claimed(1, { ...parent, born: `${parent.born}0` });
  expect(own.take()).toBe(true);
});

test("an owner on another computer lives while it writes, and is followed when it has stopped", () => {
  const own = new QueueOwner(folder, "a");
  const path = claimed(1, { ...markOf(process.pid)!, place: "another computer" });
  expect(own.take()).toBe(false);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  expect(own.take()).toBe(true);
});

test("a claim cut off in being written counts while it is fresh, and not for ever", () => {
  const own = new QueueOwner(folder, "a");
  const path = join(folder, "owner-3");
  writeFileSync(path, '{"pid":');
  expect(own.take()).toBe(false);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  expect(own.take()).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, "owner-4"), "utf8")).pid).toBe(process.pid);
});

test("an owner that was thought gone and followed steps back", () => {
  const first = new QueueOwner(folder, "a");
  expect(first.take()).toBe(true);
  claimed(2, markOf(process.ppid)!);
  expect(first.take()).toBe(false);
  first.release(); // what is another's is not given back
  expect(first.ownerPid()).toBe(process.ppid);
});
