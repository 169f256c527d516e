// Writes docs/concepts.md from the concept dictionary. Needs the built package: npm run build.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { conceptsPage } = await import("../dist/concepts/index.js");
writeFileSync(join(root, "docs", "concepts.md"), conceptsPage());
