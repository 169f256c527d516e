// Every page of the workbench walked in a browser on open, real records: the demos of MIMIC-IV and MIMIC-IV-ED, and real ECGs
// of other patients beside them.
import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratch } from "./command.ts";
import { demoFolders, hasRealRecords, realEcgs, writeRealEcgs } from "./real-records.ts";
import { hasBrowser, type ServedProcess, startServer } from "./served.ts";
import { changes, drag, openWatched, pictureOf, soon, type WatchedPage } from "./watched-page.ts";

const canWalk = hasBrowser() && hasRealRecords();
/** What a run takes on a machine that does much else besides; alone, the whole walk takes less than a minute. */
const patience = 180_000;

describe.skipIf(!canWalk)("the workbench on the MIMIC-IV demo with ED and ECG records", () => {
  const folder = scratch();
  let server: ServedProcess;
  let watched: WatchedPage;
  const page = () => watched.page;
  const go = (path: string) => page().goto(`${server.origin}${path}`);
  const button = (name: string | RegExp) => page().getByRole("button", { name, exact: typeof name === "string" });
  const heading = (name: string | RegExp) => page().getByRole("heading", { name });

  beforeAll(async () => {
    mkdirSync(folder.at("ecgs"));
    writeRealEcgs(folder.at("ecgs"));
    server = await startServer(folder.at("runs"), [...demoFolders(), folder.at("ecgs")]);
    watched = await openWatched(server.link);
    page().setDefaultTimeout(patience);
  }, patience);

  afterAll(async () => {
    await watched?.close();
    await server?.end();
    folder.remove();
  });

  test("papers are searched, narrowed down and put in order; results are a feed", async () => {
    const papers = page().locator(".paper");
    await soon(() => papers.count()).toBe(19);
    await page().getByRole("searchbox").fill("triage");
    await soon(() => papers.count()).toBe(1);
    await page().getByRole("searchbox").fill("");
    await page().getByLabel("Kind of data").selectOption("ECG");
    await soon(() => papers.count()).toBeLessThan(10);
    await page().getByLabel("Kind of data").selectOption("");
    await page().getByLabel("Order").selectOption("oldest");
    await soon(() => papers.first().locator("h2").textContent()).toMatch(/MIMIC-IV-ED/);
    const [feed] = await Promise.all([
      page().waitForEvent("popup"),
      page().getByRole("link", { name: "New results as a feed" }).click(),
    ]);
    await feed.getByText("urn:bedside:results").first().waitFor();
    await feed.close();
  });

  test(
    "three folders are found and imported; coverage, values and hours of a concept are shown",
    async () => {
      await go("/data");
      for (const title of [/MIMIC-IV 2/, /MIMIC-IV-ED/, /PTB-XL/]) await page().getByText(title).first().waitFor();
      await button("Import").click();
      await heading(/Clinical concepts/).waitFor();
      const row = page().getByRole("row", { name: /Heart rate/ });
      expect(await row.textContent()).toMatch(/13,913/);
      await button("Heart rate").click();
      await page()
        .getByRole("img", { name: /Heart Rate.*median/i })
        .waitFor();
      await page()
        .getByRole("img", { name: /Measured in each hour/ })
        .waitFor();
    },
    2 * patience,
  );

  test(
    "a task with a mistake is told by its line; mended otherwise, the funnel is another",
    async () => {
      await go("/cohorts?task=yaib/mortality24");
      const last = page().locator(".funnel li strong").last();
      await page().getByText("10 with the event").waitFor();
      await soon(() => last.textContent()).toBe("96");
      const editor = page().getByRole("textbox", { name: "The task's file" });
      const yaml = await editor.inputValue();
      await editor.fill(yaml.replace("age: { below: 18 }", "age: { below: 1x }"));
      await page()
        .locator(".complaint", { hasText: /Line \d+/ })
        .waitFor();
      await editor.fill(yaml.replace("age: { below: 18 }", "age: { below: 60 }"));
      await soon(() => last.textContent()).not.toBe("96");
      await heading("Table one").waitFor();
    },
    2 * patience,
  );

  test(
    "a run is started, watched, stopped, gone on with; its threshold is dragged, its groups and its report are there",
    async () => {
      await go("/runs?task=yaib/mortality24");
      for (const model of ["lr", "lgbm"]) await page().getByLabel(model, { exact: true }).check();
      await button("Run").click();
      const job = page().locator(".jobs li", { hasText: "yaib/mortality24: lr, lgbm" });
      await job.getByText("running").waitFor();
      await job.getByRole("button", { name: "Stop" }).click();
      await job.getByText("stopped", { exact: true }).waitFor();
      await job.getByRole("button", { name: "Go on" }).click();
      await job.getByRole("button", { name: "Log" }).click();
      await soon(() => job.locator(".log").textContent()).toMatch(/bedside run yaib\/mortality24/);
      await page().getByRole("link", { name: "yaib-mortality24-lr-lgbm" }).click();
      const called = page().locator(".explorer .figures dd").first();
      await called.waitFor();
      const before = await called.textContent();
      await drag(page(), page().locator(".explorer svg"), [0.5, 0.5], [0.15, 0.5]);
      await soon(() => called.textContent()).not.toBe(before);
      await heading(/By subgroup/)
        .first()
        .waitFor();
      await page().getByRole("cell", { name: "Everybody" }).first().waitFor();
      await page().frameLocator("iframe").getByText(/AUROC/).first().waitFor();
    },
    2 * patience,
  );

  test(
    "models stand beside each other on the leaderboard; on the paper's page corrected and faithful stand apart",
    async () => {
      await server.send("/jobs/run", { task: "yaib/mortality24", models: ["lr"], mode: "faithful" });
      await go("/runs");
      await page().getByLabel("Choose to compare: yaib-mortality24-lr-lgbm").check();
      await page().getByRole("link", { name: "Compare on the leaderboard" }).click();
      await soon(() => page().locator(".whiskers .point").count()).toBe(2);
      await go("/runs");
      await page().getByRole("link", { name: "yaib-mortality24-faithful-lr" }).waitFor();
      await go("/papers/yaib");
      const box = (title: string) =>
        page().locator("section.box", { has: page().getByRole("heading", { name: title }) });
      await soon(() => box("Results here, corrected").locator("tbody tr").count()).toBe(1);
      await soon(() => box("Results here, faithful").locator("tbody tr").count()).toBe(1);
      expect(await box("Results here, faithful").textContent()).toMatch(/\d+ faults are reproduced/);
    },
    2 * patience,
  );

  test(
    "a patient's timeline is moved and zoomed by keys and mouse; a risk shows what drove it",
    async () => {
      await go("/patients?has=icu");
      await page().getByText("100 patients").waitFor();
      const { patients } = await server.read<{ patients: { id: string }[] }>("/patients");
      for (const { id } of patients) {
        const risks = await server.read<unknown[]>(`/patients/${id}/risks`);
        if (risks.length === 0) continue;
        await go(`/patients/${id}`);
        break;
      }
      const canvas = page().getByRole("application");
      await soon(async () => (await pictureOf(canvas)).ink).toBeGreaterThan(2000);
      await canvas.focus();
      for (const key of ["+", "ArrowRight", "-", "Home"]) await changes(canvas, () => page().keyboard.press(key));
      await changes(canvas, async () => {
        await canvas.hover({ position: { x: 400, y: 60 } });
        await page().mouse.wheel(0, -400);
      });
      await changes(canvas, () => drag(page(), canvas, [0.6, 0.1], [0.8, 0.1]));
      await page().locator(".risk-list button").first().click();
      await page()
        .getByRole("heading", { name: /What drove it/ })
        .waitFor();
      await button("As a table").click();
      expect(await page().locator("tbody tr").count()).toBeGreaterThan(5);
    },
    2 * patience,
  );

  test(
    "real ECGs are listed, measured by the caliper, filtered, laid out, and marked",
    async () => {
      await go("/patients");
      await page().getByRole("link", { name: "ECG recordings" }).click();
      await soon(() => page().locator("tbody tr").count()).toBe(realEcgs.recordings);
      await page().getByRole("link", { name: "6000", exact: true }).click();
      const canvas = page().getByRole("application");
      await page()
        .getByText(/^\d+ ms$/)
        .first()
        .waitFor();
      await soon(async () => (await pictureOf(canvas)).ink).toBeGreaterThan(10_000);
      const caliper = page().getByText(/^Caliper:/);
      await changes(canvas, () => drag(page(), canvas, [0.3, 0.5], [0.4, 0.4]));
      expect(await caliper.textContent()).toMatch(/\d+ ms, \d+\/min, -?\d\.\d\d mV/);
      await canvas.press("Escape");
      await canvas.press("c");
      const said = await caliper.textContent();
      await canvas.press("Shift+ArrowRight");
      await soon(() => caliper.textContent()).not.toBe(said);
      await canvas.press("Escape");
      await changes(canvas, () => page().getByLabel("Filter").selectOption("smooth"));
      await changes(canvas, () => page().getByLabel("Points of the waves").uncheck());
      await changes(canvas, () => page().getByLabel("Leads").selectOption("rows"));
      await changes(canvas, () => page().getByLabel("Leads").selectOption("one"));
      await changes(canvas, () =>
        page()
          .locator("label", { hasText: /^Lead / })
          .getByRole("combobox")
          .selectOption("V2"),
      );
      await changes(canvas, () => canvas.press("+"));
    },
    2 * patience,
  );

  test(
    "a recording of half an hour is paged through to its end",
    async () => {
      await go("/patients/ecgs");
      await page().getByRole("link", { name: "99100" }).click();
      const canvas = page().getByRole("application");
      await soon(async () => (await pictureOf(canvas)).ink).toBeGreaterThan(10_000);
      await page()
        .getByText(/Shown: 0 s – 10 s/)
        .waitFor();
      await changes(canvas, () => button("After").click());
      await page()
        .getByText(/Shown: 10 s – 20 s/)
        .waitFor();
      await changes(canvas, () => canvas.press("End"));
      await page()
        .getByText(/Shown: 29:55 min – 30:05 min/)
        .waitFor();
      await page()
        .getByText(/from the stretch 30:00 min/)
        .waitFor();
      await changes(canvas, () => button("Whole record").click());
      await page()
        .getByText(/Shown: 0 s – 30:05 min/)
        .waitFor();
    },
    2 * patience,
  );

  test(
    "MEETI's data set is made from the page, and shown with what was produced",
    async () => {
      await go("/papers/meeti");
      await page().getByLabel("Recordings at most").fill("3");
      await button("Make it").click();
      await page().getByRole("link", { name: "It is in the queue" }).click();
      await page().locator(".jobs li", { hasText: "meeti: 3 recordings" }).getByText("done").waitFor();
      await go("/papers/meeti");
      await heading("Made here: meeti").waitFor();
      expect(
        await page()
          .locator("section.box", { has: heading("Made here: meeti") })
          .textContent(),
      ).toMatch(/Recordings3 of 7 in the list.*Pictures3 png.*Texts3 by rules.*Recordings a second/);
      await soon(() =>
        page()
          .locator(".sample img")
          .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
      ).toBeGreaterThan(500);
    },
    2 * patience,
  );

  test(
    "a model is tried: an example gives a risk, what drives it, and the scores",
    async () => {
      await go("/try");
      await button("Fill in an example").click();
      await page().locator(".drivers li").first().waitFor();
      expect(await page().locator(".risk strong").textContent()).toMatch(/^\d/);
    },
    2 * patience,
  );

  test("nothing went wrong on the way, and nobody else was asked", () => {
    expect(watched.complaints).toEqual([]);
    expect(watched.outside).toEqual([]);
  });
});
