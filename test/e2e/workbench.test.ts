// The workbench walked in a browser on a synthetic hospital with emergency visits and ECGs, down to a model tried offline.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bedside, scratch } from "./command.ts";
import { hasBrowser, type ServedProcess, startServer } from "./served.ts";
import { changes, openWatched, pictureOf, soon, type WatchedPage } from "./watched-page.ts";

/** What a run takes on a machine that does much else besides. */
const patience = 180_000;

describe.skipIf(!hasBrowser())("the workbench on a synthetic hospital, in a browser", () => {
  const folder = scratch();
  let server: ServedProcess;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    const modules = ["--modules", "hosp,icu,ed,ecg"];
    await bedside(["synth", "--patients", "300", "--seed", "5", ...modules, "--out", folder.at("hospital"), "--quiet"]);
    server = await startServer(folder.at("runs"), [folder.at("hospital")]);
    watched = await openWatched(server.link);
    page = watched.page;
    page.setDefaultTimeout(patience);
  }, 2 * patience);

  afterAll(async () => {
    await watched?.close();
    await server?.end();
    folder.remove();
  });

  const go = (path: string) => page.goto(`${server.origin}${path}`);

  test("the launch link leads to the papers, nineteen of them, which can be searched", async () => {
    await soon(() => page.locator(".paper").count()).toBe(19);
    expect(new URL(page.url()).pathname).toBe("/");
    await page.getByRole("searchbox").fill("triage");
    await soon(() => page.locator(".paper").count()).toBe(1);
  });

  test("records found in the folder are imported from the page", async () => {
    await go("/data");
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("heading", { name: /Clinical concepts/ }).waitFor();
    await page.getByRole("button", { name: "Heart rate" }).click();
    await page.getByRole("img", { name: /Heart Rate.*median/i }).waitFor();
  });

  test("a task is edited: a mistake is told with its line, a change moves the funnel", async () => {
    await go("/cohorts?task=yaib/mortality24");
    await page.locator(".funnel li").first().waitFor();
    await page
      .getByText(/with the event/)
      .first()
      .waitFor();
    const before = await page.locator(".funnel li strong").last().textContent();
    const editor = page.getByRole("textbox", { name: "The task's file" });
    const yaml = await editor.inputValue();
    await editor.fill(yaml.replace("age: { below: 18 }", "age: { below: 1x }"));
    await page.locator(".complaint", { hasText: /Line \d+/ }).waitFor();
    await editor.fill(yaml.replace("age: { below: 18 }", "age: { below: 60 }"));
    await soon(() => page.locator(".funnel li strong").last().textContent()).not.toBe(before);
  });

  test("a patient's timeline is drawn, moved and zoomed by keys, and is there as a table", async () => {
    await go("/patients");
    await page.locator("tbody a").first().click();
    const canvas = page.getByRole("application");
    await canvas.waitFor();
    await soon(async () => (await pictureOf(canvas)).ink).toBeGreaterThan(2000);
    const said = () => page.locator(".timeline .note").textContent();
    const before = await said();
    await canvas.focus();
    await page.keyboard.press("ArrowRight");
    await soon(said).not.toBe(before);
    await page.getByRole("button", { name: "As a table" }).click();
    await soon(() => page.locator("tbody tr").count()).toBeGreaterThan(5);
  });

  test("a patient's ECG is beside the timeline: measured here, and what the cart wrote of it", async () => {
    const { ecgs } = await server.read<{ ecgs: { id: string; name: string }[] }>("/ecgs");
    const { patients } = await server.read<{ patients: { id: string }[] }>("/patients");
    for (const { id } of patients) {
      const own = await server.read<{ id: string }[]>(`/patients/${id}/ecgs`);
      if (own.length === 0) continue;
      expect(ecgs.length).toBeGreaterThan(10);
      await go(`/patients/${id}`);
      await page.locator(`a[href$="${own[0]!.id}"]`).click();
      break;
    }
    const canvas = page.getByRole("application");
    await soon(async () => (await pictureOf(canvas)).ink).toBeGreaterThan(10_000);
    await page.getByRole("heading", { name: "What was written of it" }).waitFor();
    await page.getByText(/The cart measured/).waitFor();
    await changes(canvas, () => canvas.press("+"));
  });

  test(
    "a run is started from the page, and its threshold moved",
    async () => {
      await go("/runs?task=yaib/mortality24");
      for (const model of ["lr", "lgbm"]) await page.getByLabel(model, { exact: true }).check();
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.getByRole("link", { name: "yaib-mortality24-lr-lgbm" }).waitFor();
      await page.getByRole("link", { name: "yaib-mortality24-lr-lgbm" }).click();
      const slider = page.getByRole("slider");
      await slider.waitFor();
      const called = () => page.locator(".figures dd").first().textContent();
      await slider.fill("0");
      await soon(called).toMatch(/^(\d+) \/ \1$/); // everybody
      const all = await called();
      await slider.fill("20");
      await soon(called).not.toBe(all);
      await page.frameLocator("iframe").getByText(/AUROC/).first().waitFor();
    },
    2 * patience,
  );

  test("the run's models stand beside each other on the leaderboard, with their difference", async () => {
    await go("/runs");
    await page.getByLabel("Choose to compare: yaib-mortality24-lr-lgbm").check();
    await page.getByRole("link", { name: "Compare on the leaderboard" }).click();
    await soon(() => page.locator(".whiskers .point").count()).toBe(2);
  });

  test("no page has had a mistake of its own or a request refused", () => {
    expect(watched.complaints).toEqual([]);
  });

  test("a model is tried in the page, and goes on working when the server is gone", async () => {
    await go("/try");
    await page.getByRole("button", { name: "Fill in an example" }).click();
    const risk = page.locator(".risk strong");
    await soon(() => risk.textContent()).toMatch(/^\d/);
    await page.locator(".drivers li").first().waitFor();
    await page.getByText("National Early Warning Score").first().waitFor();
    // loaded once more under the worker that keeps the page
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    await page.reload();
    await page.getByRole("button", { name: "Fill in an example" }).click();
    await page.locator(".drivers li").first().waitFor();
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole("button", { name: "Fill in an example" }).click();
    await page.locator(".drivers li").first().waitFor();
    await page.context().setOffline(false);
  });

  test("no page asked anyone but this server", () => {
    expect(watched.outside).toEqual([]);
  });
});
