// The pages say what is true: their code runs, their commands are commands, their links lead somewhere.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bedside, root, scratch, shared } from "./e2e/command.ts";

const folder = scratch();
afterAll(() => folder.remove());

const pages = ["README.md", "DATA-USE.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter(
  (page) => page.endsWith(".md"),
);
const text = (page: string) => readFileSync(join(root, page), "utf8");
const blocks = (page: string, language: string) =>
  [...text(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map((match) => match[1]!);

describe.each(pages)("%s", (page) => {
  test("links to files that are there", () => {
    const links = [...text(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    for (const link of links.filter((target) => !/^[a-z]+:/.test(target))) {
      expect(existsSync(join(root, dirname(page), link)), `${page} → ${link}`).toBe(true);
    }
  });

  test.each(blocks(page, "js"))("has code that runs: %s", (code) => {
    execFileSync(process.execPath, ["--input-type=module", "--eval", code], { cwd: root, encoding: "utf8" });
  });
});

/** Commands in the order of the pages; those that install or take long are run elsewhere. */
const commands = pages
  .flatMap((page) => blocks(page, "sh").flatMap((block) => block.split("\n")))
  .filter((line) => line.startsWith("npx bedside "))
  .map((line) => line.slice("npx bedside ".length).split(/\s+/));

describe.skipIf(!existsSync(shared))("the pages' commands", () => {
  const project = folder.at("project");
  mkdirSync(project, { recursive: true });
  if (existsSync(shared)) symlinkSync(join(shared, ".."), folder.at("shared"));

  test.each(commands)("bedside %s %s", async (...args) => {
    const { code, err } = await bedside(args, { cwd: project });
    expect(err).not.toMatch(/Error/);
    expect(code).toBe(0);
  });
});
