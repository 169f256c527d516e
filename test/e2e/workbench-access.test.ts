import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bedside, scratch } from "./command.ts";
import { browserPath, hasBrowser, type ServedProcess, startServer } from "./served.ts";
import { soon } from "./watched-page.ts";

/** Run in the page: what sticks out of the window to the right, but for what scrolls by itself. */
const sticksOut = `(() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== "visible") return true;
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element) && element.className !== "skip")
    .map((element) => element.tagName.toLowerCase() + "." + element.className).slice(0, 5);
})()`;

/** Run in the page: what can be clicked but has no name for those who do not see it. */
const nameless = `[...document.querySelectorAll("a[href], button, select, input, textarea, canvas, progress")]
  .filter((element) => element.getClientRects().length > 0)
  .filter((element) => {
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join("");
    const named = element.getAttribute("aria-label") ?? element.textContent + labels + (element.title ?? "");
    return named.trim() === "" && !element.getAttribute("aria-labelledby");
  }).map((element) => element.outerHTML.slice(0, 120))`;

/** Run in the page: what answers clicks and cannot be reached by the Tab key. */
const reachable = `[...document.querySelectorAll("a[href], button:not(:disabled), select, input:not(:disabled), textarea")]
  .filter((element) => element.getClientRects().length > 0 && element.tabIndex < 0)
  .map((element) => element.outerHTML.slice(0, 120))`;

/** Run in the page: regions that scroll and cannot be scrolled by keys. */
const stuck = `[...document.querySelectorAll("main *")]
  .filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowX + getComputedStyle(element).overflowY))
  .filter((element) => element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)
  .filter((element) => element.tabIndex < 0 && !element.querySelector("a[href], button, input, select, textarea, [tabindex='0']"))
  .map((element) => element.tagName.toLowerCase() + "." + element.className)`;

describe.skipIf(!hasBrowser())("the workbench for every user", () => {
  const folder = scratch();
  let server: ServedProcess;
  let browser: Browser;
  let page: Page;
  /** Addresses of every kind of page, by name. */
  const addresses: Record<string, string> = {
    papers: "/",
    "a paper": "/papers/yaib",
    "a data set's paper": "/papers/meeti",
    ECGs: "/patients/ecgs",
    data: "/data",
    cohorts: "/cohorts?task=yaib/mortality24",
    patients: "/patients",
    runs: "/runs",
    leaderboard: "/leaderboard",
    try: "/try",
    nothing: "/papers/none",
  };
  const names = [...Object.keys(addresses), "a patient", "an ECG", "a run", "a leaderboard of runs"];

  beforeAll(async () => {
    const hospital = [
      "--patients",
      "200",
      "--seed",
      "5",
      "--modules",
      "hosp,icu,ed,ecg",
      "--out",
      folder.at("hospital"),
      "--quiet",
    ];
    expect((await bedside(["synth", ...hospital])).code).toBe(0);
    const [store, runs] = [folder.at("store"), folder.at("runs")];
    expect((await bedside(["import", "--data", folder.at("hospital"), "--out", store, "--quiet"])).code).toBe(0);
    const run = ["run", "yaib/mortality24", "--data", store, "--out", `${runs}/a-run`, "--quiet"];
    expect((await bedside(run)).code).toBe(0);
    server = await startServer(runs, [store]);
    browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
    page = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
    page.setDefaultTimeout(100_000);
    await page.goto(server.link);
    const patients = await server.read<{ patients: { id: string }[] }>("/patients");
    const [found] = await server.read<{ id: string }[]>("/runs");
    addresses["a patient"] = `/patients/${patients.patients[0]!.id}`;
    const { ecgs } = await server.read<{ ecgs: { id: string }[] }>("/ecgs");
    addresses["an ECG"] = `/patients/ecgs/${ecgs[0]!.id}`;
    addresses["a run"] = `/runs/${found!.id}`;
    addresses["a leaderboard of runs"] = `/leaderboard?runs=${found!.id}`;
  }, 360_000);

  afterAll(async () => {
    await browser?.close();
    await server?.end();
    folder.remove();
  });

  test.each(names)("%s: 390 pixels wide nothing sticks out, all has a name and is reached by keys", async (name) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server.origin}${addresses[name]}`, { waitUntil: "networkidle" });
    await page.locator("main h1, main [role=alert]").first().waitFor();
    await soon(() => page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    await soon(() => page.evaluate(sticksOut)).toEqual([]);
    await soon(() => page.evaluate(nameless)).toEqual([]);
    await soon(() => page.evaluate(reachable)).toEqual([]);
    await soon(() => page.evaluate(stuck)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await soon(() => page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1280);
  });

  test("from the top of the page the Tab key leads to the skip link, past it to every place, and Enter goes there", async () => {
    await page.goto(`${server.origin}/data`, { waitUntil: "networkidle" });
    await page.locator("main h1").waitFor();
    const focused = () => page.evaluate("document.activeElement.textContent.trim()");
    await page.keyboard.press("Tab");
    await soon(() => page.evaluate("document.activeElement.className")).toBe("skip");
    const seen: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press("Tab");
      seen.push(await focused());
    }
    for (const place of ["Papers", "Data", "Cohorts", "Patients", "Runs", "Leaderboard"]) expect(seen).toContain(place);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${server.origin}/leaderboard`);
    await soon(() => page.evaluate("document.activeElement.id")).toBe("content");
  });

  test("what has the focus shows it", async () => {
    await page.goto(`${server.origin}/runs`, { waitUntil: "networkidle" });
    for (let i = 0; i < 14; i++) {
      await page.keyboard.press("Tab");
      const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      expect(outline).not.toBe("none");
    }
  });

  test("headings go down without a step left out, and every page has one title and one main part", async () => {
    for (const name of names) {
      await page.goto(`${server.origin}${addresses[name]}`, { waitUntil: "networkidle" });
      await page.locator("main h1, main [role=alert]").first().waitFor();
      const levels = (await page.evaluate(
        `[...document.querySelectorAll("h1, h2, h3, h4")].map(({ tagName }) => Number(tagName[1]))`,
      )) as number[];
      if (name !== "nothing") expect([name, levels.filter((level) => level === 1).length]).toEqual([name, 1]);
      for (const [i, level] of levels.entries()) {
        if (i > 0) expect([name, level - levels[i - 1]!]).toEqual([name, Math.min(1, level - levels[i - 1]!)]);
      }
      expect(await page.locator("main").count()).toBe(1);
    }
  }, 360_000);
});
