// What an import found, as lines for a reader. Prints nothing itself.
import type { StoreManifest } from "../store/index.ts";

const count = (rows: number) => rows.toLocaleString("en");

/** Every data set with its version, every table with its rows beside those declared, every missing table with its use. */
export function describeImport(manifest: StoreManifest): string[] {
  const lines: string[] = [];
  for (const { title, version, versionReason, tables, missing } of manifest.sources) {
    lines.push(`${title} ${version} (${versionReason})`);
    const width = Math.max(...tables.map(({ table }) => table.length), ...missing.map(({ table }) => table.length));
    for (const { table, rows, declaredRows, dropped } of tables) {
      const verdict =
        declaredRows === undefined
          ? ""
          : declaredRows === rows
            ? "as declared"
            : `DIFFERS: ${count(declaredRows)} declared`;
      const left = dropped?.length ? `columns left out: ${dropped.join(", ")}` : "";
      const notes = [verdict, left].filter(Boolean).join("; ");
      lines.push(`  ${table.padEnd(width)} ${count(rows).padStart(13)}  ${notes}`.trimEnd());
    }
    const differing = tables.filter(({ rows, declaredRows }) => declaredRows !== undefined && declaredRows !== rows);
    if (differing.length > 0) {
      lines.push(
        `  Warning: ${differing.length} of ${tables.length} tables do not have the rows that ${version} declares: a part of the release, or a damaged copy.`,
      );
    }
    for (const { table, neededFor } of missing) {
      lines.push(
        `  ${table.padEnd(width)} ${"missing".padStart(13)}  cannot be run without it: ${neededFor.join("; ")}`,
      );
    }
  }
  return lines;
}
