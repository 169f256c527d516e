import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bedside, scratch } from "./command.ts";
import { browserPath, hasBrowser, type ServedProcess, startServer } from "./served.ts";
import { changes, hostileRun, inserted, markup, readings, secret } from "./workbench-attacks.ts";

describe.skipIf(!hasBrowser())("attacks on the workbench in a real browser", () => {
  const folder = scratch();
  let server: ServedProcess;
  let evilServer: Server;
  let evilPort: number;
  let browser: Browser;
  let context: BrowserContext;
  /** The user's own page, launched. */
  let own: Page;
  /** What reached the attacker's server. */
  const reached: string[] = [];
  /** Heads and bodies of all that reached it. */
  const learnt: string[] = [];

  beforeAll(async () => {
    evilServer = createServer((incoming, outgoing) => {
      reached.push(incoming.url!);
      learnt.push(`${incoming.url} ${incoming.rawHeaders.join(" ")}`);
      incoming.on("data", (text) => learnt.push(String(text)));
      outgoing.writeHead(200, { "Content-Type": "text/html", "Access-Control-Allow-Origin": "*" });
      outgoing.end("<!doctype html><title>evil</title><body>");
    });
    await new Promise<void>((done) => evilServer.listen(0, "127.0.0.1", done));
    evilPort = (evilServer.address() as AddressInfo).port;

    const hospital = folder.at("hospital");
    const size = ["--patients", "40", "--seed", "3", "--modules", "hosp,icu", "--out", hospital, "--quiet"];
    expect((await bedside(["synth", ...size])).code).toBe(0);
    for (const table of ["hosp/d_labitems", "icu/d_items"]) {
      const path = join(hospital, `${table}.csv.gz`);
      const [head, ...lines] = gunzipSync(readFileSync(path)).toString().split("\n");
      const hostile = lines.map((line) => line.replace(/^(\d+,"?)/, `$1${markup}`));
      writeFileSync(path, gzipSync([head, ...hostile].join("\n")));
    }
    const store = folder.at("store");
    expect((await bedside(["import", "--data", hospital, "--out", store, "--quiet"])).code).toBe(0);
    for (const name of [secret, markup]) {
      const run = folder.at("runs", name);
      mkdirSync(run, { recursive: true });
      const { result, report } = hostileRun(`http://evil.example:${evilPort}`);
      writeFileSync(join(run, "report.json"), JSON.stringify(result));
      writeFileSync(join(run, "report.html"), report);
    }

    server = await startServer(folder.at("runs"), [store]);
    browser = await chromium.launch({
      executablePath: browserPath,
      // the browser's own guard of local networks is off: what is asked here is whether the server needs it
      args: [
        "--no-sandbox",
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
        "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,BlockInsecurePrivateNetworkRequests",
      ],
    });
    context = await browser.newContext();
    context.setDefaultTimeout(60_000); // other work may go on beside
    own = await context.newPage();
    await own.goto(server.link);
    await own.waitForSelector(".paper");
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    evilServer?.close();
    await server?.end();
    folder.remove();
  });

  const jobs = async () => (await server.read<unknown[]>("/jobs")).length;

  test("the user's own page reads and changes, so that a refusal below is a refusal of who asks", async () => {
    expect(await own.evaluate(`fetch("/api/runs", ${asPage()}).then((answer) => answer.text())`)).toContain(secret);
    const check = asPage(`"Content-Type": "application/json"`, `method: "POST", body: '{"yaml":"id: ["}'`);
    expect(await own.evaluate(`fetch("/api/tasks/check", ${check}).then(({ status }) => status)`)).toBe(200);
  });

  /** Where an attacker's page may come from; the page is open beside the user's own, with the same cookies. */
  const places: [string, () => string][] = [
    ["a page of another site", () => `http://evil.example:${evilPort}/`],
    ["a page of another port of this computer", () => `http://127.0.0.1:${evilPort}/`],
    ["a page of localhost, of another port", () => `http://localhost:${evilPort}/`],
    ["a page whose name was re-pointed to this server", () => `http://evil.example:${server.port}/`],
  ];

  /** Opens an attacker's page. The re-pointed one was loaded before its name changed: its document is given here. */
  async function open(address: string, cookies = context): Promise<Page> {
    const page = await cookies.newPage();
    await page.route(`http://evil.example:${server.port}/`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>evil</title><body>" }),
    );
    await page.goto(address);
    expect(await page.title()).toBe("evil");
    return page;
  }

  /** Answers to attackers' requests that were no refusals, whether or not the browser let them be read. */
  const letThrough: string[] = [];
  /** The statuses of all answers to them. */
  const refused: number[] = [];
  const opened = new Map<string, Page>();
  /** The attacker's page of that address, opened once and left open as long as it stays where it is. */
  async function openAgain(address: string): Promise<Page> {
    const before = opened.get(address);
    if (before?.url() === address) return before;
    await before?.close();
    const page = await open(address);
    const judgeAnswer = (host: string, status: number) => {
      const isOurs = host.endsWith(`:${server.port}`);
      if (isOurs) refused.push(status);
      if (isOurs && (host.startsWith("evil.example") ? ![400, 421].includes(status) : status < 400))
        letThrough.push(`${status} ${host}`);
    };
    page.on("response", (answer) => judgeAnswer(new URL(answer.url()).host, answer.status()));
    // below what the page may know: answers that the browser withholds from it
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    const hosts = new Map<string, string>();
    session.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) => {
      hosts.set(requestId, headers["Host"] ?? "");
    });
    session.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) =>
      judgeAnswer(hosts.get(requestId) ?? "", statusCode),
    );
    opened.set(address, page);
    return page;
  }

  /** The address of the server as that page would call it: the re-pointed one by its own name. */
  const target = (address: string) => (address.includes(`:${server.port}/`) ? address.slice(0, -1) : server.origin);

  const crossed = places.flatMap(([place, address]) =>
    Object.keys(readings).map((way) => [place, way, address] as const),
  );
  test.each(crossed)("%s reads nothing by %s", async (_, way, address) => {
    const page = await openAgain(address());
    const code = `(async () => { const U = ${JSON.stringify(target(address()))}; return ${readings[way]}; })()`;
    const learnt = await page.evaluate(code).catch((error: Error) => {
      expect(error.message).toMatch(/Failed to fetch|TypeError|SecurityError/);
      return "";
    });
    expect(String(learnt)).not.toContain(secret);
    expect(String(learnt)).not.toContain("schema");
    expect(letThrough.splice(0)).toEqual([]);
  });

  const sent = places.flatMap(([place, address]) => Object.keys(changes).map((way) => [place, way, address] as const));
  test.each(sent)("%s starts nothing by %s", async (_, way, address) => {
    const before = await jobs();
    const page = await openAgain(address());
    const [body, path] = ['{"task":"yaib/mortality24","models":["lr"]}', "/api/jobs/run"];
    const names = `const [U, P, B] = ${JSON.stringify([target(address()), path, body])};`;
    await page.evaluate(`(async () => { ${names} await ${changes[way]}; })()`).catch(() => {});
    if (/beacon|away/.test(way)) await page.waitForTimeout(150); // nothing tells when these are over
    expect(await jobs()).toBe(before);
    expect(letThrough.splice(0)).toEqual([]);
  });

  test("the attacks above have come as far as the server: it has refused them, those of the re-pointed name as misdirected", () => {
    expect(refused.length).toBeGreaterThan(80);
    expect(refused.filter((status) => status === 421).length).toBeGreaterThan(10);
  });

  test.each(places.slice(0, 3))("%s cannot frame the page or a report", async (_, address) => {
    const page = await open(address());
    for (const path of ["/", "/runs", await withPass(own, `/api/runs/${await runId(own, secret)}/report`)]) {
      const shown = await page.evaluate(`new Promise((done) => {
        const frame = document.createElement("iframe");
        frame.onload = () => { let href = "closed"; try { href = frame.contentWindow.location.href; } catch {} done(href); };
        frame.src = ${JSON.stringify(server.origin + path)};
        document.body.append(frame);
      })`);
      expect(shown).toBe("closed");
    }
    for (const frame of page.frames().slice(1)) expect(await frame.content()).not.toContain("Bedside");
    await page.close();
  });

  test("a cookie is sent by no request of another site, and the page behind a link from there is refused", async () => {
    const page = await open(`http://evil.example:${evilPort}/`);
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    const heads: Record<string, string>[] = [];
    session.on("Network.requestWillBeSentExtraInfo", ({ headers }) => {
      if (headers["Host"] === `127.0.0.1:${server.port}`) heads.push(headers);
    });
    for (const mode of ["cors", "no-cors"]) {
      await page.evaluate(
        `fetch("${server.origin}/api/runs", { mode: "${mode}", credentials: "include" }).catch(() => {})`,
      );
    }
    await page.evaluate(`void (location.href = ${JSON.stringify(`${server.origin}/runs`)})`);
    await page.waitForURL(`${server.origin}/runs`);
    await page.getByText("guard/cross-site").waitFor();
    await expect.poll(() => heads.length).toBeGreaterThanOrEqual(2);
    expect(heads.filter((head) => head["Cookie"] !== undefined)).toEqual([]);
    await page.close();
  });

  test("a window that another site opens is not tied to it", async () => {
    const page = await open(`http://evil.example:${evilPort}/`);
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(`void (globalThis.other = open(${JSON.stringify(`${server.origin}/`)}))`),
    ]);
    await popup.waitForURL(`${server.origin}/`); // it begins as an empty page
    await expect.poll(() => popup.evaluate("opener === null").catch(() => "changing processes")).toBe(true);
    await page.waitForFunction("other.closed"); // cut off by the opener policy, as soon as the browser has changed processes
    await popup.close();
    await page.close();
  });

  test("the server's other name is another place: it has no session, and does not see into this one", async () => {
    const page = await context.newPage();
    const address = `http://localhost:${server.port}`;
    await page.goto(`${address}/`);
    expect(await page.evaluate(`fetch("/api/runs").then(({ status }) => status)`)).toBe(401);
    const other = `fetch("${server.origin}/api/runs", { credentials: "include" }).then((a) => a.text())`;
    expect(await page.evaluate(`${other}.catch(() => "nothing")`)).toBe("nothing");
    await page.close();
  });

  test("a browser that was not launched sees the empty page and no data", async () => {
    const stranger = await browser.newContext();
    const page = await stranger.newPage();
    await page.goto(`${server.origin}/runs`);
    await page.getByRole("alert").first().waitFor();
    expect(await page.content()).not.toContain(secret);
    await stranger.close();
  });

  test.each(Object.keys(inserted))("in the page itself %s is stopped by its policy", async (name) => {
    const page = await context.newPage();
    await page.goto(`${server.origin}/`);
    const before = reached.length;
    const evil = JSON.stringify(`http://evil.example:${evilPort}`);
    const stopped = await page.evaluate(`new Promise((done) => {
      const found = [];
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => found.push(effectiveDirective));
      setTimeout(() => { const EVIL = ${evil}; ${inserted[name]} }, 0);
      const start = performance.now();
      const look = () => (found.length || performance.now() - start > 30000 ? done(found) : setTimeout(look, 20));
      setTimeout(look, 100);
    })`);
    expect(stopped).not.toEqual([]);
    expect(await page.evaluate("globalThis.pwned")).toBeUndefined();
    expect(reached.slice(before)).toEqual([]);
    await page.close();
  });

  test("in the page itself a frame with its own text runs no script", async () => {
    const page = await context.newPage();
    await page.goto(`${server.origin}/`);
    const scripts = await page.evaluate(`new Promise((done) => {
      const frame = document.createElement("iframe");
      frame.srcdoc = "<script>parent.pwned=1</" + "script><p>text";
      frame.onload = () => done(frame.contentDocument.scripts.length);
      document.body.append(frame);
    })`);
    expect(scripts).toBe(1);
    expect(await page.evaluate("globalThis.pwned")).toBeUndefined();
    await page.close();
  });

  const shown: [string, () => Promise<string>, string][] = [
    ["the name of a run, in the list", async () => "/runs", "td a"],
    ["the texts of a run", async () => `/runs/${await runId(own, markup)}`, "h1"],
    ["the name of a run, on the leaderboard", async () => "/leaderboard", ".choices label"],
    ["a run's result beside a paper", async () => "/papers/yaib", "main"],
  ];
  test.each(shown)("markup in %s is shown as text", async (_, address, selector) => {
    const page = await context.newPage();
    await page.goto(`${server.origin}${await address()}`);
    await page.locator(selector, { hasText: markup }).first().waitFor();
    await expectHarmless(page);
    await page.close();
  });

  test("markup in the names of what was measured is shown as text, in the choice and in the table", async () => {
    const page = await context.newPage();
    await page.goto(`${server.origin}/patients`);
    await page.locator("tbody a").first().click();
    await page.locator(".choice span", { hasText: markup }).first().waitFor();
    await page.getByRole("button", { name: "As a table" }).click();
    await page.locator("td", { hasText: markup }).first().waitFor();
    await expectHarmless(page);
    await page.close();
  });

  test("markup in a task that is being written is shown as text", async () => {
    const page = await context.newPage();
    await page.goto(`${server.origin}/cohorts?task=yaib/mortality24`);
    const editor = page.getByRole("textbox", { name: "The task's file" });
    await expect.poll(() => editor.inputValue()).toMatch(/^id: /m); // comes after the page
    const yaml = await editor.inputValue();
    await editor.fill(yaml.replace(/^id: .*$/m, `id: "${markup}"`));
    await page.locator(".complaint").waitFor();
    await editor.fill(`"${markup}": 1\n${yaml}`);
    await page.locator(".complaint", { hasText: markup }).waitFor();
    await expectHarmless(page);
    await page.close();
  });

  test("markup in an address is nothing", async () => {
    const page = await context.newPage();
    for (const path of [`/runs?task=${encodeURIComponent(markup)}`, `/cohorts?task=${encodeURIComponent(markup)}`]) {
      await page.goto(`${server.origin}${path}`);
      await page.getByRole("heading").nth(1).waitFor();
      await expectHarmless(page);
    }
    await page.close();
  });

  test("the feed of results stays XML, with names as text", async () => {
    const found =
      await own.evaluate(`fetch("/api/papers/feed.atom", ${asPage()}).then((answer) => answer.text()).then((text) => {
      const feed = new DOMParser().parseFromString(text, "application/xml");
      return [feed.querySelectorAll("parsererror, img").length, feed.querySelector("entry title").textContent];
    })`);
    expect(found).toEqual([0, expect.stringContaining(markup)]);
  });

  test("a report in its frame runs no script, asks nobody and leads nowhere", async () => {
    const before = reached.length;
    const page = await context.newPage();
    await page.goto(`${server.origin}/runs/${await runId(own, secret)}`);
    const frame = page.frameLocator("iframe");
    await frame.getByRole("heading", { name: "Report" }).waitFor();
    await frame.locator("#trick").click();
    await frame.getByRole("button", { name: "send" }).click();
    await page.waitForTimeout(500);
    await frame.getByRole("heading", { name: "Report" }).waitFor();
    await expectHarmless(page);
    expect(reached.slice(before)).toEqual([]);
    await page.close();
  });

  test("a report in a window of its own runs no script, asks nobody and reads nothing", async () => {
    const before = reached.length;
    const page = await context.newPage();
    await page.goto(`${server.origin}${await withPass(own, `/api/runs/${await runId(own, secret)}/report`)}`);
    await page.locator("#trick").click();
    await page.getByRole("button", { name: "send" }).click();
    await page.waitForTimeout(500);
    expect(await page.title()).toBe("report");
    expect(await page.evaluate("[globalThis.pwned, origin]")).toEqual([undefined, "null"]);
    expect(reached.slice(before)).toEqual([]);
    await page.close();
  });

  test("an answer of the API opened as a document is no page", async () => {
    const page = await context.newPage();
    await page.goto(`${server.origin}${await withPass(own, "/api/runs")}`);
    expect(await page.locator("body").textContent()).toContain(secret);
    expect(await page.evaluate("document.contentType")).toBe("application/json");
    expect(await page.locator("img").count()).toBe(0);
    await page.close();
  });

  test("no script sees the cookie, and the page keeps nothing of patients or runs", async () => {
    expect(await own.evaluate("document.cookie")).toBe("");
    await own.goto(`${server.origin}/runs`);
    await own.locator("td a", { hasText: secret }).waitFor();
    const kept = await own.evaluate(`caches.keys().then(async (names) => {
      const requests = await Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys())));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    })`);
    expect((kept as string[]).filter((path) => path.startsWith("/api/") && !path.startsWith("/api/models"))).toEqual(
      [],
    );
    expect(await own.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")).not.toContain(secret);
  });

  test("the key of the session leaves the address, and serves further tabs and a page loaded anew", async () => {
    expect(own.url()).not.toContain("#");
    expect(await own.evaluate("JSON.stringify(history.state)")).toBe("null");
    const tab = await context.newPage();
    await tab.goto(`${server.origin}/runs`);
    await tab.locator("td a", { hasText: secret }).waitFor();
    await tab.reload();
    await tab.locator("td a", { hasText: secret }).waitFor();
    await tab.close();
  });

  test("a server on another port is sent the cookie by the user's browser, and can do nothing with it", async () => {
    const before = learnt.length;
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${evilPort}/visited`);
    const cookie = new RegExp(`bedside-${server.port}=[\\w-]{43}`).exec(learnt.slice(before).join("\n"))?.[0];
    expect(cookie).toBeDefined(); // or else this proves nothing
    const key = (await own.evaluate(`localStorage.getItem("bedside-key")`)) as string;
    expect(await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")).toBe("{}");
    // outside of any browser every header can be made up
    const disguise = {
      Cookie: cookie!,
      "Sec-Fetch-Site": "same-origin",
      "Sec-Fetch-Mode": "cors",
      Origin: server.origin,
    };
    const before2 = await jobs();
    const replay = async (headers: Record<string, string>, path = "/api/runs", init: RequestInit = {}) =>
      (await fetch(`${server.origin}${path}`, { ...init, headers: { ...disguise, ...headers } })).status;
    expect(await replay({})).toBe(401);
    expect(await replay({ "X-Bedside-Key": cookie!.split("=")[1]! })).toBe(401);
    const start = { method: "POST", body: '{"task":"yaib/mortality24","models":["lr"]}' };
    expect(await replay({ "Content-Type": "application/json" }, "/api/jobs/run", start)).toBe(401);
    expect(await jobs()).toBe(before2);
    expect(await replay({ "X-Bedside-Key": key })).toBe(200); // it was the key that was lacking
    await page.close();
  });

  test("the key was sent to no other server, whatever the attacks above led to", async () => {
    const key = (await own.evaluate(`localStorage.getItem("bedside-key")`)) as string;
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(learnt.length).toBeGreaterThan(0);
    expect(learnt.filter((text) => text.includes(key) || text.includes("pass="))).toEqual([]);
  });

  async function expectHarmless(page: Page): Promise<void> {
    expect(await page.evaluate("globalThis.pwned")).toBeUndefined();
    expect(await page.locator("img[src='x']").count()).toBe(0);
    expect(await page.title()).not.toBe("ran");
  }
});

/** In the page: what its own calls add to a request. */
function asPage(headers = "", init = ""): string {
  return `{ headers: { "X-Bedside-Key": localStorage.getItem("bedside-key"), ${headers} }, ${init} }`;
}

/** An address under /api with a pass, as the page makes it for its frames and links. */
async function withPass(page: Page, path: string): Promise<string> {
  const key = (await page.evaluate(`localStorage.getItem("bedside-key")`)) as string;
  const until = Date.now() + 60_000;
  return `${path}?pass=${until}.${createHmac("sha256", key).update(`${until} ${path}`).digest("base64url")}`;
}

/** The id of a run in addresses, as the page knows it. */
async function runId(page: Page, name: string): Promise<string> {
  const found = `fetch("/api/runs", ${asPage()}).then((answer) => answer.json()).then((runs) => runs.find((run) => run.name === NAME).id)`;
  return (await page.evaluate(found.replace("NAME", JSON.stringify(name)))) as string;
}
