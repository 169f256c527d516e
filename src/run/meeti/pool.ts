// Hands shards to threads, or makes them here one after the other where there is one worker or no compiled program for a thread.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { BedsideError, Bug, Stopped } from "../../core/errors.ts";
import { type ShardNote, type ShardPlace, type ShardWork, shardName } from "./settings.ts";
import { makeShard } from "./shard.ts";
import type { ThreadMessage } from "./worker.ts";

export interface PoolOptions {
  workers: number;
  signal: AbortSignal;
  onRecord(): void;
  onShard(note: ShardNote): void;
}

/** The compiled program of a thread; sources run without a build have none. */
const program = new URL("./worker.js", import.meta.url);

/**
 * Makes all shards. What the shards hold does not depend on the number of workers.
 * @throws BedsideError of the first shard that fails; Stopped. Finished shards stay.
 */
export async function makeShards(works: Iterable<ShardWork>, place: ShardPlace, options: PoolOptions): Promise<void> {
  const { workers, signal, onRecord, onShard } = options;
  if (workers === 1 || !existsSync(fileURLToPath(program))) {
    for (const work of works) onShard(await makeShard(work, place, { signal, onRecord }));
    return;
  }
  const queue = works[Symbol.iterator]();
  const threads: Thread[] = [];
  const lane = async () => {
    let thread: Thread | undefined;
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (signal.aborted) throw new Stopped();
      if (!thread) {
        thread = new Thread(place);
        threads.push(thread);
      }
      onShard(await thread.make(next.value, onRecord));
    }
  };
  const stop = () => {
    for (const thread of threads) void thread.stop(new Stopped());
  };
  signal.addEventListener("abort", stop);
  try {
    await Promise.all(Array.from({ length: workers }, lane));
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(threads.map((thread) => thread.stop(new Stopped())));
  }
}

class Thread {
  private readonly worker: Worker;
  private readonly place: ShardPlace;
  private shard: number | undefined;
  private settle: { done(note: ShardNote): void; fail(cause: unknown): void } | undefined;
  private onRecord: () => void = () => {};

  constructor(place: ShardPlace) {
    this.place = place;
    this.worker = new Worker(program, { workerData: place });
    this.worker.on("message", (message: ThreadMessage) => this.hear(message));
    this.worker.on("error", (cause) => this.settle?.fail(new Bug("A thread of MEETI broke", { cause })));
    this.worker.on("exit", (code) => this.settle?.fail(new Bug(`A thread of MEETI ended with code ${code}`)));
  }

  make(work: ShardWork, onRecord: () => void): Promise<ShardNote> {
    this.shard = work.shard;
    this.onRecord = onRecord;
    return new Promise((done, fail) => {
      this.settle = { done, fail };
      this.worker.postMessage(work);
    });
  }

  /** Ends the thread, and takes away what it had begun. */
  async stop(cause: Error): Promise<void> {
    this.settle?.fail(cause);
    const begun = this.settle ? this.shard : undefined;
    this.settle = undefined;
    await this.worker.terminate();
    if (begun !== undefined) {
      rmSync(join(this.place.out, "shards", `.${shardName(begun)}.part`), { recursive: true, force: true });
    }
  }

  private hear(message: ThreadMessage): void {
    if (message.kind === "record") {
      this.onRecord();
      return;
    }
    const settle = this.settle;
    this.settle = undefined;
    if (message.kind === "done") settle?.done(message.note);
    else settle?.fail(message.problem ? new BedsideError(message.problem) : new Bug(message.message));
  }
}
