import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { root } from "./command.ts";

const page = join(root, "dist/web");
const kilobytes = (names: string[]) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(page, name))).length, 0) / 1024;
const all = readdirSync(page, { recursive: true, encoding: "utf8" }).filter((name) => /\.\w+$/.test(name));

test("the whole page is under 400 KB gzip without the ONNX runtime", () => {
  const own = all.filter((name) => !/\bort-/.test(name));
  expect(own.some((name) => /index-.*\.js$/.test(name))).toBe(true);
  expect(kilobytes(own)).toBeLessThan(400);
});

test("what is loaded before anything is seen is under 60 KB gzip, and brings no page but the first", () => {
  const html = readFileSync(join(page, "index.html"), "utf8");
  const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name!);
  expect(first.length).toBeGreaterThan(1);
  expect(first.filter((name) => /patients|cohorts|runs|leaderboard|try|data|ort/.test(name))).toEqual([]);
  expect(kilobytes([...first, "index.html"])).toBeLessThan(60);
});

test("nothing in the page's files names another host to be asked", () => {
  for (const name of all.filter((file) => /\.(js|css|html|webmanifest|svg)$/.test(file))) {
    const text = readFileSync(join(page, name), "utf8");
    const hosts = [...text.matchAll(/(?:src|href|url|import|fetch)\s*[=(]\s*["'`(]*\s*(https?:\/\/[\w.-]+)/g)].map(
      ([, host]) => host,
    );
    expect([name, hosts]).toEqual([name, []]);
  }
});
