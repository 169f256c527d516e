// Enforces the plan of the house: the direction of imports, which folders may use Node, file sizes, forbidden calls.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The folders of src/, lowest floor first: a folder imports from floors below it, and from those before it on its own. */
const floors = [
  ["core"],
  ["formats"],
  ["store"],
  ["sources", "concepts"],
  ["cohort"],
  ["features", "signal", "text", "image"],
  ["tensor"],
  ["nn", "trees"],
  ["metrics", "models", "explain"],
  ["systems"],
  ["run"],
  ["report"],
  ["serve"],
  ["cli"],
];
const floorOf = new Map(floors.flatMap((folders, floor) => folders.map((folder) => [folder, floor])));
const besides = new Set(["tasks"]); // data only
/** Folders that also run in a browser; of features, the numeric part. */
const browser = new Set(["core", "formats", "metrics", "tensor", "nn", "trees", "models", "signal", "report"]);
const browserFiles = new Set([
  "features/preprocess.ts",
  "features/preprocess-columns.ts",
  "features/preprocess-moments.ts",
  "features/stay-summary.ts",
  "features/split.ts",
]);
const longest = 600;

const problems = [];
function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

for (const path of files(join(root, "src"))) {
  const name = relative(join(root, "src"), path);
  const text = readFileSync(path, "utf8");
  const isTest = name.endsWith(".test.ts");
  const folder = name.includes("/") ? name.split("/")[0] : "";
  const say = (what) => problems.push(`src/${name}: ${what}`);
  if (folder && !floorOf.has(folder) && !besides.has(folder))
    say(`the folder ${folder} is not in the plan of the house`);
  if (text.split("\n").length > longest) say(`longer than ${longest} lines`);
  if (!/^(#!.*\n)?\/\//.test(text)) {
    if (!isTest) say("does not open with a sentence that says what the file is for");
  }
  for (const [, from] of text.matchAll(/^(?:import|export)[^;]*?from\s+"([^"]+)"/gms)) {
    if (from.startsWith(".")) {
      const target = relative(join(root, "src"), join(dirname(path), from)).split("/")[0];
      if (!folder || target === folder || !floorOf.has(target)) continue;
      if (!isTest && floorOf.get(target) >= floorOf.get(folder)) {
        const same = floorOf.get(target) === floorOf.get(folder);
        const allowed =
          same && floors[floorOf.get(folder)].indexOf(target) < floors[floorOf.get(folder)].indexOf(folder);
        if (!(allowed && folder !== "cli")) say(`imports from ${target}/, which stands above it`);
      }
    } else if (
      !isTest &&
      (browser.has(folder) || browserFiles.has(name)) &&
      (from.startsWith("node:") || from.startsWith("@duckdb"))
    ) {
      say(`imports ${from}, but must also run in a browser`);
    }
  }
  if (isTest) continue;
  if (/\bMath\.random\(/.test(text)) say("uses Math.random: randomness is an argument");
  if (/\b(Date\.now\(|new Date\(\)|performance\.now\()/.test(text) && folder !== "run" && folder !== "cli") {
    say("reads the clock: time is an argument outside run/ and cli/");
  }
}

if (problems.length) {
  console.error(problems.join("\n"));
  console.error(
    `\n${problems.length} breaches of the plan of the house (scripts/lint-house.mjs says why each rule stands)`,
  );
  process.exit(1);
}
