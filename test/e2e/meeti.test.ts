// MEETI from the command line with real threads: the same bytes with any number of workers, stopped and gone on.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bedside, cli, scratch } from "./command.ts";

const folder = scratch();
afterAll(() => folder.remove());
const hospital = folder.at("hospital");
const run = (out: string, ...more: string[]) => [
  ...["run", "meeti", "--data", join(hospital, "ecg"), "--out", folder.at(out), "--limit", "12", "--shard", "3"],
  ...["--pictures", "svg", ...more],
];
const contents = (out: string) => {
  const shards = join(folder.at(out), "shards");
  const files = readdirSync(shards, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path.slice(shards.length), readFileSync(path).toString("base64")]);
};

beforeAll(async () => {
  const made = await bedside(["synth", "--patients", "12", "--seed", "4", "--modules", "hosp,ecg", "--out", hospital]);
  expect(made.code).toBe(0);
  const { code, out } = await bedside(run("one"));
  expect(code).toBe(0);
  expect(out).toMatch(/12 recordings of \d+ patients; 0 left out[\s\S]*report\.html/);
});

test("three threads give the bytes of one", async () => {
  const { code, out } = await bedside(run("three", "--workers", "3"));
  expect(code).toBe(0);
  expect(out).toMatch(/with 3 worker/);
  expect(contents("three")).toEqual(contents("one"));
});

test("stopped with threads at work, it ends in order, leaves nothing half done, and goes on when called again", async () => {
  let asked = 0;
  let onAsked = () => {};
  const server = createServer((_, response) => {
    asked++;
    onAsked();
    response.end(JSON.stringify({ choices: [{ message: { content: "Sinus rhythm." } }] }));
  });
  await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const model = ["--workers", "2", "--text-model", address, "--text-model-name", "m"];
  try {
    const child = spawn(process.execPath, [cli, ...run("stopped", ...model)], { stdio: "ignore" });
    onAsked = () => void (asked === 8 && child.kill("SIGINT"));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    expect(readdirSync(join(folder.at("stopped"), "shards")).filter((name) => name.startsWith("."))).toEqual([]);
    const before = asked;
    expect((await bedside(run("stopped", ...model))).code).toBe(0);
    expect(asked - before).toBeLessThan(12);
    expect((await bedside(run("whole", ...model))).code).toBe(0);
    expect(contents("stopped")).toEqual(contents("whole"));
  } finally {
    server.close();
  }
});

test("what it does not know is said with what it knows", async () => {
  const { code, err } = await bedside(run("none", "--format", "parqet"));
  expect(code).toBe(2);
  expect(err).toMatch(/did you mean parquet/);
});
