// A served workbench and requests against it, as its page and as an attacker would send them. For tests.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { type Served, serveWorkbench } from "../index.ts";
import { request, sendBytes, type WireAnswer } from "./wire.ts";

let folder: string;
export let served: Served;
export let H: Known;

/** What the page knows. */
export interface Known {
  host: string;
  origin: string;
  cookie: string;
  key: string;
  bearer: string;
}

/** Starts a server for the tests of a file, launched as its page would be. */
export function serveForAttacks(): void {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bedside-attacks-"));
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>");
    writeFileSync(join(folder, "secret.txt"), "not a file of the page");
    served = await serveWorkbench({
      data: [],
      runs: join(folder, "runs"),
      port: 0,
      memory: "400MB",
      threads: 1,
      program: [process.execPath, "-e", "0"],
      now: () => new Date("2026-01-01T00:00:00Z"),
      page: folder,
    });
    const { port } = served;
    const launched = await sendBytes(
      port,
      request(`GET ${new URL(served.launchLink()).pathname} HTTP/1.1`, [["Host", `127.0.0.1:${port}`]]),
    );
    const cookie = launched.headers["set-cookie"]!.split(";")[0]!;
    const host = `127.0.0.1:${port}`;
    const key = /#key=(.+)$/.exec(launched.headers["location"]!)![1]!;
    H = { host, origin: `http://${host}`, cookie, key, bearer: `Bearer ${served.sessions.apiToken}` };
  });

  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

export type Headers = [string, string][];
export const own = (more: Headers = []): Headers => [
  ["Host", H.host],
  ["Cookie", H.cookie],
  ["X-Bedside-Key", H.key],
  ...more,
];
export const get = (target: string, headers: Headers = own()) => request(`GET ${target} HTTP/1.1`, headers);
/** What the page itself sends to change something, with some headers changed; `undefined` leaves one out. */
export function post(
  changes: Record<string, string | undefined> = {},
  body = "{}",
  target = "/api/jobs/import",
): string {
  const usual: Record<string, string | undefined> = {
    Host: H.host,
    Cookie: H.cookie,
    "X-Bedside-Key": H.key,
    Origin: H.origin,
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...changes,
  };
  const headers = Object.entries(usual).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return request(`POST ${target} HTTP/1.1`, headers, body);
}

/** Refused by the guard, or by the parser below it, or by closing the connection; never routed, never 200. */
const refusals = new Set([0, 400, 401, 403, 404, 405, 408, 413, 414, 415, 421, 431, 501, 505]);
export const refusedBy = async (bytes: string | Buffer, statuses?: number[]): Promise<WireAnswer> => {
  const before = served.bench.jobs.list().length;
  const answer = await sendBytes(served.port, bytes);
  expect(refusals, `status ${answer.status}`).toContain(answer.status);
  if (statuses) expect(statuses).toContain(answer.status);
  expect(answer.body).not.toMatch(/not a file of the page|root:|node_modules|at .*\.(ts|js):\d/);
  expect(answer.headers["set-cookie"]).toBeUndefined();
  expect(served.bench.jobs.list().length).toBe(before);
  return answer;
};
