// DuckDB, opened with limits and locked: it reads and writes only the folders it was given. Knows nothing of tables.
import { realpathSync, rmSync } from "node:fs";
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
} from "@duckdb/node-api";
import { Bug, Stopped } from "../core/errors.ts";
import { allColumns, type Columns, columnChunks } from "./columns.ts";
import { explainFailure } from "./failures.ts";
import { makeFolder } from "./files.ts";
import { databaseBytes, memoryBytes } from "./memory.ts";
import { bindings, identifier, join, literal, Sql, sql } from "./sql.ts";

/** What a database may use. */
export interface DatabaseOptions {
  /** Folders whose files may be read and written. They must exist. */
  folders: readonly string[];
  /** Where results that do not fit in memory are put for a while; made, and removed at the end. */
  tempFolder: string;
  /** Memory the process may use, as `1GB`; DuckDB gets it less a reserve for what it does not count. Default `1GB`. */
  memory?: string;
  /** Threads. Default 2. */
  threads?: number;
  /** Aborting it interrupts the running query. */
  signal?: AbortSignal | undefined;
}

/** Rows DuckDB takes at once. */
const CHUNK_ROWS = 2048;

/** An open database. Use `openDatabase`, and close it. */
export class Database {
  private readonly instance: DuckDBInstance;
  private readonly connection: DuckDBConnection;
  private readonly tempFolder: string;
  private readonly signal: AbortSignal | undefined;
  private readonly owner: boolean;
  private readonly interrupt = () => this.connection.interrupt();
  private turn: Promise<unknown> = Promise.resolve();
  private isRead = false;

  constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    tempFolder: string,
    { signal, owner = true }: { signal?: AbortSignal | undefined; owner?: boolean } = {},
  ) {
    this.owner = owner;
    this.instance = instance;
    this.connection = connection;
    this.tempFolder = tempFolder;
    this.signal = signal;
    signal?.addEventListener("abort", this.interrupt);
  }

  /** Runs a statement; gives the number of rows it changed or wrote. */
  async run(query: Sql): Promise<number> {
    return this.inTurn(async () => {
      const result = await this.connection.run(query.text, bindings(query, listValue), listTypes(query));
      const count = result.columnNames()[0] === "Count" ? (await result.getRowsJS())[0]?.[0] : result.rowsChanged;
      return Number(count ?? 0);
    });
  }

  /** A few rows as objects: for counts, settings and small tables, not for events. Whole numbers of 64 bits come as bigint. */
  async rows<Row extends object>(query: Sql): Promise<Row[]> {
    return this.inTurn(async () => {
      const reader = await this.connection.runAndReadAll(query.text, bindings(query, listValue), listTypes(query));
      return reader.getRowObjectsJS() as unknown as Row[];
    });
  }

  /** The only row of a query that gives one. */
  async row<Row extends object>(query: Sql): Promise<Row> {
    const rows = await this.rows<Row>(query);
    if (rows.length !== 1) throw new Bug(`A query that should give one row gave ${rows.length}`);
    return rows[0]!;
  }

  /** The whole result as typed arrays. */
  async columns(query: Sql): Promise<Columns> {
    return this.inTurn(async () =>
      allColumns(await this.connection.stream(query.text, bindings(query, listValue), listTypes(query))),
    );
  }

  /**
   * The result in pieces, as typed arrays; memory does not grow with the result. Until it is read to its end no other
   * statement may be asked of this connection: those go to one `beside` it.
   */
  async *chunks(query: Sql, size?: number): AsyncGenerator<Columns> {
    const result = await this.inTurn(() =>
      this.connection.stream(query.text, bindings(query, listValue), listTypes(query)),
    );
    this.isRead = true;
    try {
      const pieces = columnChunks(result, size);
      for (;;) {
        const next = await this.guard(() => pieces.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      this.isRead = false;
    }
  }

  /** Makes a temporary table of that name and fills it row by row from memory. */
  async fill(
    name: string,
    columns: readonly { name: string; type: DuckDBType }[],
    rows: number,
    rowAt: (row: number) => DuckDBValue[],
  ): Promise<void> {
    const definitions = join(
      columns.map((column) => sql`${identifier(column.name)} ${new Sql([`${column.type}`], [])}`),
    );
    await this.run(sql`create temporary table ${identifier(name)} (${definitions})`);
    await this.inTurn(async () => {
      const appender = await this.connection.createAppender(name, "main", "temp");
      const types = columns.map((column) => column.type);
      for (let start = 0; start < rows; start += CHUNK_ROWS) {
        const chunk = DuckDBDataChunk.create(types);
        const count = Math.min(CHUNK_ROWS, rows - start);
        chunk.setRows(Array.from({ length: count }, (_, i) => rowAt(start + i)));
        appender.appendDataChunk(chunk);
      }
      appender.closeSync();
    });
  }

  /** Share of the running query that is done, 0 to 1, or undefined where DuckDB cannot tell. */
  get share(): number | undefined {
    const { percentage } = this.connection.progress;
    return percentage < 0 ? undefined : percentage / 100;
  }

  /** Another connection to the same database, for a statement beside those of this one; close it before this one. */
  async beside(): Promise<Database> {
    const { instance, tempFolder, signal } = this;
    return new Database(instance, await instance.connect(), tempFolder, { signal, owner: false });
  }

  /** Ends the connection; the first one ends the database and removes its temporary files. */
  close(): void {
    this.signal?.removeEventListener("abort", this.interrupt);
    this.connection.closeSync();
    if (!this.owner) return;
    this.instance.closeSync();
    rmSync(this.tempFolder, { recursive: true, force: true });
  }

  /**
   * One statement after the other, also for those who do not wait for each other: a connection that begins a statement
   * silently drops what has not been read yet of the result before.
   */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.isRead)
      throw new Bug("A statement was asked of a connection whose last result is still being read in pieces");
    const mine = this.turn.then(() => this.guard(work));
    this.turn = mine.catch(() => {});
    return mine;
  }

  private async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.signal?.aborted) throw new Stopped();
    try {
      return await work();
    } catch (cause) {
      if (this.signal?.aborted) throw new Stopped();
      throw explainFailure(cause);
    }
  }
}

/**
 * The types of lists with a number that is not whole: the driver takes the type of the first item for all, and refuses
 * [1, 0.5]. Of every other value it finds the type itself.
 */
function listTypes({ values }: Sql): DuckDBType[] {
  const isFractional = (item: unknown) => typeof item === "number" && !Number.isInteger(item);
  const types = values.map((value) => (Array.isArray(value) && value.some(isFractional) ? LIST(DOUBLE) : undefined));
  return types as DuckDBType[]; // the driver's own type does not say that it takes gaps, which it does
}

/**
 * Opens an in-memory DuckDB that may touch only the folders named, whose settings can no longer be changed, and that
 * never loads an extension or opens a connection.
 * @throws BedsideError when a folder does not exist, or `memory` is no size.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { folders, tempFolder, memory = "1GB", threads = 2, signal } = options;
  const limit = databaseBytes(memoryBytes(memory));
  let allowed: string[];
  let temp: string;
  try {
    makeFolder(tempFolder);
    temp = realpathSync(tempFolder);
    allowed = [...folders, tempFolder].map((folder) => realpathSync(folder));
  } catch (cause) {
    throw explainFailure(cause);
  }
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${limit}B`,
    // without them what a large sort gives back stays with the allocator, half a budget of it at worst
    allocator_background_threads: "true",
    temp_directory: temp,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "false",
  });
  const connection = await instance.connect();
  const list = join(allowed.map((folder) => literal(folder)));
  for (const setting of [
    sql`set allowed_directories = [${list}]`,
    sql`set enable_external_access = false`,
    sql`set lock_configuration = true`,
  ]) {
    await connection.run(setting.text);
  }
  return new Database(instance, connection, temp, { signal });
}
