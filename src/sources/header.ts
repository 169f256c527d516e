// The column names of a file: the first line of a csv or csv.gz, the schema of a Parquet file. Reads no further.
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { BedsideError, Bug, Stopped } from "../core/errors.ts";
import { type Database, explainFailure, literal, sql } from "../store/index.ts";

/** How a file is written. */
export type FileFormat = "csv" | "csv.gz" | "parquet";

/** The first line may be this long. */
const LONGEST_HEADER = 1 << 20;
const GZIP_MAGIC = 0x1f8b;

/** The column names as the file has them, without a byte-order mark. */
export async function readHeader(db: Database, path: string, format: FileFormat): Promise<string[]> {
  if (format === "parquet") {
    return parquetColumns(db, path);
  }
  if (statSync(path).size === 0) throw emptyFile(path);
  if (format === "csv.gz" && !isGzip(path)) {
    throw new BedsideError({
      code: "import/not-gzip",
      what: "The file is named .gz but is not compressed",
      where: path,
      why: "it does not begin as a gzip file does; a download may have ended in an error page",
      fix: "download it again, or drop .gz from its name if it is a plain csv file",
    });
  }
  const line = await firstLine(path, format);
  const names = splitLine(line.replace(/^\uFEFF/, ""));
  if (names.length === 1 && names[0] === "") throw emptyFile(path);
  // a column without a name, as the index that pandas writes, gets the one the database would give it
  return names.map((name, i) => name || `column${i}`);
}

async function parquetColumns(db: Database, path: string): Promise<string[]> {
  try {
    const rows = await db.rows<{ column_name: string }>(sql`describe select * from read_parquet(${literal(path)})`);
    return rows.map((row) => row.column_name);
  } catch (cause) {
    throw unreadableFile(path, explainFailure(cause, path));
  }
}

function emptyFile(path: string): BedsideError {
  return new BedsideError({
    code: "import/empty-file",
    what: "The file is empty",
    where: path,
    why: "it has no header line",
    fix: "download it again, or take it out of the folder",
  });
}

/** The error for a file the database gives up on; what it says may quote the file, so only its kind is told. */
export function unreadableFile(path: string, cause: unknown): Error {
  if (cause instanceof BedsideError || cause instanceof Stopped || cause instanceof Bug) return cause;
  const kind = /^([A-Z][A-Za-z -]{2,30} Error):/.exec(cause instanceof Error ? cause.message : "")?.[1];
  return new BedsideError({
    code: "import/unreadable-file",
    what: "The file cannot be read",
    where: path,
    why: `it is damaged, cut off, or not of the format its name says${kind ? ` (DuckDB: ${kind})` : ""}`,
    fix: "download or copy it again, then run the same command: finished tables are kept",
  });
}

function isGzip(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(2);
    return readSync(file, bytes, 0, 2, 0) === 2 && bytes.readUInt16BE(0) === GZIP_MAGIC;
  } finally {
    closeSync(file);
  }
}

async function firstLine(path: string, format: FileFormat): Promise<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 16 });
  const stream = format === "csv.gz" ? file.pipe(createGunzip()) : file;
  let text = "";
  try {
    await new Promise<void>((resolve, reject) => {
      file.on("error", reject);
      stream.on("error", reject);
      stream.on("end", resolve);
      stream.on("data", (piece: Buffer) => {
        text += piece.toString("utf8");
        if (text.includes("\n") || text.length > LONGEST_HEADER) resolve();
      });
    });
  } catch (cause) {
    throw isCutOff(cause) ? cutOff(path, cause) : explainFailure(cause, path);
  } finally {
    file.destroy();
    stream.destroy();
  }
  return text.split(/\r?\n/, 1)[0]!;
}

/** Whether a failure says that a gzip stream ends too early or is damaged. */
function isCutOff(cause: unknown): boolean {
  return ["Z_BUF_ERROR", "Z_DATA_ERROR"].includes((cause as NodeJS.ErrnoException).code ?? "");
}

/** The error for a compressed file that ends too early or is damaged. */
export function cutOff(path: string, cause?: unknown): BedsideError {
  return new BedsideError(
    {
      code: "import/truncated",
      what: "The compressed file is cut off or damaged",
      where: path,
      why: `its ${statSync(path).size.toLocaleString("en")} bytes end before its contents do, or some of them are wrong; a download or a copy was probably interrupted`,
      fix: "download or copy it again, then run the same command: finished tables are kept",
    },
    { cause },
  );
}

/** The fields of a csv line; a comma before it, so that a first field without a name counts too. */
function splitLine(line: string): string[] {
  const fields: string[] = [];
  for (const match of `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? "").trim());
  }
  return fields;
}
