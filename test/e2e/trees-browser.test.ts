// Trees trained in a real browser, with and without shared memory, bit for bit those that Node trains. Needs a built dist/.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as core from "../../src/core/index.ts";
import * as trees from "../../src/trees/index.ts";
// @ts-expect-error plain JavaScript, for the browser loads it as it is
import { trainTrees } from "./trees-training.mjs";

const root = join(import.meta.dirname, "../..");
const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
if (!executable) console.warn("No Chromium is installed: the tests that train trees in a browser are skipped.");

type Said = Record<string, { model: string; margins: number[]; predictions: number[]; threads?: number }>;

/** Serves the built package and the fixture from this machine alone; `isolated`: with the headers that allow shared memory. */
function serve(isolated: boolean): Promise<Server> {
  const folders: Record<string, string> = { dist: join(root, "dist"), fixture: join(root, "test/e2e") };
  const types: Record<string, string> = { ".js": "text/javascript", ".mjs": "text/javascript" };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://localhost").pathname));
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (path === "/") {
      // zod, which reads model files, is a bare name in dist/
      const map = JSON.stringify({ imports: { zod: "/zod/index.js" } });
      const page = `<!doctype html><title>Trees</title><script type="importmap">${map}</script>`;
      return void response.setHeader("content-type", "text/html").end(page);
    }
    const [, folder = "", ...rest] = path.split("/");
    const home = folder === "zod" ? join(root, "node_modules/zod") : folders[folder];
    const file = home && join(home, ...rest);
    if (!file || !existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream").end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe.skipIf(!executable)("in a browser, trees are those of Node bit for bit", () => {
  let browser: Browser;
  let here: Said;
  const servers: Server[] = [];
  beforeAll(async () => {
    here = await trainTrees({ core, trees }, 1);
    browser = await chromium.launch({
      executablePath: executable!,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
  });

  /** Trains on a page of its own. */
  async function there(isolated: boolean, threads: number) {
    const server = await serve(isolated);
    servers.push(server);
    const page = await browser.newPage();
    const workers: string[] = [];
    page.on("worker", (worker) => workers.push(worker.url()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    // as text, for the test runner rewrites imports in functions
    const answer = (await page.evaluate(
      `import("/fixture/trees-in-browser.mjs").then(({ run }) => run(${threads}))`,
    )) as { isolated: boolean; shares: boolean; said: Said };
    await page.close();
    return { ...answer, workers };
  }

  test("on an isolated page with workers on shared memory", { timeout: 60_000 }, async () => {
    const { isolated, said, workers } = await there(true, 2);
    expect(isolated).toBe(true);
    // one beside the page for boosting and for each prediction, two for each forest
    expect(workers.length).toBeGreaterThanOrEqual(1 + 2 + 2);
    expect(workers.every((url) => url.startsWith("blob:"))).toBe(true);
    expect(said["random-forest"]!.threads).toBe(2);
    expectSame(said, here);
  });

  test("on an isolated page on its own thread", { timeout: 60_000 }, async () => {
    const { said, workers } = await there(true, 1);
    expect(workers).toEqual([]);
    expectSame(said, here);
  });

  test("on a page that may not share memory, which boosts on its own thread", { timeout: 60_000 }, async () => {
    const { isolated, shares, said, workers } = await there(false, 2);
    expect([isolated, shares]).toEqual([false, false]);
    // the forests' alone, which are given copies of the table
    expect(workers.length).toBe(4);
    expectSame(said, here);
  });
});

function expectSame(said: Said, wanted: Said): void {
  expect(Object.keys(said)).toEqual(["boosting", "random-forest", "extra-trees"]);
  for (const [kind, { model, margins, predictions }] of Object.entries(wanted)) {
    expect(said[kind]!.model === model, `${kind}: the model`).toBe(true);
    expect(said[kind]!.margins, kind).toEqual(margins);
    // the logistic curve uses the engine's exponential, whose last bits are its own affair
    const far = predictions.map((p, i) => Math.abs(p - said[kind]!.predictions[i]!));
    expect(Math.max(...far), kind).toBeLessThanOrEqual(kind === "boosting" ? 1e-15 : 0);
  }
}
