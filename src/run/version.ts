// Which Bedside this is, and on what it runs. The only file that looks at the process for that.
import { cpus } from "node:os";
import { version as duckdbVersion } from "@duckdb/node-api";
import { readAsset } from "../store/assets.ts";
import type { Manifest } from "./result.ts";

interface Build {
  version: string;
  source: string;
}

/** `0.1.0+` and the first 12 digits of the SHA-256 of the sources; `+source` when run without a build. */
export function codeVersion(): string {
  const { version } = JSON.parse(readAsset(import.meta.url, "../../package.json")) as { version: string };
  try {
    const build = JSON.parse(readAsset(import.meta.url, "../build.json")) as Build;
    return `${version}+${build.source.slice(0, 12)}`;
  } catch {
    return `${version}+source`;
  }
}

/** Node, platform, processors, DuckDB. */
export function environment(): Manifest["environment"] {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    duckdb: duckdbVersion(),
  };
}
