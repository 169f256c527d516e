// A page of the workbench in a browser that writes down everything that goes wrong in it. Knows no place of the page.
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";
import { browserPath } from "./served.ts";

/** An open page. */
export interface WatchedPage {
  browser: Browser;
  page: Page;
  /** Errors of the console and of scripts, requests that failed or were refused. */
  complaints: string[];
  /** Addresses of others that were asked for. */
  outside: string[];
  close(): Promise<void>;
}

/** Opens a launch link. Requests that a page gives up as one leaves it are no failures. */
export async function openWatched(link: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const { origin } = new URL(link);
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const outside: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") complaints.push(`${why} ${request.url()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) outside.push(request.url());
  });
  await page.goto(link);
  return { browser, page, complaints, outside, close: () => browser.close() };
}

/** Asks again and again until the answer is as expected, for a minute: machines that tests run on may be busy. */
export function soon<T>(ask: () => T | Promise<T>) {
  return expect.poll(ask, { timeout: 60_000 });
}

/** What the tests ask of a canvas; the project's types know no browser. */
interface Canvas {
  width: number;
  height: number;
  getContext(kind: "2d"): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
}

/** What stands on a canvas: points with ink, and a number that is another when the picture is. */
export function pictureOf(canvas: Locator): Promise<{ ink: number; sum: number }> {
  return canvas.evaluate((element) => {
    const own = element as unknown as Canvas;
    const { data } = own.getContext("2d").getImageData(0, 0, own.width, own.height);
    let [ink, sum] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3]! > 0) ink++;
      sum = (sum * 31 + data[i]! + 7 * data[i + 1]! + 13 * data[i + 2]! + data[i + 3]!) % 1_000_000_007;
    }
    return { ink, sum };
  });
}

/** Does something to a canvas and waits until its picture is another. */
export async function changes(canvas: Locator, act: () => Promise<unknown>): Promise<void> {
  const { sum } = await pictureOf(canvas);
  await act();
  await soon(async () => (await pictureOf(canvas)).sum).not.toBe(sum);
}

/** Drags from one place of an element to another, in shares of its width and height. */
export async function drag(
  page: Page,
  element: Locator,
  [x1, y1]: [number, number],
  [x2, y2]: [number, number],
): Promise<void> {
  await element.scrollIntoViewIfNeeded();
  const box = (await element.boundingBox())!;
  const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(x1, y1));
  await page.mouse.down();
  await page.mouse.move(...at((x1 + x2) / 2, (y1 + y2) / 2));
  await page.mouse.move(...at(x2, y2));
  await page.mouse.up();
}
