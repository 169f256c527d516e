import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bedside } from "./command.ts";

const browserPath = "/usr/bin/chromium";
const hasBrowser = existsSync(browserPath);
if (!hasBrowser) console.warn(`The workbench is not opened: there is no ${browserPath} (Debian's package chromium).`);

/** Run in the page: how many points of the timeline are not empty. */
const countInk = `(() => {
  const canvas = document.querySelector("[role=application]");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let i = 3; i < data.length; i += 4) sum += data[i] > 0 ? 1 : 0;
  return sum;
})()`;

const main = join(import.meta.dirname, "../../dist/cli/main.js");

describe.skipIf(!hasBrowser)("the workbench on a synthetic hospital, in a browser", () => {
  let folder: string;
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;
  let address: string;
  const complaints: string[] = [];
  const outside: string[] = [];

  /** Starts the server and gives the launch link it prints. */
  async function launch(): Promise<string> {
    server = spawn(
      process.execPath,
      [main, "serve", "--data", join(folder, "hospital"), "--runs", join(folder, "runs"), "--port", "0"],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    return new Promise((done, fail) => {
      let said = "";
      server.stdout!.on("data", (text: Buffer) => {
        said += text;
        const link = /http:\/\/127\.0\.0\.1:\d+\/launch\/[\w-]+/.exec(said)?.[0];
        if (link) done(link);
      });
      server.once("exit", () => fail(new Error(`the server ended: ${said}`)));
    });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bedside-workbench-"));
    await bedside(["synth", "--patients", "300", "--seed", "5", "--out", join(folder, "hospital"), "--quiet"]);
    const link = await launch();
    address = new URL(link).origin;
    browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) outside.push(request.url());
    });
    await page.goto(link);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    server?.kill("SIGINT");
    rmSync(folder, { recursive: true, force: true });
  });

  const go = (path: string) => page.goto(`${address}${path}`, { waitUntil: "networkidle" });

  test("the launch link leads to the papers, nineteen of them, which can be searched", async () => {
    await page.waitForSelector(".paper");
    expect(new URL(page.url()).pathname).toBe("/");
    expect(await page.locator(".paper").count()).toBe(19);
    await page.getByRole("searchbox").fill("triage");
    await expect.poll(() => page.locator(".paper").count()).toBe(1);
  });

  test("records found in the folder are imported from the page", async () => {
    await go("/data");
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("heading", { name: /Clinical concepts/ }).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Heart rate" }).click();
    await page.getByRole("img", { name: /Heart Rate.*median/i }).waitFor();
  });

  test("a task is edited: a mistake is told with its line, a change moves the funnel", async () => {
    await go("/cohorts?task=yaib/mortality24");
    await page.locator(".funnel li").first().waitFor({ timeout: 30_000 });
    await page
      .getByText(/with the event/)
      .first()
      .waitFor({ timeout: 30_000 });
    const before = await page.locator(".funnel li strong").last().textContent();
    const editor = page.getByRole("textbox", { name: "The task's file" });
    const yaml = await editor.inputValue();
    await editor.fill(yaml.replace("age: { below: 18 }", "age: { below: 1x }"));
    await page.locator(".complaint", { hasText: /Line \d+/ }).waitFor();
    await editor.fill(yaml.replace("age: { below: 18 }", "age: { below: 60 }"));
    await expect
      .poll(() => page.locator(".funnel li strong").last().textContent(), { timeout: 30_000 })
      .not.toBe(before);
  });

  test("a patient's timeline is drawn, moved and zoomed by keys, and is there as a table", async () => {
    await go("/patients");
    await page.locator("tbody a").first().click();
    const canvas = page.getByRole("application");
    await canvas.waitFor();
    const inked = () => page.evaluate(countInk) as Promise<number>;
    await expect.poll(inked).toBeGreaterThan(2000);
    const said = () => page.locator(".timeline .note").textContent();
    const before = await said();
    await canvas.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(said).not.toBe(before);
    await page.getByRole("button", { name: "As a table" }).click();
    expect(await page.locator("tbody tr").count()).toBeGreaterThan(5);
  });

  test("a run is started from the page, and its threshold moved", async () => {
    await go("/runs?task=yaib/mortality24");
    await page.getByLabel("lr", { exact: true }).check();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("link", { name: "yaib-mortality24-lr" }).waitFor({ timeout: 90_000 });
    await page.getByRole("link", { name: "yaib-mortality24-lr" }).click();
    const slider = page.getByRole("slider");
    await slider.waitFor();
    const called = () => page.locator(".figures dd").first().textContent();
    await slider.fill("0");
    const all = await called();
    await slider.fill("20");
    await expect.poll(called).not.toBe(all);
    await page.frameLocator("iframe").getByText(/AUROC/).first().waitFor();
  }, 120_000);

  test("a model is tried in the page, and goes on working when the server is gone", async () => {
    await go("/try");
    await page.getByRole("button", { name: "Fill in an example" }).click();
    const risk = page.locator(".risk strong");
    await risk.waitFor();
    expect(await risk.textContent()).toMatch(/^\d/);
    await page.locator(".drivers li").first().waitFor();
    expect(await page.getByText("National Early Warning Score").first().isVisible()).toBe(true);
    // loaded once more under the worker that keeps the page
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    await page.reload({ waitUntil: "networkidle" });
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole("button", { name: "Fill in an example" }).click({ timeout: 20_000 });
    await page.locator(".drivers li").first().waitFor();
    await page.context().setOffline(false);
  });

  test("no page asks anyone but this server, and none has a mistake of its own", () => {
    expect(outside).toEqual([]);
    expect(complaints.filter((text) => !/Failed to load resource|net::ERR_INTERNET_DISCONNECTED/.test(text))).toEqual(
      [],
    );
  });
});
