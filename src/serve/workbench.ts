// The workbench: the folders a server was given, its store, its jobs, and ids that tell no path. Knows no HTTP.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { codeVersion } from "../run/index.ts";
import {
  type Database,
  isFolder,
  makeFolder,
  openDatabase,
  openRecordStore,
  type RecordStore,
  writeWhole,
} from "../store/index.ts";
import { JobQueue } from "./jobs/queue.ts";
import { Readers } from "./readers.ts";
import { RunReader } from "./runs/find.ts";

export interface WorkbenchOptions {
  /** Folders with records, or one store. */
  data: readonly string[];
  /** Where runs are kept; made where it is not there. */
  runs: string;
  memory: string;
  threads: number;
  /** The program that runs a verb. */
  program: readonly [string, ...string[]];
  now: () => Date;
}

/** What the routes share. */
export class Workbench {
  readonly codeVersion = codeVersion();
  readonly options: WorkbenchOptions;
  readonly jobs: JobQueue;
  /** The results of the runs folder, each read once. */
  readonly runs: RunReader;
  /** A folder for what the workbench itself keeps, inside the runs folder. */
  readonly folder: string;
  private readonly key: Buffer;
  private readonly ends: (() => Promise<void>)[] = [];
  private beside: Promise<Database> | undefined;
  private opened: { stamp: string; store: Promise<RecordStore> } | undefined;
  private readonly reading = new WeakMap<RecordStore, Readers>();

  private constructor(options: WorkbenchOptions, key: Buffer) {
    this.options = options;
    this.folder = join(options.runs, ".workbench");
    this.key = key;
    this.runs = new RunReader(options.runs);
    const { program, now } = options;
    this.jobs = new JobQueue({ folder: join(this.folder, "jobs"), program, now });
  }

  static async open(options: WorkbenchOptions): Promise<Workbench> {
    const folder = join(options.runs, ".workbench");
    makeFolder(folder);
    return new Workbench({ ...options, runs: resolve(options.runs) }, await keyOf(folder));
  }

  /** Where the imported records are, or will be. */
  get storeFolder(): string {
    const given = this.options.data.find((folder) => existsSync(join(folder, "store.json")));
    return given ?? join(this.folder, "store");
  }

  /** Whether the records have been imported. */
  get isImported(): boolean {
    return existsSync(join(this.storeFolder, "store.json"));
  }

  /** The store, opened once; anew when an import has changed it. Undefined before the import. */
  async store(): Promise<RecordStore | undefined> {
    if (!this.isImported) return undefined;
    // every request asks, so the manifest is looked at, not read
    const { mtimeMs, size } = statSync(join(this.storeFolder, "store.json"));
    const stamp = `${Math.round(mtimeMs)}-${size}`;
    if (this.opened?.stamp === stamp) return this.opened.store;
    const before = this.opened;
    const { memory, threads, runs } = this.options;
    const tempFolder = join(this.folder, `temp-${stamp}-${process.pid}`); // another server may run beside
    const store = openRecordStore(this.storeFolder, { memory, threads, tempFolder, folders: [runs] });
    this.opened = { stamp, store };
    store.catch(() => {
      this.opened = undefined;
    });
    if (before) this.end(await before.store.catch(() => undefined));
    return store;
  }

  /** Connections to a store for questions that should not wait for each other. */
  readers(store: RecordStore): Readers {
    const known = this.reading.get(store) ?? new Readers(store.db);
    this.reading.set(store, known);
    return known;
  }

  private end(store: RecordStore | undefined): void {
    if (!store) return;
    this.reading.get(store)?.close();
    store.close();
  }

  /** A folder inside the runs folder for files of a moment. */
  temporary(): string {
    const folder = join(this.folder, "moment");
    makeFolder(folder);
    return folder;
  }

  /** A database that reads the runs, records or not. */
  database(): Promise<Database> {
    const { runs, threads } = this.options;
    this.beside ??= openDatabase({
      folders: [runs],
      tempFolder: join(this.folder, `temp-runs-${process.pid}`),
      memory: "800MB",
      threads,
    });
    return this.beside;
  }

  /** A patient's or stay's number as an id for addresses: the same for this runs folder, and not to be read by others. */
  hide(kind: string, id: number | bigint): string {
    const block = Buffer.alloc(16);
    block.writeBigInt64BE(BigInt(id), 0);
    createHash("sha256").update(kind).digest().copy(block, 8, 0, 8);
    const cipher = createCipheriv("aes-128-ecb", this.key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]).toString("base64url");
  }

  /** The number behind an id of that kind; undefined for anything else. */
  reveal(kind: string, text: string): bigint | undefined {
    const bytes = Buffer.from(text, "base64url");
    if (bytes.length !== 16 || bytes.toString("base64url") !== text) return undefined;
    const decipher = createDecipheriv("aes-128-ecb", this.key, null).setAutoPadding(false);
    const block = Buffer.concat([decipher.update(bytes), decipher.final()]);
    const check = createHash("sha256").update(kind).digest().subarray(0, 8);
    return block.subarray(8).equals(check) ? block.readBigInt64BE(0) : undefined;
  }

  /** What is to be ended with the workbench. */
  onClose(end: () => Promise<void>): void {
    this.ends.push(end);
  }

  async close(): Promise<void> {
    for (const end of this.ends) await end();
    await this.jobs.close();
    this.end(await this.opened?.store.catch(() => undefined));
    (await this.beside?.catch(() => undefined))?.close();
  }
}

/** The key of a runs folder, made at its first use, for the user's eyes only. */
async function keyOf(folder: string): Promise<Buffer> {
  const path = join(folder, "key");
  if (isFolder(folder) && existsSync(path)) {
    const key = readFileSync(path);
    if (key.length === 16) return key;
  }
  const key = randomBytes(16);
  await writeWhole(path, key);
  chmodSync(path, 0o600);
  return key;
}
