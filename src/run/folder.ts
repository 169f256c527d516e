// A run's folder: stages that are done once, recorded, and skipped when nothing they depend on has changed.
import { existsSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { hashFile, hashText, isFolder, lockFolder, readJson, writeJson } from "../store/index.ts";

/** What the record of a finished stage holds. */
interface StageRecord {
  key: string;
  seconds: number;
  /** SHA-256 and size of every file it made, by path inside the folder. */
  outputs: Record<string, { sha256: string; bytes: number }>;
  /** What it gives to later stages; small. */
  value: unknown;
}

interface FolderRecord {
  schema: 1;
  stages: Record<string, StageRecord>;
}

/** One stage to be done. */
export interface Stage<Value> {
  name: string;
  /** Everything the outcome depends on: settings, seeds, keys of earlier stages. Compared as JSON. */
  dependsOn: unknown;
  /** Does the work; gives a small JSON-able value and the paths of the files it made. */
  work(): Promise<{ value: Value; files: string[] }>;
}

/** How a stage went in this process. */
export interface StageTiming {
  stage: string;
  seconds: number;
  resumed: boolean;
}

const RECORD = "run.json";

/** A run's folder, locked for this process. */
export class RunFolder {
  readonly path: string;
  readonly timings: StageTiming[] = [];
  private readonly record: FolderRecord;
  private readonly release: () => void;
  private readonly clock: () => number;

  private constructor(path: string, record: FolderRecord, release: () => void, clock: () => number) {
    this.path = path;
    this.record = record;
    this.release = release;
    this.clock = clock;
  }

  /**
   * Opens or makes a run folder.
   * @throws BedsideError when the folder holds other things, or is in use.
   */
  static open(path: string, clock: () => number = () => performance.now()): RunFolder {
    const release = lockFolder(path);
    try {
      return new RunFolder(path, readRecord(path), release, clock);
    } catch (cause) {
      release();
      throw cause;
    }
  }

  /** A path inside the folder. */
  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Does a stage, or gives its recorded value when its dependencies and all its files are unchanged. */
  async stage<Value>({ name, dependsOn, work }: Stage<Value>): Promise<Value> {
    const key = hashText(JSON.stringify(dependsOn));
    const known = this.record.stages[name];
    if (known && known.key === key && (await this.isIntact(known))) {
      this.timings.push({ stage: name, seconds: known.seconds, resumed: true });
      return known.value as Value;
    }
    const start = this.clock();
    const { value, files } = await work();
    const outputs: StageRecord["outputs"] = {};
    for (const file of [...files].sort()) {
      outputs[relative(this.path, file)] = { sha256: await hashFile(file), bytes: statSync(file).size };
    }
    const seconds = (this.clock() - start) / 1000;
    this.forgetOthers(name, outputs);
    this.record.stages[name] = { key, seconds, outputs, value };
    await writeJson(this.at(RECORD), this.record);
    this.timings.push({ stage: name, seconds, resumed: false });
    return value;
  }

  /** SHA-256 of every file the stages made, by path inside the folder. */
  outputs(): Record<string, string> {
    const all = Object.values(this.record.stages).flatMap((stage) => Object.entries(stage.outputs));
    return Object.fromEntries(all.map(([path, { sha256 }]) => [path, sha256]).sort(([a], [b]) => (a! < b! ? -1 : 1)));
  }

  /** SHA-256 of a file that a stage made, by its path. */
  digest(path: string): string | undefined {
    return this.outputs()[relative(this.path, path)];
  }

  /** Gives the folder back. */
  close(): void {
    this.release();
  }

  /** A stage whose file another stage has written anew is not done any more. */
  private forgetOthers(name: string, outputs: StageRecord["outputs"]): void {
    for (const [other, stage] of Object.entries(this.record.stages)) {
      if (other !== name && Object.keys(stage.outputs).some((path) => path in outputs))
        delete this.record.stages[other];
    }
  }

  private async isIntact(stage: StageRecord): Promise<boolean> {
    for (const [file, { sha256, bytes }] of Object.entries(stage.outputs)) {
      const path = this.at(file);
      if (statSync(path, { throwIfNoEntry: false })?.size !== bytes) return false;
      if ((await hashFile(path)) !== sha256) return false;
    }
    return true;
  }
}

function readRecord(path: string): FolderRecord {
  const empty: FolderRecord = { schema: 1, stages: {} };
  if (!isFolder(path) || !existsSync(join(path, RECORD))) return empty;
  try {
    const record = readJson<FolderRecord>(join(path, RECORD));
    if (record?.schema === 1 && typeof record.stages === "object") return record;
  } catch {
    // said below
  }
  throw new BedsideError({
    code: "run/unknown-record",
    what: "The record of this run cannot be read",
    where: join(path, RECORD),
    why: "it is damaged, or another version of Bedside wrote it",
    fix: "delete the folder or choose another --out",
  });
}
