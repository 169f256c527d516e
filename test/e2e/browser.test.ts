import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as core from "../../src/core/index.ts";
import * as nn from "../../src/nn/index.ts";
import { nodeRuntime } from "../../src/tensor/node.ts";
// @ts-expect-error plain JavaScript, for the browser loads it as it is
import { trainGru } from "./gru-training.mjs";

const root = join(import.meta.dirname, "../..");
const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
if (!executable) console.warn("No Chromium is installed: the tests that train in a browser are skipped.");

const types: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};

/** Serves the built package, the runtime for browsers and the fixture from this machine alone. */
function serve(): Promise<Server> {
  const folders: Record<string, string> = {
    dist: join(root, "dist"),
    ort: join(root, "node_modules/onnxruntime-web/dist"),
    fixture: join(root, "test/e2e"),
  };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://localhost").pathname));
    // two headers that a page needs before it may use threads
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    if (path === "/")
      return void response.setHeader("content-type", "text/html").end("<!doctype html><title>GRU</title>");
    const [, folder = "", ...rest] = path.split("/");
    const file = folders[folder] && join(folders[folder], ...rest);
    if (!file || !existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream").end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe.skipIf(!executable)("in a browser", () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    server = await serve();
    browser = await chromium.launch({
      executablePath: executable!,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("a GRU trains through WebAssembly with the losses it has in Node", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    // as text, for the test runner rewrites imports in functions
    const there = (await page.evaluate(
      `import("/fixture/train-in-browser.mjs").then(({ run }) => run("wasm"))`,
    )) as number[];
    const here = (await trainGru({ core, nn }, await nodeRuntime({ threads: 1 }))) as number[];
    expect(there.length).toBe(here.length);
    expect(Math.max(...there.map((loss, i) => Math.abs(loss - here[i]!)))).toBeLessThan(1e-5);
    expect(here.at(-1)!).toBeLessThan(here[0]! - 0.1);
  });
});
