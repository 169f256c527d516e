// npm run bench -- NAME [--runs N] …: runs one measurement. Knows none of them.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const shared = new Set(["main.mjs", "measure.mjs", "hospital.mjs", "agreement.mjs", "meds.mjs"]);
const names = readdirSync(here)
  .filter((name) => name.endsWith(".mjs") && !shared.has(name))
  .map((name) => name.slice(0, -".mjs".length));
const [name, ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME [options]\nMeasurements: ${names.join(", ")}`);
  process.exit(2);
}
const { default: bench } = await import(pathToFileURL(join(here, `${name}.mjs`)));
await bench(args);
