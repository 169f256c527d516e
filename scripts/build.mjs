// Compiles src/ into dist/ and copies the data files that stand beside the code (JSON, YAML, CSS).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const asset = /\.(json|ya?ml|css)$/;

if (!existsSync(join(root, "src"))) process.exit(0); // installed from a package: dist/ is already there
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
rmSync(join(root, "dist"), { recursive: true, force: true });
try {
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
} catch {
  process.exit(1); // the compiler has already said what is wrong
}

function copyAssets(folder) {
  for (const name of readdirSync(join(root, "src", folder))) {
    const path = join(folder, name);
    if (name === "golden") continue; // reference values of tests
    if (statSync(join(root, "src", path)).isDirectory()) copyAssets(path);
    else if (asset.test(name)) cpSync(join(root, "src", path), join(root, "dist", path));
  }
}
copyAssets("");

if (existsSync(join(root, "web", "vite.config.ts"))) {
  const { build } = await import("vite");
  await build({ configFile: join(root, "web", "vite.config.ts"), logLevel: "warn" });
}

const hash = createHash("sha256");
function addSources(folder) {
  for (const name of readdirSync(join(root, "src", folder)).sort()) {
    const path = join(folder, name);
    if (statSync(join(root, "src", path)).isDirectory()) addSources(path);
    else if (!name.endsWith(".test.ts")) hash.update(`${path}\n`).update(readFileSync(join(root, "src", path)));
  }
}
addSources("");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
writeFileSync(join(root, "dist", "build.json"), `${JSON.stringify({ version, source: hash.digest("hex") })}\n`);
const cli = join(root, "dist", "cli", "main.js");
if (existsSync(cli)) chmodSync(cli, 0o755);
